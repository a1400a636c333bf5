/* A fragment of a record as it stands on the wire: read, verified, written and signed.
 * docs/protocol/route.md, section 1. */
#ifndef ROUTE_RECORD_H
#define ROUTE_RECORD_H

#include "base/bytes.h"
#include "crypto/identity.h"
#include "meshp/address.h"
#include "meshp/certificate.h"
#include "meshp/drop.h"

enum {
	RECORD_MAX = 1150, /* bytes of a fragment */
	RECORD_HEAD = 40,
	RECORD_ENTRY = 20,
	RECORD_FRAGMENTS = 16, /* of one record */
	RECORD_ENTRIES_FIRST =
		(RECORD_MAX - RECORD_HEAD - WIRE_CERTIFICATE - SIGNATURE) / RECORD_ENTRY,
	RECORD_ENTRIES = (RECORD_MAX - RECORD_HEAD - SIGNATURE) / RECORD_ENTRY,
};

enum record_flag {
	RECORD_LEAVING = 1,
	RECORD_NO_TRANSIT = 2,
	RECORD_GATEWAY = 4,
	RECORD_STUB = 8,
};

enum medium {
	MEDIUM_UNKNOWN = 0,
	MEDIUM_WIRE = 1,
	MEDIUM_RADIO = 2,
};

/* A link to a FULL neighbour, as one end says it is. */
struct record_entry {
	struct address address;
	uint16_t cost;	 /* code, route/cost.h */
	uint16_t mtu;	 /* bytes */
	uint8_t quality; /* df·dr in 255ths */
	uint8_t medium;	 /* enum medium, or a later one */
};

/* A fragment. The spans lie in the bytes it was read from. */
struct record {
	uint8_t least, greatest; /* versions spoken */
	uint8_t flags;
	uint8_t fragment, fragments;
	uint8_t entries;
	uint32_t zone;
	uint32_t epoch; /* of its boot */
	uint32_t instance;
	uint32_t sequence;
	uint16_t lifetime; /* s */
	struct address address;
	struct certificate certificate; /* fragment 0 alone */
	struct span entry_bytes;
	struct span tlvs;
};

/* Reads a fragment of exactly size bytes. Refusals: MALFORMED, VERSION. Trusts no signature. */
MUST_USE enum drop record_read(const uint8_t *bytes, size_t size, struct record *record);

/* Entry number index, below record->entries. */
struct record_entry record_entry(const struct record *record, uint32_t index);

/* True if the signature at the end of the size bytes was made by that identity in that network. */
MUST_USE bool record_verify(const uint8_t *bytes, size_t size,
			    const uint8_t identity[IDENTITY_PUBLIC],
			    const uint8_t network_id[NETWORK_ID]);

/* Writes and signs a fragment of at most RECORD_MAX bytes: the head as record says, record->entries
 * entries in ascending order of address (not record->entry_bytes), and for fragment 0 the
 * certificate and record->tlvs. */
void record_write(const struct record *record, const struct record_entry *entries,
		  const struct identity *identity, const uint8_t network_id[NETWORK_ID],
		  struct writer *out);

/* True if (epoch, sequence) of a is greater than that of b. */
MUST_USE bool record_newer(uint32_t epoch_a, uint32_t sequence_a, uint32_t epoch_b,
			   uint32_t sequence_b);

/* The fragment's hash, for digests. */
uint64_t record_hash(const uint8_t *bytes, size_t size, const uint8_t network_id[NETWORK_ID]);

#endif
