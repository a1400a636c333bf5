/* Batches of frames, over a socket that is no packet socket: UDP on ::1, whose addresses are longer
 * than Ethernet's as those of some interfaces are, and read as a packet for us (pkttype 0). */
#include "link/ethernet.h"

#include <sys/socket.h>

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { FRAME = 100, HEADER = 14 };

static int socket_new(struct sockaddr_in6 *address)
{
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(*address);

	*address =
		(struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)address, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)address, &size), 0);
	return fd;
}

static void test_long_addresses_stay_in_their_room(void **state)
{
	const struct ethernet_frame *frames;
	struct sockaddr_in6 to, from;
	struct ethernet *ethernet;
	int in = socket_new(&to), out = socket_new(&from);
	uint8_t sent[FRAME];

	assert_int_equal(ethernet_open(&ethernet, in, 0x88b5), 0);
	for (uint8_t round = 0; round < 3; round++) {
		memset(sent, 0xa0 + round, sizeof(sent));
		for (int i = 0; i < ETHERNET_BATCH; i++)
			assert_int_equal(sendto(out, sent, sizeof(sent), 0, (struct sockaddr *)&to,
						sizeof(to)),
					 FRAME);
		assert_int_equal(ethernet_receive(ethernet, &frames), ETHERNET_BATCH);
		for (int i = 0; i < ETHERNET_BATCH; i++) {
			assert_memory_equal(frames[i].destination, sent, LINK_LLADDR);
			assert_memory_equal(frames[i].source, sent, LINK_LLADDR);
			assert_int_equal(frames[i].size, FRAME - HEADER);
			assert_memory_equal(frames[i].bytes, sent, FRAME - HEADER);
		}
	}
	ethernet_close(ethernet);
	close(in);
	close(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_long_addresses_stay_in_their_room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("link/ethernet", tests, NULL, NULL);
}
