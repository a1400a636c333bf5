/* One packet socket for all links: recvmmsg fills a batch of slots, sendmmsg empties another. The
 * slots, their headers and addresses are laid out once in ethernet_open and point at each other
 * inside the one block, which never moves. packet(7) is what is relied on: a socket bound to an
 * EtherType and no interface serves every interface, and sees no error when one goes. */
#include "link/ethernet.h"

#include <linux/if_packet.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 14 }; /* destination, source, EtherType */

/* A frame with its header. */
struct slot {
	uint8_t header[HEADER];
	uint8_t payload[ETHERNET_PAYLOAD_MAX];
};

/* What recvmmsg and sendmmsg work on. */
struct batch {
	struct mmsghdr messages[ETHERNET_BATCH];
	struct iovec vectors[ETHERNET_BATCH];
	struct sockaddr_ll addresses[ETHERNET_BATCH];
	struct slot slots[ETHERNET_BATCH];
};

struct ethernet {
	int fd;
	uint16_t ethertype; /* in network order */
	unsigned int queued;
	struct ethernet_counters counters;
	struct ethernet_frame frames[ETHERNET_BATCH];
	struct batch in;
	struct batch out;
};

static void batch_lay_out(struct batch *batch)
{
	for (size_t i = 0; i < ETHERNET_BATCH; i++) {
		batch->vectors[i] = (struct iovec){&batch->slots[i], sizeof(batch->slots[i])};
		batch->messages[i].msg_hdr = (struct msghdr){
			.msg_name = &batch->addresses[i],
			.msg_namelen = sizeof(batch->addresses[i]),
			.msg_iov = &batch->vectors[i],
			.msg_iovlen = 1,
		};
	}
}

int ethernet_open(struct ethernet **ethernet, int fd, uint16_t ethertype)
{
	struct ethernet *made = calloc(1, sizeof(*made));

	if (!made)
		return -ENOMEM;
	made->fd = fd;
	made->ethertype = htons(ethertype);
	batch_lay_out(&made->in);
	batch_lay_out(&made->out);
	*ethernet = made;
	return 0;
}

void ethernet_close(struct ethernet *ethernet)
{
	free(ethernet);
}

static int membership_change(struct ethernet *ethernet, int option, uint32_t ifindex,
			     const uint8_t group[LINK_LLADDR])
{
	struct packet_mreq membership = {
		.mr_ifindex = (int)ifindex, .mr_type = PACKET_MR_MULTICAST, .mr_alen = LINK_LLADDR};

	memcpy(membership.mr_address, group, LINK_LLADDR);
	return setsockopt(ethernet->fd, SOL_PACKET, option, &membership, sizeof(membership)) < 0
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

/* Reads one received slot; false, and a counter, if it is not for us. */
static bool slot_accept(struct ethernet *ethernet, unsigned int i, struct ethernet_frame *frame)
{
	const struct mmsghdr *message = &ethernet->in.messages[i];
	const struct sockaddr_ll *from = &ethernet->in.addresses[i];
	const struct slot *slot = &ethernet->in.slots[i];
	bool group = from->sll_pkttype == PACKET_MULTICAST || from->sll_pkttype == PACKET_BROADCAST;

	if (!group && from->sll_pkttype != PACKET_HOST) {
		ethernet->counters.not_ours++;
		return false;
	}
	if ((message->msg_hdr.msg_flags & MSG_TRUNC) || message->msg_len < HEADER) {
		ethernet->counters.cut++;
		return false;
	}
	*frame = (struct ethernet_frame){
		.ifindex = (uint32_t)from->sll_ifindex,
		.group = group,
		.bytes = slot->payload,
		.size = message->msg_len - HEADER,
	};
	memcpy(frame->destination, slot->header, LINK_LLADDR);
	memcpy(frame->source, slot->header + LINK_LLADDR, LINK_LLADDR);
	ethernet->counters.received++;
	return true;
}

int ethernet_receive(struct ethernet *ethernet, const struct ethernet_frame **frames)
{
	int count = 0;
	int got = recvmmsg(ethernet->fd, ethernet->in.messages, ETHERNET_BATCH, MSG_DONTWAIT, NULL);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	for (unsigned int i = 0; i < (unsigned int)got; i++) {
		count += slot_accept(ethernet, i, &ethernet->frames[count]);
		/* Some kinds of interfaces have longer addresses: it now says how long this one
		 * was, and would be taken for the room there is. */
		ethernet->in.messages[i].msg_hdr.msg_namelen = sizeof(struct sockaddr_ll);
	}
	*frames = ethernet->frames;
	return count;
}

uint8_t *ethernet_reserve(struct ethernet *ethernet)
{
	if (ethernet->queued == ETHERNET_BATCH)
		ethernet_flush(ethernet);
	return ethernet->out.slots[ethernet->queued].payload;
}

void ethernet_commit(struct ethernet *ethernet, uint32_t ifindex, const uint8_t source[LINK_LLADDR],
		     const uint8_t destination[LINK_LLADDR], size_t size)
{
	REQUIRE(ethernet->queued < ETHERNET_BATCH && size <= ETHERNET_PAYLOAD_MAX);
	unsigned int i = ethernet->queued++;
	uint8_t *header = ethernet->out.slots[i].header;
	memcpy(header, destination, LINK_LLADDR);
	memcpy(header + LINK_LLADDR, source, LINK_LLADDR);
	memcpy(header + 2 * LINK_LLADDR, &ethernet->ethertype, sizeof(ethernet->ethertype));
	ethernet->out.vectors[i].iov_len = HEADER + size;
	ethernet->out.addresses[i] = (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_protocol = ethernet->ethertype,
		.sll_ifindex = (int)ifindex,
		.sll_halen = LINK_LLADDR,
	};
	memcpy(ethernet->out.addresses[i].sll_addr, destination, LINK_LLADDR);
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

void ethernet_flush(struct ethernet *ethernet)
{
	unsigned int done = 0;

	while (done < ethernet->queued) {
		int sent = sendmmsg(ethernet->fd, ethernet->out.messages + done,
				    ethernet->queued - done, MSG_DONTWAIT);
		if (sent > 0) {
			ethernet->counters.sent += (unsigned int)sent;
			done += (unsigned int)sent;
		} else if (errno != EINTR) {
			/* The error is of the first frame left; the next may go to another link. */
			++*counter_of(&ethernet->counters, errno);
			done++;
		}
	}
	ethernet->queued = 0;
}

const struct ethernet_counters *ethernet_counters(const struct ethernet *ethernet)
{
	return &ethernet->counters;
}
