/* Who a node is: an Ed25519 key pair (RFC 8032), used for nothing but signatures, and a signature
 * that says what it is for. Every signature covers a context string with its NUL, the network id
 * and a type byte before the message, so that one made for one purpose never passes for another. */
#ifndef CRYPTO_IDENTITY_H
#define CRYPTO_IDENTITY_H

#include "base/require.h"
#include "base/bytes.h"

enum {
	IDENTITY_SEED = 32,
	IDENTITY_PUBLIC = 32,
	IDENTITY_SECRET = 64,
	SIGNATURE = 64,
	NETWORK_ID = 8,
	SIGNED_MESSAGE = 1200, /* longest message that is signed or verified, bytes */
};

/* The key pair; secret. The owner wipes it. */
struct identity {
	uint8_t public_key[IDENTITY_PUBLIC];
	uint8_t secret_key[IDENTITY_SECRET];
};

/* What a signature is for. */
struct purpose {
	const char *context;	   /* distinct for each use, signed with its NUL */
	const uint8_t *network_id; /* NETWORK_ID bytes */
	uint8_t type;
};

/* The identity that grows from a seed. */
void identity_of(struct identity *identity, const uint8_t seed[IDENTITY_SEED]);

/* Signs size (at most SIGNED_MESSAGE) bytes for a purpose: Ed25519 over context, NUL, network id,
 * type, message. */
void identity_sign(const struct identity *identity, struct purpose purpose, const void *message,
		   size_t size, uint8_t signature[SIGNATURE]);

/* True if the signature over message for that purpose was made by the holder of public_key. A
 * message over SIGNED_MESSAGE bytes has no valid signature. */
MUST_USE bool identity_verify(const uint8_t public_key[IDENTITY_PUBLIC], struct purpose purpose,
			      const void *message, size_t size, const uint8_t signature[SIGNATURE]);

#endif
