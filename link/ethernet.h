/* Frames over Ethernet-like links: one packet socket for all of them, with a batch of received and
 * a batch of queued frames. The caller sees payloads, the bytes behind the Ethernet header; headers
 * are read and written here. Nothing blocks. Each data-path worker has a struct ethernet of its
 * own. By which of the kernel's ways frames come and go is found out here and shows only in speed.
 */
#ifndef LINK_ETHERNET_H
#define LINK_ETHERNET_H

#include "base/require.h"
#include "link/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	ETHERNET_BATCH = 64,		   /* frames received or queued at once */
	ETHERNET_HEADER = 14,		   /* bytes: destination, source, EtherType */
	ETHERNET_PAYLOAD_MAX = 9216,	   /* bytes behind the header: a jumbo link's MTU */
	ETHERNET_EXPRESS_BUFFER = 1 << 20, /* SO_SNDBUF of an AF_XDP socket, bytes */
	ETHERNET_FRAME_MAX = ETHERNET_HEADER + ETHERNET_PAYLOAD_MAX,
};

struct ethernet;

/* A received frame. Its bytes are good until the next ethernet_receive, often in memory shared with
 * the kernel. They may be more than was sent: Ethernet pads short frames. */
struct ethernet_frame {
	uint32_t ifindex; /* the link it came by */
	bool group;	  /* sent to a group or to all, rather than to us */
	uint8_t source[LINK_LLADDR];
	uint8_t destination[LINK_LLADDR];
	const uint8_t *bytes;
	size_t size;
};

/* What became of frames, since ethernet_open. */
struct ethernet_counters {
	uint64_t received;  /* handed to the caller */
	uint64_t cut;	    /* refused: longer than there was room for, or no whole header */
	uint64_t not_taken; /* lost in the kernel: they came faster than they were taken */
	uint64_t not_ours;  /* refused: addressed to another host, or our own on its way out */
	uint64_t sent;	    /* handed to the kernel */
	uint64_t no_room;   /* not sent: the queue of the socket or of the link is full */
	uint64_t link_down; /* not sent: the link is down or gone */
	uint64_t too_long;  /* not sent: longer than the link's MTU */
	uint64_t not_sent;  /* not sent: any other reason */
	uint64_t refused;   /* not sent: the kernel did not accept how they were described */
};

/* Non-blocking packet sockets (AF_PACKET, SOCK_RAW). They stay the caller's, who only waits until
 * one is readable, and outlive the ethernet. */
struct ethernet_sockets {
	int packet; /* bound to the EtherType and no interface */
	int ring;   /* not bound to anything: receives once there is much to receive; -1: never */
	/* AF_XDP, not bound, each to send over one link once it is busy. Those taken are closed
	 * by the ethernet and become −1 here. */
	int *express;
	size_t express_count;
};

/* Makes the batches around the sockets. 0 or -ENOMEM. */
MUST_USE int ethernet_open(struct ethernet **ethernet, const struct ethernet_sockets *sockets,
			   uint16_t ethertype);

/* Releases the batches; queued frames are lost. NULL is fine. */
void ethernet_close(struct ethernet *ethernet);

/* Takes in what a link is: when it is new and whenever a fact of it changes. A link that was not
 * told of is served too, only slower. */
void ethernet_link(struct ethernet *ethernet, const struct link_facts *facts);

/* Forgets a link, when it is gone: one that is only let go for a while keeps its socket. */
void ethernet_unlink(struct ethernet *ethernet, uint32_t ifindex);

/* By what frames leave over a link now: "packet" or "xdp". */
const char *ethernet_way(struct ethernet *ethernet, uint32_t ifindex);

/* Joins or leaves a group on a link. Needed once a link: the kernel keeps the membership over down
 * and up and forgets it with the interface. Joins are counted. 0 or -errno: -ENODEV if there is no
 * such link. */
MUST_USE int ethernet_join(struct ethernet *ethernet, uint32_t ifindex,
			   const uint8_t group[LINK_LLADDR]);
MUST_USE int ethernet_leave(struct ethernet *ethernet, uint32_t ifindex,
			    const uint8_t group[LINK_LLADDR]);

/* Receives the next batch and points frames at it; those of the last are given back to the kernel.
 * A socket may stay readable until that: call on until 0. The number of frames in the batch,
 * at most ETHERNET_BATCH; 0 if none waits, or none of those taken was for us; or -errno. */
MUST_USE int ethernet_receive(struct ethernet *ethernet, const struct ethernet_frame **frames);

/* Room for a payload of ETHERNET_PAYLOAD_MAX bytes in the batch to send; if the batch is full it is
 * flushed first, so there always is. The room is the caller's until ethernet_commit, before
 * which nothing else may be queued or flushed; without it nothing is queued. */
uint8_t *ethernet_reserve(struct ethernet *ethernet);

/* Queues the first size bytes of the reserved room as a frame. size is at most
 * ETHERNET_PAYLOAD_MAX. */
void ethernet_commit(struct ethernet *ethernet, uint32_t ifindex, const uint8_t source[LINK_LLADDR],
		     const uint8_t destination[LINK_LLADDR], size_t size);

/* Reserves, copies and commits in one. A payload over ETHERNET_PAYLOAD_MAX is counted as too_long
 * and not queued. */
void ethernet_queue(struct ethernet *ethernet, uint32_t ifindex, const uint8_t source[LINK_LLADDR],
		    const uint8_t destination[LINK_LLADDR], const uint8_t *bytes, size_t size);

/* Queues a frame whose payload stays where it is: the caller promises to leave it alone until the
 * next ethernet_flush. A payload over ETHERNET_PAYLOAD_MAX is counted as too_long and not queued.
 * A full batch is flushed first. */
void ethernet_lend(struct ethernet *ethernet, uint32_t ifindex, const uint8_t source[LINK_LLADDR],
		   const uint8_t destination[LINK_LLADDR], const uint8_t *bytes, size_t size);

/* Hands all queued frames to the kernel; those it does not take are dropped and counted. No lent
 * payload is needed any more afterwards. */
void ethernet_flush(struct ethernet *ethernet);

/* True if the kernel had no room for some frames just now: they wait for another ethernet_flush,
 * within a millisecond or so. */
MUST_USE bool ethernet_waits(const struct ethernet *ethernet);

/* The counters as they are now, with what the kernel counts; they live in ethernet and keep
 * counting. */
const struct ethernet_counters *ethernet_counters(struct ethernet *ethernet);

#endif
