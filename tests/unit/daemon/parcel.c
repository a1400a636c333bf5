/* Datagrams with descriptors, whole or not at all: none is lost track of. */
#include "daemon/parcel.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static int setup(void **state)
{
	static int ends[2];

	*state = ends;
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends);
}

static int teardown(void **state)
{
	const int *ends = *state;

	close(ends[0]);
	close(ends[1]);
	return 0;
}

/* The number the next descriptor will have: one more than that is a leak. */
static int lowest_free(void)
{
	int fd = dup(STDERR_FILENO);

	close(fd);
	return fd;
}

static void bytes_and_descriptors_arrive(void **state)
{
	const int *ends = *state, two[2] = {STDIN_FILENO, STDERR_FILENO};
	char text[8];
	int came[2];
	uint32_t count;

	assert_int_equal(parcel_send(ends[0], "hello", 6, two, 2), 0);
	assert_int_equal(parcel_send(ends[0], "alone", 6, NULL, 0), 0);
	assert_int_equal(parcel_receive(ends[1], text, sizeof(text), came, 2, &count), 6);
	assert_string_equal(text, "hello");
	assert_int_equal(count, 2);
	for (uint32_t i = 0; i < count; i++) {
		assert_int_equal(fcntl(came[i], F_GETFD), FD_CLOEXEC);
		close(came[i]);
	}
	assert_int_equal(parcel_receive(ends[1], text, sizeof(text), NULL, 0, &count), 6);
	assert_string_equal(text, "alone");
	assert_int_equal(count, 0);
	assert_int_equal(parcel_receive(ends[1], text, sizeof(text), NULL, 0, &count), -EAGAIN);
}

static void what_is_too_much_leaves_nothing_behind(void **state)
{
	const int *ends = *state, two[2] = {STDIN_FILENO, STDERR_FILENO};
	int before = lowest_free(), came[2];
	char text[4];
	uint32_t count;

	assert_int_equal(parcel_send(ends[0], "long, too", 10, two, 2), 0);
	assert_int_equal(parcel_receive(ends[1], text, sizeof(text), came, 2, &count), -EMSGSIZE);
	assert_int_equal(count, 0);
	assert_int_equal(parcel_send(ends[0], "two", 4, two, 2), 0);
	assert_int_equal(parcel_receive(ends[1], text, sizeof(text), came, 1, &count), -EMSGSIZE);
	assert_int_equal(count, 0);
	assert_int_equal(lowest_free(), before);
}

static void an_end_is_told_to_both(void **state)
{
	int *ends = *state;
	char text[4];
	uint32_t count;

	close(ends[0]);
	assert_int_equal(parcel_receive(ends[1], text, sizeof(text), NULL, 0, &count), 0);
	assert_int_equal(parcel_send(ends[1], "x", 1, NULL, 0), -EPIPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(bytes_and_descriptors_arrive, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_too_much_leaves_nothing_behind, setup,
						teardown),
		cmocka_unit_test_setup_teardown(an_end_is_told_to_both, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("daemon/parcel", tests, NULL, NULL);
}
