/* What the database keeps: nodes, their fragments with the bytes, who is connected, the sums over
 * the connected ones' fragments, and the queue of news. It keeps these in step and decides nothing.
 * Numbers of nodes and fragments stay as long as they are kept. Inside of route/.
 * docs/protocol/route.md, section 2. */
#ifndef ROUTE_STORE_H
#define ROUTE_STORE_H

#include "base/bytes.h"
#include "base/table.h"
#include "meshp/address.h"
#include "route/limits.h"
#include "route/pace.h"

#define STORE_NONE UINT32_MAX

enum {
	STORE_OWN = 0, /* our node number */
	STORE_BUCKETS = 256,
	STORE_NOBODY = UINT16_MAX, /* brought by no neighbour */
};

enum node_state {
	NODE_FREE,
	NODE_WAITING, /* never was connected */
	NODE_LAPSED,  /* was connected */
	NODE_CONNECTED,
	NODE_STATES,
};

/* A node. What stands above the line is the store's to change. */
struct store_node {
	struct address address;
	uint32_t first;	       /* its fragments in order of number, index + 1 */
	uint32_t older, newer; /* in the list of its state, index + 1 */
	uint16_t bringer;      /* the neighbour that brought it */
	uint8_t state;	       /* enum node_state */
	/* ---- */
	uint8_t flags;	     /* of fragment 0 */
	uint8_t count;	     /* of fragments, by fragment 0 */
	uint8_t mapped;	     /* nodes on the way there at the last computation; 0: it had none */
	bool beside;	     /* it is a neighbour of ours */
	uint32_t generation; /* the greatest known of its certificate */
	struct pace pace;
};

/* A fragment; without bytes it is a tombstone. What stands above the line is the store's. */
struct store_fragment {
	uint64_t hash;
	uint32_t node;
	uint32_t next;	/* of the node, or free, index + 1 */
	uint32_t cells; /* handle of the bytes */
	uint32_t news;	/* behind it in the queue, index + 1 */
	uint16_t size;	/* bytes; 0 of a tombstone */
	uint16_t from;	/* the neighbour that brought it */
	uint8_t number : 6;
	bool used : 1, queued : 1;
	/* ---- */
	uint16_t lifetime; /* s */
	uint32_t epoch, sequence;
	instant expires; /* of a tombstone: when it is forgotten */
};

struct store;

size_t store_size(const struct route_limits *limits);

/* A store that holds our own node alone, connected, in zero-filled memory aligned to 16. */
struct store *store_init(void *memory, const struct route_limits *limits, const struct address *own,
			 const uint8_t secret[TABLE_SECRET]);

/* A node by address, or STORE_NONE. */
uint32_t store_find(const struct store *store, const struct address *address);

struct store_node *store_node(const struct store *store, uint32_t node);
bool store_node_used(const struct store *store, uint32_t node);

/* All node numbers in use are below. */
uint32_t store_nodes_end(const struct store *store);

/* Adds a node that is not there, waiting; there must be room. */
uint32_t store_add(struct store *store, const struct address *address, uint16_t bringer);

/* Forgets a node that is not connected, with its fragments. */
void store_remove(struct store *store, uint32_t node);

/* Moves a node to a state and there behind all others, even if it was in that state already. */
void store_move(struct store *store, uint32_t node, enum node_state state);

/* The node longest in a state, and the one next longest; STORE_NONE after the last. */
uint32_t store_oldest(const struct store *store, enum node_state state);
uint32_t store_newer(const struct store *store, uint32_t node);

/* How many nodes are in a state, and how many of the waiting ones a neighbour brought. */
uint32_t store_count(const struct store *store, enum node_state state);
uint32_t store_brought(const struct store *store, uint32_t neighbour);

struct store_fragment *store_fragment(const struct store *store, uint32_t fragment);
bool store_fragment_used(const struct store *store, uint32_t fragment);
uint32_t store_fragments_end(const struct store *store);

/* A node's fragments and tombstones in order of number; STORE_NONE after the last. */
uint32_t store_first(const struct store *store, uint32_t node);
uint32_t store_next(const struct store *store, uint32_t fragment);

/* Its fragment or tombstone of a number, or STORE_NONE. */
uint32_t store_at(const struct store *store, uint32_t node, uint32_t number);

/* True if a node's fragment 0 is there with its bytes. */
bool store_has_head(const struct store *store, uint32_t node);

/* Puts bytes in the place of a node's fragment or tombstone of a number, or beside the others;
 * there must be room for them once the former bytes are gone. */
uint32_t store_put(struct store *store, uint32_t node, uint32_t number, uint16_t from,
		   struct span bytes, uint64_t hash);

/* Drops the bytes: it becomes a tombstone. */
void store_empty(struct store *store, uint32_t fragment);

/* Forgets a fragment or tombstone. */
void store_drop(struct store *store, uint32_t fragment);

/* Copies the bytes of a fragment and returns how many. */
size_t store_copy(const struct store *store, uint32_t fragment, uint8_t *out);

/* Puts a fragment with bytes at the end of the queue of news, unless it is in it already. */
void store_tell(struct store *store, uint32_t fragment);

/* Takes the first of the queue, or says STORE_NONE. */
uint32_t store_told(struct store *store);

/* Sum of the hashes of connected nodes' fragments, by bucket and in all. */
uint64_t store_sum(const struct store *store, uint32_t bucket);
uint64_t store_digest(const struct store *store);

/* The bucket of a fragment: the first byte of its node's address hash. */
uint32_t store_bucket(const struct store *store, uint32_t fragment);

/* What is free: places for nodes, for fragments, and cells. */
struct store_room {
	uint32_t nodes, fragments, cells;
};

struct store_room store_room(const struct store *store);

#endif
