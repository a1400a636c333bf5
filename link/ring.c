/* A frame's place belongs to the kernel or to us, as its status says: the kernel sets
 * TP_STATUS_USER last, ring_release sets TP_STATUS_KERNEL last, and both go round in the same
 * order. Every page of the ring counts as the process's memory from the start, so it is no longer
 * than what comes in while a busy machine lets the daemon wait: 2,048 frames, 8 ms at 250,000 a
 * second. Linux, Documentation/networking/packet_mmap.rst. */
#include "link/ring.h"
#include "link/ethernet.h"

#include <sys/mman.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>

enum {
	PLACE = 2048, /* a frame of 1,500 bytes with its headers, in whole cache lines */
	BLOCK = 65536,
	BLOCKS = 64,
	PLACES = BLOCKS * (BLOCK / PLACE),
	LONGS = 16, /* frames too long for their place that can be lent at once */
};

struct ring {
	int fd;
	bool lost;	/* nobody knows where the kernel goes on: at the next frame */
	uint32_t next;	/* the place to look at */
	uint32_t taken; /* places before it that are lent */
	uint32_t longs_taken;
	uint8_t *places;
	uint8_t longs[LONGS][ETHERNET_FRAME_MAX];
};

/* Asks for a ring of so many blocks; 0 ends it. 0 or -errno. */
static int ring_request(int fd, unsigned int blocks)
{
	struct tpacket_req request = {
		.tp_block_size = BLOCK,
		.tp_block_nr = blocks,
		.tp_frame_size = PLACE,
		.tp_frame_nr = blocks * (BLOCK / PLACE),
	};

	return setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof(request)) < 0 ? -errno
											 : 0;
}

/* Maps the ring the socket has. 0 or -errno. */
static int ring_map(struct ring *ring)
{
	void *at =
		mmap(NULL, (size_t)BLOCKS * BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, 0);

	if (at == MAP_FAILED)
		return -errno;
	madvise(at, (size_t)BLOCKS * BLOCK, MADV_DONTDUMP);
	ring->places = at;
	return 0;
}

/* Makes the socket's ring and maps it. 0 or -errno. */
static int ring_make(struct ring *ring)
{
	const int version = TPACKET_V2, copies = 1;
	int status;

	if (setsockopt(ring->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) < 0 ||
	    setsockopt(ring->fd, SOL_PACKET, PACKET_COPY_THRESH, &copies, sizeof(copies)) < 0)
		return -errno;
	status = ring_request(ring->fd, BLOCKS);
	if (status != 0)
		return status;
	status = ring_map(ring);
	if (status == 0)
		return 0;
	return ring_request(ring->fd, 0) == 0 ? status : -EIO;
}

static int ring_bind(const struct ring *ring, uint16_t ethertype)
{
	const struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = ethertype};

	return bind(ring->fd, (const struct sockaddr *)&address, sizeof(address)) == 0 ? 0 : -errno;
}

void ring_close(struct ring *ring)
{
	if (ring == NULL)
		return;
	ring_release(ring);
	munmap(ring->places, (size_t)BLOCKS * BLOCK);
	free(ring);
}

int ring_open(struct ring **ring, int fd, uint16_t ethertype)
{
	struct ring *made = calloc(1, sizeof(*made));
	int status;

	if (made == NULL)
		return -ENOMEM;
	made->fd = fd;
	status = ring_make(made);
	if (status != 0) {
		free(made);
		return status == -EINVAL ? 0 : status; /* it was wanted, and not made */
	}
	status = ring_bind(made, ethertype);
	if (status == 0)
		*ring = made;
	else
		ring_close(made);
	return status;
}

int ring_resume(struct ring **ring, int fd, uint16_t ethertype)
{
	struct ring *made;
	int version = 0, status;
	socklen_t size = sizeof(version);

	*ring = NULL;
	if (getsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, &size) != 0 ||
	    version != TPACKET_V2)
		return 0;
	made = calloc(1, sizeof(*made));
	if (made == NULL)
		return -ENOMEM;
	made->fd = fd;
	made->lost = true;
	status = ring_map(made);
	if (status != 0) {
		free(made);
		return status;
	}
	status = ring_bind(made, ethertype);
	if (status == 0)
		*ring = made;
	else
		ring_close(made);
	return status;
}

/* The header of a place. */
static struct tpacket2_hdr *ring_head(struct ring *ring, uint32_t place)
{
	return (struct tpacket2_hdr *)(void *)(ring->places + (size_t)place * PLACE);
}

static bool ring_waits(struct ring *ring, uint32_t place)
{
	return __atomic_load_n(&ring_head(ring, place)->tp_status, __ATOMIC_ACQUIRE) &
	       TP_STATUS_USER;
}

static uint64_t ring_time(struct ring *ring, uint32_t place)
{
	const struct tpacket2_hdr *head = ring_head(ring, place);

	return head->tp_sec * UINT64_C(1000000000) + head->tp_nsec;
}

/* Finds the frame that waits longest: the first of a run of them or, where all places are full, the
 * one with the oldest time. False if none waits. */
static bool ring_find(struct ring *ring)
{
	uint32_t oldest = 0;

	for (uint32_t place = 0; place < PLACES; place++) {
		bool waits = ring_waits(ring, place);
		if (waits && !ring_waits(ring, (place + PLACES - 1) % PLACES)) {
			ring->next = place;
			return true;
		}
		if (waits && ring_time(ring, place) < ring_time(ring, oldest))
			oldest = place;
	}
	ring->next = oldest;
	return ring_waits(ring, oldest);
}

/* Copies a long frame, all of which waits in the socket; the ring has its beginning only. */
static void long_take(struct ring *ring, struct arrival *arrival)
{
	uint8_t *room = ring->longs[ring->longs_taken++];
	struct iovec part = {room, ETHERNET_FRAME_MAX};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t size = recvmsg(ring->fd, &message, MSG_DONTWAIT | MSG_TRUNC);

	arrival->whole = size == (ssize_t)arrival->size && size <= ETHERNET_FRAME_MAX;
	arrival->bytes = room;
}

bool ring_next(struct ring *ring, struct arrival *arrival)
{
	if (ring->lost && !ring_find(ring))
		return false;
	ring->lost = false;

	struct tpacket2_hdr *head = ring_head(ring, ring->next);
	uint32_t status = __atomic_load_n(&head->tp_status, __ATOMIC_ACQUIRE);
	const uint8_t *bytes = (const uint8_t *)head;

	if ((status & TP_STATUS_USER) == 0 || ring->taken == PLACES)
		return false;
	if ((status & TP_STATUS_COPY) && ring->longs_taken == LONGS)
		return false;
	*arrival = (struct arrival){
		.from = (const struct sockaddr_ll *)(const void *)(bytes +
								   TPACKET_ALIGN(sizeof(*head))),
		.bytes = bytes + head->tp_mac,
		.size = head->tp_len,
		.whole = head->tp_snaplen == head->tp_len,
	};
	if (status & TP_STATUS_COPY)
		long_take(ring, arrival);
	ring->next = (ring->next + 1) % PLACES;
	ring->taken++;
	return true;
}

void ring_release(struct ring *ring)
{
	for (; ring->taken > 0; ring->taken--) {
		uint32_t place = (ring->next + PLACES - ring->taken) % PLACES;
		__atomic_store_n(&ring_head(ring, place)->tp_status, TP_STATUS_KERNEL,
				 __ATOMIC_RELEASE);
	}
	ring->longs_taken = 0;
}
