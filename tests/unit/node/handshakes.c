/* Handshakes on wires that lose, delay and forge: the session always comes up, both ends agree on
 * it, and strangers cost little. docs/protocol/meshp.md, sections 5 and 6. */
#include "mesh.h"
#include "stranger.h"

#include "node/value.h"

#include <string.h>

/* Loses the first `left` frames of one kind, of one sender or of anybody (MESH_HOSTS). */
struct loss {
	enum kind kind;
	uint32_t host;
	uint32_t left;
};

static void lose_some(struct mesh *mesh, struct flight *flight)
{
	struct loss *loss = mesh->context;

	if (flight->kind == loss->kind && loss->left > 0 &&
	    (loss->host == MESH_HOSTS || loss->host == flight->host)) {
		loss->left--;
		flight->copies = 0;
	}
}

/* Loses so many frames of a hundred, whatever they are. */
static void lose_any(struct mesh *mesh, struct flight *flight)
{
	const uint32_t *percent = mesh->context;

	if (rng_below(&mesh->rng, 100) < *percent)
		flight->copies = 0;
}

static void check_works(struct mesh *mesh)
{
	mesh->filter = NULL;
	mesh_run(mesh, duration_s(2));
	mesh_wait(mesh, mesh_agreed, 0, 1, duration_s(10));
	mesh_wait(mesh, mesh_full, 0, 1, duration_s(10));
	mesh_exchange(mesh, 0, 1, 1, 1500);
	mesh_exchange(mesh, 1, 0, 2, 40);
}

static void each_kind_may_be_lost_once_or_twice(void **state)
{
	int64_t worst_us = 0;

	for (uint32_t i = 0; i < KIND_PACKET * 3 * 2; i++) {
		struct loss loss = {.kind = i / 6, .left = 1 + i % 2};
		struct mesh *mesh = mesh_new(100 + i);
		loss.host = i / 2 % 3 < 2 ? i / 2 % 3 : MESH_HOSTS;
		mesh->filter = lose_some;
		mesh->context = &loss;
		mesh_start(mesh, 0);
		mesh_start(mesh, 1);
		duration took = mesh_wait(mesh, mesh_full, 0, 1, duration_s(3));
		worst_us = took.us > worst_us ? took.us : worst_us;
		check_works(mesh);
		mesh_free(mesh);
	}
	print_message("# at worst FULL after %d us\n", (int)worst_us);
}

static void a_third_may_be_lost(void **state)
{
	uint32_t percent = 30;
	int64_t worst_us = 0, sum_us = 0;

	for (uint32_t seed = 0; seed < 300; seed++) {
		struct mesh *mesh = mesh_new(1000 + seed);
		mesh->filter = lose_any;
		mesh->context = &percent;
		mesh_start(mesh, 0);
		mesh_start(mesh, 1);
		duration took = mesh_wait(mesh, mesh_full, 0, 1, duration_s(20));
		worst_us = took.us > worst_us ? took.us : worst_us;
		sum_us += took.us;
		check_works(mesh);
		mesh_free(mesh);
	}
	print_message("# FULL after %d ms on average, %d ms at worst\n", (int)(sum_us / 300000),
		      (int)(worst_us / 1000));
}

/* Keys are replaced every second while a third of all frames is lost; in the end both ends agree.
 */
static void keys_are_replaced_through_loss(void **state)
{
	uint32_t percent = 30;
	struct node_session session;
	uint8_t packet[MESH_PACKET];

	for (uint32_t seed = 0; seed < 30; seed++) {
		struct mesh *mesh = mesh_new(2000 + seed);
		mesh->hosts[0].making.rekey = mesh->hosts[1].making.rekey = duration_s(1);
		mesh->filter = lose_any;
		mesh->context = &percent;
		mesh_start(mesh, 0);
		mesh_start(mesh, 1);
		mesh_wait(mesh, mesh_full, 0, 1, duration_s(20));
		for (uint32_t i = 0; i < 600; i++) {
			mesh_packet_write(mesh, i % 2, 1 - i % 2, i, 100, packet);
			mesh_packet(mesh, i % 2, packet, 100);
			mesh_run(mesh, duration_ms(100));
		}
		check_works(mesh);
		assert_true(mesh_session(mesh, 0, 1, &session));
		assert_in_range(session.epoch, 20, 70);
		mesh_free(mesh);
	}
}

static void want_session(struct mesh *mesh, uint32_t host)
{
	struct node *node = mesh->hosts[host].node;

	session_abandon(&node_peer(node, 0)->session);
	session_want(&node_peer(node, 0)->session, mesh->now);
	timers_set(node_timers(node), TIMER_PEERS, mesh->now);
}

/* Both INITIATIONs are under way at once, the one of `early` arriving first. */
struct crossing {
	bool quiet; /* not yet: no INITIATION gets through */
	uint32_t early;
	uint32_t initiations;
	enum kind lost; /* the first of this kind */
};

static void cross(struct mesh *mesh, struct flight *flight)
{
	struct crossing *crossing = mesh->context;

	if (crossing->quiet) {
		flight->copies = flight->kind != KIND_INITIATION;
		return;
	}
	crossing->initiations += flight->kind == KIND_INITIATION;
	if (flight->kind == crossing->lost) {
		flight->copies = 0;
		crossing->lost = KIND_COUNT;
	}
	flight->delay = flight->host == crossing->early ? duration_ms(3) : duration_ms(5);
}

static bool both_know(struct mesh *mesh, uint32_t a, uint32_t b)
{
	return mesh_state(mesh, a, b) >= NEIGHBOUR_HEARD &&
	       mesh_state(mesh, b, a) >= NEIGHBOUR_HEARD;
}

static void begin_at_once(uint32_t seed, struct crossing *crossing, bool first)
{
	struct mesh *mesh = mesh_new(seed);
	/* Which of both has the lower address changes with the identities. */
	mesh->hosts[0].making.identity = (uint8_t)(1 + seed % 16);
	mesh->hosts[1].making.identity = (uint8_t)(17 + seed % 7);

	mesh->filter = cross;
	mesh->context = crossing;
	crossing->quiet = first;
	mesh_start(mesh, 0);
	mesh_start(mesh, 1);
	mesh_wait(mesh, first ? both_know : mesh_full, 0, 1, duration_s(1));
	mesh_run(mesh, duration_ms(30));
	crossing->quiet = false;
	crossing->initiations = 0;
	want_session(mesh, 0);
	want_session(mesh, 1);
	mesh_run(mesh, duration_ms(2));
	assert_in_range(crossing->initiations, 2, 2);
	check_works(mesh);
	mesh_free(mesh);
}

static void both_may_begin_at_once(void **state)
{
	for (uint32_t seed = 0; seed < 32; seed++) {
		for (enum kind lost = KIND_INITIATION; lost <= KIND_PACKET; lost++) {
			for (uint32_t i = 0; i < 4; i++) {
				struct crossing crossing = {.early = i % 2, .lost = lost};
				begin_at_once(seed, &crossing, i < 2);
			}
		}
	}
}

static void check_suite(uint8_t first, uint8_t second, enum suite expected)
{
	struct mesh *mesh = mesh_new(40);
	struct node_session session;

	mesh->hosts[0].making.suites = first;
	mesh->hosts[1].making.suites = second;
	for (uint32_t i = 0; i < 2; i++) {
		mesh->hosts[i].making.rekey = duration_s(1);
		mesh_start(mesh, i);
	}
	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	for (uint32_t i = 0; i < 200; i++) {
		mesh_exchange(mesh, i % 2, 1 - i % 2, i, 40 + 7 * i);
		mesh_run(mesh, duration_ms(20));
	}
	for (uint32_t i = 0; i < 2; i++) {
		assert_true(mesh_session(mesh, i, 1 - i, &session));
		assert_int_equal(session.suite, expected);
		assert_in_range(session.epoch, 3, 6);
	}
	mesh_free(mesh);
}

static void the_better_suite_of_both_is_used(void **state)
{
	uint8_t chacha = SUITE_BIT(SUITE_CHACHA20_POLY1305), aes = SUITE_BIT(SUITE_AES_256_GCM);

	check_suite(chacha, chacha, SUITE_CHACHA20_POLY1305);
	if (!(aead_suites() & aes))
		return;
	check_suite(chacha | aes, chacha | aes, SUITE_AES_256_GCM);
	check_suite(chacha | aes, chacha, SUITE_CHACHA20_POLY1305);
	check_suite(chacha, chacha | aes, SUITE_CHACHA20_POLY1305);
}

static void without_a_common_suite_there_is_no_session(void **state)
{
	uint8_t chacha = SUITE_BIT(SUITE_CHACHA20_POLY1305), aes = SUITE_BIT(SUITE_AES_256_GCM);
	struct mesh *mesh = mesh_new(41);
	struct node_session session;

	if (!(aead_suites() & aes))
		return;
	mesh->hosts[0].making.suites = chacha;
	mesh->hosts[1].making.suites = aes;
	mesh_start(mesh, 0);
	mesh_start(mesh, 1);
	mesh_run(mesh, duration_s(30));
	assert_true(mesh_session(mesh, 0, 1, &session));
	assert_false(session.usable);
	assert_true(mesh_drops(mesh, 0, DROP_SUITE) + mesh_drops(mesh, 1, DROP_SUITE) > 0);
	mesh_free(mesh);
}

static void spoofed_places_are_refused(void **state)
{
	struct mesh *mesh = mesh_started(42, 1);
	struct handshake_pending pending;
	struct stranger stranger;
	uint8_t bytes[WIRE_INITIATION];

	stranger_draw(&stranger, &mesh->rng, 0);
	stranger_initiation(&stranger, mesh, 0, NULL, &pending, bytes);
	mesh_inject(mesh, 0, 0, mesh_lladdr(5, 0), false, bytes, sizeof(bytes));
	assert_int_equal(mesh_drops(mesh, 0, DROP_SOURCE_SPOOFED), 1);
	assert_int_equal(mesh->hosts[0].frames[KIND_RESPONSE], 0);
	/* The same frame from where it says is answered: nothing of the first try was kept. */
	mesh_inject(mesh, 0, 0, stranger.lladdr, false, bytes, sizeof(bytes));
	assert_int_equal(mesh->hosts[0].frames[KIND_RESPONSE], 1);
	mesh_free(mesh);
}

static void divert(struct mesh *mesh, struct flight *flight)
{
	if (flight->kind == KIND_RESPONSE)
		flight->from = mesh_lladdr(5, 0);
}

static void spoofed_answers_are_refused(void **state)
{
	struct mesh *mesh = mesh_new(48);
	struct node_session session;

	mesh->filter = divert;
	mesh_start(mesh, 0);
	mesh_start(mesh, 1);
	mesh_run(mesh, duration_s(1));
	for (uint32_t i = 0; i < 2; i++) {
		assert_true(mesh_session(mesh, i, 1 - i, &session));
		assert_false(session.usable);
	}
	assert_true(mesh_drops(mesh, 0, DROP_SOURCE_SPOOFED) +
			    mesh_drops(mesh, 1, DROP_SOURCE_SPOOFED) >
		    0);
	check_works(mesh);
	mesh_free(mesh);
}

/* Of the key before the present one there is none at first; zeros must not stand for it. */
static void a_key_of_zeros_is_no_key(void **state)
{
	struct mesh *mesh = mesh_started(49, 1);
	const struct cookie_keys zeros = {0};
	struct stranger stranger;
	uint8_t bytes[WIRE_INITIATION];

	stranger_draw(&stranger, &mesh->rng, 0);
	stranger_junk(&stranger, mesh, 0, bytes);
	cookie_mac1(&zeros, bytes, INITIATION_MAC1, bytes + INITIATION_MAC1);
	mesh_inject(mesh, 0, 0, stranger.lladdr, false, bytes, sizeof(bytes));
	assert_int_equal(mesh_drops(mesh, 0, DROP_MAC1), 1);
	mesh_free(mesh);
}

/* A session whose INITIATION could not be written has no secrets; no answer fits it. */
static void nothing_answers_what_was_not_asked(void **state)
{
	struct mesh *mesh = mesh_started(43, 2);
	uint8_t bytes[WIRE_RESPONSE];

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	struct node *node = mesh->hosts[1].node;
	memcpy(bytes, mesh->last[KIND_RESPONSE].bytes, sizeof(bytes));
	memcpy(bytes + 3, mesh->hosts[1].address.bytes + 2, NODE_ID);
	memset(bytes + 19, 0, 8);
	cookie_mac1(&node->keys[0].cookies, bytes, RESPONSE_MAC1, bytes + RESPONSE_MAC1);
	session_want(&node_peer(node, 0)->session, mesh->now);
	uint64_t before = mesh_drops(mesh, 1, DROP_HANDSHAKE_UNASKED);
	mesh_inject(mesh, 1, 0, mesh_lladdr(0, 0), false, bytes, sizeof(bytes));
	assert_int_equal(mesh_drops(mesh, 1, DROP_HANDSHAKE_UNASKED), before + 1);
	mesh_free(mesh);
}

/* A flood of INITIATIONs to host 0 whose mac1 is good, from everywhere, 10,000 a second. */
static void flood(struct mesh *mesh, uint32_t count, uint32_t claimed)
{
	struct stranger stranger;
	uint8_t bytes[WIRE_INITIATION], packet[MESH_PACKET];

	stranger_draw(&stranger, &mesh->rng, 0);
	for (uint32_t i = 0; i < count; i++) {
		rng_fill(&mesh->rng, stranger.lladdr.bytes + 1, LLADDR - 1);
		rng_fill(&mesh->rng, stranger.address.bytes + 2, NODE_ID);
		if (claimed < MESH_HOSTS)
			stranger.address = mesh->hosts[claimed].address;
		stranger_junk(&stranger, mesh, 0, bytes);
		mesh_inject(mesh, 0, 0, stranger.lladdr, false, bytes, sizeof(bytes));
		mesh_run(mesh, duration_us(100));
		if (i % 1000 == 0) {
			mesh_packet_write(mesh, 1, 0, i, 900, packet);
			mesh_packet(mesh, 1, packet, 900);
		}
	}
}

/* A session of two minutes is given two seconds: the keys there are follow. */
static void keys_follow_the_age_they_are_given(void **state)
{
	struct mesh *mesh = mesh_started(45, 2);
	struct node_settings settings = {.suites = SUITE_BIT(SUITE_CHACHA20_POLY1305),
					 .rekey = duration_s(2)};
	struct node_session session;

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(5));
	mesh_exchange(mesh, 0, 1, 1, 100);
	mesh_run(mesh, duration_s(10));
	assert_true(mesh_session(mesh, 0, 1, &session));
	assert_true(node_deadline(mesh->hosts[0].node).us > mesh->now.us);
	node_change(mesh->hosts[0].node, mesh->now, &settings, mesh->outbox);
	mesh_carry(mesh, 0);
	assert_true(node_deadline(mesh->hosts[0].node).us <= mesh->now.us);
	uint32_t epoch = session.epoch;
	mesh_run(mesh, duration_ms(100));
	assert_true(mesh_session(mesh, 0, 1, &session));
	assert_int_equal(session.epoch, epoch + 1);
	mesh_free(mesh);
}

static void junk_costs_few_curves(void **state)
{
	struct mesh *mesh = mesh_new(44);

	mesh->hosts[0].making.rekey = mesh->hosts[1].making.rekey = duration_s(2);
	mesh_start(mesh, 0);
	mesh_start(mesh, 1);
	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	flood(mesh, 100000, MESH_HOSTS);
	/* Only what got through to Noise is counted as `handshake`. */
	assert_in_range(mesh_drops(mesh, 0, DROP_HANDSHAKE), 16, 32 + 10 * 11);
	assert_int_equal(mesh_drops_all(mesh, 0), 100000);
	assert_in_range(mesh->hosts[0].frames[KIND_COOKIE], 1000, 12000);
	assert_true(mesh_full(mesh, 0, 1));
	assert_int_equal(mesh->hosts[0].packets, 100);
	check_works(mesh);
	/* Keys were replaced all the while. */
	struct node_session session;
	assert_true(mesh_session(mesh, 0, 1, &session));
	assert_in_range(session.epoch, 4, 10);
	mesh_free(mesh);
}

/* The same flood in the name of the neighbour itself, which has a rate of its own to spend. */
static void junk_in_a_peers_name_does_not_keep_it_out(void **state)
{
	struct mesh *mesh = mesh_new(45);

	mesh->hosts[0].making.rekey = mesh->hosts[1].making.rekey = duration_s(2);
	mesh_start(mesh, 0);
	mesh_start(mesh, 1);
	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	flood(mesh, 50000, 1);
	assert_in_range(mesh_drops(mesh, 0, DROP_HANDSHAKE), 16, 32 + 4 + 11 * 6);
	assert_true(mesh_full(mesh, 0, 1));
	assert_int_equal(mesh->hosts[0].packets, 50);
	struct node_session session;
	assert_true(mesh_session(mesh, 0, 1, &session));
	assert_in_range(session.epoch, 2, 10);
	check_works(mesh);
	mesh_free(mesh);
}

/* Whoever hears an INITIATION knows its number, and everybody knows what mac1 takes. */
static void junk_answers_cost_few_curves(void **state)
{
	struct mesh *mesh = mesh_started(48, 1);
	struct stranger stranger;
	uint8_t bytes[WIRE_RESPONSE];

	stranger_draw(&stranger, &mesh->rng, 0);
	stranger_hello(&stranger, bytes);
	mesh_inject(mesh, 0, 0, stranger.lladdr, true, bytes, WIRE_HELLO);
	mesh_run(mesh, duration_ms(400));
	const struct flight *asked = &mesh->last[KIND_INITIATION];
	assert_int_equal(asked->size, WIRE_INITIATION);
	for (uint32_t i = 0; i < 2000; i++) {
		rng_fill(&mesh->rng, bytes, sizeof(bytes));
		memcpy(bytes, (const uint8_t[]){WIRE_CONTROL_BYTE, FRAME_RESPONSE, 255}, 3);
		memcpy(bytes + 3, mesh->hosts[0].address.bytes + 2, NODE_ID);
		memcpy(bytes + 11, stranger.address.bytes + 2, NODE_ID);
		memcpy(bytes + 19, asked->bytes + 19, 8);
		cookie_mac1(&mesh->hosts[0].node->keys[0].cookies, bytes, RESPONSE_MAC1,
			    bytes + RESPONSE_MAC1);
		mesh_inject(mesh, 0, 0, stranger.lladdr, false, bytes, sizeof(bytes));
	}
	/* Only what got through to Noise is counted as `handshake`. */
	assert_int_equal(mesh_drops(mesh, 0, DROP_HANDSHAKE), 20);
	assert_int_equal(mesh_drops(mesh, 0, DROP_RATE_HANDSHAKE), 1980);
	mesh_free(mesh);
}

static void a_stranger_gets_in_by_its_cookie(void **state)
{
	struct mesh *mesh = mesh_started(46, 1);
	struct handshake_pending pending;
	struct cookie_keys keys;
	struct stranger stranger;
	uint8_t bytes[WIRE_INITIATION], cookie[WIRE_COOKIE];

	stranger_draw(&stranger, &mesh->rng, 0);
	for (uint32_t i = 0; i < 20; i++) {
		stranger_junk(&stranger, mesh, 0, bytes);
		mesh_inject(mesh, 0, 0, mesh_lladdr(5, 0), false, bytes, sizeof(bytes));
	}
	assert_int_equal(mesh_drops(mesh, 0, DROP_HANDSHAKE), 17);
	stranger_initiation(&stranger, mesh, 0, NULL, &pending, bytes);
	mesh_inject(mesh, 0, 0, stranger.lladdr, false, bytes, sizeof(bytes));
	assert_int_equal(mesh->hosts[0].frames[KIND_RESPONSE], 0);
	const struct flight *reply = &mesh->last[KIND_COOKIE];
	assert_true(lladdr_equal(&reply->to, &stranger.lladdr));
	assert_in_range(reply->size, 1, sizeof(bytes));
	cookie_keys_of(&keys, mesh->hosts[0].node->keys[0].pair.public_key, stranger.network_key);
	assert_true(cookie_reply_open(reply->bytes, &keys, pending.mac1, cookie));
	/* Not from elsewhere, but from where it was asked. */
	struct lladdr place = stranger.lladdr;
	stranger.lladdr = mesh_lladdr(4, 0);
	stranger_initiation(&stranger, mesh, 0, cookie, &pending, bytes);
	mesh_inject(mesh, 0, 0, stranger.lladdr, false, bytes, sizeof(bytes));
	assert_int_equal(mesh->hosts[0].frames[KIND_RESPONSE], 0);
	stranger.lladdr = place;
	stranger_initiation(&stranger, mesh, 0, cookie, &pending, bytes);
	mesh_inject(mesh, 0, 0, stranger.lladdr, false, bytes, sizeof(bytes));
	assert_int_equal(mesh->hosts[0].frames[KIND_RESPONSE], 1);
	mesh_free(mesh);
}

/* What is answered by nothing, for want of room, is not counted as answered by a cookie. */
static void a_cookie_without_room_is_counted(void **state)
{
	struct mesh *mesh = mesh_started(46, 1);
	struct stranger stranger;
	uint8_t bytes[WIRE_INITIATION];

	stranger_draw(&stranger, &mesh->rng, 0);
	for (uint32_t i = 0; i < 20; i++) {
		stranger_junk(&stranger, mesh, 0, bytes);
		mesh_inject(mesh, 0, 0, stranger.lladdr, false, bytes, sizeof(bytes));
	}
	assert_int_equal(mesh_drops(mesh, 0, DROP_COOKIE), 3);
	mesh->outbox->count = OUTBOX_ACTIONS;
	mesh->outbox->used = 0;
	node_frame(mesh->hosts[0].node, mesh->now, 0, stranger.lladdr, false, bytes, sizeof(bytes),
		   mesh->outbox);
	outbox_clear(mesh->outbox);
	assert_int_equal(mesh_drops(mesh, 0, DROP_COOKIE), 3);
	assert_int_equal(mesh_drops(mesh, 0, DROP_OUTBOX_FULL), 1);
	mesh_free(mesh);
}

/* A host that meets another under load takes the cookie and comes back with it. */
static void a_node_gets_in_by_its_cookie(void **state)
{
	static const uint8_t none[WIRE_MAC];
	struct mesh *mesh = mesh_started(47, 2);
	struct stranger stranger;
	uint8_t bytes[WIRE_INITIATION];

	stranger_draw(&stranger, &mesh->rng, 0);
	for (uint32_t i = 0; i < 6000 && !mesh_full(mesh, 0, 1); i++) {
		rng_fill(&mesh->rng, stranger.lladdr.bytes + 1, LLADDR - 1);
		stranger_junk(&stranger, mesh, i % 2, bytes);
		mesh_inject(mesh, i % 2, 0, stranger.lladdr, false, bytes, sizeof(bytes));
		mesh_run(mesh, duration_us(i < 100 ? 0 : 500));
	}
	assert_true(mesh_full(mesh, 0, 1));
	assert_memory_not_equal(mesh->last[KIND_INITIATION].bytes + INITIATION_MAC2, none,
				sizeof(none));
	mesh_exchange(mesh, 0, 1, 1, 100);
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_may_be_lost_once_or_twice),
		cmocka_unit_test(a_third_may_be_lost),
		cmocka_unit_test(keys_are_replaced_through_loss),
		cmocka_unit_test(both_may_begin_at_once),
		cmocka_unit_test(the_better_suite_of_both_is_used),
		cmocka_unit_test(without_a_common_suite_there_is_no_session),
		cmocka_unit_test(spoofed_places_are_refused),
		cmocka_unit_test(spoofed_answers_are_refused),
		cmocka_unit_test(a_key_of_zeros_is_no_key),
		cmocka_unit_test(nothing_answers_what_was_not_asked),
		cmocka_unit_test(keys_follow_the_age_they_are_given),
		cmocka_unit_test(junk_costs_few_curves),
		cmocka_unit_test(junk_in_a_peers_name_does_not_keep_it_out),
		cmocka_unit_test(junk_answers_cost_few_curves),
		cmocka_unit_test(a_stranger_gets_in_by_its_cookie),
		cmocka_unit_test(a_cookie_without_room_is_counted),
		cmocka_unit_test(a_node_gets_in_by_its_cookie),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/handshakes", tests, NULL, NULL);
}
