/* What a node wants done: the driver lends an outbox with every event, the node appends actions in
 * order, the driver carries them out and empties it. It holds copies, so nothing in it points into
 * the node. A full outbox refuses by name (DROP_OUTBOX_FULL); one that is empty before each event
 * and has the sizes below takes everything a single event can cause. */
#ifndef NODE_OUTBOX_H
#define NODE_OUTBOX_H

#include "base/time.h"
#include "crypto/hash.h"
#include "meshp/address.h"
#include "base/bytes.h"
#include "meshp/eye.h"
#include "node/handover.h"
#include "node/notice.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	OUTBOX_ACTIONS = 512,
	OUTBOX_BYTES = 512 * 1024,
	OUTBOX_SPARE_ACTIONS = 32, /* what one step of a longer event may append */
	OUTBOX_SPARE_BYTES = 32 * 1024,
};

enum action_kind {
	ACTION_FRAME,	 /* send bytes as the payload of a frame on a link */
	ACTION_PACKET,	 /* hand bytes, an IPv6 packet, to the host through tun */
	ACTION_NOTICE,	 /* tell people */
	ACTION_HANDOVER, /* give bytes to a worker or to the control side: the one we are not */
};

struct action {
	enum action_kind kind;
	uint32_t link;	  /* FRAME: the slot of the link */
	struct lladdr to; /* FRAME: destination, unicast or NODE_GROUP */
	bool partial;	  /* PACKET: its TCP or UDP checksum is left to whoever takes it */
	uint32_t offset;  /* FRAME, PACKET, HANDOVER: where in bytes */
	uint32_t size;	  /* FRAME, PACKET, HANDOVER */
	union {
		struct notice notice;	  /* NOTICE */
		struct handover handover; /* HANDOVER */
	};
};

struct outbox {
	struct eye *eye; /* of its driver, where what is sealed and opened is put; NULL:
				    nobody looks */
	uint32_t count;	 /* actions appended */
	uint32_t used;	 /* bytes appended */
	struct action actions[OUTBOX_ACTIONS];
	uint8_t bytes[OUTBOX_BYTES];
};

/* Empties it, and takes its eye away; call once before the first use and after each time it was
 * carried out. */
void outbox_clear(struct outbox *outbox);

/* True if another step fits. An event of many steps stops before one that might not, and goes on at
 * the next node_time. */
bool outbox_spare(const struct outbox *outbox);

/* Room for a frame or packet of at most size bytes, or NULL if it is full. The caller writes the
 * frame there and appends it with outbox_frame. */
uint8_t *outbox_room(struct outbox *outbox, size_t size);

/* Appends the size bytes written at outbox_room as a frame on a link. */
void outbox_frame(struct outbox *outbox, uint32_t link, struct lladdr to, size_t size);

/* Appends the size bytes written at outbox_room as a packet for the host; partial: what its
 * checksum field holds means nothing, and is to be computed (packet_complete_checksum). */
void outbox_packet(struct outbox *outbox, size_t size, bool partial);

/* Appends a handover with the size bytes written at outbox_room. */
void outbox_handover(struct outbox *outbox, const struct handover *handover, size_t size);

/* The same with a copy of bytes. False if it does not fit. */
MUST_USE bool outbox_handover_copy(struct outbox *outbox, const struct handover *handover,
				   struct span bytes);

/* Appends a notice; a notice that does not fit is lost, for it is only news. */
void outbox_notice(struct outbox *outbox, const struct notice *notice);

/* Carries a hash on over all actions of an outbox in order: when, whose (a number of the caller's
 * choice) and what. An empty outbox leaves it as it is. A hash begins as zeros; two runs with the
 * same hash wanted the same done. */
void outbox_hash(uint8_t hash[HASH_256], instant now, uint32_t whose, const struct outbox *outbox);

#endif
