/* The door to the backends. Frames come by recvmmsg until there are many of them, then by a mapped
 * ring; they leave by sendmmsg until a link has many, then by an AF_XDP socket. The ring is for the
 * busy only because its memory counts from the first frame on. It has a socket of its own because
 * the kernel hands a socket nothing while it makes a ring, for 8 to 24 ms; meanwhile the other
 * goes on. packet(7) is what is relied on: a socket bound to an EtherType and no interface serves
 * every interface, and sees no error when one goes. */
#include "link/ethernet.h"
#include "link/batch.h"
#include "link/express.h"
#include "link/inlet.h"
#include "link/ring.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct ethernet {
	struct ethernet_sockets sockets;
	uint16_t ethertype; /* in network order */
	struct ethernet_counters counters;
	struct inlet *inlet;	/* until the ring has taken over */
	struct ring *ring;	/* once there was much to receive */
	struct batch *batch;	/* to send by the packet socket */
	struct express express; /* links that do not */
	struct ethernet_frame frames[ETHERNET_BATCH];
};

int ethernet_open(struct ethernet **ethernet, const struct ethernet_sockets *sockets,
		  uint16_t ethertype)
{
	struct ethernet *made = calloc(1, sizeof(*made));
	int status;

	if (made == NULL)
		return -ENOMEM;
	made->sockets = *sockets;
	made->ethertype = htons(ethertype);
	made->express.sockets = sockets->express;
	made->express.sockets_count = sockets->express_count;
	status = batch_open(&made->batch, sockets->packet);
	if (status == 0)
		status = inlet_open(&made->inlet, sockets->packet);
	if (status == 0 && sockets->ring >= 0)
		status = ring_resume(&made->ring, sockets->ring, made->ethertype);
	if (made->ring != NULL)
		inlet_end(made->inlet);
	if (status != 0) {
		ethernet_close(made);
		return status;
	}
	*ethernet = made;
	return 0;
}

void ethernet_close(struct ethernet *ethernet)
{
	if (ethernet == NULL)
		return;
	ring_close(ethernet->ring);
	inlet_close(ethernet->inlet);
	batch_close(ethernet->batch);
	express_close(&ethernet->express);
	free(ethernet);
}

void ethernet_link(struct ethernet *ethernet, const struct link_facts *facts)
{
	express_set(&ethernet->express, facts);
}

void ethernet_unlink(struct ethernet *ethernet, uint32_t ifindex)
{
	express_remove(&ethernet->express, ifindex);
}

const char *ethernet_way(struct ethernet *ethernet, uint32_t ifindex)
{
	const struct express_link *link = express_find(&ethernet->express, ifindex);

	return link != NULL && express_takes(link, 0) ? "xdp" : "packet";
}

static int membership_change(struct ethernet *ethernet, int option, uint32_t ifindex,
			     const uint8_t group[LINK_LLADDR])
{
	struct packet_mreq membership = {
		.mr_ifindex = (int)ifindex, .mr_type = PACKET_MR_MULTICAST, .mr_alen = LINK_LLADDR};

	memcpy(membership.mr_address, group, LINK_LLADDR);
	return setsockopt(ethernet->sockets.packet, SOL_PACKET, option, &membership,
			  sizeof(membership)) < 0
		       ? -errno
		       : 0;
}

int ethernet_join(struct ethernet *ethernet, uint32_t ifindex, const uint8_t group[LINK_LLADDR])
{
	return membership_change(ethernet, PACKET_ADD_MEMBERSHIP, ifindex, group);
}

int ethernet_leave(struct ethernet *ethernet, uint32_t ifindex, const uint8_t group[LINK_LLADDR])
{
	return membership_change(ethernet, PACKET_DROP_MEMBERSHIP, ifindex, group);
}

/* Reads one received frame; false, and a counter, if it is not for us. */
static bool arrival_accept(struct ethernet *ethernet, const struct arrival *arrival,
			   struct ethernet_frame *frame)
{
	const struct sockaddr_ll *from = arrival->from;
	bool group = from->sll_pkttype == PACKET_MULTICAST || from->sll_pkttype == PACKET_BROADCAST;

	if (!group && from->sll_pkttype != PACKET_HOST) {
		ethernet->counters.not_ours++;
		return false;
	}
	if (!arrival->whole || arrival->size < ETHERNET_HEADER) {
		ethernet->counters.cut++;
		return false;
	}
	*frame = (struct ethernet_frame){
		.ifindex = (uint32_t)from->sll_ifindex,
		.group = group,
		.bytes = arrival->bytes + ETHERNET_HEADER,
		.size = arrival->size - ETHERNET_HEADER,
	};
	memcpy(frame->destination, arrival->bytes, LINK_LLADDR);
	memcpy(frame->source, arrival->bytes + LINK_LLADDR, LINK_LLADDR);
	ethernet->counters.received++;
	return true;
}

/* Lets the ring take over. From here on the inlet only empties its socket, which comes first. A
 * frame that arrives in between is received twice, which the network may do to any frame. */
static void ring_begin(struct ethernet *ethernet)
{
	int fd = ethernet->sockets.ring;

	ethernet->sockets.ring = -1;
	if (ring_open(&ethernet->ring, fd, ethernet->ethertype) != 0)
		return;
	ethernet->sockets.ring = fd;
	inlet_end(ethernet->inlet);
}

/* Gives back what was lent and makes the next frames available. 0 or -errno. */
static int arrivals_begin(struct ethernet *ethernet)
{
	int got;

	if (ethernet->inlet == NULL) {
		ring_release(ethernet->ring);
		return 0;
	}
	got = inlet_receive(ethernet->inlet);
	if (got == 0 && ethernet->ring != NULL) {
		inlet_close(ethernet->inlet);
		ethernet->inlet = NULL;
	} else if (ethernet->sockets.ring >= 0 && ethernet->ring == NULL &&
		   inlet_busy(ethernet->inlet)) {
		ring_begin(ethernet);
	}
	return got < 0 ? got : 0;
}

static bool arrivals_next(struct ethernet *ethernet, struct arrival *arrival)
{
	if (ethernet->inlet == NULL)
		return ring_next(ethernet->ring, arrival);
	return inlet_next(ethernet->inlet, arrival);
}

int ethernet_receive(struct ethernet *ethernet, const struct ethernet_frame **frames)
{
	struct arrival arrival;
	int count = 0, status = arrivals_begin(ethernet);

	if (status < 0)
		return status;
	for (int i = 0; i < ETHERNET_BATCH && arrivals_next(ethernet, &arrival); i++)
		count += arrival_accept(ethernet, &arrival, &ethernet->frames[count]);
	*frames = ethernet->frames;
	return count;
}

uint8_t *ethernet_reserve(struct ethernet *ethernet)
{
	uint8_t *room = batch_room(ethernet->batch);

	if (room != NULL)
		return room;
	ethernet_flush(ethernet);
	room = batch_room(ethernet->batch);
	REQUIRE(room != NULL);
	return room;
}

/* Queues a frame for a link's own socket; there is room but where the link has been slow for long.
 */
static void xdp_queue(struct xdp *xdp, struct ethernet_counters *counters,
		      const uint8_t header[ETHERNET_HEADER], const uint8_t *bytes, size_t size)
{
	if (xdp_add(xdp, header, bytes, size))
		return;
	xdp_flush(xdp, counters);
	if (!xdp_add(xdp, header, bytes, size))
		counters->no_room++;
}

void ethernet_lend(struct ethernet *ethernet, uint32_t ifindex, const uint8_t source[LINK_LLADDR],
		   const uint8_t destination[LINK_LLADDR], const uint8_t *bytes, size_t size)
{
	struct express_link *link = express_find(&ethernet->express, ifindex);
	uint8_t header[ETHERNET_HEADER];

	if (size > ETHERNET_PAYLOAD_MAX) {
		ethernet->counters.too_long++;
		return;
	}
	memcpy(header, destination, LINK_LLADDR);
	memcpy(header + LINK_LLADDR, source, LINK_LLADDR);
	memcpy(header + 2 * LINK_LLADDR, &ethernet->ethertype, sizeof(ethernet->ethertype));
	if (link != NULL && express_takes(link, size)) {
		xdp_queue(link->xdp, &ethernet->counters, header, bytes, size);
		return;
	}
	if (link != NULL)
		link->queued++;
	while (!batch_add(ethernet->batch, ifindex, header, bytes, size))
		ethernet_flush(ethernet);
}

void ethernet_commit(struct ethernet *ethernet, uint32_t ifindex, const uint8_t source[LINK_LLADDR],
		     const uint8_t destination[LINK_LLADDR], size_t size)
{
	uint8_t *room = batch_room(ethernet->batch);

	REQUIRE(room != NULL && size <= ETHERNET_PAYLOAD_MAX);
	batch_keep(ethernet->batch, size);
	ethernet_lend(ethernet, ifindex, source, destination, room, size);
}

void ethernet_queue(struct ethernet *ethernet, uint32_t ifindex, const uint8_t source[LINK_LLADDR],
		    const uint8_t destination[LINK_LLADDR], const uint8_t *bytes, size_t size)
{
	if (size > ETHERNET_PAYLOAD_MAX) {
		ethernet->counters.too_long++;
		return;
	}
	memcpy(ethernet_reserve(ethernet), bytes, size);
	ethernet_commit(ethernet, ifindex, source, destination, size);
}

void ethernet_flush(struct ethernet *ethernet)
{
	batch_flush(ethernet->batch, &ethernet->counters);
	express_flush(&ethernet->express, &ethernet->counters);
}

bool ethernet_waits(const struct ethernet *ethernet)
{
	return express_waits(&ethernet->express);
}

/* What the kernel lost since it was asked last; a socket that is no packet socket does not say. */
static uint32_t kernel_losses(int fd)
{
	struct tpacket_stats since = {0};
	socklen_t size = sizeof(since);

	return getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &since, &size) == 0 ? since.tp_drops
										 : 0;
}

const struct ethernet_counters *ethernet_counters(struct ethernet *ethernet)
{
	ethernet->counters.not_taken += kernel_losses(ethernet->sockets.packet);
	if (ethernet->ring != NULL)
		ethernet->counters.not_taken += kernel_losses(ethernet->sockets.ring);
	ethernet->counters.refused = express_refused(&ethernet->express);
	return &ethernet->counters;
}
