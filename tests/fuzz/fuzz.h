/* What every fuzzer shares: its one function, and a check that stays on in every build. A fuzzer
 * finds what REQUIRE and the sanitizers find; EXPECT adds the laws of what is fuzzed. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define EXPECT(law)                                                                                \
	do {                                                                                       \
		if (!(law))                                                                        \
			abort();                                                                   \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
