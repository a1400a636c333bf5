/* The link-state database: every node of the zone we heard of, the fragments of its record, and
 * which of them are connected to us. A value in fixed memory. Nodes and fragments have numbers
 * that stay as long as they are kept; node DATABASE_OWN is ourselves. It decides what is taken and
 * what is to be flooded; sending is route/flood.h's. docs/protocol/route.md, section 2. */
#ifndef ROUTE_DATABASE_H
#define ROUTE_DATABASE_H

#include "base/bytes.h"
#include "base/table.h"
#include "base/time.h"
#include "meshp/address.h"
#include "meshp/certificate.h"
#include "meshp/drop.h"
#include "route/limits.h"
#include "route/record.h"

struct database;

enum {
	DATABASE_OWN = 0, /* our node number */
	DATABASE_CELL = 128,
	DATABASE_BUCKETS = 256,
};

#define DATABASE_NONE UINT32_MAX

struct store; /* inside of route/: what the database keeps */

/* Who fragments are checked for. */
struct database_realm {
	uint32_t zone;
	uint8_t network_id[NETWORK_ID];
};

/* Bytes of memory. Of the fragments and cells, what our own record may need with so many neighbours
 * is kept free: one fragment of ten cells for 45, another for every 52 more. */
size_t database_size(const struct route_limits *limits);

/* Makes a database that knows nobody but ourselves, without a record yet, in zero-filled memory
 * aligned to 16, of which only what comes into use is touched. */
struct database *database_init(void *memory, const struct route_limits *limits,
			       const struct address *own, const struct database_realm *realm,
			       const uint8_t secret[TABLE_SECRET]);

/* Takes in a fragment that the neighbour of a number (an adjacency slot, below limits->adjacent)
 * brought; beside: it is a neighbour's own, who has a place before those farther away. *fragment is
 * its number on DROP_NONE; that of what we have instead on RECORD_KNOWN and RECORD_OLD, or
 * DATABASE_NONE if that only existed; DATABASE_NONE on all else. Refusals: section 2, and OWN for
 * our own address, signature not looked at. One Ed25519 verification at most. */
MUST_USE enum drop database_accept(struct database *database, instant now, uint32_t neighbour,
				   bool beside, struct span bytes, uint32_t *fragment);

/* Puts a fragment of our own, signed and canonical, in the place of the one of its number; returns
 * its number here. It is news at once and does not expire. Own fragments from number `count` on are
 * forgotten. */
uint32_t database_own(struct database *database, struct span bytes, uint32_t count);

/* What is to be flooded now: takes the oldest piece of news, which is of a connected node or says
 * that it leaves. from is the neighbour that brought it, DATABASE_NONE for our own. */
MUST_USE bool database_news(struct database *database, uint32_t *fragment, uint32_t *from);

/* A fragment as others need it. */
struct database_fragment {
	uint32_t node;
	uint32_t number; /* 0 … of its record */
	uint32_t epoch, sequence;
	uint32_t size; /* bytes */
	uint64_t hash;
};

/* False if nothing is kept under that number. */
MUST_USE bool database_fragment(const struct database *database, uint32_t fragment,
				struct database_fragment *out);

/* Copies its bytes, at most RECORD_MAX, and returns how many. */
size_t database_copy(const struct database *database, uint32_t fragment, uint8_t *out);

/* The fragments of a node, in order: the first, and the one after; DATABASE_NONE after the last. */
uint32_t database_first(const struct database *database, uint32_t node);
uint32_t database_next(const struct database *database, uint32_t fragment);

/* How many fragment numbers there can be: limits->fragments. */
uint32_t database_fragments(const struct database *database);

/* A node by its address; DATABASE_NONE if unknown. Numbers are below limits->nodes. */
uint32_t database_find(const struct database *database, const struct address *address);
bool database_used(const struct database *database, uint32_t node);
const struct address *database_address(const struct database *database, uint32_t node);

/* False for a node without fragment 0. */
MUST_USE bool database_certificate(const struct database *database, uint32_t node,
				   struct certificate *certificate);

/* The flags of a node's fragment 0. */
uint8_t database_flags(const struct database *database, uint32_t node);

/* Nodes connected, ourselves included; and the sums over their fragments. To be connected is to be
 * reached over links that both ends list, whatever NO_TRANSIT says: so it is the same for all. */
bool database_connected(const struct database *database, uint32_t node);
uint32_t database_nodes(const struct database *database);
uint64_t database_digest(const struct database *database);
uint64_t database_sum(const struct database *database, uint32_t bucket);
uint32_t database_bucket(const struct database *database, uint32_t fragment);

/* Says who is connected, by node number below limits->nodes, as a whole computation of now found
 * it: the nodes on the way there, or 0. What became connected is news. Numbers of those it names
 * are not given to others until the next, unless they expire or give way to a neighbour. Does not
 * change the version. */
void database_connect(struct database *database, const uint8_t *connected);

/* True if the last computation reached that very node: who came later may have the number of one
 * that a path still leads to. */
bool database_mapped(const struct database *database, uint32_t node);

/* A node is a neighbour of ours from now on, or no more. */
void database_beside(struct database *database, uint32_t node, bool beside);

/* How many nodes that were connected gave way to neighbours. */
uint64_t database_displaced(const struct database *database);

/* How many of the fragments that were taken in lacked a link that those whose place they took list.
 */
uint64_t database_parted(const struct database *database);

/* Changes whenever the connected graph may have; not with what merely was made anew. */
uint64_t database_version(const struct database *database);

/* How many fragments of other nodes were taken since the start. */
uint64_t database_taken(const struct database *database);

/* Lets expire what has expired. O(fragments) when something may have, else constant. */
void database_time(struct database *database, instant now);

/* When something may expire next; may be too early, never too late. */
instant database_deadline(const struct database *database);

const struct store *database_store(const struct database *database);

#endif
