/* Whether an nftables ruleset lets something of the mesh through. A chain is followed as the kernel
 * would, for a packet of which only some facts are fixed; what depends on others, or on a kind of
 * rule that is not understood here, is left open, and nothing is said that might be wrong. */
#ifndef TOOLS_DOCTOR_FILTER_H
#define TOOLS_DOCTOR_FILTER_H

#include "base/require.h"

#include <jansson.h>
#include <stdbool.h>

/* Something that must get through, as far as it is known. */
struct sample {
	const char *what;      /* for people */
	const char *incoming;  /* the interface it comes by, or NULL: none */
	const char *outgoing;  /* the same */
	int ethertype;	       /* of a frame that is no IPv6, else 0 */
	const char *protocol;  /* "tcp", "udp" or "ipv6-icmp" */
	const char *icmp_type; /* "echo-request", or NULL */
	const char *state;     /* of the connection: "new" or "established" */
	int port;	       /* it is sent to; 0: any */
	const char *own;       /* the node's address, which it is from or for; or NULL */
};

enum passage {
	PASSAGE_FREE,	 /* nothing known stands against it */
	PASSAGE_DOUBTED, /* it is dropped unless a rule that is not understood lets it through */
	PASSAGE_BARRED,	 /* it is dropped */
};

/* Follows a base chain, an object "chain" of ruleset. by is set to the name of the chain whose rule
 * or policy drops it, unless that is free. */
MUST_USE enum passage filter_pass(const json_t *ruleset, const json_t *chain,
				  const struct sample *sample, const char **by);

#endif
