/* Ed25519 (RFC 8032) over libsodium, always over context, NUL, network id, type and message in one
 * bounded buffer. The invariant: no signature is made or accepted without its purpose in front. */
#include "crypto/identity.h"

#include <sodium.h>
#include <string.h>

enum {
	CONTEXT = 64, /* longest context with its NUL, bytes */
	SIGNED = CONTEXT + NETWORK_ID + 1 + SIGNED_MESSAGE,
};

void identity_of(struct identity *identity, const uint8_t seed[IDENTITY_SEED])
{
	crypto_sign_ed25519_seed_keypair(identity->public_key, identity->secret_key, seed);
}

/* Writes what a signature covers; its size is what the buffer's writer used. */
static size_t write_signed(uint8_t buffer[SIGNED], struct purpose purpose, const void *message,
			   size_t size)
{
	struct writer writer = writer_of(buffer, SIGNED);
	const char *end = memchr(purpose.context, '\0', CONTEXT);

	REQUIRE(end);
	writer_copy(&writer, purpose.context, (size_t)(end - purpose.context) + 1);
	writer_copy(&writer, purpose.network_id, NETWORK_ID);
	writer_u8(&writer, purpose.type);
	writer_copy(&writer, message, size);
	REQUIRE(writer_ok(&writer));
	return writer.used;
}

void identity_sign(const struct identity *identity, struct purpose purpose, const void *message,
		   size_t size, uint8_t signature[SIGNATURE])
{
	uint8_t buffer[SIGNED];
	size_t used;

	REQUIRE(size <= SIGNED_MESSAGE);
	used = write_signed(buffer, purpose, message, size);
	crypto_sign_ed25519_detached(signature, NULL, buffer, used, identity->secret_key);
}

bool identity_verify(const uint8_t public_key[IDENTITY_PUBLIC], struct purpose purpose,
		     const void *message, size_t size, const uint8_t signature[SIGNATURE])
{
	uint8_t buffer[SIGNED];
	size_t used;

	if (size > SIGNED_MESSAGE)
		return false;
	used = write_signed(buffer, purpose, message, size);
	return crypto_sign_ed25519_verify_detached(signature, buffer, used, public_key) == 0;
}
