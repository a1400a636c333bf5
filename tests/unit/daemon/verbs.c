/* What a warden refuses, and that it goes on afterwards. It serves this process from a child, in a
 * network namespace of its own; skipped where none can be made. */
#include "daemon/verbs.h"

#include "daemon/parcel.h"
#include "daemon/warden.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	int fd;
	pid_t child;
};

static _Noreturn void serve(int fd)
{
	struct failure failure;
	struct verbs verbs;

	if (verbs_open(&verbs, "tun0", "lo2", &failure) == 0)
		verbs_serve(&verbs, fd);
	_exit(0);
}

static int setup(void **state)
{
	static struct fixture fixture;
	int ends[2];

	*state = NULL;
	if (unshare(CLONE_NEWNET) != 0)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return -1;
	fixture.child = fork();
	if (fixture.child == 0) {
		close(ends[0]);
		serve(ends[1]);
	}
	close(ends[1]);
	fixture.fd = ends[0];
	*state = &fixture;
	return 0;
}

/* The child ends when nobody is there to ask any more. */
static int teardown(void **state)
{
	struct fixture *fixture = *state;
	int status = 0;

	if (fixture == NULL)
		return 0;
	close(fixture->fd);
	return waitpid(fixture->child, &status, 0) == fixture->child && status == 0 ? 0 : -1;
}

/* The status of the answer to size bytes of a request. */
static int ask(const struct fixture *fixture, const struct warden_request *request, size_t size,
	       uint32_t descriptors)
{
	const int sent[2] = {STDERR_FILENO, STDERR_FILENO};
	struct warden_answer answer;
	uint32_t count;

	assert_int_equal(parcel_send(fixture->fd, request, size, sent, descriptors), 0);
	assert_int_equal(parcel_receive(fixture->fd, &answer, sizeof(answer), NULL, 0, &count),
			 sizeof(answer));
	return answer.status;
}

enum { HEAD = offsetof(struct warden_request, body), HOST = HEAD + sizeof(struct warden_host) };

static struct warden_request host_request(uint16_t network, uint8_t last, uint32_t mtu)
{
	struct warden_request request = {.verb = WARDEN_HOST, .serial = 1};
	struct warden_host host = {.mtu = mtu};

	host.address[0] = (uint8_t)(network >> 8);
	host.address[1] = (uint8_t)network;
	host.address[15] = last;
	memcpy(request.body, &host, sizeof(host));
	return request;
}

static void what_is_no_whole_request_is_refused(void **state)
{
	const struct fixture *fixture = *state;
	struct warden_request request = host_request(0xbeef, 7, 0);

	if (fixture == NULL)
		skip();
	assert_int_equal(ask(fixture, &request, HEAD, 0), -EINVAL);
	assert_int_equal(ask(fixture, &request, HEAD - 1, 0), -EINVAL);
	assert_int_equal(ask(fixture, &request, HOST - 1, 0), -EINVAL);
	assert_int_equal(ask(fixture, &request, HOST + 1, 0), -EINVAL);
	assert_int_equal(ask(fixture, &request, HOST, 1), -EINVAL);
	request.verb = WARDEN_DEVICE;
	assert_int_equal(ask(fixture, &request, HEAD, 0), -EINVAL);
	request.verb = WARDEN_BYPASS;
	assert_int_equal(ask(fixture, &request, HEAD + sizeof(struct warden_bypass), 2), -EINVAL);
	request.verb = WARDEN_VERBS;
	assert_int_equal(ask(fixture, &request, HEAD, 0), -EINVAL);
	request.verb = UINT32_MAX;
	assert_int_equal(ask(fixture, &request, HEAD, 0), -EINVAL);
}

static void no_address_but_of_a_node_is_given_to_the_host(void **state)
{
	const struct fixture *fixture = *state;
	struct warden_request request;

	if (fixture == NULL)
		skip();
	request = host_request(0x2001, 7, 0);
	assert_int_equal(ask(fixture, &request, HOST, 0), -EINVAL);
	request = host_request(0xbeef, 0, 0);
	assert_int_equal(ask(fixture, &request, HOST, 0), -EINVAL);
	request = host_request(0xbeef, 7, 70000);
	assert_int_equal(ask(fixture, &request, HOST, 0), -EINVAL);
	assert_int_equal(if_nametoindex("lo2"), 0);
}

static void a_descriptor_that_is_no_queue_makes_no_device(void **state)
{
	const struct fixture *fixture = *state;
	struct warden_request request = {.verb = WARDEN_DEVICE};

	if (fixture == NULL)
		skip();
	assert_true(ask(fixture, &request, HEAD, 1) < 0);
	assert_int_equal(if_nametoindex("tun0"), 0);
}

static void what_is_right_is_done(void **state)
{
	const struct fixture *fixture = *state;
	struct warden_request request = host_request(0xbeef, 7, 0);

	if (fixture == NULL)
		skip();
	assert_int_equal(ask(fixture, &request, HOST, 0), 0);
	assert_true(if_nametoindex("lo2") != 0);
	request = host_request(0xbeef, 7, 1500);
	assert_int_equal(ask(fixture, &request, HOST, 0), -ENODEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_whole_request_is_refused),
		cmocka_unit_test(no_address_but_of_a_node_is_given_to_the_host),
		cmocka_unit_test(a_descriptor_that_is_no_queue_makes_no_device),
		cmocka_unit_test(what_is_right_is_done),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("daemon/verbs", tests, setup, teardown);
}
