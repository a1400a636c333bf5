/* A worker's own block: counters and replay windows of the lanes it owns, for every destination,
 * its figures, and the packets it gathers; beside it lies its keyring. Nobody else writes them; the
 * control side looks at the figures while the worker goes on. State belongs to a key serial:
 * meeting a new serial, the worker starts at zero and prepares the key by itself, so the control
 * side never reaches in here.
 */
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
struct gathered;

/* What a worker knows of a destination beyond its lanes. */
struct worker_peer {
	uint32_t generation;	/* of the slot's tenant these figures belong to */
	uint64_t opened_serial; /* the key that opened last */
	uint64_t worn_serial;	/* the sealing key under which a lane reached WIRE_REKEY_FRAMES */
	instant sealed, opened; /* last frame; zero: never */
	instant received;	/* last frame that was not empty */
	uint64_t tx_packets, rx_packets, tx_frames, rx_frames, rx_replay;
};

/* Bytes of memory for a set of lanes, bit n lane n, and so many destinations. */
size_t worker_size(uint32_t destinations, uint8_t lanes);

/* Makes a worker that owns a set of lanes, in zero-filled memory of worker_size bytes, aligned to
 * 8. Its keyring, for as many destinations, stays where it is as seen from that memory. */
struct worker *worker_init(void *memory, const struct keyring *keyring, uint32_t destinations,
			   uint8_t lanes);

bool worker_owns(const struct worker *worker, uint8_t lane);

struct drops *worker_drops(struct worker *worker);

/* The packets of the host that went out a moment ago. */
struct recent *worker_recent(struct worker *worker);

/* The bundle under way on a lane that it owns (node/gather.h). */
struct gathered *worker_gathered(struct worker *worker, uint8_t lane);

/* A frame goes to the next hop of that number in the FIB of that serial. True if the control side
 * is to be told: it was not for 250 ms. */
MUST_USE bool worker_hop_used(struct worker *worker, instant now, uint64_t fib_serial,
			      uint32_t hop);

/* The destination at index was sealed or opened for. True if the control side is to look: it was
 * not told for 250 ms, or for the first time another key opened or a key is worn. */
MUST_USE bool worker_news(struct worker *worker, instant now, uint32_t index);

/* A frame of the tenant of that generation was sealed. */
void worker_sealed(struct worker *worker, instant now, uint32_t index, uint32_t generation);

/* One was opened with the key of that serial; empty: it carried nothing. */
void worker_opened(struct worker *worker, instant now, uint32_t index, uint32_t generation,
		   uint64_t serial, bool empty);

/* A frame of the tenant of that generation with so many packets: sent, handed to the host; one that
 * was refused by a window. */
void worker_count_sent(struct worker *worker, uint32_t index, uint32_t generation,
		       uint32_t packets);
void worker_count_received(struct worker *worker, uint32_t index, uint32_t generation,
			   uint32_t packets);
void worker_count_replay(struct worker *worker, uint32_t index, uint32_t generation);

/* The figures of a tenant as they are at this moment, for whoever is not the worker; zero if it has
 * none. */
struct worker_peer worker_look(const struct worker *worker, uint32_t index, uint32_t generation);

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

/* The process of the worker is gone and another goes on: its keys are made ready anew. torn: it was
 * stopped in the midst of something. Due for the worker once and for each destination in use. */
void worker_resume(struct worker *worker, bool torn);

/* The same for a destination: no counter that may have been used is used again, and of what came
 * until then nothing is opened any more if the worker is torn. */
void worker_resume_peer(struct worker *worker, uint32_t index, bool torn);

#endif
