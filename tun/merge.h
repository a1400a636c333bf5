/* Packets for the host, gathered and joined into super-packets without copying a payload. Packets
 * of one flow come out in the order they went in, joined or not, and a super-packet stands where
 * its first packet stood. What the next packet may still join can be left in until it is older than
 * whoever takes out wants to wait for, while everything else goes. The rules are those of the
 * kernel's own receive offload: TCP is joined where the sequence continues and all else in both
 * headers is equal, options byte by byte, up to a segment shorter than the first; CWR only begins a
 * super-packet; SYN, FIN, RST, URG and mere acknowledgements stay alone. Only PSH is treated
 * otherwise: it ends nothing, and the super-packet has it if any packet in it had. UDP is joined
 * where ports and sizes are equal. Whatever has its whole checksum, extension headers, fragments
 * and other protocols pass as they came. */
#ifndef TUN_MERGE_H
#define TUN_MERGE_H

#include "base/bytes.h"
#include "base/require.h"
#include "base/time.h"
#include "tun/offload.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MERGE_PACKETS = 256, /* gathered before they must be taken out */
	MERGE_FLOWS = 8, /* that grow at the same time; the oldest makes room, nothing is lost */
	MERGE_SEGMENTS = 64, /* in one super-packet: as many as the kernel takes of UDP */
	MERGE_SIZE = 65535,  /* the longest super-packet, bytes */
	MERGE_HEAD = 40 + 60,
};

/* A packet gathered. */
struct merge_packet {
	struct span bytes; /* lent */
	uint8_t head;	/* bytes of headers that go before the payload anew; 0: passes as it is */
	uint8_t pushed; /* PSH of those that joined this one */
	bool gone;	/* joined to another before it, or taken out */
	uint16_t next;	/* that joined it, by its index; 0: none */
};

/* What grows: the latest of its flow, by the indices of its packets. */
struct merge_flow {
	bool open;
	instant begun;
	uint16_t first, last, count;
	size_t payload;	   /* bytes of the first packet's, which no later may exceed */
	size_t size;	   /* bytes in all */
	uint32_t sequence; /* TCP: of the byte that would continue it */
};

/* Memory belongs to the caller; the fields are this file's own. */
struct merge {
	bool udp;
	uint16_t count; /* of packets */
	uint16_t next;	/* to be looked at by merge_next */
	struct merge_flow flows[MERGE_FLOWS];
	struct merge_packet packets[MERGE_PACKETS];
};

/* One write to the device: offload, then head, then the parts in order. */
struct merge_out {
	uint8_t offload[OFFLOAD_HEADER];
	uint8_t head[MERGE_HEAD];
	size_t head_size;		   /* 0: the packet is in parts alone */
	struct span parts[MERGE_SEGMENTS]; /* in what was lent to merge_add */
	size_t count;
};

/* Makes it empty. udp: the device takes super-packets of UDP. */
void merge_init(struct merge *merge, bool udp);

/* Gathers a packet now, which is lent until merge_holds says no. partial: the checksum of its TCP
 * or UDP is left to the host; of other packets it is not regarded. False if there is no room: take
 * all out and add it again. */
MUST_USE bool merge_add(struct merge *merge, instant now, struct span packet, bool partial);

/* The next packet or super-packet for the host, into out, but for those that began after until and
 * may still grow: they stay. False if there is no more. Between the first and that answer nothing
 * may be added. */
MUST_USE bool merge_next(struct merge *merge, instant until, struct merge_out *out);

/* True if something is in it; else it is as empty as new. */
MUST_USE bool merge_holds(const struct merge *merge);

#endif
