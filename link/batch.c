/* Each message has two parts, header and payload, and points at both. The room for payloads is
 * filled from its beginning, so that a batch of frames of 1,500 bytes fits and one of short frames
 * touches few pages. sendmmsg(2), packet(7). */
#include "link/batch.h"

#include <linux/if_packet.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	LINE = 64, /* bytes of a cache line: payloads begin at one */
	ROOM = ETHERNET_BATCH * 1536 + ETHERNET_PAYLOAD_MAX,
};

struct batch {
	int fd;
	unsigned int count;
	size_t used; /* bytes of room */
	struct mmsghdr messages[ETHERNET_BATCH];
	struct iovec vectors[ETHERNET_BATCH][2];
	struct sockaddr_ll addresses[ETHERNET_BATCH];
	uint8_t headers[ETHERNET_BATCH][ETHERNET_HEADER];
	_Alignas(LINE) uint8_t room[ROOM];
};

int batch_open(struct batch **batch, int fd)
{
	struct batch *made = NULL;

	if (posix_memalign((void **)&made, LINE, sizeof(*made)) != 0)
		return -ENOMEM;
	memset(made, 0, offsetof(struct batch, room));
	made->fd = fd;
	for (size_t i = 0; i < ETHERNET_BATCH; i++) {
		made->vectors[i][0] = (struct iovec){made->headers[i], ETHERNET_HEADER};
		made->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &made->addresses[i],
			.msg_namelen = sizeof(made->addresses[i]),
			.msg_iov = made->vectors[i],
			.msg_iovlen = 2,
		};
	}
	*batch = made;
	return 0;
}

void batch_close(struct batch *batch)
{
	free(batch);
}

uint8_t *batch_room(struct batch *batch)
{
	if (batch->count == ETHERNET_BATCH || ROOM - batch->used < ETHERNET_PAYLOAD_MAX)
		return NULL;
	return batch->room + batch->used;
}

void batch_keep(struct batch *batch, size_t size)
{
	REQUIRE(size <= ETHERNET_PAYLOAD_MAX && ROOM - batch->used >= ETHERNET_PAYLOAD_MAX);
	batch->used += (size + LINE - 1) / LINE * LINE;
}

bool batch_add(struct batch *batch, uint32_t ifindex, const uint8_t header[ETHERNET_HEADER],
	       const uint8_t *bytes, size_t size)
{
	unsigned int i = batch->count;

	if (i == ETHERNET_BATCH)
		return false;
	batch->count++;
	memcpy(batch->headers[i], header, ETHERNET_HEADER);
	/* The kernel only reads; struct iovec is for both ways. */
	batch->vectors[i][1] = (struct iovec){(void *)(uintptr_t)bytes, size};
	batch->addresses[i] = (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_ifindex = (int)ifindex,
		.sll_halen = LINK_LLADDR,
	};
	memcpy(&batch->addresses[i].sll_protocol, header + 2 * LINK_LLADDR, sizeof(uint16_t));
	memcpy(batch->addresses[i].sll_addr, header, LINK_LLADDR);
	return true;
}

/* The counter of a frame that was refused with this errno. */
static uint64_t *counter_of(struct ethernet_counters *counters, int error)
{
	switch (error) {
	case ENOBUFS:
	case EAGAIN:
		return &counters->no_room;
	case ENETDOWN:
	case ENXIO:
	case ENODEV:
		return &counters->link_down;
	case EMSGSIZE:
		return &counters->too_long;
	default:
		return &counters->not_sent;
	}
}

void batch_flush(struct batch *batch, struct ethernet_counters *counters)
{
	unsigned int done = 0;

	while (done < batch->count) {
		int sent = sendmmsg(batch->fd, batch->messages + done, batch->count - done,
				    MSG_DONTWAIT);
		if (sent > 0) {
			counters->sent += (unsigned int)sent;
			done += (unsigned int)sent;
		} else if (errno != EINTR) {
			/* The error is of the first frame left; the next may go to another link. */
			++*counter_of(counters, errno);
			done++;
		}
	}
	batch->count = 0;
	batch->used = 0;
}
