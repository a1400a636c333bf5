/* The snapshot of sessions: with whom we share which keys. With the FIB it is all the per-packet
 * functions need to know, and nothing they may change. The control side builds a new one in a free
 * slot and publishes it whole; a worker reads the one that was current when it began. Destinations
 * are the peers, at the same index, so a worker's counters stay where they are from one snapshot to
 * the next. */
#ifndef NODE_FORWARDING_H
#define NODE_FORWARDING_H

#include "base/bytes.h"
#include "meshp/address.h"
#include "meshp/session.h"
#include "node/limits.h"

struct forwarding;

/* A key with the serial under which workers keep its counters and windows; secret. serial 0: none.
 */
struct forwarding_key {
	uint64_t serial;
	uint8_t suite; /* enum suite */
	bool parity;
	uint8_t key[AEAD_KEY];
};

/* A destination: its session's keys. Where frames to it go is the FIB's to say. */
struct destination {
	struct address address;
	uint32_t generation; /* of the peer's slot, so that counters of an earlier tenant are reset
			      */
	bool hopeful;	     /* a neighbour that is being proven: what is for it may wait */
	bool id_conflict;    /* its id is another's too: what goes there says its address */
	struct forwarding_key seal;
	struct forwarding_key open[SESSION_PLACES]; /* in the order they are tried */
};

size_t forwarding_size(uint32_t destinations);

/* Makes an empty snapshot in zero-filled memory of forwarding_size bytes, aligned to 8. */
struct forwarding *forwarding_init(void *memory, uint32_t destinations, const struct address *own,
				   const uint8_t secret[16]);

/* Forgets every destination, wiping its keys. serial: of the snapshot that is built next, never
 * given to another; 0: none is. */
void forwarding_clear(struct forwarding *forwarding, uint64_t serial);

uint64_t forwarding_serial(const struct forwarding *forwarding);

/* Puts a destination at index; an id met before marks both as in conflict. */
void forwarding_put(struct forwarding *forwarding, uint32_t index,
		    const struct destination *destination);

const struct address *forwarding_own(const struct forwarding *forwarding);

/* The index of the destination with that address or id, or TABLE_NONE. Of several with one id, any.
 */
uint32_t forwarding_by_address(const struct forwarding *forwarding, const struct address *address);
uint32_t forwarding_by_id(const struct forwarding *forwarding, const struct node_id *id);

/* The first destination with that id at index `from` or above, or TABLE_NONE. O(destinations). */
uint32_t forwarding_next(const struct forwarding *forwarding, const struct node_id *id,
			 uint32_t from);

/* The destination at an index one of those above returned. */
const struct destination *forwarding_at(const struct forwarding *forwarding, uint32_t index);

/* The destination at any index, or NULL; one without an address if nobody is there. */
const struct destination *forwarding_find(const struct forwarding *forwarding, uint32_t index);

/* The keys of a session as workers use them. */
struct forwarding_key forwarding_seal_key(const struct session_keys *keys);
struct forwarding_key forwarding_open_key(const struct session_keys *keys);

#endif
