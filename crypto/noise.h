/* The symmetric half of a Noise handshake with ChaChaPoly and BLAKE2b: the chaining key, the
 * handshake hash and the cipher key that every token stirs. Which tokens, in which order, is
 * meshp/handshake.c. Source: The Noise Protocol Framework, revision 34, section 5. */
#ifndef CRYPTO_NOISE_H
#define CRYPTO_NOISE_H

#include "base/require.h"
#include "base/bytes.h"
#include "crypto/aead.h"
#include "crypto/hash.h"

/* Secret; a plain value, so that a step can be tried on a copy. The owner wipes it. */
struct noise {
	uint8_t chaining_key[HASH_512];
	uint8_t hash[HASH_512];
	uint8_t key[AEAD_KEY]; /* meaningful once keyed */
	bool keyed;
	uint64_t counter; /* nonces used with key */
};

/* InitializeSymmetric(name) and MixHash(prologue). */
void noise_init(struct noise *noise, const char *name, struct span prologue);

/* MixHash(data) */
void noise_mix_hash(struct noise *noise, const void *data, size_t size);

/* MixKey(input) */
void noise_mix_key(struct noise *noise, const uint8_t *input, size_t size);

/* MixKeyAndHash(input), the psk token. */
void noise_mix_key_and_hash(struct noise *noise, const uint8_t *input, size_t size);

/* EncryptAndHash: appends size bytes, and a tag once keyed, to out; a lack of room shows in out. */
void noise_seal(struct noise *noise, const void *plain, size_t size, struct writer *out);

/* DecryptAndHash of the next bytes of in that carry size bytes of plain text. False if they are too
 * few or do not authenticate; then noise and plain are of no more use. */
MUST_USE bool noise_open(struct noise *noise, struct reader *in, void *plain, size_t size);

/* Split(): the initiator's sending key and the responder's sending key. */
void noise_split(const struct noise *noise, uint8_t initiator[AEAD_KEY],
		 uint8_t responder[AEAD_KEY]);

#endif
