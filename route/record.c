/* Fragments of records: read, written, signed and verified. The bytes belong to whoever read them
 * in; a struct record points into them. Everything in a fragment that was read has one form only,
 * so that two nodes that keep it agree on its hash. docs/protocol/route.md, section 1; the shape is
 * that of the router-LSA of RFC 5340. */
#include "route/record.h"

#include "crypto/hash.h"
#include "route/cost.h"

#include <string.h>

enum {
	RECORD_TYPE = 1, /* of what is signed */
	RECORD_FLAGS = RECORD_LEAVING | RECORD_NO_TRANSIT | RECORD_GATEWAY | RECORD_STUB,
};

static struct purpose record_purpose(const uint8_t network_id[NETWORK_ID])
{
	return (struct purpose){"meshp record 1", network_id, RECORD_TYPE};
}

static struct address address_read(struct reader *in)
{
	uint8_t hash[ADDRESS_HASH];

	reader_copy(in, hash, sizeof(hash));
	return address_of_hash(hash);
}

static void address_write(const struct address *address, struct writer *out)
{
	writer_copy(out, address->bytes + ADDRESS_PREFIX, ADDRESS_HASH);
}

static struct record_entry entry_read(struct reader *in)
{
	struct record_entry entry = {.address = address_read(in)};

	entry.cost = reader_u16(in);
	entry.mtu = reader_u16(in);
	entry.quality = reader_u8(in);
	entry.medium = reader_u8(in);
	return entry;
}

static void entry_write(const struct record_entry *entry, struct writer *out)
{
	address_write(&entry->address, out);
	writer_u16(out, entry->cost);
	writer_u16(out, entry->mtu);
	writer_u8(out, entry->quality);
	writer_u8(out, entry->medium);
}

/* Reads the fields after the versions; false if one of them has a value that it may not have. */
static bool head_read(struct reader *in, struct record *record)
{
	uint16_t features = reader_u16(in);

	record->flags = reader_u8(in);
	record->fragment = reader_u8(in);
	record->fragments = reader_u8(in);
	record->entries = reader_u8(in);
	record->zone = reader_u32(in);
	record->epoch = reader_u32(in);
	record->instance = reader_u32(in);
	record->sequence = reader_u32(in);
	record->lifetime = reader_u16(in);
	record->address = address_read(in);
	return features == 0 && (record->flags & ~RECORD_FLAGS) == 0 &&
	       record->fragment < record->fragments && record->fragments <= RECORD_FRAGMENTS &&
	       record->sequence != 0 && record->lifetime != 0;
}

static bool entries_are_canonical(const struct record *record)
{
	struct address last = {{0}}; /* below every address of the mesh */

	for (uint32_t i = 0; i < record->entries; i++) {
		const struct record_entry entry = record_entry(record, i);

		if (!address_lower(&last, &entry.address) || cost_us(entry.cost) == 0 ||
		    entry.mtu < WIRE_MTU_LEAST || entry.quality == 0)
			return false;
		last = entry.address;
	}
	return true;
}

static bool tlvs_are_canonical(struct span tlvs)
{
	struct reader in = reader_of(tlvs.bytes, tlvs.size);

	while (in.left > 0 && !in.failed) {
		reader_u8(&in);
		reader_take(&in, reader_u8(&in));
	}
	return reader_done(&in);
}

/* Reads what follows the head up to the signature; false if it is not the one form. */
static bool body_read(struct reader *in, struct record *record)
{
	record->entry_bytes.size = (size_t)record->entries * RECORD_ENTRY;
	if (record->fragment == 0)
		certificate_read(&record->certificate, in);
	record->entry_bytes.bytes = reader_take(in, record->entry_bytes.size);
	if (in->failed)
		return false;
	record->tlvs = (struct span){in->at, in->left};
	if (record->fragment != 0 && record->tlvs.size != 0)
		return false;
	return entries_are_canonical(record) && tlvs_are_canonical(record->tlvs);
}

enum drop record_read(const uint8_t *bytes, size_t size, struct record *record)
{
	struct reader in = reader_of(bytes, size);
	struct record read = {0};

	read.least = reader_u8(&in);
	read.greatest = reader_u8(&in);
	if (in.failed || size > RECORD_MAX || read.least > read.greatest)
		return DROP_MALFORMED;
	if (read.least > WIRE_VERSION || read.greatest < WIRE_VERSION)
		return DROP_VERSION;
	if (in.left < SIGNATURE)
		return DROP_MALFORMED;
	in.left -= SIGNATURE;
	if (!head_read(&in, &read) || !body_read(&in, &read))
		return DROP_MALFORMED;
	*record = read;
	return DROP_NONE;
}

struct record_entry record_entry(const struct record *record, uint32_t index)
{
	struct reader in;

	REQUIRE(index < record->entries);
	in = reader_of(record->entry_bytes.bytes + (size_t)index * RECORD_ENTRY, RECORD_ENTRY);
	return entry_read(&in);
}

bool record_verify(const uint8_t *bytes, size_t size, const uint8_t identity[IDENTITY_PUBLIC],
		   const uint8_t network_id[NETWORK_ID])
{
	if (size < SIGNATURE)
		return false;
	return identity_verify(identity, record_purpose(network_id), bytes, size - SIGNATURE,
			       bytes + size - SIGNATURE);
}

void record_write(const struct record *record, const struct record_entry *entries,
		  const struct identity *identity, const uint8_t network_id[NETWORK_ID],
		  struct writer *out)
{
	size_t begin = out->used, covered;
	uint8_t *signature;

	writer_u8(out, record->least);
	writer_u8(out, record->greatest);
	writer_u16(out, 0);
	writer_u8(out, record->flags);
	writer_u8(out, record->fragment);
	writer_u8(out, record->fragments);
	writer_u8(out, record->entries);
	writer_u32(out, record->zone);
	writer_u32(out, record->epoch);
	writer_u32(out, record->instance);
	writer_u32(out, record->sequence);
	writer_u16(out, record->lifetime);
	address_write(&record->address, out);
	if (record->fragment == 0)
		certificate_write(&record->certificate, out);
	for (uint32_t i = 0; i < record->entries; i++)
		entry_write(&entries[i], out);
	if (record->fragment == 0)
		writer_copy(out, record->tlvs.bytes, record->tlvs.size);
	covered = out->used - begin;
	signature = writer_take(out, SIGNATURE);
	if (signature != NULL)
		identity_sign(identity, record_purpose(network_id), out->start + begin, covered,
			      signature);
}

bool record_newer(uint32_t epoch_a, uint32_t sequence_a, uint32_t epoch_b, uint32_t sequence_b)
{
	return epoch_a != epoch_b ? epoch_a > epoch_b : sequence_a > sequence_b;
}

uint64_t record_hash(const uint8_t *bytes, size_t size, const uint8_t network_id[NETWORK_ID])
{
	uint8_t hash[sizeof(uint64_t)];
	struct reader in;

	hash_of(hash, sizeof(hash), (struct span){network_id, NETWORK_ID}, bytes, size);
	in = reader_of(hash, sizeof(hash));
	return reader_u64(&in);
}
