/* Probes: only the canonical form is read. docs/protocol/mesharp.md, section 3. */
#include "mesharp/probe.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t again[PROBE_SIZE];
	struct writer out = writer_of(again, sizeof(again));
	struct probe probe;

	if (!probe_read(bytes, size, &probe))
		return 0;
	probe_write(&probe, &out);
	EXPECT(writer_ok(&out) && out.used == size && memcmp(again, bytes, size) == 0);
	return 0;
}
