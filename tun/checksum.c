/* The Internet checksum's two halves, RFC 1071: adding, and folding. Nothing overflows: 2^31 words
 * of 16 bits stay below 2^47. */
#include "tun/checksum.h"

uint64_t checksum_sum(const uint8_t *bytes, size_t size)
{
	uint64_t sum = 0;

	for (size_t i = 0; i + 1 < size; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	if (size % 2 == 1)
		sum += (uint32_t)bytes[size - 1] << 8;
	return sum;
}

uint16_t checksum_fold(uint64_t sum)
{
	while (sum > UINT16_MAX)
		sum = (sum >> 16) + (sum & UINT16_MAX);
	return (uint16_t)sum;
}
