/* Fragments of records: only the canonical form is read. docs/protocol/route.md, section 1. */
#include "route/cost.h"
#include "route/record.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const uint8_t network[NETWORK_ID];
	static const struct identity nobody;
	struct record_entry entries[RECORD_ENTRIES];
	uint8_t again[RECORD_MAX];
	struct writer out = writer_of(again, sizeof(again));
	struct record record;

	if (record_read(bytes, size, &record) != DROP_NONE)
		return 0;
	EXPECT(record.entries <= RECORD_ENTRIES && record.fragment < record.fragments);
	for (uint32_t i = 0; i < record.entries; i++) {
		entries[i] = record_entry(&record, i);
		EXPECT(cost_code(cost_us(entries[i].cost)) == entries[i].cost);
		EXPECT(i == 0 || address_lower(&entries[i - 1].address, &entries[i].address));
	}
	record_write(&record, entries, &nobody, network, &out);
	EXPECT(writer_ok(&out) && out.used == size);
	EXPECT(memcmp(again, bytes, size - SIGNATURE) == 0);
	return 0;
}
