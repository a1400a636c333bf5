/* The certificate that ties a node's session key to its identity. docs/protocol/meshp.md,
 * section 1. */
#ifndef MESHP_CERTIFICATE_H
#define MESHP_CERTIFICATE_H

#include "base/bytes.h"
#include "crypto/agree.h"
#include "crypto/identity.h"
#include "meshp/address.h"
#include "meshp/wire.h"

struct certificate {
	uint8_t identity[IDENTITY_PUBLIC];
	uint8_t session_key[AGREE_KEY];
	uint32_t generation;
	uint8_t signature[SIGNATURE];
};

/* Makes and signs the certificate of identity for a session key in a network. */
void certificate_make(struct certificate *certificate, const struct identity *identity,
		      const uint8_t session_key[AGREE_KEY], uint32_t generation,
		      const uint8_t network_id[NETWORK_ID]);

void certificate_write(const struct certificate *certificate, struct writer *out);
void certificate_read(struct certificate *certificate, struct reader *in);

/* True if its signature is good in that network: one Ed25519 verification, about 50 µs. */
MUST_USE bool certificate_verify(const struct certificate *certificate,
				 const uint8_t network_id[NETWORK_ID]);

/* True if both are the same to the byte, so that one verified is the other verified. */
bool certificate_equal(const struct certificate *a, const struct certificate *b);

/* The address of the node it was made for. */
struct address certificate_address(const struct certificate *certificate);

#endif
