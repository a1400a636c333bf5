/* Two sockets that share the frames of a wire by their first byte. */
#include "link/share.h"

#include "link/ethernet.h"
#include "wire.h"

#include <stdarg.h>
#include <setjmp.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	MTU = 1500,
	PAYLOAD = 60,
	WAIT_MS = 5000, /* longer than any frame takes */
};

/* A socket that takes what is accepted. */
static int socket_sharing(const bool accepted[SHARE_BYTES])
{
	const struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(WIRE_TYPE),
	};
	int fd = wire_socket(false);

	assert_int_equal(share_take(fd, accepted), 0);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* The first byte of the next frame a socket has for its own, 0 if there is none. */
static uint8_t first_of_next(int fd)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	uint8_t frame[2 * MTU] = {0};
	struct sockaddr_ll from;
	socklen_t size = sizeof(from);

	do {
		assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
		ssize_t got =
			recvfrom(fd, frame, sizeof(frame), 0, (struct sockaddr *)&from, &size);
		assert_true(got >= ETHERNET_HEADER);
	} while (from.sll_pkttype == PACKET_OUTGOING);
	return frame[ETHERNET_HEADER];
}

static void send_all(const struct wire_end *left, const struct wire_end *right)
{
	const struct ethernet_sockets sockets = {.packet = wire_socket(false), .ring = -1};
	struct ethernet *ethernet;
	uint8_t payload[PAYLOAD] = {0};

	assert_int_equal(ethernet_open(&ethernet, &sockets, WIRE_TYPE), 0);
	for (int first = 0; first < SHARE_BYTES; first++) {
		payload[0] = (uint8_t)first;
		ethernet_queue(ethernet, left->ifindex, left->lladdr, right->lladdr, payload,
			       sizeof(payload));
	}
	ethernet_queue(ethernet, left->ifindex, left->lladdr, right->lladdr, payload, 0);
	ethernet_flush(ethernet);
	ethernet_close(ethernet);
	close(sockets.packet);
}

/* Whatever the set, each socket takes its own, all of it, and nothing else. */
static void check_share(const struct wire_end *left, const struct wire_end *right,
			const bool accepted[SHARE_BYTES])
{
	bool others[SHARE_BYTES];

	for (int first = 0; first < SHARE_BYTES; first++)
		others[first] = !accepted[first];
	int mine = socket_sharing(accepted), theirs = socket_sharing(others);
	send_all(left, right);
	for (int first = 0; first < SHARE_BYTES; first++)
		assert_int_equal(first_of_next(accepted[first] ? mine : theirs), first);
	assert_int_equal(first_of_next(accepted[0] ? mine : theirs), 0);
	close(mine);
	close(theirs);
}

static void frames_go_where_their_first_byte_says(void **state)
{
	struct wire_end left, right;
	bool accepted[SHARE_BYTES];

	wire_make(MTU, &left, &right);
	for (int modulus = 1; modulus < 8; modulus++) {
		for (int first = 0; first < SHARE_BYTES; first++)
			accepted[first] = first * 7 / 3 % modulus == 0;
		check_share(&left, &right, accepted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_go_where_their_first_byte_says),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("link/share", tests, wire_namespace, NULL);
}
