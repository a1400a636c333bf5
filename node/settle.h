/* What follows from an event: the neighbour table's deeds, a new snapshot, packets that waited. */
#ifndef NODE_SETTLE_H
#define NODE_SETTLE_H

#include "meshp/icmp.h"
#include "node/value.h"

/* Brings the node to rest after an event, as far as the outbox has room; the rest stays due. */
void settle(struct node *node, instant now, struct outbox *outbox);

/* Carries a packet of the host: sends it, keeps it for later, or refuses it. */
void settle_packet(struct node *node, instant now, struct span packet, struct outbox *outbox);

/* Tells the neighbour table that data goes to a next hop, for its silence counts now. */
void settle_hop(struct node *node, instant now, uint32_t number);

/* Refuses the packets that waited too long, and sets the timer for the next. */
void settle_staged(struct node *node, instant now, struct outbox *outbox);

#endif
