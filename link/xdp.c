/* Memory of 256 chunks is shared with the kernel, and two rings about it: in one we produce frames
 * to be sent, in the other the kernel returns chunks it has no more use for. Every chunk is free,
 * described in the ring to send, or with the kernel; the completion ring has room for all of them,
 * so the kernel never waits for us. A socket binds once: when its interface is deleted it is of no
 * more use. It survives down and up. Linux, Documentation/networking/af_xdp.rst. */
#include "link/xdp.h"

#include <linux/if_xdp.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	CHUNKS = 256, /* a power of two, as rings are */
	FILL = 2,     /* of the ring for receiving, that must be and stays empty */
};

/* Frames on their way count in the send buffer; as many as there are chunks may be. */
_Static_assert((int)ETHERNET_EXPRESS_BUFFER == CHUNKS * 2 * XDP_CHUNK, "all fit");

/* A ring as it is mapped. */
struct lap {
	uint8_t *map;
	size_t size;
	uint32_t *producer;
	uint32_t *consumer;
	void *entries;
};

struct xdp {
	int fd;
	uint8_t *chunks;
	struct lap transmit;   /* entries: struct xdp_desc */
	struct lap completion; /* entries: uint64_t, where a chunk begins */
	uint32_t produced;     /* in transmit, told to the kernel or not yet */
	uint32_t told;
	uint32_t completed; /* taken from completion */
	bool waits;
	bool gone;
	uint32_t free_count;
	uint16_t free[CHUNKS]; /* numbers of chunks */
};

static bool option_set(int fd, int option, const void *value, socklen_t size)
{
	return setsockopt(fd, SOL_XDP, option, value, size) == 0;
}

/* Gives the socket its memory and the sizes of its rings. */
static bool memory_register(struct xdp *xdp)
{
	const int chunks = CHUNKS, fill = FILL;
	const struct xdp_umem_reg memory = {
		.addr = (uintptr_t)xdp->chunks,
		.len = (uint64_t)CHUNKS * XDP_CHUNK,
		.chunk_size = XDP_CHUNK,
	};

	return option_set(xdp->fd, XDP_UMEM_REG, &memory, sizeof(memory)) &&
	       option_set(xdp->fd, XDP_UMEM_FILL_RING, &fill, sizeof(fill)) &&
	       option_set(xdp->fd, XDP_UMEM_COMPLETION_RING, &chunks, sizeof(chunks)) &&
	       option_set(xdp->fd, XDP_TX_RING, &chunks, sizeof(chunks));
}

static bool lap_map(struct lap *lap, int fd, const struct xdp_ring_offset *offsets, size_t entry,
		    off_t page)
{
	lap->size = offsets->desc + CHUNKS * entry;
	lap->map =
		mmap(NULL, lap->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, page);
	if (lap->map == MAP_FAILED)
		return false;
	lap->producer = (uint32_t *)(void *)(lap->map + offsets->producer);
	lap->consumer = (uint32_t *)(void *)(lap->map + offsets->consumer);
	lap->entries = lap->map + offsets->desc;
	return true;
}

static bool laps_map(struct xdp *xdp)
{
	struct xdp_mmap_offsets offsets;
	socklen_t size = sizeof(offsets);

	return getsockopt(xdp->fd, SOL_XDP, XDP_MMAP_OFFSETS, &offsets, &size) == 0 &&
	       lap_map(&xdp->transmit, xdp->fd, &offsets.tx, sizeof(struct xdp_desc),
		       XDP_PGOFF_TX_RING) &&
	       lap_map(&xdp->completion, xdp->fd, &offsets.cr, sizeof(uint64_t),
		       (off_t)XDP_UMEM_PGOFF_COMPLETION_RING);
}

/* Queue 0 is there on every interface. */
static bool socket_bind(int fd, uint32_t ifindex)
{
	const struct sockaddr_xdp address = {
		.sxdp_family = AF_XDP,
		.sxdp_flags = XDP_COPY,
		.sxdp_ifindex = ifindex,
	};

	return bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
}

int xdp_open(struct xdp **xdp, int fd, uint32_t ifindex)
{
	struct xdp *made = calloc(1, sizeof(*made));
	int status;

	if (made == NULL) {
		close(fd);
		return -ENOMEM;
	}
	made->fd = fd;
	made->transmit.map = made->completion.map = MAP_FAILED;
	for (; made->free_count < CHUNKS; made->free_count++)
		made->free[made->free_count] = (uint16_t)made->free_count;
	made->chunks = mmap(NULL, (size_t)CHUNKS * XDP_CHUNK, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (made->chunks != MAP_FAILED && memory_register(made) && laps_map(made) &&
	    socket_bind(fd, ifindex)) {
		madvise(made->chunks, (size_t)CHUNKS * XDP_CHUNK, MADV_DONTDUMP);
		*xdp = made;
		return 0;
	}
	status = -errno;
	xdp_close(made);
	return status;
}

static void unmap(void *map, size_t size)
{
	if (map != MAP_FAILED)
		munmap(map, size);
}

void xdp_close(struct xdp *xdp)
{
	if (xdp == NULL)
		return;
	close(xdp->fd);
	unmap(xdp->transmit.map, xdp->transmit.size);
	unmap(xdp->completion.map, xdp->completion.size);
	unmap(xdp->chunks, (size_t)CHUNKS * XDP_CHUNK);
	free(xdp);
}

bool xdp_add(struct xdp *xdp, const uint8_t header[ETHERNET_HEADER], const uint8_t *bytes,
	     size_t size)
{
	struct xdp_desc *entry = (struct xdp_desc *)xdp->transmit.entries + xdp->produced % CHUNKS;
	uint64_t at;

	REQUIRE(size <= XDP_PAYLOAD_MAX);
	if (xdp->free_count == 0)
		return false;
	at = (uint64_t)xdp->free[--xdp->free_count] * XDP_CHUNK;
	memcpy(xdp->chunks + at, header, ETHERNET_HEADER);
	memcpy(xdp->chunks + at + ETHERNET_HEADER, bytes, size);
	*entry = (struct xdp_desc){.addr = at, .len = (uint32_t)(ETHERNET_HEADER + size)};
	xdp->produced++;
	return true;
}

/* Takes back the chunks of frames that have left. */
static void chunks_return(struct xdp *xdp)
{
	const uint64_t *entries = xdp->completion.entries;
	uint32_t until = __atomic_load_n(xdp->completion.producer, __ATOMIC_ACQUIRE);

	for (; xdp->completed != until && xdp->free_count < CHUNKS; xdp->completed++) {
		uint64_t at = entries[xdp->completed % CHUNKS];
		xdp->free[xdp->free_count++] = (uint16_t)(at / XDP_CHUNK % CHUNKS);
	}
	__atomic_store_n(xdp->completion.consumer, xdp->completed, __ATOMIC_RELEASE);
}

/* Frames in the ring that the kernel has not taken. */
static uint32_t left(const struct xdp *xdp)
{
	return xdp->told - __atomic_load_n(xdp->transmit.consumer, __ATOMIC_ACQUIRE);
}

/* Reads why the kernel stopped. True if it is to be asked again, at once. */
static bool stop_read(struct xdp *xdp, int error, bool moved, struct ethernet_counters *counters)
{
	switch (error) {
	case EBUSY: /* one was taken and dropped: the link has no carrier, or no room */
		counters->sent--;
		counters->not_sent++;
		return true;
	case EAGAIN: /* took as many as it does at once, or has no room */
	case ENOBUFS:
		xdp->waits = !moved;
		return moved;
	case ENXIO:
		xdp->gone = true;
		counters->sent -= left(xdp);
		counters->link_down += left(xdp);
		return false;
	default:
		return error == EINTR;
	}
}

/* Has the kernel take frames. True if it is to be asked again. */
static bool kick(struct xdp *xdp, struct ethernet_counters *counters)
{
	uint32_t before = left(xdp);

	if (before == 0 || sendmsg(xdp->fd, &(struct msghdr){0}, MSG_DONTWAIT) >= 0)
		return false;
	return stop_read(xdp, errno, left(xdp) != before, counters);
}

void xdp_flush(struct xdp *xdp, struct ethernet_counters *counters)
{
	if (xdp->gone)
		return;
	counters->sent += xdp->produced - xdp->told;
	xdp->told = xdp->produced;
	xdp->waits = false;
	__atomic_store_n(xdp->transmit.producer, xdp->produced, __ATOMIC_RELEASE);
	for (unsigned int i = 0; i < 2 * CHUNKS && kick(xdp, counters); i++)
		;
	chunks_return(xdp);
}

bool xdp_waits(const struct xdp *xdp)
{
	return xdp->waits;
}

bool xdp_gone(const struct xdp *xdp)
{
	return xdp->gone;
}

uint64_t xdp_refused(const struct xdp *xdp)
{
	struct xdp_statistics statistics = {0};
	socklen_t size = sizeof(statistics);

	return getsockopt(xdp->fd, SOL_XDP, XDP_STATISTICS, &statistics, &size) == 0
		       ? statistics.tx_invalid_descs
		       : 0;
}
