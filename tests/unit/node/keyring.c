/* A keyring has the key that was asked for, whatever was asked before, and keeps none that its
 * snapshot does not hold. */
#include "node/keyring.h"

#include "base/rng.h"

#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	PEERS = 5,
	TEXT = 32,
	STEPS = 20000,
};

static const struct address OWN = {{0xbe, 0xef, 1}};

struct fixture {
	struct keyring *keyring;
	struct forwarding *forwarding;
	struct destination peers[PEERS];
	uint64_t serial; /* last given */
	uint32_t prepared;
	uint64_t snapshots;
};

static void *zeroed(size_t size)
{
	void *memory = aligned_alloc(16, (size + 15) & ~(size_t)15);

	assert_non_null(memory);
	return memset(memory, 0, size);
}

static struct fixture fixture_new(void)
{
	static const uint8_t secret[16] = {1};
	struct fixture made = {
		.keyring = keyring_init(zeroed(keyring_size(PEERS)), PEERS),
		.forwarding = forwarding_init(zeroed(forwarding_size(PEERS)), PEERS, &OWN, secret),
	};

	assert_true(sodium_init() >= 0);
	for (uint8_t i = 0; i < PEERS; i++)
		made.peers[i].address = (struct address){{0xbe, 0xef, 2, i, 1, 1, 1, 1, 1, i}};
	return made;
}

static void fixture_free(struct fixture *fixture)
{
	free(fixture->keyring);
	free(fixture->forwarding);
}

/* A key whose bytes follow from its serial. */
static struct forwarding_key key_new(struct fixture *fixture)
{
	uint64_t serial = ++fixture->serial;
	struct forwarding_key key = {.serial = serial, .parity = serial & 1};

	memset(key.key, 0x55, sizeof(key.key));
	memcpy(key.key, &serial, sizeof(serial));
	return key;
}

/* Goes over to a snapshot with the peers that seal with something. */
static void follow(struct fixture *fixture)
{
	forwarding_clear(fixture->forwarding, ++fixture->snapshots);
	for (uint32_t i = 0; i < PEERS; i++)
		if (fixture->peers[i].seal.serial != 0)
			forwarding_put(fixture->forwarding, i, &fixture->peers[i]);
	keyring_follow(fixture->keyring, fixture->forwarding);
}

/* What the key from the ring seals opens under the key itself. */
static void check_fits(const struct aead_key *ready, const struct forwarding_key *key)
{
	const uint8_t nonce[AEAD_NONCE] = {1};
	uint8_t text[TEXT] = {2}, sealed[TEXT + AEAD_TAG];
	struct aead_key fresh;

	aead_seal(ready, nonce, (struct span){0}, text, TEXT, sealed);
	aead_prepare(NULL, (enum suite)key->suite, key->key, &fresh);
	assert_true(aead_open(&fresh, nonce, (struct span){0}, sealed, sizeof(sealed), text));
}

/* How often these bytes of key lie in the ring. */
static uint32_t copies(const struct fixture *fixture, const struct forwarding_key *key)
{
	const uint8_t *bytes = (const uint8_t *)fixture->keyring;
	uint32_t count = 0;

	for (size_t at = 0; at + AEAD_KEY <= keyring_size(PEERS); at += 8)
		count += memcmp(bytes + at, key->key, AEAD_KEY) == 0;
	return count;
}

static void each_key_is_the_one_asked_for(void **state)
{
	struct fixture fixture = fixture_new();
	struct rng rng;

	rng_init(&rng, (const uint8_t[RNG_SEED]){1});
	for (uint32_t step = 0; step < STEPS; step++) {
		uint32_t index = rng_below(&rng, PEERS), place = rng_below(&rng, SESSION_PLACES);
		struct destination *peer = &fixture.peers[index];
		if (peer->open[place].serial == 0 || rng_below(&rng, 10) == 0) {
			peer->open[place] = key_new(&fixture);
			peer->seal = peer->open[0].serial ? peer->open[0] : peer->open[place];
			follow(&fixture);
		}
		check_fits(keyring_open(fixture.keyring, index, &peer->open[place]),
			   &peer->open[place]);
		check_fits(keyring_seal(fixture.keyring, index, &peer->seal), &peer->seal);
	}
	fixture_free(&fixture);
}

static void what_the_snapshot_drops_is_wiped(void **state)
{
	struct fixture fixture = fixture_new();
	struct destination *peer = &fixture.peers[3];

	peer->seal = key_new(&fixture);
	peer->open[0] = key_new(&fixture);
	peer->open[1] = key_new(&fixture);
	const struct destination was = *peer;
	follow(&fixture);
	keyring_seal(fixture.keyring, 3, &peer->seal);
	keyring_open(fixture.keyring, 3, &peer->open[0]);
	keyring_open(fixture.keyring, 3, &peer->open[1]);
	follow(&fixture);
	assert_int_equal(copies(&fixture, &was.seal), 1);
	assert_int_equal(copies(&fixture, &was.open[0]), 1);

	peer->seal = key_new(&fixture);
	peer->open[0] = (struct forwarding_key){0};
	follow(&fixture);
	assert_int_equal(copies(&fixture, &was.seal), 0);
	assert_int_equal(copies(&fixture, &was.open[0]), 0);
	assert_int_equal(copies(&fixture, &was.open[1]), 1);
	*peer = (struct destination){0};
	follow(&fixture);
	assert_int_equal(copies(&fixture, &was.open[1]), 0);
	fixture_free(&fixture);
}

static void prepare_and_count(const struct aead_provider *provider, const uint8_t bytes[AEAD_KEY],
			      struct aead_key *key)
{
	memcpy(key->expanded, bytes, AEAD_KEY);
	++*(uint32_t *)provider->engine;
}

static void a_key_is_prepared_once(void **state)
{
	struct fixture fixture = fixture_new();
	const struct aead_provider provider = {
		.suites = SUITE_BIT(SUITE_CHACHA20_POLY1305),
		.engine = &fixture.prepared,
		.prepare = prepare_and_count,
	};
	struct destination *peer = &fixture.peers[0];

	keyring_provide(fixture.keyring, &provider);
	peer->seal = key_new(&fixture);
	peer->open[0] = key_new(&fixture);
	peer->open[1] = key_new(&fixture);
	for (uint32_t i = 0; i < 9; i++) {
		assert_ptr_equal(keyring_seal(fixture.keyring, 0, &peer->seal)->provider,
				 &provider);
		keyring_open(fixture.keyring, 0, &peer->open[0]);
		keyring_open(fixture.keyring, 0, &peer->open[1]);
		follow(&fixture);
	}
	assert_int_equal(fixture.prepared, 3);
	keyring_provide(fixture.keyring, NULL);
	assert_null(keyring_seal(fixture.keyring, 0, &peer->seal)->provider);
	fixture_free(&fixture);
}

static void wiping_leaves_nothing(void **state)
{
	struct fixture fixture = fixture_new();
	const uint8_t *bytes = (const uint8_t *)fixture.keyring;
	struct forwarding_key key = key_new(&fixture);

	for (uint32_t i = 0; i < PEERS; i++)
		keyring_open(fixture.keyring, i, &key);
	keyring_wipe(fixture.keyring);
	for (size_t i = 0; i < keyring_size(PEERS); i++)
		assert_int_equal(bytes[i], 0);
	fixture_free(&fixture);
}

/* Of a process that was stopped while it prepared a key nothing is left but that it was about to.
 */
static void nothing_is_left_of_a_process(void **state)
{
	struct fixture fixture = fixture_new();
	size_t size = keyring_size(PEERS);
	uint8_t *fresh = calloc(1, size), *bytes = (uint8_t *)fixture.keyring;
	struct forwarding_key key = key_new(&fixture);
	const struct aead_key *half;

	assert_non_null(fresh);
	keyring_init(fresh, PEERS);
	for (uint32_t i = 0; i < PEERS; i++)
		half = keyring_open(fixture.keyring, i, &key);
	uint64_t *serials = (uint64_t *)fixture.keyring;
	for (size_t i = 0; (uintptr_t)(serials + i) < (uintptr_t)half; i++)
		if (serials[i] == key.serial)
			serials[i] = 0; /* all are keys that nobody says are there */
	keyring_resume(fixture.keyring);
	assert_memory_equal(bytes, fresh, size);
	assert_null(keyring_open(fixture.keyring, 0, &key)->provider);
	free(fresh);
	fixture_free(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_is_the_one_asked_for),
		cmocka_unit_test(what_the_snapshot_drops_is_wiped),
		cmocka_unit_test(a_key_is_prepared_once),
		cmocka_unit_test(wiping_leaves_nothing),
		cmocka_unit_test(nothing_is_left_of_a_process),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/keyring", tests, NULL, NULL);
}
