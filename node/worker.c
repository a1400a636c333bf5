/* One fixed stride of memory for each destination: its figures, the counters of the sealing key,
 * then three sets of windows, each set tagged with the serial of the key it belongs to. Behind them
 * all a bundle for each lane. What the control side looks at is written as shared values
 * (base/shared.h). */
#include "node/worker.h"

#include "base/shared.h"
#include "node/gather.h"

#include <string.h>

enum { TOLD_MS = 250 }; /* so often the control side is told of what goes on */

struct worker {
	struct drops drops;
	uint64_t keyring; /* where it lies from here, modulo 2^64 */
	uint32_t destinations;
	uint8_t owned; /* bit n: lane n */
	uint32_t lanes;
	uint8_t places[WIRE_LANES]; /* of each lane among those that are owned */
	uint64_t stride;
	uint64_t fib_serial;		/* of the FIB whose numbers hops_told goes by */
	instant hops_told[WORKER_HOPS]; /* until when nothing is to be told */
	struct recent recent;
};

/* What lies at each stride; the arrays of lanes follow. */
struct stride {
	struct worker_peer peer;
	instant told; /* until when nothing is to be told */
	uint64_t seal_serial;
	uint64_t open_serials[SESSION_PLACES];
};

static uint32_t lanes_count(uint8_t lanes)
{
	uint32_t count = 0;

	for (uint32_t lane = 0; lane < WIRE_LANES; lane++)
		count += lanes >> lane & 1;
	return count;
}

static size_t stride_size(uint32_t lanes)
{
	return sizeof(struct stride) + lanes * sizeof(uint64_t) +
	       SESSION_PLACES * lanes * sizeof(struct window);
}

static struct stride *stride_at(const struct worker *worker, uint32_t index)
{
	REQUIRE(index < worker->destinations);
	return (struct stride *)((uintptr_t)(worker + 1) + (uintptr_t)(index * worker->stride));
}

static uint64_t *stride_counters(struct stride *stride)
{
	return (uint64_t *)(stride + 1);
}

static struct window *stride_windows(const struct worker *worker, struct stride *stride)
{
	return (struct window *)(stride_counters(stride) + worker->lanes);
}

size_t worker_size(uint32_t destinations, uint8_t lanes)
{
	uint32_t count = lanes_count(lanes);

	return sizeof(struct worker) + destinations * stride_size(count) +
	       count * sizeof(struct gathered);
}

struct worker *worker_init(void *memory, const struct keyring *keyring, uint32_t destinations,
			   uint8_t lanes)
{
	struct worker *worker = memory;

	worker->keyring = (uintptr_t)keyring - (uintptr_t)worker;
	worker->destinations = destinations;
	worker->owned = lanes;
	worker->lanes = lanes_count(lanes);
	for (uint32_t lane = 0; lane < WIRE_LANES; lane++)
		worker->places[lane] = (uint8_t)lanes_count(lanes & ((1U << lane) - 1));
	worker->stride = stride_size(worker->lanes);
	return worker;
}

bool worker_owns(const struct worker *worker, uint8_t lane)
{
	return worker->owned >> lane & 1;
}

struct drops *worker_drops(struct worker *worker)
{
	return &worker->drops;
}

struct gathered *worker_gathered(struct worker *worker, uint8_t lane)
{
	uintptr_t strides = (uintptr_t)(worker + 1);

	REQUIRE(worker_owns(worker, lane));
	return (struct gathered *)(strides + (uintptr_t)(worker->destinations * worker->stride)) +
	       worker->places[lane];
}

struct recent *worker_recent(struct worker *worker)
{
	return &worker->recent;
}

/* True, and not again for a while, if the while since the last time is over. */
static bool worker_tells(instant *told, instant now)
{
	if (!instant_reached(now, *told))
		return false;
	*told = instant_after(now, duration_ms(TOLD_MS));
	return true;
}

bool worker_hop_used(struct worker *worker, instant now, uint64_t fib_serial, uint32_t hop)
{
	REQUIRE(hop < WORKER_HOPS);
	if (worker->fib_serial != fib_serial) {
		memset(worker->hops_told, 0, sizeof(worker->hops_told));
		worker->fib_serial = fib_serial;
	}
	return worker_tells(&worker->hops_told[hop], now);
}

bool worker_news(struct worker *worker, instant now, uint32_t index)
{
	return worker_tells(&stride_at(worker, index)->told, now);
}

/* The figures of a tenant; a new one's are zero. */
static struct worker_peer *worker_peer(struct worker *worker, uint32_t index, uint32_t generation)
{
	struct stride *stride = stride_at(worker, index);
	struct worker_peer *peer = &stride->peer;

	if (peer->generation == generation)
		return peer;
	SHARED_SET(peer->opened_serial, 0);
	SHARED_SET(peer->worn_serial, 0);
	SHARED_SET(peer->sealed.us, 0);
	SHARED_SET(peer->opened.us, 0);
	SHARED_SET(peer->received.us, 0);
	SHARED_SET(peer->tx_packets, 0);
	SHARED_SET(peer->rx_packets, 0);
	SHARED_SET(peer->tx_frames, 0);
	SHARED_SET(peer->rx_frames, 0);
	SHARED_SET(peer->rx_replay, 0);
	SHARED_RELEASE(peer->generation, generation);
	stride->told = (instant){0};
	return peer;
}

void worker_sealed(struct worker *worker, instant now, uint32_t index, uint32_t generation)
{
	SHARED_SET(worker_peer(worker, index, generation)->sealed.us, now.us);
}

void worker_opened(struct worker *worker, instant now, uint32_t index, uint32_t generation,
		   uint64_t serial, bool empty)
{
	struct worker_peer *peer = worker_peer(worker, index, generation);

	SHARED_SET(peer->opened.us, now.us);
	if (!empty)
		SHARED_SET(peer->received.us, now.us);
	if (peer->opened_serial != serial)
		stride_at(worker, index)->told = (instant){0};
	SHARED_SET(peer->opened_serial, serial);
}

void worker_count_sent(struct worker *worker, uint32_t index, uint32_t generation, uint32_t packets)
{
	struct worker_peer *peer = worker_peer(worker, index, generation);

	SHARED_ADD(peer->tx_packets, packets);
	SHARED_ADD(peer->tx_frames, 1);
}

void worker_count_received(struct worker *worker, uint32_t index, uint32_t generation,
			   uint32_t packets)
{
	struct worker_peer *peer = worker_peer(worker, index, generation);

	SHARED_ADD(peer->rx_packets, packets);
	SHARED_ADD(peer->rx_frames, 1);
}

void worker_count_replay(struct worker *worker, uint32_t index, uint32_t generation)
{
	SHARED_ADD(worker_peer(worker, index, generation)->rx_replay, 1);
}

struct worker_peer worker_look(const struct worker *worker, uint32_t index, uint32_t generation)
{
	const struct worker_peer *peer = &stride_at(worker, index)->peer;

	if (SHARED_ACQUIRE(peer->generation) != generation)
		return (struct worker_peer){.generation = generation};
	return (struct worker_peer){
		.generation = generation,
		.opened_serial = SHARED_GET(peer->opened_serial),
		.worn_serial = SHARED_GET(peer->worn_serial),
		.sealed.us = SHARED_GET(peer->sealed.us),
		.opened.us = SHARED_GET(peer->opened.us),
		.received.us = SHARED_GET(peer->received.us),
		.tx_packets = SHARED_GET(peer->tx_packets),
		.rx_packets = SHARED_GET(peer->rx_packets),
		.tx_frames = SHARED_GET(peer->tx_frames),
		.rx_frames = SHARED_GET(peer->rx_frames),
		.rx_replay = SHARED_GET(peer->rx_replay),
	};
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
	}
	uint64_t *next = &counters[worker->places[lane]];
	if (*next == UINT32_MAX)
		return false;
	*counter = (uint32_t)(*next)++;
	if (*next == WIRE_REKEY_FRAMES) {
		SHARED_SET(worker_peer(worker, index, destination->generation)->worn_serial,
			   destination->seal.serial);
		stride->told = (instant){0};
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
		memset(stride_windows(worker, stride) + set * worker->lanes, 0,
		       worker->lanes * sizeof(struct window));
		/* Last, so that a worker that is stopped here leaves no window of another key. */
		SHARED_RELEASE(stride->open_serials[set], serial);
	}
	return stride_windows(worker, stride) + set * worker->lanes + worker->places[lane];
}

void worker_resume(struct worker *worker, bool torn)
{
	keyring_resume(keyring_of(worker));
	if (torn)
		worker->recent = (struct recent){0};
}

void worker_resume_peer(struct worker *worker, uint32_t index, bool torn)
{
	struct stride *stride = stride_at(worker, index);
	uint64_t *counters = stride_counters(stride);

	for (uint32_t i = 0; i < worker->lanes; i++) {
		uint64_t before = counters[i], after = before + COUNTER_JUMP;

		counters[i] = after < UINT32_MAX ? after : UINT32_MAX;
		if (before < WIRE_REKEY_FRAMES && after >= WIRE_REKEY_FRAMES) {
			stride->peer.worn_serial = stride->seal_serial;
			stride->told = (instant){0};
		}
	}
	for (uint32_t i = 0; torn && i < SESSION_PLACES * worker->lanes; i++)
		window_close(stride_windows(worker, stride) + i);
}
