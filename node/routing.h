/* Where the neighbour table and routing meet: neighbours are told to routing, what routing wants is
 * done, and the FIB is built from both. */
#ifndef NODE_ROUTING_H
#define NODE_ROUTING_H

#include "node/value.h"

/* What our record is to say of us: enum record_flag. */
uint8_t routing_flags(const struct node *node);

/* Something of a neighbour changed, or a probe of it came: routing is told how it is now. */
void routing_neighbour(struct node *node, instant now, const struct address *address);

/* A neighbour was heard, or a probe of it came: MESHARP is told if no path leads to it. */
void routing_stranded(struct node *node, instant now, const struct address *address);

/* What is known of a link changed: routing is told how its neighbours are now. */
void routing_link(struct node *node, instant now, uint32_t link);

/* A probe or HELLO told of a neighbour's database. */
void routing_digest(struct node *node, instant now, const struct address *address,
		    const uint8_t digest[8], uint32_t nodes);

/* Our own digest, and the number of nodes we know, as HELLOs and probes carry them. */
void routing_tell(const struct node *node, uint8_t digest[8], uint16_t *nodes);

/* Takes a sealed message of routing that a neighbour sent. */
MUST_USE enum drop routing_message(struct node *node, instant now, const struct address *from,
				   struct span message);

/* Does one thing that routing wants done; false if there was nothing. */
bool routing_step(struct node *node, instant now, struct outbox *outbox);

/* Tells people if something of the zone is not as it was told last. */
void routing_news(struct node *node, instant now, struct outbox *outbox);

/* Builds the FIB in a free slot and publishes it. Who has a new certificate gets new keys. */
void routing_publish(struct node *node, instant now);

#endif
