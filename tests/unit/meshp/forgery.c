/* Handshakes that authenticate and lie: messages of meshp/handshake.c whose sealed payloads were
 * opened, changed and sealed again by an end that holds the keys. It is done here token by token,
 * apart from the code under test. */
#include "meshp/handshake.h"
#include "tests/unit/meshp/both.h"

/* Offsets in payloads. */
enum {
	VERSION_LEAST = 0,
	VERSION_GREATEST = 1,
	FEATURES = 2,
	SUITES = 4,
	CERTIFICATE = 5,
};

/* Noise as the text says it, by hand: what the code under test would never write. */
static void stir(struct noise *noise, const uint8_t secret[32], const uint8_t public_key[32])
{
	uint8_t shared[32];

	assert_true(agree(shared, secret, public_key));
	noise_mix_key(noise, shared, 32);
}

static void prologue_mix(struct noise *noise, const struct both *both)
{
	uint8_t prologue[28] = "MESHP\1";

	memcpy(prologue + 6, both->i.address.bytes + 2, 8);
	memcpy(prologue + 14, both->r.address.bytes + 2, 14);
	noise_init(noise, "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2b",
		   (struct span){prologue, sizeof(prologue)});
	noise_mix_hash(noise, both->r.pair.public_key, 32);
}

/* Opens the INITIATION's payload by hand, flips bits of one byte, and seals it again. */
static void initiation_forge(struct both *both, size_t offset, uint8_t flip)
{
	struct agree_pair e;
	struct noise reading, writing;
	uint8_t static_key[32], payload[WIRE_INITIATION_PAYLOAD];
	struct reader in = reader_of(both->initiation + 59, 286 - 59);
	struct writer out = writer_of(both->initiation + 59, 286 - 59);

	agree_pair_of(&e, secret_i);
	prologue_mix(&reading, both);
	noise_mix_hash(&reading, e.public_key, 32);
	noise_mix_key(&reading, e.public_key, 32);
	stir(&reading, both->r.pair.secret_key, e.public_key);
	writing = reading;
	assert_true(noise_open(&reading, &in, static_key, 32));
	assert_memory_equal(static_key, both->i.pair.public_key, 32);
	noise_seal(&writing, static_key, 32, &out);
	stir(&reading, both->r.pair.secret_key, static_key);
	stir(&writing, both->i.pair.secret_key, both->r.pair.public_key);
	assert_true(noise_open(&reading, &in, payload, sizeof(payload)));
	payload[offset] ^= flip;
	noise_seal(&writing, payload, sizeof(payload), &out);
	assert_true(reader_done(&in) && writer_ok(&out) && out.used == 286 - 59);
}

/* The same for a RESPONSE to an INITIATION that was opened. */
static void response_forge(struct both *both, size_t offset, uint8_t flip)
{
	struct agree_pair e;
	struct noise reading = both->asked.noise, writing;
	uint8_t payload[WIRE_RESPONSE_PAYLOAD];
	struct reader in = reader_of(both->response + 59, 234 - 59);
	struct writer out = writer_of(both->response + 59, 234 - 59);

	agree_pair_of(&e, secret_r);
	noise_mix_hash(&reading, e.public_key, 32);
	noise_mix_key(&reading, e.public_key, 32);
	stir(&reading, secret_i, e.public_key);
	stir(&reading, both->i.pair.secret_key, e.public_key);
	noise_mix_key_and_hash(&reading, closed_mesh, 32);
	writing = reading;
	assert_true(noise_open(&reading, &in, payload, sizeof(payload)));
	payload[offset] ^= flip;
	noise_seal(&writing, payload, sizeof(payload), &out);
	assert_true(reader_done(&in) && writer_ok(&out) && out.used == 234 - 59);
}

static enum drop initiation_with(size_t offset, uint8_t flip)
{
	struct both both;

	both_init(&both, closed_mesh);
	initiate(&both);
	initiation_forge(&both, offset, flip);
	return ask(&both);
}

static enum drop response_with(size_t offset, uint8_t flip)
{
	struct both both;

	both_init(&both, closed_mesh);
	complete(&both);
	response_forge(&both, offset, flip);
	return finish(&both);
}

static void test_versions(void **state)
{
	assert_int_equal(initiation_with(VERSION_LEAST, 1 ^ 0), DROP_NONE);
	assert_int_equal(initiation_with(VERSION_LEAST, 1 ^ 2), DROP_VERSION);
	assert_int_equal(initiation_with(VERSION_GREATEST, 1 ^ 0), DROP_VERSION);
	assert_int_equal(initiation_with(VERSION_GREATEST, 1 ^ 3), DROP_NONE);
	assert_int_equal(response_with(VERSION_LEAST, 1 ^ 2), DROP_VERSION);
	assert_int_equal(response_with(VERSION_GREATEST, 1 ^ 0), DROP_VERSION);
	assert_int_equal(response_with(VERSION_GREATEST, 1 ^ 3), DROP_NONE);
}

static void test_features(void **state)
{
	assert_int_equal(initiation_with(FEATURES, 0x80), DROP_MALFORMED);
	assert_int_equal(initiation_with(FEATURES + 1, 1), DROP_MALFORMED);
	assert_int_equal(response_with(FEATURES, 0x80), DROP_MALFORMED);
	assert_int_equal(response_with(FEATURES + 1, 1), DROP_MALFORMED);
}

/* The choice was number 0 of the one suite offered; to offer more than there is changes nothing. */
static void test_suite_numbers(void **state)
{
	struct both both;

	assert_int_equal(response_with(SUITES, SUITE_CHACHA20_POLY1305), DROP_NONE);
	assert_int_equal(response_with(SUITES, SUITE_AES_256_GCM), DROP_SUITE);
	assert_int_equal(response_with(SUITES, 2), DROP_SUITE);
	assert_int_equal(response_with(SUITES, 255), DROP_SUITE);
	both_init(&both, closed_mesh);
	complete(&both);
	both.i.self.suites = 0xff;
	response_forge(&both, SUITES, 2);
	assert_int_equal(finish(&both), DROP_SUITE);
}

/* Identity and session key are checked here; generation and signature are the caller's. */
static void test_certificates_inside(void **state)
{
	for (size_t i = 0; i < WIRE_CERTIFICATE; i++) {
		enum drop expected = i < 64 ? DROP_CERTIFICATE : DROP_NONE;

		assert_int_equal(initiation_with(CERTIFICATE + i, 1), expected);
		assert_int_equal(response_with(CERTIFICATE + i, 1), expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_features),
		cmocka_unit_test(test_suite_numbers),
		cmocka_unit_test(test_certificates_inside),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/forgery", tests, NULL, NULL);
}
