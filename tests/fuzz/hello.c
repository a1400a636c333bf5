/* HELLO frames, of an open mesh and of a closed one whose code the fuzzer cannot make: there
 * nothing may pass. docs/protocol/mesharp.md, section 1. */
#include "mesharp/hello.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const uint8_t open_network[NETWORK_ID] = {0};
	static const uint8_t secret[32] = "a network key the fuzzer lacks";
	uint8_t again[WIRE_HELLO];
	struct writer out = writer_of(again, sizeof(again));
	struct hello hello;

	EXPECT(hello_read(bytes, size, secret, open_network, &hello) != DROP_NONE);
	if (hello_read(bytes, size, NULL, open_network, &hello) != DROP_NONE)
		return 0;
	hello_write(&hello, NULL, &out);
	EXPECT(writer_ok(&out) && out.used == size && memcmp(again, bytes, size) == 0);
	return 0;
}
