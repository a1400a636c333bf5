/* mac1, mac2 and the COOKIE frame: good only with the right key, in the right place, and in time.
 */
#include "meshp/cookie.h"

#include "crypto/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MESSAGE = 40 };

static const uint8_t open_mesh[32];
static const uint8_t closed_mesh[32] = {7};
static const uint8_t session_key[AGREE_KEY] = {1, 2, 3};
static const uint8_t message[MESSAGE] = {9, 8, 7};
static const struct lladdr here = {{2, 0, 0, 0, 0, 1}};
static const struct lladdr there = {{2, 0, 0, 0, 0, 2}};

/* A responder that was just started. */
struct responder {
	struct rng rng;
	struct cookie_jar jar;
};

static struct responder responder_new(void)
{
	const uint8_t seed[RNG_SEED] = {5};
	struct responder responder = {.jar = {.renewed = {0}}};

	rng_init(&responder.rng, seed);
	return responder;
}

/* mac2 over the message with the cookie of (interface 1, here) baked at that second. */
static void mac2_from(struct responder *responder, int64_t s, uint8_t mac2[WIRE_MAC])
{
	uint8_t cookie[WIRE_COOKIE];

	cookie_bake(&responder->jar, (instant){s * 1000000}, &responder->rng, 1, here, cookie);
	cookie_mac2(cookie, message, MESSAGE, mac2);
}

static bool mac2_taken(struct responder *responder, int64_t s, uint32_t interface,
		       struct lladdr from, const uint8_t mac2[WIRE_MAC])
{
	return cookie_mac2_good(&responder->jar, (instant){s * 1000000}, &responder->rng, interface,
				from, message, MESSAGE, mac2);
}

/* The keys as the text says them, made over one run of bytes. */
static void test_keys(void **state)
{
	uint8_t bytes[12 + 64] = "meshp cookie", expected[32];
	struct cookie_keys keys;

	memcpy(bytes + 12, session_key, 32);
	memcpy(bytes + 44, closed_mesh, 32);
	hash_of(expected, 32, (struct span){NULL, 0}, bytes, sizeof(bytes));
	cookie_keys_of(&keys, session_key, closed_mesh);
	assert_memory_equal(keys.seal, expected, 32);
	memcpy(bytes + 2, "meshp mac1", 10);
	hash_of(expected, 32, (struct span){NULL, 0}, bytes + 2, sizeof(bytes) - 2);
	assert_memory_equal(keys.mac1, expected, 32);
}

static void test_mac1(void **state)
{
	struct cookie_keys keys, open, other;
	uint8_t mac1[WIRE_MAC], bytes[MESSAGE];

	cookie_keys_of(&keys, session_key, closed_mesh);
	cookie_keys_of(&open, session_key, open_mesh);
	cookie_keys_of(&other, closed_mesh, closed_mesh);
	cookie_mac1(&keys, message, MESSAGE, mac1);
	assert_true(cookie_mac1_good(&keys, message, MESSAGE, mac1));
	assert_false(cookie_mac1_good(&open, message, MESSAGE, mac1));
	assert_false(cookie_mac1_good(&other, message, MESSAGE, mac1));
	assert_false(cookie_mac1_good(&keys, message, MESSAGE - 1, mac1));
	for (size_t bit = 0; bit < 8 * MESSAGE; bit++) {
		memcpy(bytes, message, MESSAGE);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		/* Relays count the hop limit down. */
		assert_int_equal(cookie_mac1_good(&keys, bytes, MESSAGE, mac1), bit / 8 == 2);
	}
	for (size_t bit = 0; bit < 8 * WIRE_MAC; bit++) {
		mac1[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(cookie_mac1_good(&keys, message, MESSAGE, mac1));
		mac1[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void test_mac2_is_of_one_place(void **state)
{
	struct responder responder = responder_new();
	uint8_t mac2[WIRE_MAC];

	mac2_from(&responder, 0, mac2);
	assert_true(mac2_taken(&responder, 0, 1, here, mac2));
	assert_false(mac2_taken(&responder, 0, 1, there, mac2));
	assert_false(mac2_taken(&responder, 0, 2, here, mac2));
	for (size_t bit = 0; bit < 8 * WIRE_MAC; bit++) {
		mac2[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(mac2_taken(&responder, 0, 1, here, mac2));
		mac2[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

/* Made at 10 s, the secret is renewed at 130 s and forgotten at 250 s. */
static void test_secret_lives_twice_120_s(void **state)
{
	struct responder responder = responder_new();
	uint8_t mac2[WIRE_MAC], later[WIRE_MAC];

	mac2_from(&responder, 10, mac2);
	mac2_from(&responder, 129, later);
	assert_memory_equal(mac2, later, WIRE_MAC);
	mac2_from(&responder, 130, later);
	assert_memory_not_equal(mac2, later, WIRE_MAC);
	assert_true(mac2_taken(&responder, 249, 1, here, mac2));
	assert_true(mac2_taken(&responder, 249, 1, here, later));
	assert_false(mac2_taken(&responder, 250, 1, here, mac2));
	assert_true(mac2_taken(&responder, 250, 1, here, later));
}

static void test_old_secret_does_not_outlive_silence(void **state)
{
	struct responder responder = responder_new();
	uint8_t mac2[WIRE_MAC];

	mac2_from(&responder, 10, mac2);
	assert_true(mac2_taken(&responder, 249, 1, here, mac2));
	responder = responder_new();
	mac2_from(&responder, 10, mac2);
	assert_false(mac2_taken(&responder, 250, 1, here, mac2));
	assert_false(mac2_taken(&responder, 251, 1, here, mac2));
}

/* A cookie made with the secret that is not there yet must not pass. */
static void test_no_secret_is_no_secret(void **state)
{
	const uint8_t zeros[32] = {0};
	const uint8_t place[10] = {0, 0, 0, 1, 2, 0, 0, 0, 0, 1};
	struct responder responder = responder_new();
	uint8_t cookie[WIRE_COOKIE], mac2[WIRE_MAC];

	hash_of(cookie, sizeof(cookie), (struct span){zeros, 32}, place, sizeof(place));
	cookie_mac2(cookie, message, MESSAGE, mac2);
	assert_false(mac2_taken(&responder, 0, 1, here, mac2));
	assert_false(mac2_taken(&responder, 60, 1, here, mac2));
	assert_false(mac2_taken(&responder, 125, 1, here, mac2));
}

static const struct cookie_reply reply = {
	.destination = {{1, 2, 3, 4, 5, 6, 7, 8}},
	.source = {{11, 12, 13, 14, 15, 16, 17, 18}},
	.number = 0x0102030405060708,
};
static const uint8_t cookie_sent[WIRE_COOKIE] = "a cookie, sealed";
static const uint8_t mac1_sent[WIRE_MAC] = {4, 4, 4};

static void reply_write(const struct cookie_reply *written, uint8_t frame[WIRE_COOKIE_REPLY])
{
	struct responder responder = responder_new();
	struct writer out = writer_of(frame, WIRE_COOKIE_REPLY);
	struct cookie_keys keys;

	cookie_keys_of(&keys, session_key, closed_mesh);
	cookie_reply_write(written, &keys, &responder.rng, mac1_sent, cookie_sent, &out);
	assert_true(writer_ok(&out));
	assert_int_equal(out.used, WIRE_COOKIE_REPLY);
}

static void reply_build(uint8_t frame[WIRE_COOKIE_REPLY])
{
	reply_write(&reply, frame);
}

static void test_reply_round_trip(void **state)
{
	uint8_t frame[WIRE_COOKIE_REPLY], cookie[WIRE_COOKIE];
	struct cookie_reply read;
	struct cookie_keys keys;

	reply_build(frame);
	cookie_keys_of(&keys, session_key, closed_mesh);
	assert_int_equal(frame[1], FRAME_COOKIE);
	assert_int_equal(cookie_reply_read(frame, sizeof(frame), &read), DROP_NONE);
	assert_true(node_id_equal(&read.destination, &reply.destination));
	assert_true(node_id_equal(&read.source, &reply.source));
	assert_true(read.number == reply.number);
	assert_true(cookie_reply_open(frame, &keys, mac1_sent, cookie));
	assert_memory_equal(cookie, cookie_sent, WIRE_COOKIE);
}

static void test_reply_is_bound_to_key_and_mac1(void **state)
{
	uint8_t frame[WIRE_COOKIE_REPLY], cookie[WIRE_COOKIE] = {1};
	const uint8_t other_mac1[WIRE_MAC] = {4, 4, 5}, untouched[WIRE_COOKIE] = {1};
	struct cookie_keys keys, other;

	reply_build(frame);
	cookie_keys_of(&keys, session_key, closed_mesh);
	cookie_keys_of(&other, session_key, open_mesh);
	assert_false(cookie_reply_open(frame, &keys, other_mac1, cookie));
	assert_false(cookie_reply_open(frame, &other, mac1_sent, cookie));
	assert_memory_equal(cookie, untouched, WIRE_COOKIE);
}

/* The form of a frame whose byte 0 or type was changed is refused; hop limit, ids and number are
 * the caller's to compare; all else is sealed. */
static void test_reply_flipped_bits(void **state)
{
	uint8_t frame[WIRE_COOKIE_REPLY], cookie[WIRE_COOKIE];
	struct cookie_reply read;
	struct cookie_keys keys;

	reply_build(frame);
	cookie_keys_of(&keys, session_key, closed_mesh);
	for (size_t bit = 0; bit < 8 * sizeof(frame); bit++) {
		bool form, same;

		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
		form = cookie_reply_read(frame, sizeof(frame), &read) == DROP_NONE;
		same = form && node_id_equal(&read.destination, &reply.destination) &&
		       node_id_equal(&read.source, &reply.source) && read.number == reply.number;
		assert_int_equal(form, bit / 8 >= 2);
		assert_int_equal(same, bit / 8 == 2 || bit / 8 >= 27);
		if (form)
			assert_int_equal(read.remote, bit / 8 == 2);
		assert_int_equal(cookie_reply_open(frame, &keys, mac1_sent, cookie), bit / 8 < 27);
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void test_reply_has_one_size(void **state)
{
	uint8_t frame[WIRE_COOKIE_REPLY + 1] = {0};
	struct cookie_reply read;

	reply_build(frame);
	for (size_t size = 0; size < WIRE_COOKIE_REPLY; size++) {
		uint8_t *copy = malloc(size + (size == 0));

		assert_non_null(copy);
		memcpy(copy, frame, size);
		assert_int_equal(cookie_reply_read(copy, size, &read), DROP_FRAME_SHORT);
		free(copy);
	}
	assert_int_equal(cookie_reply_read(frame, sizeof(frame), &read), DROP_FRAME_LONG);
	frame[1] = FRAME_RESPONSE;
	assert_int_equal(cookie_reply_read(frame, WIRE_COOKIE_REPLY, &read), DROP_TYPE);
}

/* A reply to who is no neighbour is relayed: its hop limit tells, and nothing else. */
static void test_reply_to_a_remote_node(void **state)
{
	uint8_t frame[WIRE_COOKIE_REPLY], near[WIRE_COOKIE_REPLY];
	struct cookie_reply remote = reply, read;

	remote.remote = true;
	reply_write(&remote, frame);
	reply_write(&reply, near);
	assert_int_equal(near[2], 255);
	assert_int_equal(frame[2], 64);
	frame[2] = 255;
	assert_memory_equal(frame, near, sizeof(near));
	for (uint32_t hop_limit = 0; hop_limit < 256; hop_limit++) {
		frame[2] = (uint8_t)hop_limit;
		assert_int_equal(cookie_reply_read(frame, sizeof(frame), &read), DROP_NONE);
		assert_int_equal(read.remote, hop_limit != 255);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_mac1),
		cmocka_unit_test(test_mac2_is_of_one_place),
		cmocka_unit_test(test_secret_lives_twice_120_s),
		cmocka_unit_test(test_old_secret_does_not_outlive_silence),
		cmocka_unit_test(test_no_secret_is_no_secret),
		cmocka_unit_test(test_reply_round_trip),
		cmocka_unit_test(test_reply_is_bound_to_key_and_mac1),
		cmocka_unit_test(test_reply_flipped_bits),
		cmocka_unit_test(test_reply_has_one_size),
		cmocka_unit_test(test_reply_to_a_remote_node),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/cookie", tests, NULL, NULL);
}
