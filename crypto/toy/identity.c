/* Toy: crypto/identity.h with signatures that everybody can make, for fuzzers and simulations. The
 * public key is the seed's hash; a signature is a hash over the public key, the purpose and the
 * message, so that it fits nothing else. */
#include "crypto/identity.h"

#include "crypto/hash.h"

#include <sodium.h>
#include <string.h>

enum { CONTEXT = 64 }; /* longest context with its NUL, bytes */

static const struct span no_key = {NULL, 0};

void identity_of(struct identity *identity, const uint8_t seed[IDENTITY_SEED])
{
	hash_of(identity->public_key, IDENTITY_PUBLIC, no_key, seed, IDENTITY_SEED);
	memcpy(identity->secret_key, seed, IDENTITY_SEED);
	memcpy(identity->secret_key + IDENTITY_SEED, identity->public_key, IDENTITY_PUBLIC);
}

static void signature_of(const uint8_t public_key[IDENTITY_PUBLIC], struct purpose purpose,
			 const void *message, size_t size, uint8_t signature[SIGNATURE])
{
	const char *end = memchr(purpose.context, '\0', CONTEXT);

	REQUIRE(end);
	const struct span parts[] = {
		{public_key, IDENTITY_PUBLIC},
		{(const uint8_t *)purpose.context, (size_t)(end - purpose.context) + 1},
		{purpose.network_id, NETWORK_ID},
		{&purpose.type, 1},
		{message, size},
	};
	hash_parts(signature, SIGNATURE, no_key, parts, sizeof(parts) / sizeof(parts[0]));
}

void identity_sign(const struct identity *identity, struct purpose purpose, const void *message,
		   size_t size, uint8_t signature[SIGNATURE])
{
	REQUIRE(size <= SIGNED_MESSAGE);
	signature_of(identity->public_key, purpose, message, size, signature);
}

bool identity_verify(const uint8_t public_key[IDENTITY_PUBLIC], struct purpose purpose,
		     const void *message, size_t size, const uint8_t signature[SIGNATURE])
{
	uint8_t right[SIGNATURE];

	if (size > SIGNED_MESSAGE)
		return false;
	signature_of(public_key, purpose, message, size, right);
	/* Not by memcmp, at which libFuzzer learns what the right one would be. */
	return sodium_memcmp(right, signature, SIGNATURE) == 0;
}
