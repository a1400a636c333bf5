/* Where frames go: for every node that can be reached, the next hop of each lane; for every next
 * hop, the link and link address; and which link addresses belong to neighbours in use. A snapshot
 * like node/forwarding.h's, but of the graph, not of keys: built whole by the control side in a
 * free slot, then published. docs/protocol/route.md, sections 5 and 7. */
#ifndef NODE_FIB_H
#define NODE_FIB_H

#include "base/require.h"
#include "meshp/address.h"
#include "meshp/wire.h"

#include <stddef.h>

struct fib;

#define FIB_NONE UINT32_MAX

/* How many of each there may be. */
struct fib_limits {
	uint32_t nodes;
	uint32_t hops;
	uint32_t ways;
};

/* A neighbour frames are sent to, by its best link. */
struct fib_hop {
	struct address address;
	uint32_t link;
	struct lladdr to;
	uint32_t mtu;  /* of the link, bytes */
	bool shortcut; /* proven and not adjacent: for frames to itself */
};

/* A node that can be reached. */
struct fib_node {
	struct address address;
	bool id_conflict;	   /* its id is another's too: compact frames are refused */
	bool lost;		   /* its next hop just went, and paths are computed anew soon */
	uint16_t mtu;		   /* largest packet that fits all its paths */
	uint16_t next[WIRE_LANES]; /* hop number, by lane, unless lost */
};

size_t fib_size(const struct fib_limits *limits);

/* Makes an empty one in zero-filled memory of fib_size bytes, aligned to 8. */
struct fib *fib_init(void *memory, const struct fib_limits *limits, const uint8_t secret[16]);

/* Begins anew, under a serial no other has had. synced: what will not be in it does not exist. */
void fib_clear(struct fib *fib, uint64_t serial, bool synced);

/* Says that only nodes in it are relayed for; fib_clear takes that back. */
void fib_close(struct fib *fib);
bool fib_closed(const struct fib *fib);

/* Adds a next hop and returns its number, or FIB_NONE if there is no room. */
uint32_t fib_add_hop(struct fib *fib, const struct fib_hop *hop);

/* Says that a link address on a link belongs to the hop of that number. What does not fit is left
 * out, and so is a second hop at one link address. */
void fib_add_way(struct fib *fib, uint32_t link, struct lladdr lladdr, uint32_t hop);

/* Adds a node; an id met before marks both as in conflict. */
void fib_add_node(struct fib *fib, const struct fib_node *node);

uint64_t fib_serial(const struct fib *fib);
bool fib_synced(const struct fib *fib);

/* The number of the node with that address or id, or FIB_NONE. Of several with one id, any. */
uint32_t fib_by_address(const struct fib *fib, const struct address *address);
uint32_t fib_by_id(const struct fib *fib, const struct node_id *id);
const struct fib_node *fib_node(const struct fib *fib, uint32_t number);

/* Nodes in it: their numbers are 0 … fib_nodes − 1. */
uint32_t fib_nodes(const struct fib *fib);

/* True if that node can be reached and its id is another's too. */
bool fib_conflict(const struct fib *fib, const struct address *address);

/* Next hops in it: their numbers are 0 … fib_hops − 1. */
uint32_t fib_hops(const struct fib *fib);

/* The number of the next hop that is that neighbour, or FIB_NONE. */
uint32_t fib_hop_of(const struct fib *fib, const struct address *address);

/* The next hop with that number, and the number of the neighbour in use at a link address. */
const struct fib_hop *fib_hop(const struct fib *fib, uint32_t number);
uint32_t fib_way(const struct fib *fib, uint32_t link, struct lladdr lladdr);

#endif
