/* The Internet checksum (RFC 1071) in parts: sums of any bytes added up, folded at the end. Private
 * to tun/: packets elsewhere are summed whole, by meshp/packet. */
#ifndef TUN_CHECKSUM_H
#define TUN_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* The sum of the 16-bit words of up to 2^32 bytes, not folded; an odd byte at the end counts as if
 * a zero followed. */
uint64_t checksum_sum(const uint8_t *bytes, size_t size);

/* The sum in 16 bits, carries added back in. Its complement is the checksum. */
uint16_t checksum_fold(uint64_t sum);

#endif
