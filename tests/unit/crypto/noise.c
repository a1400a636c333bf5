/* The symmetric half of Noise, driven by hand through the tokens of IKpsk2 on both sides against a
 * public vector; and what happens to messages that are short, changed or too long. */
#include "crypto/noise.h"
#include "crypto/agree.h"
#include "tests/vectors/hex.h"
#include "tests/vectors/noise_ikpsk2.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { MESSAGE_MAX = 256 };

/* One end of a handshake. */
struct side {
	struct noise noise;
	struct agree_pair fixed; /* s */
	struct agree_pair fresh; /* e */
	uint8_t remote_fixed[AGREE_KEY];
	uint8_t remote_fresh[AGREE_KEY];
};

/* A message as it is written, and the bytes it is written to. */
struct message {
	uint8_t bytes[MESSAGE_MAX];
	struct writer writer;
};

static void message_init(struct message *message)
{
	message->writer = writer_of(message->bytes, sizeof(message->bytes));
}

static void mix_agreement(struct side *side, const struct agree_pair *pair,
			  const uint8_t public_key[AGREE_KEY])
{
	uint8_t shared[AGREE_KEY];

	assert_true(agree(shared, pair->secret_key, public_key));
	noise_mix_key(&side->noise, shared, sizeof(shared));
}

/* Token e where there is a pre-shared key: the public key goes into the key too (section 9.2). */
static void mix_ephemeral(struct side *side, const uint8_t public_key[AGREE_KEY])
{
	noise_mix_hash(&side->noise, public_key, AGREE_KEY);
	noise_mix_key(&side->noise, public_key, AGREE_KEY);
}

static void mix_psk(struct side *side)
{
	struct hex psk = hex_of(noise_ikpsk2.psk);

	noise_mix_key_and_hash(&side->noise, psk.bytes, psk.size);
}

static void side_init(struct side *side, const char *fixed, const char *fresh)
{
	struct hex prologue = hex_of(noise_ikpsk2.prologue);
	struct hex fixed_secret = hex_of(fixed);
	struct hex fresh_secret = hex_of(fresh);

	memset(side, 0, sizeof(*side));
	agree_pair_of(&side->fixed, fixed_secret.bytes);
	agree_pair_of(&side->fresh, fresh_secret.bytes);
	noise_init(&side->noise, noise_ikpsk2.name, (struct span){prologue.bytes, prologue.size});
}

/* <- s, before the first message */
static void sides_init(struct side *initiator, struct side *responder)
{
	struct hex remote = hex_of(noise_ikpsk2.init_remote_static);

	side_init(initiator, noise_ikpsk2.init_static, noise_ikpsk2.init_ephemeral);
	side_init(responder, noise_ikpsk2.resp_static, noise_ikpsk2.resp_ephemeral);
	memcpy(initiator->remote_fixed, remote.bytes, AGREE_KEY);
	assert_memory_equal(responder->fixed.public_key, remote.bytes, AGREE_KEY);
	noise_mix_hash(&initiator->noise, initiator->remote_fixed, AGREE_KEY);
	noise_mix_hash(&responder->noise, responder->fixed.public_key, AGREE_KEY);
}

/* -> e, es, s, ss */
static void write_first(struct side *initiator, struct hex payload, struct message *message)
{
	message_init(message);
	writer_copy(&message->writer, initiator->fresh.public_key, AGREE_KEY);
	mix_ephemeral(initiator, initiator->fresh.public_key);
	mix_agreement(initiator, &initiator->fresh, initiator->remote_fixed);
	noise_seal(&initiator->noise, initiator->fixed.public_key, AGREE_KEY, &message->writer);
	mix_agreement(initiator, &initiator->fixed, initiator->remote_fixed);
	noise_seal(&initiator->noise, payload.bytes, payload.size, &message->writer);
	assert_true(writer_ok(&message->writer));
}

static bool read_first(struct side *responder, struct reader reader, void *payload, size_t size)
{
	reader_copy(&reader, responder->remote_fresh, AGREE_KEY);
	mix_ephemeral(responder, responder->remote_fresh);
	mix_agreement(responder, &responder->fixed, responder->remote_fresh);
	if (!noise_open(&responder->noise, &reader, responder->remote_fixed, AGREE_KEY))
		return false;
	mix_agreement(responder, &responder->fixed, responder->remote_fixed);
	return noise_open(&responder->noise, &reader, payload, size) && reader_done(&reader);
}

/* <- e, ee, se, psk */
static void write_second(struct side *responder, struct hex payload, struct message *message)
{
	message_init(message);
	writer_copy(&message->writer, responder->fresh.public_key, AGREE_KEY);
	mix_ephemeral(responder, responder->fresh.public_key);
	mix_agreement(responder, &responder->fresh, responder->remote_fresh);
	mix_agreement(responder, &responder->fresh, responder->remote_fixed);
	mix_psk(responder);
	noise_seal(&responder->noise, payload.bytes, payload.size, &message->writer);
	assert_true(writer_ok(&message->writer));
}

static bool read_second(struct side *initiator, struct reader reader, void *payload, size_t size)
{
	reader_copy(&reader, initiator->remote_fresh, AGREE_KEY);
	mix_ephemeral(initiator, initiator->remote_fresh);
	mix_agreement(initiator, &initiator->fresh, initiator->remote_fresh);
	mix_agreement(initiator, &initiator->fixed, initiator->remote_fresh);
	mix_psk(initiator);
	return noise_open(&initiator->noise, &reader, payload, size) && reader_done(&reader);
}

static struct hex payload_of(size_t index)
{
	return hex_of(noise_ikpsk2.messages[index].payload);
}

static struct hex ciphertext_of(size_t index)
{
	return hex_of(noise_ikpsk2.messages[index].ciphertext);
}

static void check_message(const struct message *message, size_t index)
{
	struct hex expected = ciphertext_of(index);

	assert_int_equal(message->writer.used, expected.size);
	assert_memory_equal(message->bytes, expected.bytes, expected.size);
}

/* Both sides through both messages, each compared with the vector. */
static void run_handshake(struct side *initiator, struct side *responder)
{
	struct message message;
	struct hex first = payload_of(0);
	struct hex second = payload_of(1);
	uint8_t payload[MESSAGE_MAX];

	sides_init(initiator, responder);
	write_first(initiator, first, &message);
	check_message(&message, 0);
	assert_true(read_first(responder, reader_of(message.bytes, message.writer.used), payload,
			       first.size));
	assert_memory_equal(payload, first.bytes, first.size);
	assert_memory_equal(responder->remote_fixed, initiator->fixed.public_key, AGREE_KEY);
	write_second(responder, second, &message);
	check_message(&message, 1);
	assert_true(read_second(initiator, reader_of(message.bytes, message.writer.used), payload,
				second.size));
	assert_memory_equal(payload, second.bytes, second.size);
}

static void test_vector_handshake(void **state)
{
	struct hex hash = hex_of(noise_ikpsk2.handshake_hash);
	struct side initiator;
	struct side responder;

	run_handshake(&initiator, &responder);
	assert_memory_equal(initiator.noise.hash, hash.bytes, hash.size);
	assert_memory_equal(responder.noise.hash, hash.bytes, hash.size);
}

/* The initiator sends messages 2 and 4, the responder 3 and 5, each counting from 0. */
static void test_vector_transport(void **state)
{
	uint8_t keys[2][AEAD_KEY];
	uint8_t same[2][AEAD_KEY];
	struct side initiator;
	struct side responder;

	run_handshake(&initiator, &responder);
	noise_split(&initiator.noise, keys[0], keys[1]);
	noise_split(&responder.noise, same[0], same[1]);
	assert_memory_equal(keys, same, sizeof(keys));
	for (size_t i = 2; i < NOISE_IKPSK2_MESSAGES; i++) {
		struct hex payload = payload_of(i);
		struct hex expected = ciphertext_of(i);
		const uint8_t nonce[AEAD_NONCE] = {[4] = (uint8_t)(i / 2 - 1)};
		uint8_t sealed[MESSAGE_MAX];
		struct aead_key key;

		aead_prepare(NULL, SUITE_CHACHA20_POLY1305, keys[i % 2], &key);
		aead_seal(&key, nonce, (struct span){NULL, 0}, payload.bytes, payload.size, sealed);
		assert_int_equal(expected.size, payload.size + AEAD_TAG);
		assert_memory_equal(sealed, expected.bytes, expected.size);
	}
}

/* Bits in the encrypted key and the payload, and in the ephemeral key before them. */
static void test_every_changed_bit_is_refused(void **state)
{
	struct hex first = ciphertext_of(0);
	struct hex payload = payload_of(0);
	struct side initiator;
	struct side responder;
	struct side trial;
	uint8_t out[MESSAGE_MAX];

	sides_init(&initiator, &responder);
	for (size_t bit = 0; bit < 8 * first.size; bit++) {
		/* X25519 ignores the highest bit of a public key; the hash does not. */
		first.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		trial = responder;
		assert_false(
			read_first(&trial, reader_of(first.bytes, first.size), out, payload.size));
		first.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	/* The state is a value: the trials on copies left the original as it was. */
	assert_true(read_first(&responder, reader_of(first.bytes, first.size), out, payload.size));
}

static void test_every_truncation_is_refused(void **state)
{
	struct hex first = ciphertext_of(0);
	struct hex payload = payload_of(0);
	struct side initiator;
	struct side responder;
	struct side trial;
	uint8_t out[MESSAGE_MAX];

	sides_init(&initiator, &responder);
	for (size_t size = AGREE_KEY; size < first.size; size++) {
		trial = responder;
		assert_false(read_first(&trial, reader_of(first.bytes, size), out, payload.size));
	}
	trial = responder;
	assert_false(read_first(&trial, reader_of(first.bytes, first.size + 1), out, payload.size));
}

static void test_wrong_psk_is_refused(void **state)
{
	const uint8_t wrong[AEAD_KEY] = {1};
	struct hex second = ciphertext_of(1);
	struct hex payload = payload_of(1);
	struct reader reader = reader_of(second.bytes, second.size);
	struct side initiator;
	struct side responder;
	struct message message;
	uint8_t out[MESSAGE_MAX];

	sides_init(&initiator, &responder);
	write_first(&initiator, payload_of(0), &message);
	reader_copy(&reader, initiator.remote_fresh, AGREE_KEY);
	mix_ephemeral(&initiator, initiator.remote_fresh);
	mix_agreement(&initiator, &initiator.fresh, initiator.remote_fresh);
	mix_agreement(&initiator, &initiator.fixed, initiator.remote_fresh);
	noise_mix_key_and_hash(&initiator.noise, wrong, sizeof(wrong));
	assert_false(noise_open(&initiator.noise, &reader, out, payload.size));
}

/* Before the first key there is nothing to seal with: bytes pass as they are, but are hashed. */
static void test_unkeyed_passes_and_hashes(void **state)
{
	struct noise sender;
	struct noise receiver;
	struct message message;
	struct reader reader;
	uint8_t out[5];

	noise_init(&sender, "name", (struct span){NULL, 0});
	noise_init(&receiver, "name", (struct span){NULL, 0});
	message_init(&message);
	noise_seal(&sender, "hello", 5, &message.writer);
	assert_int_equal(message.writer.used, 5);
	reader = reader_of(message.bytes, 5);
	assert_true(noise_open(&receiver, &reader, out, 5));
	assert_memory_equal(out, "hello", 5);
	assert_memory_equal(sender.hash, receiver.hash, HASH_512);
	noise_init(&receiver, "name", (struct span){NULL, 0});
	assert_memory_not_equal(sender.hash, receiver.hash, HASH_512);
}

/* Every nonce is used once: equal texts seal differently, and open in their order only. */
static void test_counter_moves(void **state)
{
	struct noise sender;
	struct noise receiver;
	struct noise trial;
	struct message message;
	struct reader reader;
	uint8_t out[5];

	noise_init(&sender, "name", (struct span){NULL, 0});
	noise_mix_key(&sender, (const uint8_t *)"input", 5);
	receiver = sender;
	message_init(&message);
	noise_seal(&sender, "hello", 5, &message.writer);
	noise_seal(&sender, "hello", 5, &message.writer);
	assert_int_equal(sender.counter, 2);
	assert_memory_not_equal(message.bytes, message.bytes + 5 + AEAD_TAG, 5 + AEAD_TAG);
	trial = receiver;
	reader = reader_of(message.bytes + 5 + AEAD_TAG, 5 + AEAD_TAG);
	assert_false(noise_open(&trial, &reader, out, 5));
	reader = reader_of(message.bytes, message.writer.used);
	assert_true(noise_open(&receiver, &reader, out, 5));
	assert_true(noise_open(&receiver, &reader, out, 5));
	assert_true(reader_done(&reader));
}

static void test_lack_of_room_shows_in_the_writer(void **state)
{
	struct noise noise;
	struct writer writer;
	uint8_t buffer[5 + AEAD_TAG - 1];

	noise_init(&noise, "name", (struct span){NULL, 0});
	noise_mix_key(&noise, (const uint8_t *)"input", 5);
	writer = writer_of(buffer, sizeof(buffer));
	noise_seal(&noise, "hello", 5, &writer);
	assert_false(writer_ok(&writer));
	assert_int_equal(writer.used, 0);
}

/* A name of up to 64 bytes is padded with zeros, a longer one is hashed (section 5.2). */
static void test_long_name_is_hashed(void **state)
{
	static const char name[] =
		"a name that is longer than the sixty-four bytes of a hash, surely";
	const struct span no_key = {NULL, 0};
	uint8_t expected[HASH_512];
	struct noise noise;

	_Static_assert(sizeof(name) - 1 == HASH_512 + 1, "one byte too long to be padded");
	hash_of(expected, HASH_512, no_key, name, sizeof(name) - 1);
	noise_init(&noise, name, no_key);
	assert_memory_equal(noise.chaining_key, expected, HASH_512);
	noise_init(&noise, name + 1, no_key);
	assert_memory_equal(noise.chaining_key, name + 1, HASH_512);
	hash_of(expected, HASH_512, no_key, name + 1, HASH_512);
	assert_memory_equal(noise.hash, expected, HASH_512);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vector_handshake),
		cmocka_unit_test(test_vector_transport),
		cmocka_unit_test(test_every_changed_bit_is_refused),
		cmocka_unit_test(test_every_truncation_is_refused),
		cmocka_unit_test(test_wrong_psk_is_refused),
		cmocka_unit_test(test_unkeyed_passes_and_hashes),
		cmocka_unit_test(test_counter_moves),
		cmocka_unit_test(test_lack_of_room_shows_in_the_writer),
		cmocka_unit_test(test_long_name_is_hashed),
	};

	if (sodium_init() < 0)
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("crypto/noise", tests, NULL, NULL);
}
