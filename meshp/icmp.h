/* ICMPv6 errors (RFC 4443) that a node writes to its own host about packets it could not carry. */
#ifndef MESHP_ICMP_H
#define MESHP_ICMP_H

#include "base/bytes.h"
#include "meshp/address.h"

enum icmp_error {
	ICMP_NO_ROUTE,	    /* type 1 code 0 */
	ICMP_PROHIBITED,    /* type 1 code 1 */
	ICMP_ADDRESS,	    /* type 1 code 3: address unreachable */
	ICMP_SOURCE_POLICY, /* type 1 code 5 */
	ICMP_TOO_BIG,	    /* type 2, with MTU */
	ICMP_TIME_EXCEEDED, /* type 3 code 0 */
};

enum {
	ICMP_ERROR_MAX = 1280,
	ICMP_HOP_LIMIT = 255, /* of a host's own */
};

/* Who says it, and the hop limit with which that arrives. */
struct icmp_source {
	struct address address;
	uint8_t hop_limit;
};

/* Writes the whole IPv6 packet of an error from `from` to the source of culprit, the first size
 * bytes of an IPv6 packet or all of it, quoting as much of it as fits 1,280 bytes.
 * mtu matters to ICMP_TOO_BIG alone. False, and nothing written, where RFC 4443 section 2.4(e)
 * forbids an error: about an ICMPv6 error, an ICMPv6 redirect, a packet to a multicast address (but
 * for too big), from a multicast or unspecified source, or no IPv6 packet at all. */
MUST_USE bool icmp_error_write(enum icmp_error error, uint32_t mtu, const struct icmp_source *from,
			       const uint8_t *culprit, size_t size, struct writer *out);

#endif
