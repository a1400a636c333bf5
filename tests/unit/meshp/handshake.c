/* Handshakes between two ends in one program: that both agree, and that whatever is mixed up, cut
 * or played again is refused under the right name. */
#include "meshp/handshake.h"
#include "tests/unit/meshp/both.h"

#include <stdlib.h>

enum {
	CHACHA = SUITE_BIT(SUITE_CHACHA20_POLY1305),
	AES = SUITE_BIT(SUITE_AES_256_GCM),
};

static const uint8_t open_mesh[32];

static void assert_learned(const struct handshake_peer *peer, const struct end *end)
{
	assert_true(address_equal(&peer->address, &end->address));
	assert_memory_equal(peer->certificate.signature, end->certificate.signature, SIGNATURE);
	assert_true(certificate_verify(&peer->certificate, end->network_id));
	assert_int_equal(peer->boot_epoch, end->self.boot_epoch);
	assert_int_equal(peer->instance, end->self.instance);
	assert_true(lladdr_equal(&peer->lladdr, &end->self.lladdr));
	assert_int_equal(peer->interface, end->self.interface);
}

static void assert_agreed(const struct both *both)
{
	assert_memory_equal(both->keys_i.send, both->keys_r.receive, AEAD_KEY);
	assert_memory_equal(both->keys_i.receive, both->keys_r.send, AEAD_KEY);
	assert_memory_not_equal(both->keys_i.send, both->keys_i.receive, AEAD_KEY);
	assert_int_equal(both->keys_i.suite, both->keys_r.suite);
	assert_int_equal(both->keys_i.epoch, EPOCH);
	assert_int_equal(both->keys_r.epoch, EPOCH);
}

static void agreement_try(const uint8_t network_key[32])
{
	struct both both;

	both_init(&both, network_key);
	complete(&both);
	assert_agreed(&both);
	assert_learned(&both.asked.peer, &both.i);
	assert_learned(&both.answered, &both.r);
	assert_int_equal(both.asked.peer.epoch, 10);
	assert_int_equal(both.asked.peer.sequence, 77);
	assert_int_equal(both.asked.peer.suites, CHACHA);
	assert_int_equal(both.answered.epoch, EPOCH);
	assert_int_equal(both.answered.sequence, 0);
}

static void test_ends_agree_in_an_open_mesh(void **state)
{
	agreement_try(open_mesh);
}

static void test_ends_agree_in_a_closed_mesh(void **state)
{
	agreement_try(closed_mesh);
}

static void test_clear_fields(void **state)
{
	struct initiation initiation;
	struct response response;
	struct node_id i, r;
	struct both both;

	both_init(&both, closed_mesh);
	complete(&both);
	i = address_id(&both.i.address);
	r = address_id(&both.r.address);
	assert_int_equal(initiation_read(both.initiation, WIRE_INITIATION, &initiation), DROP_NONE);
	assert_true(node_id_equal(&initiation.source, &i));
	assert_true(node_id_equal(&initiation.destination, &r));
	assert_int_equal(initiation.hop_limit, 255);
	assert_true(initiation.number == 0x1122334455667788);
	assert_ptr_equal(initiation.mac1, both.initiation + 286);
	assert_ptr_equal(initiation.mac2, both.initiation + 302);
	assert_int_equal(response_read(both.response, WIRE_RESPONSE, &response), DROP_NONE);
	assert_true(node_id_equal(&response.source, &r));
	assert_true(node_id_equal(&response.destination, &i));
	assert_int_equal(response.hop_limit, 255);
	assert_true(response.number == initiation.number);
	assert_ptr_equal(response.mac1, both.response + 234);
}

/* Between nodes that are no neighbours frames are relayed, and no place is told. */
static void test_remote_ends_agree(void **state)
{
	struct both both;

	both_init(&both, closed_mesh);
	both.i.self.remote = both.r.self.remote = true;
	both.i.self.lladdr = both.r.self.lladdr = (struct lladdr){{0}};
	both.i.self.interface = both.r.self.interface = 0;
	complete(&both);
	assert_agreed(&both);
	assert_learned(&both.asked.peer, &both.i);
	assert_learned(&both.answered, &both.r);
	assert_int_equal(both.initiation[2], 64);
	assert_int_equal(both.response[2], 64);
}

/* Who can do what, and what is chosen; SUITE_COUNT: refused. */
static const struct {
	uint8_t i, r;
	unsigned int chosen;
} choices[] = {
	{CHACHA, CHACHA, SUITE_CHACHA20_POLY1305},
	{CHACHA, CHACHA | AES, SUITE_CHACHA20_POLY1305},
	{CHACHA | AES, CHACHA, SUITE_CHACHA20_POLY1305},
	{CHACHA | AES, CHACHA | AES, SUITE_AES_256_GCM},
	{AES, CHACHA | AES, SUITE_AES_256_GCM},
	{AES, CHACHA, SUITE_COUNT},
	{0, CHACHA | AES, SUITE_COUNT},
	{0xfc, CHACHA | AES, SUITE_COUNT},
	{0xff, CHACHA | AES, SUITE_AES_256_GCM},
};

static void test_suites(void **state)
{
	for (size_t n = 0; n < sizeof(choices) / sizeof(choices[0]); n++) {
		struct both both;

		both_init(&both, closed_mesh);
		both.i.self.suites = choices[n].i;
		both.r.self.suites = choices[n].r;
		initiate(&both);
		assert_int_equal(ask(&both), DROP_NONE);
		assert_int_equal(both.asked.peer.suites, choices[n].i);
		if (choices[n].chosen == SUITE_COUNT) {
			assert_int_equal(answer(&both), DROP_SUITE);
			continue;
		}
		assert_int_equal(answer(&both), DROP_NONE);
		assert_int_equal(finish(&both), DROP_NONE);
		assert_agreed(&both);
		assert_int_equal(both.keys_i.suite, choices[n].chosen);
	}
}

static void test_choice_that_was_not_offered(void **state)
{
	struct both both;

	both_init(&both, closed_mesh);
	both.i.self.suites = both.r.self.suites = CHACHA | AES;
	initiate(&both);
	assert_int_equal(ask(&both), DROP_NONE);
	assert_int_equal(answer(&both), DROP_NONE);
	both.i.self.suites = CHACHA;
	assert_int_equal(finish(&both), DROP_SUITE);
}

static void test_macs(void **state)
{
	const uint8_t cookie[WIRE_COOKIE] = {3, 3, 3}, none[WIRE_MAC] = {0};
	struct handshake_offer offer = offer_of(5);
	uint8_t frame[WIRE_INITIATION], mac2[WIRE_MAC];
	struct writer out = writer_of(frame, sizeof(frame));
	struct cookie_keys keys_i, keys_r;
	struct both both;

	both_init(&both, closed_mesh);
	cookie_keys_of(&keys_i, both.i.pair.public_key, closed_mesh);
	cookie_keys_of(&keys_r, both.r.pair.public_key, closed_mesh);
	complete(&both);
	assert_true(cookie_mac1_good(&keys_r, both.initiation, 286, both.initiation + 286));
	assert_memory_equal(both.initiation + 286, both.pending.mac1, WIRE_MAC);
	assert_memory_equal(both.initiation + 302, none, WIRE_MAC);
	assert_true(cookie_mac1_good(&keys_i, both.response, 234, both.response + 234));
	offer.cookie = cookie;
	assert_true(handshake_begin(&both.i.self, &both.r.address, both.r.pair.public_key, &offer,
				    &both.pending, &out));
	cookie_mac2(cookie, frame, 302, mac2);
	assert_memory_equal(frame + 302, mac2, WIRE_MAC);
}

/* What a receiver does with an INITIATION: form, destination, mac1, Noise. */
static enum drop initiation_taken(struct both *both, bool with_mac1)
{
	const uint8_t *frame = both->initiation;
	struct node_id own = address_id(&both->r.address);
	struct initiation initiation;
	struct cookie_keys keys;
	enum drop drop = initiation_read(frame, WIRE_INITIATION, &initiation);

	if (drop)
		return drop;
	if (initiation.hop_limit != 255)
		return DROP_HOP_LIMIT;
	if (!node_id_equal(&initiation.destination, &own))
		return DROP_NOT_FOR_US;
	cookie_keys_of(&keys, both->r.pair.public_key, both->r.network_key);
	if (with_mac1 && !cookie_mac1_good(&keys, frame, INITIATION_MAC1, initiation.mac1))
		return DROP_MAC1;
	return ask(both);
}

static enum drop response_taken(struct both *both, bool with_mac1)
{
	const uint8_t *frame = both->response;
	struct node_id own = address_id(&both->i.address);
	struct response response;
	struct cookie_keys keys;
	enum drop drop = response_read(frame, WIRE_RESPONSE, &response);

	if (drop)
		return drop;
	if (response.hop_limit != 255)
		return DROP_HOP_LIMIT;
	if (!node_id_equal(&response.destination, &own))
		return DROP_NOT_FOR_US;
	cookie_keys_of(&keys, both->i.pair.public_key, both->i.network_key);
	if (with_mac1 && !cookie_mac1_good(&keys, frame, RESPONSE_MAC1, response.mac1))
		return DROP_MAC1;
	return finish(both);
}

/* mac2 is looked at under load only; all before it is covered by mac1. */
static void test_every_flipped_byte_of_an_initiation(void **state)
{
	struct handshake_asked untouched;
	struct both both;

	both_init(&both, closed_mesh);
	initiate(&both);
	untouched = both.asked;
	for (size_t byte = 0; byte < INITIATION_MAC2; byte++) {
		enum drop drop;

		both.initiation[byte] ^= 0x40;
		assert_int_not_equal(initiation_taken(&both, true), DROP_NONE);
		assert_memory_equal(&both.asked, &untouched, sizeof(untouched));
		drop = initiation_taken(&both, false);
		if ((byte >= 11 && byte < 19) || (byte >= 27 && byte < INITIATION_MAC1))
			assert_int_equal(drop, DROP_HANDSHAKE);
		both.asked = untouched;
		both.initiation[byte] ^= 0x40;
	}
	assert_int_equal(initiation_taken(&both, true), DROP_NONE);
}

static void test_every_flipped_byte_of_a_response(void **state)
{
	struct handshake_keys untouched;
	struct both both;

	both_init(&both, closed_mesh);
	initiate(&both);
	assert_int_equal(ask(&both), DROP_NONE);
	assert_int_equal(answer(&both), DROP_NONE);
	untouched = both.keys_i;
	for (size_t byte = 0; byte < WIRE_RESPONSE; byte++) {
		both.response[byte] ^= 0x40;
		assert_int_not_equal(response_taken(&both, true), DROP_NONE);
		if (byte < RESPONSE_MAC1)
			assert_int_not_equal(response_taken(&both, false), DROP_NONE);
		assert_memory_equal(&both.keys_i, &untouched, sizeof(untouched));
		both.response[byte] ^= 0x40;
	}
	assert_int_equal(response_taken(&both, true), DROP_NONE);
}

static void test_every_other_size(void **state)
{
	uint8_t longer[WIRE_INITIATION + 1] = {0};
	struct initiation initiation;
	struct response response;
	struct both both;

	both_init(&both, closed_mesh);
	complete(&both);
	for (size_t size = 0; size < WIRE_INITIATION; size++) {
		uint8_t *copy = malloc(size + (size == 0));

		assert_non_null(copy);
		memcpy(copy, both.initiation, size);
		assert_int_equal(initiation_read(copy, size, &initiation), DROP_FRAME_SHORT);
		assert_int_equal(handshake_open(&both.r.self, copy, size, &both.asked),
				 DROP_FRAME_SHORT);
		memcpy(copy, both.response, size < WIRE_RESPONSE ? size : WIRE_RESPONSE);
		if (size < WIRE_RESPONSE)
			assert_int_equal(response_read(copy, size, &response), DROP_FRAME_SHORT);
		else
			assert_int_equal(response_read(copy, size, &response),
					 size == WIRE_RESPONSE ? DROP_NONE : DROP_FRAME_LONG);
		free(copy);
	}
	memcpy(longer, both.initiation, WIRE_INITIATION);
	assert_int_equal(initiation_read(longer, sizeof(longer), &initiation), DROP_FRAME_LONG);
	assert_int_equal(response_read(both.initiation, WIRE_RESPONSE, &response), DROP_TYPE);
}

static void test_wrong_network_key(void **state)
{
	struct both both;

	both_init(&both, closed_mesh);
	both.r.network_key[31] = 1;
	initiate(&both);
	assert_int_equal(initiation_taken(&both, true), DROP_MAC1);
	/* The psk comes in with the second message. */
	assert_int_equal(ask(&both), DROP_NONE);
	assert_int_equal(answer(&both), DROP_NONE);
	assert_int_equal(response_taken(&both, true), DROP_MAC1);
	assert_int_equal(finish(&both), DROP_HANDSHAKE);
}

static void test_wrong_responder(void **state)
{
	const uint8_t other[32] = {0, 99};
	struct agree_pair pair;
	struct end third;
	struct both both;

	both_init(&both, closed_mesh);
	initiate(&both);
	agree_pair_of(&pair, other);
	both.r.self.session = &pair;
	assert_int_equal(ask(&both), DROP_HANDSHAKE);
	both.r.self.session = &both.r.pair;
	end_init(&third, 3, closed_mesh);
	both.r.self.address = &third.address;
	assert_int_equal(ask(&both), DROP_HANDSHAKE);
	both.r.self.address = &both.r.address;
	assert_int_equal(ask(&both), DROP_NONE);
}

static void test_initiation_with_the_certificate_of_another(void **state)
{
	struct end third;
	struct both both;

	both_init(&both, closed_mesh);
	end_init(&third, 3, closed_mesh);
	both.i.self.certificate = &third.certificate;
	initiate(&both);
	assert_int_equal(ask(&both), DROP_CERTIFICATE);
	/* Even if it goes by the other's id. */
	both.i.self.address = &third.address;
	initiate(&both);
	assert_int_equal(ask(&both), DROP_CERTIFICATE);
	/* Its own session key, certified by another identity than the id says. */
	certificate_make(&third.certificate, &third.identity, both.i.pair.public_key, 1,
			 third.network_id);
	both.i.self.address = &both.i.address;
	initiate(&both);
	assert_int_equal(ask(&both), DROP_CERTIFICATE);
}

static void test_response_with_the_certificate_of_another(void **state)
{
	struct end third;
	struct both both;

	both_init(&both, closed_mesh);
	end_init(&third, 3, closed_mesh);
	initiate(&both);
	assert_int_equal(ask(&both), DROP_NONE);
	both.r.self.certificate = &third.certificate;
	assert_int_equal(answer(&both), DROP_NONE);
	assert_int_equal(finish(&both), DROP_CERTIFICATE);
	certificate_make(&third.certificate, &third.identity, both.r.pair.public_key, 1,
			 third.network_id);
	assert_int_equal(answer(&both), DROP_NONE);
	assert_int_equal(finish(&both), DROP_CERTIFICATE);
	/* And one that is all of the other's, session key but for, as the id in the clear says. */
	both.r.self.address = &third.address;
	assert_int_equal(answer(&both), DROP_NONE);
	assert_int_equal(finish(&both), DROP_CERTIFICATE);
}

static void test_response_of_another_attempt(void **state)
{
	struct handshake_pending first;
	struct handshake_offer offer = offer_of(6);
	struct both both;
	struct writer out;

	both_init(&both, closed_mesh);
	complete(&both);
	first = both.pending;
	out = writer_of(both.initiation, WIRE_INITIATION);
	offer.ephemeral = (const uint8_t[32]){0, 13};
	assert_true(handshake_begin(&both.i.self, &both.r.address, both.r.pair.public_key, &offer,
				    &both.pending, &out));
	assert_int_equal(finish(&both), DROP_HANDSHAKE);
	both.pending.number = first.number;
	assert_int_equal(finish(&both), DROP_HANDSHAKE);
}

/* Taken alone an INITIATION opens as often as it comes; what makes it old is in it. */
static void test_replayed_initiation_is_told_by_its_sequence(void **state)
{
	struct handshake_asked first;
	struct both both;

	both_init(&both, closed_mesh);
	initiate(&both);
	assert_int_equal(ask(&both), DROP_NONE);
	first = both.asked;
	assert_int_equal(ask(&both), DROP_NONE);
	assert_int_equal(first.peer.sequence, both.asked.peer.sequence);
	assert_int_equal(first.peer.boot_epoch, both.asked.peer.boot_epoch);
}

static void test_new_ephemerals_give_new_keys(void **state)
{
	struct handshake_keys first;
	struct both both;
	struct writer out;

	both_init(&both, closed_mesh);
	complete(&both);
	first = both.keys_r;
	out = writer_of(both.response, WIRE_RESPONSE);
	assert_int_equal(
		handshake_answer(&both.r.self, &both.asked, EPOCH, secret_i, &both.keys_r, &out),
		DROP_NONE);
	assert_memory_not_equal(first.send, both.keys_r.send, AEAD_KEY);
	assert_memory_not_equal(first.receive, both.keys_r.receive, AEAD_KEY);
	assert_int_equal(finish(&both), DROP_NONE);
	assert_agreed(&both);
}

static void test_key_of_low_order(void **state)
{
	const uint8_t zero[AGREE_KEY] = {0};
	uint8_t frame[WIRE_INITIATION];
	struct writer out = writer_of(frame, sizeof(frame));
	struct handshake_offer offer = offer_of(1);
	struct handshake_pending untouched;
	struct both both;

	both_init(&both, closed_mesh);
	untouched = both.pending;
	assert_false(
		handshake_begin(&both.i.self, &both.r.address, zero, &offer, &both.pending, &out));
	assert_int_equal(out.used, 0);
	assert_memory_equal(&both.pending, &untouched, sizeof(untouched));
	complete(&both);
	memset(both.initiation + 27, 0, AGREE_KEY);
	assert_int_equal(ask(&both), DROP_HANDSHAKE);
	memset(both.response + 27, 0, AGREE_KEY);
	assert_int_equal(finish(&both), DROP_HANDSHAKE);
}

static void test_no_room(void **state)
{
	struct handshake_offer offer = offer_of(1);
	struct handshake_keys untouched;
	struct both both;
	struct writer out;

	both_init(&both, closed_mesh);
	out = writer_of(both.initiation, WIRE_INITIATION - 1);
	assert_false(handshake_begin(&both.i.self, &both.r.address, both.r.pair.public_key, &offer,
				     &both.pending, &out));
	initiate(&both);
	assert_int_equal(ask(&both), DROP_NONE);
	untouched = both.keys_r;
	out = writer_of(both.response, WIRE_RESPONSE - 1);
	assert_int_equal(
		handshake_answer(&both.r.self, &both.asked, EPOCH, secret_r, &both.keys_r, &out),
		DROP_OUTBOX_FULL);
	assert_int_equal(out.used, 0);
	assert_memory_equal(&both.keys_r, &untouched, sizeof(untouched));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends_agree_in_an_open_mesh),
		cmocka_unit_test(test_ends_agree_in_a_closed_mesh),
		cmocka_unit_test(test_clear_fields),
		cmocka_unit_test(test_remote_ends_agree),
		cmocka_unit_test(test_suites),
		cmocka_unit_test(test_choice_that_was_not_offered),
		cmocka_unit_test(test_macs),
		cmocka_unit_test(test_every_flipped_byte_of_an_initiation),
		cmocka_unit_test(test_every_flipped_byte_of_a_response),
		cmocka_unit_test(test_every_other_size),
		cmocka_unit_test(test_wrong_network_key),
		cmocka_unit_test(test_wrong_responder),
		cmocka_unit_test(test_initiation_with_the_certificate_of_another),
		cmocka_unit_test(test_response_with_the_certificate_of_another),
		cmocka_unit_test(test_response_of_another_attempt),
		cmocka_unit_test(test_replayed_initiation_is_told_by_its_sequence),
		cmocka_unit_test(test_new_ephemerals_give_new_keys),
		cmocka_unit_test(test_key_of_low_order),
		cmocka_unit_test(test_no_room),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/handshake", tests, NULL, NULL);
}
