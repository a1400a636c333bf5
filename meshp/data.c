/* Header and AEAD brought together; nothing is kept. */
#include "meshp/data.h"

void data_seal(const struct data_header *header, const struct aead_key *key, const uint8_t *plain,
	       size_t size, uint8_t *out)
{
	uint8_t associated[ASSOCIATED_MAX], nonce[AEAD_NONCE];
	struct span span = {associated, data_header_associated(header, associated)};

	data_header_nonce(header, nonce);
	aead_seal(key, nonce, span, plain, size, out);
}

bool data_open(const struct data_header *header, const struct aead_key *key, struct span sealed,
	       uint8_t *plain)
{
	uint8_t associated[ASSOCIATED_MAX], nonce[AEAD_NONCE];
	struct span span = {associated, data_header_associated(header, associated)};

	data_header_nonce(header, nonce);
	return aead_open(key, nonce, span, sealed.bytes, sealed.size, plain);
}
