/* Two sessions of meshp/session.c joined by a wire with delay and loss, with real handshakes: both
 * begin at once, each frame is lost in turn, keys are replaced many times. A frame on this wire is
 * sealed by naming the key it is sealed with. Whatever is sealed must open at the other end, and
 * what a session says is due must agree with its deadline at every step. */
#include "base/rng.h"
#include "meshp/session.h"
#include "tests/unit/meshp/end.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
	FRAMES = 64, /* on the wire at once */
	LOSSES = 8,  /* first frames of a run that can be lost */
};

static const duration REKEY = {120000000};
static const uint8_t closed_mesh[32] = {7, 7, 7};

enum kind { FREE, INITIATION, RESPONSE, SEALED };

struct frame {
	enum kind kind;
	instant arrives;
	uint32_t number; /* in the order of sending */
	uint32_t to;
	uint8_t bytes[WIRE_INITIATION]; /* handshakes */
	uint8_t key[AEAD_KEY];		/* sealed */
	bool empty;
};

struct node {
	struct end end;
	struct session session;
	uint32_t serial, sequence;
	duration delay; /* of the wire to the other */
	duration talk;	/* interval of what it has to say; 0: nothing */
	instant next_talk;
	uint32_t confirmed, expired, gave_up, begun, opened;
};

struct world {
	struct node nodes[2];
	struct frame wire[FRAMES];
	struct frame nowhere; /* where lost ones are written */
	struct rng rng;
	instant now;
	uint32_t sent;	  /* frames so far */
	uint32_t lost;	  /* set of the first frames that get lost */
	uint32_t useless; /* sealed frames that did not open */
};

static void world_init(struct world *world, bool swapped)
{
	const uint8_t seed[RNG_SEED] = {8};

	memset(world, 0, sizeof(*world));
	rng_init(&world->rng, seed);
	world->now = (instant){1000000};
	for (uint32_t i = 0; i < 2; i++) {
		end_init(&world->nodes[i].end, (uint8_t)(1 + (i ^ swapped)), closed_mesh);
		world->nodes[i].delay = duration_ms(10);
		world->nodes[i].next_talk = world->now;
	}
}

static struct node *other(struct world *world, const struct node *node)
{
	return node == &world->nodes[0] ? &world->nodes[1] : &world->nodes[0];
}

static bool peer_lower(struct world *world, const struct node *node)
{
	return address_lower(&other(world, node)->end.address, &node->end.address);
}

/* A frame to fill, on its way from a node; one that gets lost is as good. */
static struct frame *send(struct world *world, const struct node *from, enum kind kind)
{
	uint32_t number = world->sent++;
	size_t i = 0;

	if (number < LOSSES && world->lost >> number & 1)
		return &world->nowhere;
	while (world->wire[i].kind != FREE)
		assert_true(++i < FRAMES);
	world->wire[i] = (struct frame){
		.kind = kind,
		.arrives = instant_after(world->now, from->delay),
		.number = number,
		.to = from == &world->nodes[0],
	};
	return &world->wire[i];
}

static void seal(struct world *world, struct node *node, bool empty)
{
	const struct session_keys *keys = &node->session.places[SESSION_CONFIRMED];
	struct frame *frame = send(world, node, SEALED);

	assert_int_not_equal(keys->serial, 0);
	memcpy(frame->key, keys->keys.send, AEAD_KEY);
	frame->empty = empty;
	session_sealed(&node->session, world->now);
}

static void initiate(struct world *world, struct node *node)
{
	const struct end *peer = &other(world, node)->end;
	struct frame *frame = send(world, node, INITIATION);
	struct writer out = writer_of(frame->bytes, WIRE_INITIATION);
	struct handshake_pending pending;
	uint8_t ephemeral[32];
	const struct handshake_offer offer = {
		.number = rng_u32(&world->rng),
		.last_epoch = node->session.last_epoch,
		.sequence = ++node->sequence,
		.ephemeral = ephemeral,
	};

	rng_fill(&world->rng, ephemeral, sizeof(ephemeral));
	assert_true(handshake_begin(&node->end.self, &peer->address, peer->pair.public_key, &offer,
				    &pending, &out));
	session_asked(&node->session, world->now, &pending);
	node->begun++;
}

static void initiation_take(struct world *world, struct node *node, const struct frame *frame)
{
	struct handshake_asked asked;
	struct handshake_keys keys;
	struct writer out;
	uint8_t ephemeral[32];
	uint32_t epoch;

	assert_int_equal(handshake_open(&node->end.self, frame->bytes, WIRE_INITIATION, &asked),
			 DROP_NONE);
	if (!session_newer(&node->session, asked.peer.boot_epoch, asked.peer.sequence))
		return;
	out = writer_of(send(world, node, RESPONSE)->bytes, WIRE_RESPONSE);
	epoch = session_next_epoch(&node->session, asked.peer.epoch);
	rng_fill(&world->rng, ephemeral, sizeof(ephemeral));
	assert_int_equal(handshake_answer(&node->end.self, &asked, epoch, ephemeral, &keys, &out),
			 DROP_NONE);
	session_answered(&node->session, world->now, ++node->serial, &asked.peer, &keys,
			 peer_lower(world, node));
}

static void response_take(struct world *world, struct node *node, const struct frame *frame)
{
	const struct session_attempt *attempt = &node->session.attempt;
	struct handshake_peer peer;
	struct handshake_keys keys;
	struct response response;

	assert_int_equal(response_read(frame->bytes, WIRE_RESPONSE, &response), DROP_NONE);
	if (!attempt->active || attempt->pending.number != response.number)
		return;
	assert_int_equal(handshake_finish(&node->end.self, &attempt->pending,
					  &other(world, node)->end.address, frame->bytes,
					  WIRE_RESPONSE, &peer, &keys),
			 DROP_NONE);
	assert_int_equal(session_finished(&node->session, world->now, ++node->serial, &keys,
					  peer_lower(world, node)),
			 DROP_NONE);
	node->confirmed++;
	seal(world, node, true);
}

static void sealed_take(struct world *world, struct node *node, const struct frame *frame)
{
	for (size_t i = 0; i < SESSION_PLACES; i++) {
		const struct session_keys *keys = &node->session.places[i];

		if (keys->serial == 0 || memcmp(keys->keys.receive, frame->key, AEAD_KEY) != 0)
			continue;
		node->opened++;
		node->confirmed +=
			session_opened(&node->session, world->now, keys->serial, frame->empty);
		return;
	}
	world->useless++;
}

static void deliver(struct world *world, struct frame *frame)
{
	struct frame taken = *frame;
	struct node *node = &world->nodes[taken.to];

	frame->kind = FREE;
	switch (taken.kind) {
	case FREE:
		return;
	case INITIATION:
		initiation_take(world, node, &taken);
		return;
	case RESPONSE:
		response_take(world, node, &taken);
		return;
	case SEALED:
		sealed_take(world, node, &taken);
		return;
	}
}

static uint32_t places_held(const struct session *session)
{
	uint32_t held = 0;

	for (size_t i = 0; i < SESSION_PLACES; i++)
		held += session->places[i].serial != 0;
	return held;
}

/* Before its deadline a session has nothing to say; at the deadline it has, or keys go. */
static void assert_deadline_true(const struct session *session, instant now)
{
	instant deadline = session_deadline(session, REKEY);
	struct session copy = *session;

	if (instant_is_never(deadline)) {
		assert_int_equal(session_due(&copy, instant_after(now, duration_s(400)), REKEY),
				 SESSION_NOTHING);
		return;
	}
	if (deadline.us > now.us) {
		const instant early = {deadline.us - 1};

		assert_int_equal(session_due(&copy, early, REKEY), SESSION_NOTHING);
		assert_int_equal(places_held(&copy), places_held(session));
		now = deadline;
	}
	if (session_due(&copy, now, REKEY) == SESSION_NOTHING)
		assert_true(places_held(&copy) < places_held(session));
}

/* Does what is due; what is due is due once. */
static void settle(struct world *world, struct node *node)
{
	for (uint32_t count = 0;; count++) {
		assert_true(count < 5);
		assert_deadline_true(&node->session, world->now);
		switch (session_due(&node->session, world->now, REKEY)) {
		case SESSION_NOTHING:
			assert_true(session_deadline(&node->session, REKEY).us > world->now.us);
			return;
		case SESSION_INITIATE:
			initiate(world, node);
			break;
		case SESSION_GAVE_UP:
			node->gave_up++;
			break;
		case SESSION_EXPIRED:
			node->expired++;
			break;
		case SESSION_KEEPALIVE:
			seal(world, node, true);
			break;
		}
	}
}

/* The frame that arrives next; of those that arrive at once, the one sent first. */
static struct frame *next_frame(struct world *world)
{
	struct frame *next = NULL;

	for (size_t i = 0; i < FRAMES; i++) {
		struct frame *frame = &world->wire[i];

		if (frame->kind == FREE)
			continue;
		if (!next || frame->arrives.us < next->arrives.us ||
		    (frame->arrives.us == next->arrives.us && frame->number < next->number))
			next = frame;
	}
	return next;
}

static instant node_next(const struct node *node)
{
	instant next = session_deadline(&node->session, REKEY);

	return node->talk.us > 0 ? instant_earlier(next, node->next_talk) : next;
}

static void talk(struct world *world, struct node *node)
{
	if (node->talk.us == 0 || !instant_reached(world->now, node->next_talk))
		return;
	node->next_talk = instant_after(world->now, node->talk);
	if (session_usable(&node->session))
		seal(world, node, false);
	else
		session_want(&node->session, world->now);
}

/* Lets s seconds go by. */
static void run(struct world *world, int64_t s)
{
	instant end = instant_after(world->now, duration_s(s));

	for (;;) {
		struct frame *frame = next_frame(world);
		instant next =
			instant_earlier(node_next(&world->nodes[0]), node_next(&world->nodes[1]));

		if (frame && frame->arrives.us <= next.us)
			next = frame->arrives;
		else
			frame = NULL;
		if (next.us > end.us)
			break;
		if (next.us > world->now.us)
			world->now = next;
		if (frame)
			deliver(world, frame);
		for (size_t i = 0; i < 2; i++) {
			talk(world, &world->nodes[i]);
			settle(world, &world->nodes[i]);
		}
	}
	world->now = end;
}

static const struct session_keys *confirmed(const struct node *node)
{
	return &node->session.places[SESSION_CONFIRMED];
}

/* Both seal with the same set, in opposite directions, and neither asks. */
static void assert_settled(const struct world *world)
{
	const struct session_keys *a = confirmed(&world->nodes[0]);
	const struct session_keys *b = confirmed(&world->nodes[1]);

	assert_true(a->serial != 0 && b->serial != 0);
	assert_memory_equal(a->keys.send, b->keys.receive, AEAD_KEY);
	assert_memory_equal(a->keys.receive, b->keys.send, AEAD_KEY);
	assert_int_equal(a->keys.epoch, b->keys.epoch);
	assert_int_equal(a->begun_by_lower, b->begun_by_lower);
	assert_int_not_equal(a->begun_by_us, b->begun_by_us);
	assert_false(world->nodes[0].session.attempt.active);
	assert_false(world->nodes[1].session.attempt.active);
	assert_int_equal(world->useless, 0);
}

/* Both want at once, or the second some ms later; frames from the one may take longer. */
static void crossing_try(uint32_t lost, bool swapped, int64_t late_ms, int64_t delay_ms)
{
	struct world world;

	world_init(&world, swapped);
	world.lost = lost;
	for (size_t i = 0; i < 2; i++)
		world.nodes[i].talk = duration_ms(700);
	world.nodes[0].delay = duration_ms(delay_ms);
	world.nodes[1].next_talk = instant_after(world.now, duration_ms(late_ms));
	run(&world, 20);
	assert_settled(&world);
	assert_true(world.nodes[0].opened > 10 && world.nodes[1].opened > 10);
	assert_int_equal(confirmed(&world.nodes[0])->keys.epoch, world.nodes[0].session.last_epoch);
}

static void crossings(uint32_t lost)
{
	static const int64_t delays[] = {10, 9, 11, 35};

	for (size_t i = 0; i < 4; i++) {
		crossing_try(lost, false, 0, delays[i]);
		crossing_try(lost, true, 0, delays[i]);
		crossing_try(lost, false, 5, delays[i]);
		crossing_try(lost, true, 5, delays[i]);
	}
}

static void test_both_begin_at_once(void **state)
{
	struct world world;

	crossings(0);
	/* Whoever is lower, its handshake stays. */
	for (unsigned int swapped = 0; swapped < 2; swapped++) {
		world_init(&world, swapped);
		session_want(&world.nodes[0].session, world.now);
		session_want(&world.nodes[1].session, world.now);
		run(&world, 1);
		assert_settled(&world);
		assert_true(confirmed(&world.nodes[0])->begun_by_lower);
		assert_int_equal(world.nodes[0].confirmed + world.nodes[1].confirmed, 4);
	}
}

static void test_each_frame_lost_in_turn(void **state)
{
	for (uint32_t i = 0; i < LOSSES; i++)
		crossings(1U << i);
}

static void test_any_of_the_first_frames_lost(void **state)
{
	for (uint32_t lost = 0; lost < 1U << LOSSES; lost += 5) {
		crossing_try(lost, false, 0, 10);
		crossing_try(lost, true, 3, 12);
	}
}

static void test_one_begins_and_any_frame_is_lost(void **state)
{
	for (uint32_t lost = 0; lost < 1U << LOSSES; lost += 3) {
		struct world world;

		world_init(&world, lost & 4);
		world.lost = lost;
		world.nodes[0].talk = duration_s(1);
		run(&world, 40);
		assert_settled(&world);
		assert_in_range(world.nodes[0].begun, 1, LOSSES + 1);
		assert_int_equal(world.nodes[1].begun, 0);
	}
}

/* Every frame opens while keys change under steady talk, and one of both begins each time. */
static void test_many_rekeys(void **state)
{
	struct world world;

	world_init(&world, false);
	world.nodes[0].talk = duration_ms(900);
	world.nodes[1].talk = duration_ms(1100);
	world.nodes[1].next_talk = instant_after(world.now, duration_ms(500));
	run(&world, 1300);
	assert_settled(&world);
	assert_int_equal(confirmed(&world.nodes[0])->keys.epoch, 11);
	assert_int_equal(world.nodes[0].begun + world.nodes[1].begun, 11);
	assert_int_equal(world.nodes[0].expired + world.nodes[1].expired, 0);
	assert_int_equal(world.nodes[0].gave_up + world.nodes[1].gave_up, 0);
}

/* Three frames and then silence: nobody keeps the other awake, and the keys are let go. */
static void test_unused_keys_expire_in_silence(void **state)
{
	struct world world;

	world_init(&world, false);
	session_want(&world.nodes[0].session, world.now);
	run(&world, 170);
	assert_settled(&world);
	run(&world, 600);
	assert_int_equal(world.sent, 3);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(world.nodes[i].expired, 1);
		assert_false(session_held(&world.nodes[i].session));
		assert_true(instant_is_never(session_deadline(&world.nodes[i].session, REKEY)));
	}
}

/* One frame is answered by one empty frame, which is answered by none. */
static void test_one_keepalive_for_one_sided_talk(void **state)
{
	struct world world;

	world_init(&world, false);
	session_want(&world.nodes[0].session, world.now);
	run(&world, 30);
	seal(&world, &world.nodes[0], false);
	run(&world, 9);
	assert_int_equal(world.sent, 4);
	run(&world, 60);
	assert_int_equal(world.sent, 5);
	assert_int_equal(world.nodes[0].opened, 1);
}

static void test_gives_up_and_begins_again(void **state)
{
	struct world world;

	world_init(&world, false);
	world.nodes[0].delay = duration_s(1000);
	session_want(&world.nodes[0].session, world.now);
	run(&world, 89);
	assert_true(world.nodes[0].session.attempt.active);
	run(&world, 10);
	assert_int_equal(world.nodes[0].gave_up, 1);
	assert_false(world.nodes[0].session.attempt.active);
	world.nodes[0].delay = duration_ms(10);
	session_want(&world.nodes[0].session, world.now);
	run(&world, 1);
	assert_settled(&world);
}

/* The other end forgets everything, as one that starts anew does. */
static void test_peer_starts_anew(void **state)
{
	struct world world;

	world_init(&world, false);
	for (size_t i = 0; i < 2; i++)
		world.nodes[i].talk = duration_s(1);
	run(&world, 300);
	session_wipe(&world.nodes[1].session);
	world.nodes[1].end.self.boot_epoch++;
	world.nodes[1].sequence = 0;
	run(&world, 10);
	world.useless = 0; /* what was sealed before the other forgot, and until it asked */
	run(&world, 200);
	assert_settled(&world);
	assert_true(confirmed(&world.nodes[1])->keys.epoch >= 4);
}

/* A recorded INITIATION, played again while keys are held, does nothing. */
static void test_replayed_initiation(void **state)
{
	struct world world;
	struct frame recorded;

	world_init(&world, false);
	session_want(&world.nodes[0].session, world.now);
	settle(&world, &world.nodes[0]);
	recorded = *next_frame(&world);
	run(&world, 1);
	assert_settled(&world);
	deliver(&world, &recorded);
	assert_int_equal(recorded.kind, FREE);
	assert_int_equal(world.sent, 3);
	assert_int_equal(world.nodes[1].session.places[SESSION_UNCONFIRMED].serial, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_begin_at_once),
		cmocka_unit_test(test_each_frame_lost_in_turn),
		cmocka_unit_test(test_any_of_the_first_frames_lost),
		cmocka_unit_test(test_one_begins_and_any_frame_is_lost),
		cmocka_unit_test(test_many_rekeys),
		cmocka_unit_test(test_unused_keys_expire_in_silence),
		cmocka_unit_test(test_one_keepalive_for_one_sided_talk),
		cmocka_unit_test(test_gives_up_and_begins_again),
		cmocka_unit_test(test_peer_starts_anew),
		cmocka_unit_test(test_replayed_initiation),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/crossing", tests, NULL, NULL);
}
