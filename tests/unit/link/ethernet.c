/* Frames over a wire of the test's own, received by each backend: they arrive byte for byte, in
 * order, from links of every kind, and what does not arrive is counted. And a batch over a socket
 * that is no packet socket: UDP on ::1, whose addresses are longer than Ethernet's as those of some
 * interfaces are, and read as a packet for us (pkttype 0). */
#include "sides.h"

#include <sys/socket.h>

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { FRAME = 100, HEADER = 14, MANY = 8192 };

static const uint8_t group[LINK_LLADDR] = {0x33, 0x33, 0, 0, 0xbe, 0xef};

static void frames_arrive(unsigned int ways)
{
	struct sides sides;

	sides_open(&sides, 1500, ways);
	sides_exchange(&sides, MANY, 46, 1500);
	assert_int_equal(ethernet_counters(sides.out)->sent, MANY);
	assert_int_equal(ethernet_counters(sides.in)->received, MANY);
	assert_int_equal(ethernet_counters(sides.in)->not_taken, 0);
	sides_close(&sides);
}

static void test_frames_arrive_while_the_ring_takes_over(void **state)
{
	frames_arrive(BY_RING);
}

static void test_frames_arrive_while_xdp_takes_over(void **state)
{
	frames_arrive(BY_XDP);
	frames_arrive(BY_XDP | BY_RING);
}

static void test_frames_arrive_without_a_ring(void **state)
{
	frames_arrive(BY_BATCH);
}

static void jumbo_frames_arrive(unsigned int ways)
{
	struct sides sides;

	sides_open(&sides, 9000, ways);
	sides_exchange(&sides, ways ? SIDES_BUSY : 0, 46, 46);
	sides_exchange(&sides, 200, 1900, 2100);
	sides_exchange(&sides, 200, 46, 9000);
	assert_int_equal(ethernet_counters(sides.in)->cut, 0);
	sides_close(&sides);
}

static void test_jumbo_frames_arrive_beside_the_ring(void **state)
{
	jumbo_frames_arrive(BY_RING);
}

static void test_jumbo_frames_arrive_without_a_ring(void **state)
{
	jumbo_frames_arrive(BY_BATCH);
}

static void too_long(unsigned int ways)
{
	struct sides sides;
	uint8_t *bytes = calloc(1, ETHERNET_PAYLOAD_MAX + 1);

	sides_open(&sides, 1500, ways);
	sides_exchange(&sides, ways ? SIDES_BUSY : 0, 46, 1500);
	ethernet_queue(sides.out, sides.left.ifindex, sides.left.lladdr, sides.right.lladdr, bytes,
		       1501);
	ethernet_lend(sides.out, sides.left.ifindex, sides.left.lladdr, sides.right.lladdr, bytes,
		      ETHERNET_PAYLOAD_MAX + 1);
	ethernet_queue(sides.out, sides.left.ifindex, sides.left.lladdr, sides.right.lladdr, bytes,
		       ETHERNET_PAYLOAD_MAX + 1);
	ethernet_flush(sides.out);
	assert_int_equal(ethernet_counters(sides.out)->too_long, 3);
	sides_exchange(&sides, 10, 46, 1500);
	sides_close(&sides);
	free(bytes);
}

static void test_what_is_longer_than_the_link_is_counted(void **state)
{
	too_long(BY_BATCH);
	too_long(BY_XDP);
}

static void groups(unsigned int ways)
{
	const struct ethernet_frame *frames;
	struct sides sides;
	uint8_t bytes[FRAME] = {1};

	sides_open(&sides, 1500, ways);
	sides_exchange(&sides, ways ? SIDES_BUSY : 0, 46, 46);
	assert_int_equal(ethernet_join(sides.in, sides.right.ifindex, group), 0);
	ethernet_queue(sides.out, sides.left.ifindex, sides.left.lladdr, group, bytes, FRAME);
	ethernet_flush(sides.out);
	assert_int_equal(sides_await(&sides, &frames), 1);
	assert_true(frames[0].group);
	assert_memory_equal(frames[0].destination, group, LINK_LLADDR);
	assert_int_equal(ethernet_leave(sides.in, sides.right.ifindex, group), 0);
	sides_close(&sides);
}

static void test_groups_are_heard_by_their_members(void **state)
{
	groups(BY_BATCH);
	groups(BY_XDP | BY_RING);
}

static void test_frames_to_others_are_not_ours(void **state)
{
	const struct ethernet_frame *frames;
	struct sides sides;
	uint8_t bytes[FRAME] = {1};
	const uint8_t other[LINK_LLADDR] = {0x02, 9, 9, 9, 9, 9};

	sides_open(&sides, 1500, BY_BATCH);
	ethernet_queue(sides.out, sides.left.ifindex, sides.left.lladdr, other, bytes, FRAME);
	ethernet_queue(sides.out, sides.left.ifindex, sides.left.lladdr, sides.right.lladdr, bytes,
		       FRAME);
	ethernet_flush(sides.out);
	assert_int_equal(sides_await(&sides, &frames), 1);
	assert_int_equal(ethernet_counters(sides.in)->not_ours, 1);
	sides_close(&sides);
}

/* A device on top of each end of the wire. */
static void stacked(const char *make_left, const char *make_right, const char *left,
		    const char *right)
{
	struct sides sides;

	sides_open(&sides, 1500, BY_XDP | BY_RING);
	/* Not every kernel has every kind. */
	if (wire_run(make_left) && wire_run(make_right)) {
		sides.left = wire_end_of(left);
		sides.right = wire_end_of(right);
		sides_told(&sides, 1500, true, false);
		sides_exchange(&sides, MANY, 46, 1500);
		assert_string_equal(ethernet_way(sides.out, sides.left.ifindex), "xdp");
	}
	sides_close(&sides);
}

static void test_stacked_devices_are_links(void **state)
{
	stacked("ip link add link left name vlan-l up type vlan id 7",
		"ip link add link right name vlan-r up type vlan id 7", "vlan-l", "vlan-r");
	stacked("ip link add link left name mac-l up type macvlan mode bridge",
		"ip link add link right name mac-r up type macvlan mode bridge", "mac-l", "mac-r");
	stacked("ip link add name br-l up type bridge && ip link set left master br-l",
		"ip link add name br-r up type bridge && ip link set right master br-r", "br-l",
		"br-r");
}

static void test_a_link_goes_and_another_comes(void **state)
{
	struct sides sides;
	uint8_t bytes[FRAME] = {1};

	sides_open(&sides, 1500, BY_BATCH);
	sides_exchange(&sides, 100, 46, 1500);
	for (int i = 0; i < 10; i++)
		ethernet_lend(sides.out, sides.left.ifindex, sides.left.lladdr, sides.right.lladdr,
			      bytes, FRAME);
	assert_true(wire_run("ip link delete left"));
	ethernet_flush(sides.out);
	assert_int_equal(ethernet_counters(sides.out)->link_down, 10);
	wire_make(1500, &sides.left, &sides.right);
	sides_exchange(&sides, 100, 46, 1500);
	assert_int_equal(ethernet_counters(sides.out)->link_down, 10);
	sides_close(&sides);
}

/* Nobody reads until all are sent: what was received and what the kernel lost add up. */
static void overflow(unsigned int ways)
{
	const struct ethernet_frame *frames;
	struct sides sides;
	uint8_t bytes[1400] = {1};
	uint64_t got = 0;
	int batch;

	sides_open(&sides, 1500, ways);
	sides_exchange(&sides, ways ? SIDES_BUSY : 0, 46, 46);
	for (int i = 0; i < MANY; i++)
		ethernet_lend(sides.out, sides.left.ifindex, sides.left.lladdr, sides.right.lladdr,
			      bytes, sizeof(bytes));
	ethernet_flush(sides.out);
	while ((batch = ethernet_receive(sides.in, &frames)) > 0)
		got += (unsigned int)batch;
	assert_int_equal(batch, 0);
	assert_true(ethernet_counters(sides.in)->not_taken > 0);
	assert_int_equal(got + ethernet_counters(sides.in)->not_taken, MANY);
	sides_exchange(&sides, 100, 46, 1500);
	sides_close(&sides);
}

static void test_what_the_ring_cannot_hold_is_counted(void **state)
{
	overflow(BY_RING);
}

static void test_what_the_socket_cannot_hold_is_counted(void **state)
{
	overflow(BY_BATCH);
}

static void test_what_the_socket_cannot_send_is_counted(void **state)
{
	const int least = 1;
	struct sides sides;
	uint8_t bytes[1400] = {1};

	sides_open(&sides, 1500, BY_BATCH);
	assert_int_equal(
		setsockopt(sides.out_sockets.packet, SOL_SOCKET, SO_SNDBUF, &least, sizeof(least)),
		0);
	assert_true(wire_run("tc qdisc add dev left root tbf rate 8kbit burst 2kb limit 1mb"));
	for (int i = 0; i < MANY; i++)
		ethernet_lend(sides.out, sides.left.ifindex, sides.left.lladdr, sides.right.lladdr,
			      bytes, sizeof(bytes));
	ethernet_flush(sides.out);
	assert_true(ethernet_counters(sides.out)->no_room > 0);
	assert_int_equal(ethernet_counters(sides.out)->sent + ethernet_counters(sides.out)->no_room,
			 MANY);
	sides_close(&sides);
}

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

	const struct ethernet_sockets sockets = {.packet = in, .ring = -1};

	assert_int_equal(ethernet_open(&ethernet, &sockets, WIRE_TYPE), 0);
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
		cmocka_unit_test(test_frames_arrive_while_the_ring_takes_over),
		cmocka_unit_test(test_frames_arrive_while_xdp_takes_over),
		cmocka_unit_test(test_frames_arrive_without_a_ring),
		cmocka_unit_test(test_jumbo_frames_arrive_beside_the_ring),
		cmocka_unit_test(test_jumbo_frames_arrive_without_a_ring),
		cmocka_unit_test(test_what_is_longer_than_the_link_is_counted),
		cmocka_unit_test(test_groups_are_heard_by_their_members),
		cmocka_unit_test(test_frames_to_others_are_not_ours),
		cmocka_unit_test(test_stacked_devices_are_links),
		cmocka_unit_test(test_a_link_goes_and_another_comes),
		cmocka_unit_test(test_what_the_ring_cannot_hold_is_counted),
		cmocka_unit_test(test_what_the_socket_cannot_hold_is_counted),
		cmocka_unit_test(test_what_the_socket_cannot_send_is_counted),
		cmocka_unit_test(test_long_addresses_stay_in_their_room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("link/ethernet", tests, wire_namespace, NULL);
}
