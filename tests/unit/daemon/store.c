/* Descriptors that outlive the process, against a service manager played by the test: what it
 * hands over is at its place from SD_LISTEN_FDS_START on, what it is told arrives at a socket. */
#include "daemon/store.h"

#include <stdarg.h>
#include <setjmp.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

enum { TEXT = 200 };

/* Puts copies of a descriptor where a service manager would, and says so in the environment. */
static void hand_over(int fd, int count, const char *names)
{
	char text[20];

	for (int i = 0; i < count; i++)
		assert_int_equal(dup2(fd, SD_LISTEN_FDS_START + i), SD_LISTEN_FDS_START + i);
	snprintf(text, sizeof(text), "%d", getpid());
	setenv("LISTEN_PID", text, 1);
	snprintf(text, sizeof(text), "%d", count);
	setenv("LISTEN_FDS", text, 1);
	setenv("LISTEN_FDNAMES", names, 1);
}

/* A descriptor of no meaning that is above all that is handed over. */
static int any_open(void)
{
	int low = open("/dev/null", O_RDWR | O_CLOEXEC);
	int high = fcntl(low, F_DUPFD_CLOEXEC, SD_LISTEN_FDS_START + STORE_MOST + 10);

	assert_true(low >= 0 && high >= 0);
	close(low);
	return high;
}

static bool is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* They come by name, in their order, each once; and no program we start would have them. */
static void a_name_is_taken_in_order_and_once(void **state)
{
	struct store store;
	int any = any_open();

	hand_over(any, 4, "tun:packet:tun:other");
	store_open(&store);
	assert_int_equal(store.count, 4);
	assert_null(getenv("LISTEN_FDS"));
	assert_int_equal(store_take(&store, "tun"), SD_LISTEN_FDS_START);
	assert_int_equal(store_take(&store, "tun"), SD_LISTEN_FDS_START + 2);
	assert_int_equal(store_take(&store, "tun"), -1);
	assert_int_equal(store_take(&store, "packets"), -1);
	assert_int_equal(store_take(&store, "packet"), SD_LISTEN_FDS_START + 1);
	for (int i = 0; i < 4; i++)
		assert_int_equal(fcntl(SD_LISTEN_FDS_START + i, F_GETFD), FD_CLOEXEC);
	store_close(&store);
	assert_int_equal(store_take(&store, "other"), -1);
	for (int i = 0; i < 4; i++)
		assert_int_equal(is_open(SD_LISTEN_FDS_START + i), i < 3);
	for (int i = 0; i < 3; i++)
		close(SD_LISTEN_FDS_START + i);
	close(any);
}

/* Nothing was handed over, or to somebody else. */
static void what_is_for_others_is_left(void **state)
{
	struct store store;

	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_PID");
	store_open(&store);
	assert_int_equal(store.count, 0);
	setenv("LISTEN_FDS", "1", 1);
	setenv("LISTEN_PID", "1", 1);
	store_open(&store);
	assert_int_equal(store.count, 0);
	assert_int_equal(store_take(&store, "tun"), -1);
	store_close(&store);
}

/* More than there is room for, and a name longer than any of ours: closed, the others serve. */
static void what_finds_no_room_is_closed(void **state)
{
	char names[(STORE_MOST + 2) * 2 + STORE_NAME + 1] = "0123456789abcdef0123456789abcdef";
	struct store store;
	int any = any_open();

	for (int i = 0; i < STORE_MOST + 1; i++)
		strcat(names, ":n");
	hand_over(any, STORE_MOST + 2, names);
	store_open(&store);
	assert_int_equal(store.count, STORE_MOST);
	assert_false(is_open(SD_LISTEN_FDS_START));
	assert_false(is_open(SD_LISTEN_FDS_START + STORE_MOST + 1));
	assert_int_equal(store_take(&store, "n"), SD_LISTEN_FDS_START + 1);
	close(SD_LISTEN_FDS_START + 1);
	store_close(&store);
	for (int i = 0; i < STORE_MOST + 2; i++)
		assert_false(is_open(SD_LISTEN_FDS_START + i));
	close(any);
}

/* A socket like the service manager's, of an abstract name that goes by our number. */
static int manager_open(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int size =
		snprintf(address.sun_path, sizeof(address.sun_path), "@meshpd-store-%d", getpid());

	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	address.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (const struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)size)),
			 0);
	return fd;
}

/* The next message as text, and the descriptor that came with it, -1 if none did. */
static int manager_hear(int fd, char text[TEXT])
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
	} room;
	struct iovec vector = {text, TEXT - 1};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = &room,
				 .msg_controllen = sizeof(room)};
	ssize_t size = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
	int handed = -1;

	assert_true(size >= 0);
	text[size] = '\0';
	for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part != NULL;
	     part = CMSG_NXTHDR(&message, part))
		if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS)
			memcpy(&handed, CMSG_DATA(part), sizeof(handed));
	return handed;
}

static void the_manager_is_told_what_to_keep(void **state)
{
	struct stat ours, theirs;
	char text[TEXT];
	int any = any_open(), manager = manager_open(), handed;

	assert_int_equal(store_keep("packet", any), 0);
	handed = manager_hear(manager, text);
	assert_string_equal(text, "FDSTORE=1\nFDPOLL=0\nFDNAME=packet");
	assert_int_equal(fstat(any, &ours) | fstat(handed, &theirs), 0);
	assert_true(ours.st_rdev == theirs.st_rdev && ours.st_ino == theirs.st_ino);
	assert_int_equal(store_forget("packet"), 0);
	assert_int_equal(manager_hear(manager, text), -1);
	assert_string_equal(text, "FDSTOREREMOVE=1\nFDNAME=packet");
	assert_false(store_keeps());
	setenv("FDSTORE", "64", 1);
	assert_true(store_keeps());
	unsetenv("NOTIFY_SOCKET");
	assert_false(store_keeps());
	assert_int_equal(store_keep("packet", any), -ENOTCONN);
	assert_int_equal(store_forget("packet"), -ENOTCONN);
	close(handed);
	close(manager);
	close(any);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_taken_in_order_and_once),
		cmocka_unit_test(what_is_for_others_is_left),
		cmocka_unit_test(what_finds_no_room_is_closed),
		cmocka_unit_test(the_manager_is_told_what_to_keep),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("daemon/store", tests, NULL, NULL);
}
