/* The peers: which nodes are known by certificate, and whether room is made for one more.
 * docs/protocol/meshp.md, section 1. */
#ifndef NODE_PEERS_H
#define NODE_PEERS_H

#include "node/value.h"

/* The index of the peer with that address, or POOL_NONE. */
uint32_t peers_find(const struct node *node, const struct address *address);

/* Takes a certificate that came from a link address: known by its bytes, or verified within the
 * rates when a stranger's HELLO brings it (`rated`), or verified because a handshake already paid
 * for it. On DROP_NONE *index is the peer. Refusals: CERTIFICATE_OLD, RATE_CERTIFICATE,
 * CERTIFICATE, PEERS_FULL. */
MUST_USE enum drop peers_admit(struct node *node, instant now, uint32_t link, struct lladdr from,
			       const struct certificate *certificate, bool rated, uint32_t *index);

/* The peer of a certificate that was verified elsewhere, made if it is unknown; POOL_NONE if there
 * is no room. */
uint32_t peers_introduce(struct node *node, const struct certificate *certificate);

/* Forgets a peer that may not take part any more, with its keys and the packets that wait for it.
 */
void peers_expel(struct node *node, uint32_t index);

/* The peer of an address, made if its record is here; POOL_NONE if it is nobody we know, or may not
 * take part. */
uint32_t peers_meet(struct node *node, const struct address *address);

#endif
