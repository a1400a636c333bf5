/* Frames over a wire of the test's own, received by each backend: they arrive byte for byte, in
 * order, from links of every kind, and what does not arrive is counted. And a batch over a socket
 * that is no packet socket: UDP on ::1, whose addresses are longer than Ethernet's as those of some
 * interfaces are, and read as a packet for us (pkttype 0). */
#include "link/ethernet.h"

#include "wire.h"

#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

enum { FRAME = 100, HEADER = 14, PATIENCE_MS = 5000, MANY = 8192, BUSY = 4096 };

static const uint8_t group[LINK_LLADDR] = {0x33, 0x33, 0, 0, 0xbe, 0xef};

/* Two sides of a wire, each with an ethernet of its own. */
struct sides {
	struct wire_end left, right;
	struct ethernet_sockets out_sockets, in_sockets;
	struct ethernet *out, *in;
};

static struct ethernet_sockets sockets_open(bool ring)
{
	return (struct ethernet_sockets){.packet = wire_socket(true),
					 .ring = ring ? wire_socket(false) : -1};
}

static void sides_open(struct sides *sides, unsigned int mtu, bool ring)
{
	wire_make(mtu, &sides->left, &sides->right);
	sides->out_sockets = sockets_open(false);
	sides->in_sockets = sockets_open(ring);
	assert_int_equal(ethernet_open(&sides->out, &sides->out_sockets, WIRE_TYPE), 0);
	assert_int_equal(ethernet_open(&sides->in, &sides->in_sockets, WIRE_TYPE), 0);
}

static void sides_close(struct sides *sides)
{
	ethernet_close(sides->out);
	ethernet_close(sides->in);
	close(sides->out_sockets.packet);
	close(sides->in_sockets.packet);
	if (sides->in_sockets.ring >= 0)
		close(sides->in_sockets.ring);
}

static void fill(uint8_t *bytes, size_t size, unsigned int number)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(i * 7 + number * 13 + (i >> 8));
}

/* Sends a numbered frame to the other side, in the way its number says. */
static void post(struct sides *sides, unsigned int number, size_t size,
		 uint8_t lent[ETHERNET_PAYLOAD_MAX])
{
	const struct wire_end *from = &sides->left, *to = &sides->right;

	fill(lent, size, number);
	if (number % 3 == 0) {
		ethernet_lend(sides->out, from->ifindex, from->lladdr, to->lladdr, lent, size);
	} else if (number % 3 == 1) {
		ethernet_queue(sides->out, from->ifindex, from->lladdr, to->lladdr, lent, size);
		memset(lent, 0, size);
	} else {
		memcpy(ethernet_reserve(sides->out), lent, size);
		ethernet_commit(sides->out, from->ifindex, from->lladdr, to->lladdr, size);
	}
}

/* Waits for the next batch. */
static int batch_await(struct sides *sides, const struct ethernet_frame **frames)
{
	int count = ethernet_receive(sides->in, frames);

	while (count == 0) {
		struct pollfd waiting[] = {{.fd = sides->in_sockets.packet, .events = POLLIN},
					   {.fd = sides->in_sockets.ring, .events = POLLIN}};

		if (poll(waiting, 2, PATIENCE_MS) < 1)
			return 0;
		count = ethernet_receive(sides->in, frames);
	}
	assert_true(count > 0);
	return count;
}

static void assert_frame(const struct sides *sides, const struct ethernet_frame *frame,
			 unsigned int number, size_t size)
{
	uint8_t wanted[ETHERNET_PAYLOAD_MAX];

	fill(wanted, size, number);
	assert_int_equal(frame->size, size);
	assert_memory_equal(frame->bytes, wanted, size);
	assert_int_equal(frame->ifindex, sides->right.ifindex);
	assert_memory_equal(frame->source, sides->left.lladdr, LINK_LLADDR);
	assert_memory_equal(frame->destination, sides->right.lladdr, LINK_LLADDR);
	assert_false(frame->group);
}

/* Sends count frames whose sizes run through a range, in batches, and receives each. */
static void exchange(struct sides *sides, unsigned int count, size_t least, size_t most)
{
	static const unsigned int BATCH = 48;
	uint8_t(*lent)[ETHERNET_PAYLOAD_MAX] = calloc(BATCH, sizeof(*lent));
	const struct ethernet_frame *frames;
	unsigned int sent = 0, got = 0;

	while (got < count) {
		for (; sent < count && sent - got < BATCH; sent++)
			post(sides, sent, least + sent * 31 % (most - least + 1),
			     lent[sent % BATCH]);
		ethernet_flush(sides->out);
		while (got < sent) {
			int batch = batch_await(sides, &frames);

			assert_true(batch > 0);
			for (int i = 0; i < batch; i++, got++)
				assert_frame(sides, &frames[i], got,
					     least + got * 31 % (most - least + 1));
		}
	}
	free(lent);
}

static void frames_arrive(bool ring)
{
	struct sides sides;

	sides_open(&sides, 1500, ring);
	exchange(&sides, MANY, 46, 1500);
	assert_int_equal(ethernet_counters(sides.out)->sent, MANY);
	assert_int_equal(ethernet_counters(sides.in)->received, MANY);
	assert_int_equal(ethernet_counters(sides.in)->not_taken, 0);
	sides_close(&sides);
}

static void test_frames_arrive_while_the_ring_takes_over(void **state)
{
	frames_arrive(true);
}

static void test_frames_arrive_without_a_ring(void **state)
{
	frames_arrive(false);
}

static void jumbo_frames_arrive(bool ring)
{
	struct sides sides;

	sides_open(&sides, 9000, ring);
	exchange(&sides, ring ? BUSY : 0, 46, 46);
	exchange(&sides, 200, 1900, 2100);
	exchange(&sides, 200, 46, 9000);
	assert_int_equal(ethernet_counters(sides.in)->cut, 0);
	sides_close(&sides);
}

static void test_jumbo_frames_arrive_beside_the_ring(void **state)
{
	jumbo_frames_arrive(true);
}

static void test_jumbo_frames_arrive_without_a_ring(void **state)
{
	jumbo_frames_arrive(false);
}

static void test_what_is_longer_than_the_link_is_counted(void **state)
{
	struct sides sides;
	uint8_t *bytes = calloc(1, ETHERNET_PAYLOAD_MAX + 1);

	sides_open(&sides, 1500, false);
	ethernet_queue(sides.out, sides.left.ifindex, sides.left.lladdr, sides.right.lladdr, bytes,
		       1501);
	ethernet_lend(sides.out, sides.left.ifindex, sides.left.lladdr, sides.right.lladdr, bytes,
		      ETHERNET_PAYLOAD_MAX + 1);
	ethernet_queue(sides.out, sides.left.ifindex, sides.left.lladdr, sides.right.lladdr, bytes,
		       ETHERNET_PAYLOAD_MAX + 1);
	ethernet_flush(sides.out);
	assert_int_equal(ethernet_counters(sides.out)->too_long, 3);
	exchange(&sides, 10, 46, 1500);
	sides_close(&sides);
	free(bytes);
}

static void test_groups_are_heard_by_their_members(void **state)
{
	const struct ethernet_frame *frames;
	struct sides sides;
	uint8_t bytes[FRAME] = {1};

	sides_open(&sides, 1500, false);
	assert_int_equal(ethernet_join(sides.in, sides.right.ifindex, group), 0);
	ethernet_queue(sides.out, sides.left.ifindex, sides.left.lladdr, group, bytes, FRAME);
	ethernet_flush(sides.out);
	assert_int_equal(batch_await(&sides, &frames), 1);
	assert_true(frames[0].group);
	assert_memory_equal(frames[0].destination, group, LINK_LLADDR);
	assert_int_equal(ethernet_leave(sides.in, sides.right.ifindex, group), 0);
	sides_close(&sides);
}

static void test_frames_to_others_are_not_ours(void **state)
{
	const struct ethernet_frame *frames;
	struct sides sides;
	uint8_t bytes[FRAME] = {1};
	const uint8_t other[LINK_LLADDR] = {0x02, 9, 9, 9, 9, 9};

	sides_open(&sides, 1500, false);
	ethernet_queue(sides.out, sides.left.ifindex, sides.left.lladdr, other, bytes, FRAME);
	ethernet_queue(sides.out, sides.left.ifindex, sides.left.lladdr, sides.right.lladdr, bytes,
		       FRAME);
	ethernet_flush(sides.out);
	assert_int_equal(batch_await(&sides, &frames), 1);
	assert_int_equal(ethernet_counters(sides.in)->not_ours, 1);
	sides_close(&sides);
}

static void test_a_tagged_vlan_is_a_link(void **state)
{
	struct sides sides;

	sides_open(&sides, 1500, false);
	if (!wire_run("ip link add link left name left7 type vlan id 7"))
		skip();
	assert_true(wire_run("ip link add link right name right7 type vlan id 7 && "
			     "ip link set left7 up && ip link set right7 up"));
	sides.left = wire_end_of("left7");
	sides.right = wire_end_of("right7");
	exchange(&sides, 200, 46, 1500);
	sides_close(&sides);
}

static void test_a_link_goes_and_another_comes(void **state)
{
	struct sides sides;
	uint8_t bytes[FRAME] = {1};

	sides_open(&sides, 1500, false);
	exchange(&sides, 100, 46, 1500);
	for (int i = 0; i < 10; i++)
		ethernet_lend(sides.out, sides.left.ifindex, sides.left.lladdr, sides.right.lladdr,
			      bytes, FRAME);
	assert_true(wire_run("ip link delete left"));
	ethernet_flush(sides.out);
	assert_int_equal(ethernet_counters(sides.out)->link_down, 10);
	wire_make(1500, &sides.left, &sides.right);
	exchange(&sides, 100, 46, 1500);
	assert_int_equal(ethernet_counters(sides.out)->link_down, 10);
	sides_close(&sides);
}

/* Nobody reads until all are sent: what was received and what the kernel lost add up. */
static void overflow(bool ring)
{
	const struct ethernet_frame *frames;
	struct sides sides;
	uint8_t bytes[1400] = {1};
	uint64_t got = 0;
	int batch;

	sides_open(&sides, 1500, ring);
	exchange(&sides, ring ? BUSY : 0, 46, 46);
	for (int i = 0; i < MANY; i++)
		ethernet_lend(sides.out, sides.left.ifindex, sides.left.lladdr, sides.right.lladdr,
			      bytes, sizeof(bytes));
	ethernet_flush(sides.out);
	while ((batch = ethernet_receive(sides.in, &frames)) > 0)
		got += (unsigned int)batch;
	assert_int_equal(batch, 0);
	assert_true(ethernet_counters(sides.in)->not_taken > 0);
	assert_int_equal(got + ethernet_counters(sides.in)->not_taken, MANY);
	exchange(&sides, 100, 46, 1500);
	sides_close(&sides);
}

static void test_what_the_ring_cannot_hold_is_counted(void **state)
{
	overflow(true);
}

static void test_what_the_socket_cannot_hold_is_counted(void **state)
{
	overflow(false);
}

static void test_what_the_socket_cannot_send_is_counted(void **state)
{
	const int least = 1;
	struct sides sides;
	uint8_t bytes[1400] = {1};

	sides_open(&sides, 1500, false);
	assert_int_equal(
		setsockopt(sides.out_sockets.packet, SOL_SOCKET, SO_SNDBUF, &least, sizeof(least)),
		0);
	if (!wire_run("tc qdisc add dev left root tbf rate 8kbit burst 2kb limit 1mb"))
		skip();
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
		cmocka_unit_test(test_frames_arrive_without_a_ring),
		cmocka_unit_test(test_jumbo_frames_arrive_beside_the_ring),
		cmocka_unit_test(test_jumbo_frames_arrive_without_a_ring),
		cmocka_unit_test(test_what_is_longer_than_the_link_is_counted),
		cmocka_unit_test(test_groups_are_heard_by_their_members),
		cmocka_unit_test(test_frames_to_others_are_not_ours),
		cmocka_unit_test(test_a_tagged_vlan_is_a_link),
		cmocka_unit_test(test_a_link_goes_and_another_comes),
		cmocka_unit_test(test_what_the_ring_cannot_hold_is_counted),
		cmocka_unit_test(test_what_the_socket_cannot_hold_is_counted),
		cmocka_unit_test(test_what_the_socket_cannot_send_is_counted),
		cmocka_unit_test(test_long_addresses_stay_in_their_room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("link/ethernet", tests, wire_namespace, NULL);
}
