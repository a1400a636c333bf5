/* Frames carry a pattern made from their number, so that one that is lost, doubled, cut or out of
 * turn differs from the one awaited. */
#include "sides.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 5000 };

void sides_told(struct sides *sides, unsigned int mtu, bool running, bool shaped)
{
	ethernet_link(sides->out, &(struct link_facts){.ifindex = sides->left.ifindex,
						       .mtu = mtu,
						       .running = running,
						       .shaped = shaped});
}

void sides_open(struct sides *sides, unsigned int mtu, unsigned int ways)
{
	*sides = (struct sides){.express = {-1, -1}};
	wire_make(mtu, &sides->left, &sides->right);
	for (int i = 0; i < SIDES_EXPRESS && (ways & BY_XDP); i++)
		sides->express[i] = wire_socket_xdp();
	sides->out_sockets = (struct ethernet_sockets){.packet = wire_socket(true),
						       .ring = -1,
						       .express = sides->express,
						       .express_count = SIDES_EXPRESS};
	sides->in_sockets = (struct ethernet_sockets){
		.packet = wire_socket(true), .ring = ways & BY_RING ? wire_socket(false) : -1};
	assert_int_equal(ethernet_open(&sides->out, &sides->out_sockets, WIRE_TYPE), 0);
	assert_int_equal(ethernet_open(&sides->in, &sides->in_sockets, WIRE_TYPE), 0);
	sides_told(sides, mtu, true, false);
}

void sides_close(struct sides *sides)
{
	ethernet_close(sides->out);
	ethernet_close(sides->in);
	close(sides->out_sockets.packet);
	close(sides->in_sockets.packet);
	if (sides->in_sockets.ring >= 0)
		close(sides->in_sockets.ring);
	for (int i = 0; i < SIDES_EXPRESS; i++)
		if (sides->express[i] >= 0)
			close(sides->express[i]);
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

int sides_await(struct sides *sides, const struct ethernet_frame **frames)
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

void sides_exchange(struct sides *sides, unsigned int count, size_t least, size_t most)
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
			int batch = sides_await(sides, &frames);

			assert_true(batch > 0);
			for (int i = 0; i < batch; i++, got++)
				assert_frame(sides, &frames[i], got,
					     least + got * 31 % (most - least + 1));
		}
	}
	free(lent);
}

void sides_send(struct sides *sides, unsigned int count)
{
	static const uint8_t bytes[1400] = {1};

	for (unsigned int i = 0; i < count; i++)
		ethernet_lend(sides->out, sides->left.ifindex, sides->left.lladdr,
			      sides->right.lladdr, bytes, sizeof(bytes));
	ethernet_flush(sides->out);
}
