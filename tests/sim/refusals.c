/* One plan a process: which function, at which of its calls. The functions that are led through
 * here have no argument a plan could come in by, so it is this file's variable. */
#include "tests/sim/refusals.h"

#include "base/rng.h"
#include "crypto/agree.h"
#include "mesharp/roster.h"
#include "node/outbox.h"
#include "node/peers.h"
#include "node/staging.h"
#include "node/worker.h"

static struct plan {
	enum refusal refusal;
	uint64_t number, calls, refused;
	bool at_random;
	struct rng rng;
} plan;

void refuse(enum refusal refusal, uint64_t number)
{
	plan = (struct plan){.refusal = refusal, .number = number};
}

void refuse_at_random(enum refusal refusal, uint64_t share, uint8_t seed)
{
	plan = (struct plan){.refusal = refusal, .number = share, .at_random = true};
	rng_init(&plan.rng, (const uint8_t[RNG_SEED]){seed});
}

uint64_t refused(void)
{
	return plan.refused;
}

enum drop refusal_drop(enum refusal refusal)
{
	static const enum drop drops[REFUSAL_COUNT] = {
		[REFUSE_ROOM] = DROP_OUTBOX_FULL,    [REFUSE_COUNTER] = DROP_EXHAUSTED,
		[REFUSE_STAGING] = DROP_STAGED_FULL, [REFUSE_PEER] = DROP_PEERS_FULL,
		[REFUSE_AGREEMENT] = DROP_HANDSHAKE, [REFUSE_NEIGHBOUR] = DROP_NEIGHBOURS_FULL,
	};

	return drops[refusal];
}

const char *refusal_name(enum refusal refusal)
{
	static const char *const names[REFUSAL_COUNT] = {
		"nothing",     "outbox_room", "outbox_spare",  "outbox_notice", "worker_counter",
		"staging_put", "peers_admit", "roster_victim", "agree",
	};

	return names[refusal];
}

/* Counts a call; true if this one says no. */
static bool says_no(enum refusal refusal)
{
	if (plan.refusal != refusal)
		return false;
	plan.calls++;
	bool no = plan.at_random ? rng_below(&plan.rng, (uint32_t)plan.number) == 0
				 : plan.calls == plan.number;
	plan.refused += no;
	return no;
}

uint8_t *__real_outbox_room(struct outbox *outbox, size_t size);
uint8_t *__wrap_outbox_room(struct outbox *outbox, size_t size);

uint8_t *__wrap_outbox_room(struct outbox *outbox, size_t size)
{
	return says_no(REFUSE_ROOM) ? NULL : __real_outbox_room(outbox, size);
}

bool __real_outbox_spare(const struct outbox *outbox);
bool __wrap_outbox_spare(const struct outbox *outbox);

bool __wrap_outbox_spare(const struct outbox *outbox)
{
	return !says_no(REFUSE_SPARE) && __real_outbox_spare(outbox);
}

void __real_outbox_notice(struct outbox *outbox, const struct notice *notice);
void __wrap_outbox_notice(struct outbox *outbox, const struct notice *notice);

void __wrap_outbox_notice(struct outbox *outbox, const struct notice *notice)
{
	if (!says_no(REFUSE_NOTICE))
		__real_outbox_notice(outbox, notice);
}

bool __real_worker_counter(struct worker *worker, uint32_t index, uint8_t lane,
			   const struct destination *destination, uint32_t *counter);
bool __wrap_worker_counter(struct worker *worker, uint32_t index, uint8_t lane,
			   const struct destination *destination, uint32_t *counter);

bool __wrap_worker_counter(struct worker *worker, uint32_t index, uint8_t lane,
			   const struct destination *destination, uint32_t *counter)
{
	return !says_no(REFUSE_COUNTER) &&
	       __real_worker_counter(worker, index, lane, destination, counter);
}

enum drop __real_staging_put(struct staging *staging, struct staging_queue *queue, uint32_t owner,
			     instant now, struct span packet);
enum drop __wrap_staging_put(struct staging *staging, struct staging_queue *queue, uint32_t owner,
			     instant now, struct span packet);

enum drop __wrap_staging_put(struct staging *staging, struct staging_queue *queue, uint32_t owner,
			     instant now, struct span packet)
{
	if (says_no(REFUSE_STAGING))
		return DROP_STAGED_FULL;
	return __real_staging_put(staging, queue, owner, now, packet);
}

enum drop __real_peers_admit(struct node *node, instant now, uint32_t link, struct lladdr from,
			     const struct certificate *certificate, bool rated, uint32_t *index);
enum drop __wrap_peers_admit(struct node *node, instant now, uint32_t link, struct lladdr from,
			     const struct certificate *certificate, bool rated, uint32_t *index);

enum drop __wrap_peers_admit(struct node *node, instant now, uint32_t link, struct lladdr from,
			     const struct certificate *certificate, bool rated, uint32_t *index)
{
	struct address address = certificate_address(certificate);
	bool stranger = peers_find(node, &address) == POOL_NONE;

	if (stranger && says_no(REFUSE_PEER))
		return DROP_PEERS_FULL;
	return __real_peers_admit(node, now, link, from, certificate, rated, index);
}

uint32_t __real_roster_victim(const struct roster *roster, uint32_t link,
			      const struct address *address, bool *full);
uint32_t __wrap_roster_victim(const struct roster *roster, uint32_t link,
			      const struct address *address, bool *full);

uint32_t __wrap_roster_victim(const struct roster *roster, uint32_t link,
			      const struct address *address, bool *full)
{
	uint32_t victim = __real_roster_victim(roster, link, address, full);

	if (!says_no(REFUSE_NEIGHBOUR))
		return victim;
	*full = true;
	return ROSTER_NONE;
}

bool __real_agree(uint8_t shared[AGREE_KEY], const uint8_t secret_key[AGREE_KEY],
		  const uint8_t public_key[AGREE_KEY]);
bool __wrap_agree(uint8_t shared[AGREE_KEY], const uint8_t secret_key[AGREE_KEY],
		  const uint8_t public_key[AGREE_KEY]);

bool __wrap_agree(uint8_t shared[AGREE_KEY], const uint8_t secret_key[AGREE_KEY],
		  const uint8_t public_key[AGREE_KEY])
{
	return !says_no(REFUSE_AGREEMENT) && __real_agree(shared, secret_key, public_key);
}
