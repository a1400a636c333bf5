/* Test vectors are written as hexadecimal text, the way their sources print them; this turns such
 * text into bytes. Text that is not whole bytes of hexadecimal digits ends the test. */
#ifndef TESTS_VECTORS_HEX_H
#define TESTS_VECTORS_HEX_H

#include "base/require.h"

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { HEX_MAX = 2048 }; /* more than a frame of 1500 bytes */

struct hex {
	uint8_t bytes[HEX_MAX];
	size_t size;
};

static inline struct hex hex_of(const char *text)
{
	struct hex hex = {.size = 0};

	REQUIRE(sodium_hex2bin(hex.bytes, HEX_MAX, text, strlen(text), NULL, &hex.size, NULL) == 0);
	REQUIRE(hex.size * 2 == strlen(text));
	return hex;
}

#endif
