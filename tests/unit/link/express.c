/* When links get an AF_XDP socket to send by, when they lose it, and what becomes of their frames
 * on the way: in order, each counted once. */
#include "sides.h"

#include <sys/socket.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void assert_way(const struct sides *sides, const char *way)
{
	assert_string_equal(ethernet_way(sides->out, sides->left.ifindex), way);
}

static void test_xdp_is_for_busy_links_of_its_kind(void **state)
{
	struct sides sides;

	sides_open(&sides, 1500, BY_XDP);
	sides_exchange(&sides, 100, 46, 1500);
	assert_way(&sides, "packet");
	sides_exchange(&sides, SIDES_BUSY, 46, 1500);
	assert_way(&sides, "xdp");
	assert_int_equal(sides.express[0], -1);
	sides_told(&sides, 1500, true, true);
	assert_way(&sides, "packet");
	sides_exchange(&sides, 100, 46, 1500);
	assert_true(wire_run("ip link set left mtu 9000 && ip link set right mtu 9000"));
	sides_told(&sides, 9000, true, false);
	assert_way(&sides, "packet");
	sides_exchange(&sides, 100, 46, 9000);
	assert_true(wire_run("ip link set left mtu 1500 && ip link set right mtu 1500"));
	sides_told(&sides, 1500, true, false);
	assert_way(&sides, "xdp");
	sides_exchange(&sides, 100, 46, 1500);
	sides_close(&sides);
}

static void test_xdp_survives_a_link_that_goes_and_comes(void **state)
{
	const struct ethernet_counters *counters;
	struct sides sides;

	sides_open(&sides, 1500, BY_XDP);
	sides_exchange(&sides, SIDES_BUSY, 46, 1500);
	counters = ethernet_counters(sides.out);
	assert_true(wire_run("ip link delete left"));
	sides_send(&sides, 100);
	assert_int_equal(counters->link_down, 100);
	sides_send(&sides, 100);
	assert_int_equal(counters->link_down, 200);
	assert_int_equal(counters->sent, SIDES_BUSY);
	ethernet_unlink(sides.out, sides.left.ifindex);
	wire_make(1500, &sides.left, &sides.right);
	sides_told(&sides, 1500, true, false);
	sides_exchange(&sides, SIDES_BUSY, 46, 1500);
	assert_way(&sides, "xdp");
	assert_int_equal(ethernet_counters(sides.out)->refused, 0);
	sides_close(&sides);
}

/* The last socket is taken by the second link; the third goes on without. */
static void test_without_a_socket_left_links_share_one(void **state)
{
	struct sides sides;

	sides_open(&sides, 1500, BY_XDP);
	for (int i = 0; i < SIDES_EXPRESS; i++) {
		sides_exchange(&sides, SIDES_BUSY, 46, 1500);
		assert_way(&sides, "xdp");
		ethernet_unlink(sides.out, sides.left.ifindex);
		wire_make(1500, &sides.left, &sides.right);
		sides_told(&sides, 1500, true, false);
	}
	sides_exchange(&sides, SIDES_BUSY, 46, 1500);
	assert_way(&sides, "packet");
	sides_close(&sides);
}

static void test_xdp_survives_down_and_up(void **state)
{
	const struct ethernet_counters *counters;
	struct sides sides;

	sides_open(&sides, 1500, BY_XDP);
	sides_exchange(&sides, SIDES_BUSY, 46, 1500);
	counters = ethernet_counters(sides.out);
	assert_true(wire_run("ip link set right down"));
	sides_send(&sides, 100); /* no carrier: each is dropped */
	assert_int_equal(counters->not_sent, 100);
	assert_int_equal(counters->sent, SIDES_BUSY);
	sides_told(&sides, 1500, false, false);
	assert_way(&sides, "packet");
	wire_up();
	sides_told(&sides, 1500, true, false);
	sides_exchange(&sides, 100, 46, 1500);
	assert_way(&sides, "xdp");
	sides_close(&sides);
}

/* A bridge whose only port is slow: what it is given stays under way. The descriptor of its AF_XDP
 * socket is returned. */
static int slow_open(struct sides *sides)
{
	int fd;

	sides_open(sides, 1500, BY_XDP);
	fd = sides->express[0];
	assert_true(wire_run("ip link add name slow type bridge mcast_snooping 0 && "
			     "ip link set left master slow && ip link set slow up"));
	sides->left = wire_end_of("slow");
	sides_told(sides, 1500, true, false);
	sides_exchange(sides, SIDES_BUSY, 46, 1500);
	assert_way(sides, "xdp");
	assert_true(wire_run("tc qdisc add dev left root tbf rate 8kbit burst 2kb limit 1mb"));
	return fd;
}

/* Lets what is under way go, and what is sent after it arrive. */
static void slow_close(struct sides *sides)
{
	const struct ethernet_frame *frames;

	assert_true(wire_run("tc qdisc delete dev left root"));
	ethernet_flush(sides->out);
	assert_false(ethernet_waits(sides->out));
	while (ethernet_receive(sides->in, &frames) > 0)
		;
	sides_exchange(sides, 100, 46, 1500);
	sides_close(sides);
	wire_run("ip link delete slow");
}

static void test_what_a_slow_link_has_no_room_for_is_counted(void **state)
{
	const struct ethernet_counters *counters;
	struct sides sides;

	(void)slow_open(&sides);
	sides_send(&sides, 1000);
	counters = ethernet_counters(sides.out);
	assert_true(counters->no_room > 0);
	assert_int_equal(counters->sent + counters->no_room, SIDES_BUSY + 1000);
	slow_close(&sides);
}

static void test_what_the_kernel_has_no_room_for_waits(void **state)
{
	struct sides sides;
	const int least = 1, enough = 1 << 20;
	int fd = slow_open(&sides);

	assert_false(ethernet_waits(sides.out));
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &least, sizeof(least)), 0);
	sides_send(&sides, 100);
	assert_true(ethernet_waits(sides.out));
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &enough, sizeof(enough)), 0);
	assert_int_equal(ethernet_counters(sides.out)->sent, SIDES_BUSY + 100);
	assert_int_equal(ethernet_counters(sides.out)->no_room, 0);
	slow_close(&sides);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xdp_is_for_busy_links_of_its_kind),
		cmocka_unit_test(test_xdp_survives_a_link_that_goes_and_comes),
		cmocka_unit_test(test_without_a_socket_left_links_share_one),
		cmocka_unit_test(test_xdp_survives_down_and_up),
		cmocka_unit_test(test_what_a_slow_link_has_no_room_for_is_counted),
		cmocka_unit_test(test_what_the_kernel_has_no_room_for_waits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("link/express", tests, wire_namespace, NULL);
}
