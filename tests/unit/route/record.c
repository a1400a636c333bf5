/* Fragments of records: layout, each field that has a form, every byte flipped and every length,
 * and that whatever reads at all is written as the same bytes again. */
#include "route/record.h"

#include "base/rng.h"
#include "route/cost.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t network_id[NETWORK_ID] = {9, 8, 7, 6, 5, 4, 3, 2};

enum { ENTRIES_AT = RECORD_HEAD + WIRE_CERTIFICATE }; /* in fragment 0 */

/* A node that signs, and a fragment of its record. */
struct origin {
	struct identity identity;
	struct record record;
	struct record_entry entries[RECORD_ENTRIES];
	uint8_t bytes[RECORD_MAX + 1];
	size_t size;
};

static void origin_write(struct origin *origin)
{
	struct writer out = writer_of(origin->bytes, sizeof(origin->bytes));

	record_write(&origin->record, origin->entries, &origin->identity, network_id, &out);
	assert_true(writer_ok(&out));
	origin->size = out.used;
}

static void entries_init(struct origin *origin, uint8_t count)
{
	origin->record.entries = count;
	for (uint8_t i = 0; i < count; i++) {
		const uint8_t hash[ADDRESS_HASH] = {i, 0xa1};

		origin->entries[i] = (struct record_entry){
			.address = address_of_hash(hash),
			.cost = (uint16_t)(i + 1),
			.mtu = 1500,
			.quality = 255,
			.medium = MEDIUM_WIRE,
		};
	}
}

/* A fragment of so many entries; one of number 0 has two TLVs. */
static void origin_init(struct origin *origin, uint8_t fragment, uint8_t entries)
{
	static const uint8_t tlvs[] = {7, 0, 7, 2, 'x', 'y'};
	static const uint8_t seed[IDENTITY_SEED] = {3}, session_key[AGREE_KEY] = {4};

	memset(origin, 0, sizeof(*origin));
	identity_of(&origin->identity, seed);
	origin->record = (struct record){
		.least = 1,
		.greatest = 2,
		.flags = RECORD_GATEWAY | RECORD_NO_TRANSIT,
		.fragment = fragment,
		.fragments = 4,
		.zone = 0x01020304,
		.epoch = 0x11121314,
		.instance = 0x21222324,
		.sequence = 0x31323334,
		.lifetime = 0x4142,
		.address = address_of_key(origin->identity.public_key),
		.tlvs = {tlvs, fragment == 0 ? sizeof(tlvs) : 0},
	};
	if (fragment == 0)
		certificate_make(&origin->record.certificate, &origin->identity, session_key, 5,
				 network_id);
	entries_init(origin, entries);
	origin_write(origin);
}

/* Reads and, if it was taken, writes it again but for the signature: it is the same. */
static enum drop returns(const uint8_t *bytes, size_t size)
{
	struct record_entry entries[RECORD_ENTRIES];
	const struct identity nobody = {.secret_key = {0}};
	uint8_t again[RECORD_MAX];
	struct writer out = writer_of(again, sizeof(again));
	struct record record;
	enum drop drop = record_read(bytes, size, &record);

	if (drop != DROP_NONE)
		return drop;
	for (uint32_t i = 0; i < record.entries; i++)
		entries[i] = record_entry(&record, i);
	record_write(&record, entries, &nobody, network_id, &out);
	assert_true(writer_ok(&out));
	assert_int_equal(out.used, size);
	assert_memory_equal(again, bytes, size - SIGNATURE);
	return DROP_NONE;
}

/* The fragment with one byte set otherwise. */
static enum drop with(struct origin *origin, size_t at, uint8_t value)
{
	uint8_t kept = origin->bytes[at];
	enum drop drop;

	origin->bytes[at] = value;
	drop = returns(origin->bytes, origin->size);
	origin->bytes[at] = kept;
	return drop;
}

static void test_bytes_lie_where_the_specification_says(void **state)
{
	static const uint8_t head[] = {1,    2,	   0,	 0,    6,    0,	   4,	 2,    1,
				       2,    3,	   4,	 0x11, 0x12, 0x13, 0x14, 0x21, 0x22,
				       0x23, 0x24, 0x31, 0x32, 0x33, 0x34, 0x41, 0x42};
	static const uint8_t numbers[] = {0x19, 0x02, 0x05, 0xdc, 0x80, MEDIUM_RADIO};
	uint8_t certificate[WIRE_CERTIFICATE];
	struct writer out = writer_of(certificate, sizeof(certificate));
	struct origin origin;
	const uint8_t *entry = origin.bytes + ENTRIES_AT + RECORD_ENTRY;

	origin_init(&origin, 0, 2);
	origin.entries[1].cost = 0x1902;
	origin.entries[1].quality = 0x80;
	origin.entries[1].medium = MEDIUM_RADIO;
	origin_write(&origin);
	certificate_write(&origin.record.certificate, &out);
	assert_int_equal(origin.size, 40 + 132 + 2 * 20 + 6 + 64);
	assert_memory_equal(origin.bytes, head, sizeof(head));
	assert_memory_equal(origin.bytes + 26, origin.record.address.bytes + 2, ADDRESS_HASH);
	assert_memory_equal(origin.bytes + 40, certificate, sizeof(certificate));
	assert_memory_equal(entry, origin.entries[1].address.bytes + 2, ADDRESS_HASH);
	assert_memory_equal(entry + 14, numbers, sizeof(numbers));
	assert_memory_equal(entry + RECORD_ENTRY, "\7\0\7\2xy", 6);
}

/* The signature is checked over bytes laid out apart from the code under test. */
static void test_what_is_signed(void **state)
{
	const struct purpose purpose = {"meshp record 1", network_id, 1};
	const uint8_t other[IDENTITY_PUBLIC] = {1};
	struct origin origin;

	for (uint8_t fragment = 0; fragment < 2; fragment++) {
		origin_init(&origin, fragment, 3);
		const uint8_t *key = origin.identity.public_key;
		size_t covered = origin.size - SIGNATURE;

		assert_true(identity_verify(key, purpose, origin.bytes, covered,
					    origin.bytes + covered));
		assert_true(record_verify(origin.bytes, origin.size, key, network_id));
		assert_false(record_verify(origin.bytes, origin.size, key, other));
		assert_false(record_verify(origin.bytes, origin.size, other, network_id));
		assert_false(record_verify(origin.bytes, 0, key, network_id));
		assert_false(record_verify(origin.bytes, SIGNATURE, key, network_id));
	}
}

static void test_what_was_written_is_read(void **state)
{
	struct origin origin;
	struct record read;

	origin_init(&origin, 0, 3);
	assert_int_equal(record_read(origin.bytes, origin.size, &read), DROP_NONE);
	assert_int_equal(read.greatest, 2);
	assert_int_equal(read.flags, origin.record.flags);
	assert_int_equal(read.fragments, 4);
	assert_int_equal(read.entries, 3);
	assert_int_equal(read.zone, origin.record.zone);
	assert_int_equal(read.epoch, origin.record.epoch);
	assert_int_equal(read.instance, origin.record.instance);
	assert_int_equal(read.sequence, origin.record.sequence);
	assert_int_equal(read.lifetime, origin.record.lifetime);
	assert_true(address_equal(&read.address, &origin.record.address));
	assert_memory_equal(&read.certificate, &origin.record.certificate,
			    sizeof(read.certificate));
	assert_int_equal(read.tlvs.size, 6);
	assert_memory_equal(read.tlvs.bytes, origin.record.tlvs.bytes, 6);
	for (uint32_t i = 0; i < 3; i++) {
		struct record_entry entry = record_entry(&read, i);

		assert_memory_equal(&entry, &origin.entries[i], sizeof(entry));
	}
}

static void test_every_size_up_to_the_greatest(void **state)
{
	struct origin origin;

	for (uint8_t count = 0; count <= RECORD_ENTRIES_FIRST; count++) {
		origin_init(&origin, 0, count);
		assert_int_equal(returns(origin.bytes, origin.size), DROP_NONE);
	}
	for (uint8_t count = 0; count <= RECORD_ENTRIES; count++) {
		origin_init(&origin, 3, count);
		assert_int_equal(returns(origin.bytes, origin.size), DROP_NONE);
	}
	assert_true(origin.size + RECORD_ENTRY > RECORD_MAX);
}

static void test_a_byte_more_than_the_most_is_refused(void **state)
{
	uint8_t tlvs[RECORD_MAX] = {0};
	struct origin origin;

	for (size_t over = 0; over < 2; over++) {
		size_t room = RECORD_MAX + over - ENTRIES_AT - SIGNATURE;

		origin_init(&origin, 0, 0);
		tlvs[1] = 200;
		tlvs[203] = 200;
		tlvs[405] = 200;
		tlvs[607] = (uint8_t)(room - 608);
		origin.record.tlvs = (struct span){tlvs, room};
		origin_write(&origin);
		assert_int_equal(origin.size, RECORD_MAX + over);
		struct record read;
		assert_int_equal(record_read(origin.bytes, origin.size, &read),
				 over ? DROP_MALFORMED : DROP_NONE);
	}
}

static void test_every_flipped_bit_is_refused(void **state)
{
	struct origin origin;
	struct record read;

	for (uint8_t fragment = 0; fragment < 2; fragment++) {
		origin_init(&origin, fragment, 3);
		for (size_t bit = 0; bit < 8 * origin.size; bit++) {
			uint8_t *byte = &origin.bytes[bit / 8], flip = (uint8_t)(1 << bit % 8);

			*byte ^= flip;
			if (record_read(origin.bytes, origin.size, &read) == DROP_NONE)
				assert_false(record_verify(origin.bytes, origin.size,
							   origin.identity.public_key, network_id));
			*byte ^= flip;
		}
	}
}

static void test_every_other_length_is_refused(void **state)
{
	struct origin origin;

	for (uint8_t fragment = 0; fragment < 2; fragment++) {
		origin_init(&origin, fragment, 3);
		for (size_t size = 0; size <= origin.size + 1; size++) {
			/* Without its TLVs it is whole again, but for the signature. */
			bool whole = fragment == 0 &&
				     (size == origin.size - 6 || size == origin.size - 4);

			assert_int_equal(returns(origin.bytes, size) == DROP_NONE,
					 size == origin.size || whole);
		}
	}
}

static void test_versions(void **state)
{
	struct origin origin;

	origin_init(&origin, 1, 0);
	for (uint8_t least = 0; least < 4; least++) {
		for (uint8_t greatest = 0; greatest < 4; greatest++) {
			bool ours = least <= 1 && greatest >= 1;
			enum drop drop = ours ? DROP_NONE : DROP_VERSION;

			origin.bytes[0] = least;
			origin.bytes[1] = greatest;
			if (least > greatest)
				drop = DROP_MALFORMED;
			assert_int_equal(returns(origin.bytes, origin.size), drop);
		}
	}
	/* What another version looks like is not ours to say. */
	origin.bytes[0] = origin.bytes[1] = 2;
	memset(origin.bytes + 2, 0xff, origin.size - 2);
	assert_int_equal(returns(origin.bytes, origin.size), DROP_VERSION);
}

static void test_fields_of_the_head_that_have_a_form(void **state)
{
	struct origin origin;

	origin_init(&origin, 0, 0);
	for (uint32_t value = 1; value < 256; value++) {
		assert_int_equal(with(&origin, 2, (uint8_t)value), DROP_MALFORMED);
		assert_int_equal(with(&origin, 3, (uint8_t)value), DROP_MALFORMED);
	}
	for (uint32_t value = 0; value < 256; value++) {
		enum drop flags = value < 16 ? DROP_NONE : DROP_MALFORMED;
		enum drop count = value >= 1 && value <= 16 ? DROP_NONE : DROP_MALFORMED;

		assert_int_equal(with(&origin, 4, (uint8_t)value), flags);
		assert_int_equal(with(&origin, 6, (uint8_t)value), count);
	}
	for (uint32_t entries = 1; entries < 256; entries++)
		assert_int_equal(with(&origin, 7, (uint8_t)entries), DROP_MALFORMED);
	origin.record.sequence = 0;
	origin_write(&origin);
	assert_int_equal(returns(origin.bytes, origin.size), DROP_MALFORMED);
	origin_init(&origin, 0, 0);
	origin.record.lifetime = 0;
	origin_write(&origin);
	assert_int_equal(returns(origin.bytes, origin.size), DROP_MALFORMED);
}

static void test_a_fragment_is_below_the_count(void **state)
{
	struct origin origin;

	origin_init(&origin, 1, 0);
	for (uint32_t fragments = 0; fragments < 20; fragments++) {
		origin.bytes[6] = (uint8_t)fragments;
		for (uint32_t fragment = 1; fragment < 20; fragment++) {
			bool below = fragment < fragments && fragments <= RECORD_FRAGMENTS;

			assert_int_equal(with(&origin, 5, (uint8_t)fragment),
					 below ? DROP_NONE : DROP_MALFORMED);
		}
	}
}

/* With a certificate or TLVs a later fragment, without a certificate the first, is none. */
static void test_only_fragment_0_has_a_certificate_and_tlvs(void **state)
{
	struct origin origin;

	origin_init(&origin, 0, 0);
	assert_int_equal(with(&origin, 5, 1), DROP_MALFORMED);
	origin_init(&origin, 1, 0);
	assert_int_equal(with(&origin, 5, 0), DROP_MALFORMED);
	memset(origin.bytes + RECORD_HEAD, 0, 2); /* an empty TLV */
	assert_int_equal(returns(origin.bytes, RECORD_HEAD + 2 + SIGNATURE), DROP_MALFORMED);
}

static void test_entries_are_strictly_ascending(void **state)
{
	struct origin origin;

	origin_init(&origin, 1, 3);
	assert_int_equal(returns(origin.bytes, origin.size), DROP_NONE);
	origin.entries[2].address = origin.entries[1].address;
	origin_write(&origin);
	assert_int_equal(returns(origin.bytes, origin.size), DROP_MALFORMED);
	origin.entries[2].address.bytes[ADDRESS - 1]++;
	origin_write(&origin);
	assert_int_equal(returns(origin.bytes, origin.size), DROP_NONE);
	origin.entries[0].address = origin.entries[2].address;
	origin_write(&origin);
	assert_int_equal(returns(origin.bytes, origin.size), DROP_MALFORMED);
}

static void test_every_cost_of_an_entry(void **state)
{
	struct origin origin;
	uint8_t *cost = origin.bytes + RECORD_HEAD + ADDRESS_HASH;
	struct record read;

	origin_init(&origin, 1, 1);
	for (uint32_t code = 0; code <= UINT16_MAX; code++) {
		enum drop drop = cost_us((uint16_t)code) != 0 ? DROP_NONE : DROP_MALFORMED;

		cost[0] = (uint8_t)(code >> 8);
		cost[1] = (uint8_t)code;
		assert_int_equal(record_read(origin.bytes, origin.size, &read), drop);
	}
}

static void test_fields_of_an_entry_that_have_a_form(void **state)
{
	struct origin origin;

	for (uint8_t i = 0; i < 3; i++) {
		origin_init(&origin, 1, 3);
		origin.entries[i].mtu = 1280;
		origin.entries[i].medium = 200; /* of a later kind */
		origin_write(&origin);
		assert_int_equal(returns(origin.bytes, origin.size), DROP_NONE);
		origin.entries[i].mtu = 1279;
		origin_write(&origin);
		assert_int_equal(returns(origin.bytes, origin.size), DROP_MALFORMED);
		origin.entries[i].mtu = UINT16_MAX;
		origin.entries[i].quality = 0;
		origin_write(&origin);
		assert_int_equal(returns(origin.bytes, origin.size), DROP_MALFORMED);
	}
}

static void test_newer(void **state)
{
	assert_true(record_newer(2, 1, 1, 9));
	assert_true(record_newer(1, 9, 1, 8));
	assert_false(record_newer(1, 9, 1, 9));
	assert_false(record_newer(1, 8, 1, 9));
	assert_false(record_newer(1, 9, 2, 1));
	assert_true(record_newer(UINT32_MAX, 1, 0, UINT32_MAX));
}

/* BLAKE2b-128 of "abc" keyed with 09 08 … 02, as Python's hashlib gives it. */
static void test_hash(void **state)
{
	const uint8_t abc[] = {'a', 'b', 'c'};

	assert_true(record_hash(abc, sizeof(abc), network_id) == 0xcc99312f2d3006b6);
}

static void test_what_reads_is_written_the_same(void **state)
{
	static const uint8_t values[] = {0, 1, 2, 3, 4, 5, 0x10, 0x80, 0xff};
	struct origin origin;
	struct rng rng = {{6}};
	uint32_t taken = 0;

	for (int i = 0; i < 20000; i++) {
		uint32_t changes = 1 + rng_below(&rng, 3);

		if (i % 50 == 0)
			origin_init(&origin, i / 50 % 2, (uint8_t)rng_below(&rng, 5));
		struct origin changed = origin;
		for (uint32_t c = 0; c < changes; c++)
			changed.bytes[rng_below(&rng, (uint32_t)changed.size)] =
				values[rng_below(&rng, sizeof(values))];
		taken += returns(changed.bytes, changed.size) == DROP_NONE;
	}
	assert_true(taken > 1000 && taken < 19000);
}

static void test_a_writer_without_room_fails(void **state)
{
	struct origin origin;

	origin_init(&origin, 0, 2);
	for (size_t size = 0; size < origin.size; size++) {
		struct writer out = writer_of(origin.bytes, size);

		record_write(&origin.record, origin.entries, &origin.identity, network_id, &out);
		assert_false(writer_ok(&out));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_lie_where_the_specification_says),
		cmocka_unit_test(test_what_is_signed),
		cmocka_unit_test(test_what_was_written_is_read),
		cmocka_unit_test(test_every_size_up_to_the_greatest),
		cmocka_unit_test(test_a_byte_more_than_the_most_is_refused),
		cmocka_unit_test(test_every_flipped_bit_is_refused),
		cmocka_unit_test(test_every_other_length_is_refused),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_fields_of_the_head_that_have_a_form),
		cmocka_unit_test(test_a_fragment_is_below_the_count),
		cmocka_unit_test(test_only_fragment_0_has_a_certificate_and_tlvs),
		cmocka_unit_test(test_entries_are_strictly_ascending),
		cmocka_unit_test(test_every_cost_of_an_entry),
		cmocka_unit_test(test_fields_of_an_entry_that_have_a_form),
		cmocka_unit_test(test_newer),
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_what_reads_is_written_the_same),
		cmocka_unit_test(test_a_writer_without_room_fails),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/record", tests, NULL, NULL);
}
