/* The node's memory from one process to the next, against a service manager that the test plays:
 * what is kept is handed over again, and thrown away when it is not to be trusted. */
#include "daemon/vault.h"

#include <stdarg.h>
#include <setjmp.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIZE = 100000, TEXT = 200 };

static struct span terms_of(const char *text)
{
	return (struct span){(const uint8_t *)text, strlen(text)};
}

/* The service manager's socket, of an abstract name that goes by our number. */
static int manager_open(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int size =
		snprintf(address.sun_path, sizeof(address.sun_path), "@meshpd-vault-%d", getpid());

	setenv("NOTIFY_SOCKET", address.sun_path, 1);
	setenv("FDSTORE", "64", 1);
	address.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (const struct sockaddr *)&address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)size)),
			 0);
	return fd;
}

/* Hears one message and changes *kept as it says; false if there is none. */
static bool manager_hear(int manager, int *kept)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct ucred))];
	} room;
	char text[TEXT];
	struct iovec vector = {text, TEXT - 1};
	struct msghdr message = {.msg_iov = &vector,
				 .msg_iovlen = 1,
				 .msg_control = &room,
				 .msg_controllen = sizeof(room)};
	ssize_t size = recvmsg(manager, &message, MSG_CMSG_CLOEXEC);

	if (size < 0)
		return false;
	text[size] = '\0';
	if (*kept >= 0)
		close(*kept);
	*kept = -1;
	for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part != NULL;
	     part = CMSG_NXTHDR(&message, part))
		if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS)
			memcpy(kept, CMSG_DATA(part), sizeof(*kept));
	assert_int_equal(*kept >= 0, strstr(text, "FDSTORE=1") != NULL);
	return true;
}

/* A process opens the memory with what is kept. */
static struct vault process(int manager, int *kept, size_t size, const char *terms)
{
	struct store store = {.count = *kept >= 0};
	struct failure failure;
	struct vault vault;

	if (*kept >= 0) {
		strcpy(store.kept[0].name, "node");
		store.kept[0].fd = dup(*kept);
	}
	assert_int_equal(vault_open(&vault, &store, size, terms_of(terms), &failure), 0);
	while (manager_hear(manager, kept))
		continue;
	assert_true(vault.kept && *kept >= 0);
	return vault;
}

/* A process after that one. */
static void succeed(struct vault *vault, int manager, int *kept)
{
	vault_close(vault);
	*vault = process(manager, kept, SIZE, "terms");
}

static bool is_zero(const struct vault *vault)
{
	const uint8_t *bytes = vault_memory(vault);

	return bytes[0] == 0 && memcmp(bytes, bytes + 1, SIZE - 1) == 0;
}

static void what_is_kept_goes_on(void **state)
{
	int manager = manager_open(), kept = -1;
	struct vault vault = process(manager, &kept, SIZE, "terms");

	assert_int_equal(vault.origin, VAULT_FIRST);
	assert_true(is_zero(&vault));
	for (uint32_t i = 0; i < 10; i++) {
		assert_int_equal(vault_restarts(&vault), i);
		memset(vault_memory(&vault), (int)i + 1, SIZE);
		vault_links(&vault)[3].ifindex = i;
		*vault_key_made(&vault) = (instant){i};
		vault_begin(&vault);
		vault_end(&vault);
		succeed(&vault, manager, &kept);
		assert_int_equal(vault.origin, VAULT_ADOPTED);
		assert_int_equal(((uint8_t *)vault_memory(&vault))[SIZE - 1], i + 1);
		assert_int_equal(vault_links(&vault)[3].ifindex, i);
		assert_int_equal(vault_key_made(&vault)->us, i);
	}
	vault_give_up(&vault);
	assert_true(manager_hear(manager, &kept));
	assert_int_equal(kept, -1);
	vault_close(&vault);
	close(manager);
}

/* Begins anew, with memory of its own that is kept in place of the other. */
static void check_anew(struct vault *vault, enum vault_origin why)
{
	assert_int_equal(vault->origin, why);
	assert_true(is_zero(vault));
	assert_int_equal(vault_links(vault)[3].ifindex, 0);
	assert_int_equal(vault_restarts(vault), 0);
	memset(vault_memory(vault), 1, SIZE);
	vault_links(vault)[3].ifindex = 7;
}

static void what_is_not_ours_is_thrown_away(void **state)
{
	int manager = manager_open(), kept = -1;
	struct vault vault = process(manager, &kept, SIZE, "terms");

	check_anew(&vault, VAULT_FIRST);
	vault_close(&vault);
	vault = process(manager, &kept, SIZE, "other terms");
	check_anew(&vault, VAULT_OTHER);
	vault_close(&vault);
	vault = process(manager, &kept, SIZE + 4096, "terms");
	check_anew(&vault, VAULT_OTHER);
	vault_close(&vault);
	close(kept);
	kept = open("/dev/null", O_RDWR | O_CLOEXEC);
	vault = process(manager, &kept, SIZE, "terms");
	check_anew(&vault, VAULT_OTHER);
	vault_clear(&vault, VAULT_OTHER);
	check_anew(&vault, VAULT_OTHER);
	vault_close(&vault);
	close(kept);
	close(manager);
}

static void who_was_within_an_event_begins_anew(void **state)
{
	int manager = manager_open(), kept = -1;
	struct vault vault = process(manager, &kept, SIZE, "terms");

	check_anew(&vault, VAULT_FIRST);
	vault_begin(&vault);
	succeed(&vault, manager, &kept);
	check_anew(&vault, VAULT_TORN);
	succeed(&vault, manager, &kept);
	assert_int_equal(vault.origin, VAULT_ADOPTED);
	vault_close(&vault);
	close(kept);
	close(manager);
}

/* A process opens the memory and fails. */
static void process_fails(int manager, int *kept)
{
	int status;
	pid_t child = fork();

	if (child == 0) {
		const struct rlimit none = {0, 0};
		struct vault vault;
		setrlimit(RLIMIT_CORE, &none);
		vault = process(manager, kept, SIZE, "terms");
		if (vault_thread(&vault, 0) == 0)
			abort();
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

/* To be killed is no failure, and what failed long enough is not gone on with. */
static void who_fails_often_begins_anew(void **state)
{
	int manager = manager_open(), kept = -1;
	struct vault vault = process(manager, &kept, SIZE, "terms");

	check_anew(&vault, VAULT_FIRST);
	for (uint32_t i = 0; i < 2; i++) {
		vault_close(&vault);
		process_fails(manager, &kept);
		vault = process(manager, &kept, SIZE, "terms");
		assert_int_equal(vault.origin, VAULT_ADOPTED);
		succeed(&vault, manager, &kept);
		assert_int_equal(vault.origin, VAULT_ADOPTED);
	}
	vault_close(&vault);
	process_fails(manager, &kept);
	vault = process(manager, &kept, SIZE, "terms");
	check_anew(&vault, VAULT_FAILING);
	succeed(&vault, manager, &kept);
	assert_int_equal(vault.origin, VAULT_ADOPTED);
	vault_close(&vault);
	close(kept);
	close(manager);
}

/* No program we start, and no process that is forked, has it. */
static void a_child_has_nothing(void **state)
{
	int manager = manager_open(), kept = -1, status;
	struct vault vault = process(manager, &kept, SIZE, "terms");
	pid_t child = fork();

	if (child == 0) {
		signal(SIGSEGV, SIG_DFL);
		*(volatile uint8_t *)vault_memory(&vault) = 1;
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	vault_close(&vault);
	close(kept);
	close(manager);
}

static void alone_it_is_not_kept(void **state)
{
	struct store store = {.count = 0};
	struct failure failure;
	struct vault vault;

	unsetenv("NOTIFY_SOCKET");
	assert_int_equal(vault_open(&vault, &store, SIZE, terms_of("terms"), &failure), 0);
	assert_false(vault.kept);
	check_anew(&vault, VAULT_FIRST);
	vault_give_up(&vault);
	vault_close(&vault);
	vault_close(&vault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_kept_goes_on),
		cmocka_unit_test(what_is_not_ours_is_thrown_away),
		cmocka_unit_test(who_was_within_an_event_begins_anew),
		cmocka_unit_test(who_fails_often_begins_anew),
		cmocka_unit_test(a_child_has_nothing),
		cmocka_unit_test(alone_it_is_not_kept),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("daemon/vault", tests, NULL, NULL);
}
