/* A worker's own block: counters and replay windows of the lanes it owns, for every destination,
 * and its drop counters; beside it lies its keyring. Nobody else writes them. State belongs to a
 * key serial: meeting a new serial, the worker starts at zero and prepares the key by itself, so
 * the control side never reaches in here. */
#ifndef NODE_WORKER_H
#define NODE_WORKER_H

#include "base/time.h"
#include "meshp/drop.h"
#include "meshp/window.h"
#include "node/forwarding.h"
#include "node/keyring.h"
#include "node/recent.h"

enum { WORKER_HOPS = 1024 }; /* most next hops */

struct worker;

/* What a worker knows of a destination beyond its lanes; the control side reads it now and then. */
struct worker_peer {
	uint32_t generation;	/* of the slot's tenant these figures belong to */
	uint64_t opened_serial; /* the key that opened last */
	bool noted;		/* the control side was told since it last looked */
	bool worn;		/* a lane reached WIRE_REKEY_FRAMES under the sealing key */
	instant sealed, opened; /* last frame; zero: never */
	instant received;	/* last frame that was not empty */
	uint64_t tx_packets, rx_packets, rx_replay;
};

/* Bytes of memory for `lanes` lanes and so many destinations. */
size_t worker_size(uint32_t destinations, uint32_t lanes);

/* Makes a worker that owns the lanes first … first + lanes − 1, in zero-filled memory of
 * worker_size bytes, aligned to 8. Its keyring, for as many destinations, stays where it is as seen
 * from that memory. */
struct worker *worker_init(void *memory, const struct keyring *keyring, uint32_t destinations,
			   uint32_t first, uint32_t lanes);

bool worker_owns(const struct worker *worker, uint8_t lane);

struct drops *worker_drops(struct worker *worker);

/* The packets of the host that went out a moment ago. */
struct recent *worker_recent(struct worker *worker);

/* A frame goes to that next hop. True if it is the first since the control side looked. */
bool worker_hop_used(struct worker *worker, uint32_t hop);

/* The control side looked, or hops are numbered anew. */
void worker_hops_looked(struct worker *worker);

/* The figures of the destination at index; a new tenant's are zero. */
struct worker_peer *worker_peer(struct worker *worker, uint32_t index, uint32_t generation);

/* The same without resetting: figures of the present or an earlier tenant. */
const struct worker_peer *worker_peer_seen(const struct worker *worker, uint32_t index);

/* The worker goes over to this snapshot: what it has made ready of keys that are not in it is
 * wiped. O(destinations that ever had keys), nothing for the snapshot it followed last. */
void worker_follow(struct worker *worker, const struct forwarding *forwarding);

/* The destination's sealing key, or one of its opening keys, made ready. */
const struct aead_key *worker_seal_key(struct worker *worker, uint32_t index,
				       const struct destination *destination);
const struct aead_key *worker_open_key(struct worker *worker, uint32_t index,
				       const struct forwarding_key *key);

/* The next counter of a lane under the destination's sealing key, used up by this call. False when
 * the lane is exhausted. */
MUST_USE bool worker_counter(struct worker *worker, uint32_t index, uint8_t lane,
			     const struct destination *destination, uint32_t *counter);

/* The window of a lane under one of the destination's opening keys. */
struct window *worker_window(struct worker *worker, uint32_t index, uint8_t lane,
			     const struct destination *destination, uint64_t serial);

#endif
