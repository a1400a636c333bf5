/* One fixed stride of memory for each destination: its figures, the counters of the sealing key,
 * then three sets of windows, each set tagged with the serial of the key it belongs to. */
#include "node/worker.h"

#include <string.h>

struct worker {
	struct drops drops;
	uint64_t keyring; /* where it lies from here, modulo 2^64 */
	uint32_t destinations;
	uint32_t first, lanes;
	uint64_t stride;
	uint64_t hops_used[WORKER_HOPS / 64];
	struct recent recent;
};

/* What lies at each stride; the arrays of lanes follow. */
struct stride {
	struct worker_peer peer;
	uint64_t seal_serial;
	uint64_t open_serials[SESSION_PLACES];
};

static size_t stride_size(uint32_t lanes)
{
	return sizeof(struct stride) + lanes * sizeof(uint64_t) +
	       SESSION_PLACES * lanes * sizeof(struct window);
}

static struct stride *stride_at(const struct worker *worker, uint32_t index)
{
	REQUIRE(index < worker->destinations);
	return (struct stride *)((uintptr_t)(worker + 1) + index * worker->stride);
}

static uint64_t *stride_counters(struct stride *stride)
{
	return (uint64_t *)(stride + 1);
}

static struct window *stride_windows(const struct worker *worker, struct stride *stride)
{
	return (struct window *)(stride_counters(stride) + worker->lanes);
}

size_t worker_size(uint32_t destinations, uint32_t lanes)
{
	return sizeof(struct worker) + destinations * stride_size(lanes);
}

struct worker *worker_init(void *memory, const struct keyring *keyring, uint32_t destinations,
			   uint32_t first, uint32_t lanes)
{
	struct worker *worker = memory;

	worker->keyring = (uintptr_t)keyring - (uintptr_t)worker;
	worker->destinations = destinations;
	worker->first = first;
	worker->lanes = lanes;
	worker->stride = stride_size(lanes);
	return worker;
}

bool worker_owns(const struct worker *worker, uint8_t lane)
{
	return lane >= worker->first && lane < worker->first + worker->lanes;
}

struct drops *worker_drops(struct worker *worker)
{
	return &worker->drops;
}

struct recent *worker_recent(struct worker *worker)
{
	return &worker->recent;
}

bool worker_hop_used(struct worker *worker, uint32_t hop)
{
	uint64_t bit = (uint64_t)1 << hop % 64;
	uint64_t *word = &worker->hops_used[hop / 64];
	bool first = !(*word & bit);

	*word |= bit;
	return first;
}

void worker_hops_looked(struct worker *worker)
{
	memset(worker->hops_used, 0, sizeof(worker->hops_used));
}

struct worker_peer *worker_peer(struct worker *worker, uint32_t index, uint32_t generation)
{
	struct worker_peer *peer = &stride_at(worker, index)->peer;

	if (peer->generation != generation)
		*peer = (struct worker_peer){.generation = generation};
	return peer;
}

const struct worker_peer *worker_peer_seen(const struct worker *worker, uint32_t index)
{
	return &stride_at(worker, index)->peer;
}

static struct keyring *keyring_of(const struct worker *worker)
{
	return (struct keyring *)((uintptr_t)worker + (uintptr_t)worker->keyring);
}

void worker_follow(struct worker *worker, const struct forwarding *forwarding)
{
	keyring_follow(keyring_of(worker), forwarding);
}

const struct aead_key *worker_seal_key(struct worker *worker, uint32_t index,
				       const struct destination *destination)
{
	return keyring_seal(keyring_of(worker), index, &destination->seal);
}

const struct aead_key *worker_open_key(struct worker *worker, uint32_t index,
				       const struct forwarding_key *key)
{
	return keyring_open(keyring_of(worker), index, key);
}

bool worker_counter(struct worker *worker, uint32_t index, uint8_t lane,
		    const struct destination *destination, uint32_t *counter)
{
	struct stride *stride = stride_at(worker, index);
	uint64_t *counters = stride_counters(stride);

	REQUIRE(worker_owns(worker, lane));
	if (stride->seal_serial != destination->seal.serial) {
		memset(counters, 0, worker->lanes * sizeof(*counters));
		stride->seal_serial = destination->seal.serial;
		stride->peer.worn = false;
	}
	uint64_t *next = &counters[lane - worker->first];
	if (*next == UINT32_MAX)
		return false;
	*counter = (uint32_t)(*next)++;
	if (*next == WIRE_REKEY_FRAMES) {
		stride->peer.worn = true;
		stride->peer.noted = false;
	}
	return true;
}

/* The set of windows that belongs to none of the destination's present keys. */
static uint32_t stride_free_set(const struct stride *stride, const struct destination *destination)
{
	for (uint32_t set = 0; set < SESSION_PLACES; set++) {
		bool held = false;
		for (uint32_t key = 0; key < SESSION_PLACES; key++)
			held = held || stride->open_serials[set] == destination->open[key].serial;
		if (!held || stride->open_serials[set] == 0)
			return set;
	}
	/* Three keys, and one of them asks because it has no set: one set is another's. */
	abort();
}

struct window *worker_window(struct worker *worker, uint32_t index, uint8_t lane,
			     const struct destination *destination, uint64_t serial)
{
	struct stride *stride = stride_at(worker, index);
	uint32_t set = 0;

	REQUIRE(worker_owns(worker, lane) && serial != 0);
	while (set < SESSION_PLACES && stride->open_serials[set] != serial)
		set++;
	if (set == SESSION_PLACES) {
		set = stride_free_set(stride, destination);
		stride->open_serials[set] = serial;
		memset(stride_windows(worker, stride) + set * worker->lanes, 0,
		       worker->lanes * sizeof(struct window));
	}
	return stride_windows(worker, stride) + set * worker->lanes + (lane - worker->first);
}
