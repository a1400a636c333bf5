/* ERROR frames, out and in: what could not be relayed is told to its source, and what others could
 * not relay of ours is told to our host by ICMPv6, so that traceroute and path MTU discovery work.
 * docs/protocol/route.md, section 8. */
#ifndef NODE_ERRORS_H
#define NODE_ERRORS_H

#include "node/value.h"
#include "node/verdict.h"

/* Tells the source of a data frame what became of it, within the rate, if it is known. */
void errors_report(struct node *node, instant now, const struct data_header *header,
		   const uint8_t *sealed, const struct verdict *verdict, struct outbox *outbox);

/* Takes an ERROR frame that is for us; what it is about a worker may have to look up first.
 * Refusals: those of error_read, ERROR_UNMATCHED. */
MUST_USE enum drop errors_receive(struct node *node, instant now, const uint8_t *frame, size_t size,
				  struct outbox *outbox);

/* An ERROR is about a packet of ours, of which this is the beginning. Refusal: ERROR_UNMATCHED. */
MUST_USE enum drop errors_culprit(struct node *node, instant now, const struct error *error,
				  struct span packet, struct outbox *outbox);

/* Tells the host by ICMPv6, in the name of an address, about a packet of its own or the beginning
 * of one, within the rate. */
void errors_tell_host(struct node *node, instant now, enum icmp_error error, uint32_t mtu,
		      const struct icmp_source *from, struct span packet, struct outbox *outbox);

#endif
