/* TRACE and TRACED: only the canonical form is read. docs/protocol/route.md, section 9. */
#include "meshp/trace.h"
#include "meshp/wire.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t again[WIRE_TRACED];
	struct writer out = writer_of(again, sizeof(again));
	struct traced traced;
	struct trace trace;

	if (trace_read(bytes, size, &trace))
		trace_write(&trace, &out);
	else if (traced_read(bytes, size, &traced))
		traced_write(&traced, &out);
	else
		return 0;
	EXPECT(writer_ok(&out) && out.used == size && memcmp(again, bytes, size) == 0);
	return 0;
}
