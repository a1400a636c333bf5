/* The sealed part of a data frame: its header says nonce, associated data and lane, a prepared
 * key does the rest. Everything that seals or opens a data frame does it here.
 * docs/protocol/meshp.md, sections 2 and 3. */
#ifndef MESHP_DATA_H
#define MESHP_DATA_H

#include "meshp/header.h"

/* Seals size bytes, next header and payload, into size + WIRE_TAG bytes at out, which may be plain.
 * The caller answers for the counter in the header: it was never used with this key and lane. */
void data_seal(const struct data_header *header, const struct aead_key *key, const uint8_t *plain,
	       size_t size, uint8_t *out);

/* Opens the sealed part of a frame into its size less WIRE_TAG bytes at plain. False if it does not
 * authenticate; then plain is of no use. */
MUST_USE bool data_open(const struct data_header *header, const struct aead_key *key,
			struct span sealed, uint8_t *plain);

#endif
