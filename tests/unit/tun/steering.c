/* Packets of many flows written into a TUN device by the kernel itself come out of the queue that
 * the protocol's lane says. In a network namespace of its own. */
#include "tun/steering.h"

#include "meshp/packet.h"
#include "tun/device.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	QUEUES_MOST = 7,
	FLOWS = 60,
	PATIENCE_MS = 5000,
	MESH_NETWORK = 0xbe,
};

static int setup(void **state)
{
	return unshare(CLONE_NEWNET);
}

/* A device of so many queues, up, with an address and the route of the mesh. */
static void device_make(int queues[QUEUES_MOST], uint32_t count)
{
	char why[200];
	int program;

	for (uint32_t i = 0; i < count; i++) {
		queues[i] = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
		assert_true(queues[i] >= 0);
		assert_int_equal(tun_attach(queues[i], "steered", count > 1, why, sizeof(why)), 0);
	}
	program = steering_load(count);
	assert_true(program >= 0);
	assert_int_equal(steering_set(queues[0], program), 0);
	close(program);
	assert_int_equal(system("ip link set steered up && "
				"ip address add beef::1/128 dev steered nodad && "
				"ip route add beef::/16 dev steered"),
			 0);
}

static void flow_send(int type, uint32_t number)
{
	int fd = socket(AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};

	assert_true(fd >= 0);
	to.sin6_port = htons((uint16_t)(1000 + 7 * number));
	assert_int_equal(inet_pton(AF_INET6, "beef:1234:5678::", &to.sin6_addr), 1);
	to.sin6_addr.s6_addr[15] = (uint8_t)(1 + number % 9);
	if (type == SOCK_STREAM)
		(void)!connect(fd, (struct sockaddr *)&to, sizeof(to));
	else
		assert_int_equal(sendto(fd, "flow", 4, 0, (struct sockaddr *)&to, sizeof(to)), 4);
	close(fd);
}

/* The next packet of the mesh from any queue: which queue, and its lane. False if none comes. */
static bool packet_next(const int *queues, uint32_t count, uint32_t *queue, uint32_t *lane)
{
	struct pollfd waits[QUEUES_MOST];
	uint8_t header[OFFLOAD_HEADER], bytes[2048];
	struct packet packet;
	int size = 0;

	for (uint32_t i = 0; i < count; i++)
		waits[i] = (struct pollfd){.fd = queues[i], .events = POLLIN};
	assert_true(poll(waits, count, PATIENCE_MS) > 0);
	for (*queue = 0; waits[*queue].revents == 0; (*queue)++)
		continue;
	size = tun_read(queues[*queue], header, bytes, sizeof(bytes));
	assert_true(size > 0);
	if (packet_read(bytes, (size_t)size, &packet) != DROP_NONE ||
	    packet.destination.bytes[0] != MESH_NETWORK)
		return false;
	*lane = packet_lane(&packet);
	return true;
}

static void check_queues(uint32_t count)
{
	int queues[QUEUES_MOST];
	uint32_t queue, lane, met = 0, packets = 0;

	device_make(queues, count);
	for (uint32_t i = 0; i < FLOWS; i++)
		flow_send(i % 3 == 0 ? SOCK_STREAM : SOCK_DGRAM, i);
	while (packets < FLOWS) {
		if (!packet_next(queues, count, &queue, &lane))
			continue;
		assert_int_equal(queue, (lane - 1) % count);
		met |= 1U << queue;
		packets++;
	}
	assert_int_equal(met, (1U << count) - 1); /* else nothing was shown */
	for (uint32_t i = 0; i < count; i++)
		close(queues[i]);
}

static void each_lane_comes_out_of_its_queue(void **state)
{
	for (uint32_t count = 2; count <= QUEUES_MOST; count++)
		check_queues(count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_lane_comes_out_of_its_queue),
	};

	if (geteuid() != 0) {
		puts("1..0 # SKIP needs root for a network namespace");
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("tun/steering", tests, setup, NULL);
}
