/* The inside of a node, known to this room alone: one head, and behind it, at offsets from it, the
 * parts whose size depends on the limits. Nothing here is a pointer but in the keyrings, which lie
 * behind all that is saved. */
#ifndef NODE_VALUE_H
#define NODE_VALUE_H

#include "base/bucket.h"
#include "base/pool.h"
#include "base/rng.h"
#include "base/slots.h"
#include "base/table.h"
#include "base/timers.h"
#include "mesharp/mesharp.h"
#include "meshp/certificate.h"
#include "meshp/cookie.h"
#include "meshp/session.h"
#include "node/node.h"
#include "node/staging.h"
#include "node/tables.h"
#include "node/worker.h"
#include "route/route.h"

/* Where control frames to a node leave. */
struct way {
	uint32_t link;
	struct lladdr to;
	bool remote; /* that is a next hop, not the node itself */
};

/* A node known by a verified certificate, with all that we share with it. */
struct peer {
	struct address address;
	struct certificate certificate; /* of the highest generation seen */
	struct session session;
	struct staging_queue queue; /* packets that wait for it */
	struct bucket handshakes;   /* INITIATIONs it may send */
	struct bucket responses;    /* to INITIATIONs of ours */
	struct bucket traces;	    /* TRACEs of it that are answered */
	struct way way;		    /* where our INITIATIONs to it go */
};

/* A session key of ours with what follows from it; secret. */
struct own_key {
	struct agree_pair pair;
	struct certificate certificate;
	struct cookie_keys cookies;
	instant until; /* not answered to any more from then on */
};

/* A hop of a trace of ours, and when it was asked. */
struct trace_hop {
	struct node_hop shown;
	uint8_t nonce[TRACE_NONCE]; /* of the first try; the last byte counts on */
	uint32_t tries;
	instant since; /* it was found */
	instant asked[TRACE_TRIES];
	instant due; /* the next try */
};

/* A trace of ours: this node, then the hops as they were found. */
struct trace_run {
	enum node_trace_state state;
	uint8_t lane;
	struct address destination;
	instant began;
	uint32_t hops;
	struct trace_hop hop[TRACE_HOPS + 1];
};

/* The worker blocks: the control side's own, which has lane 0, and those of the other lanes. */
enum {
	WORKER_CONTROL,
	WORKER_PACKETS, /* the first of them; the control side's, too, if limits.workers is 0 */
};

_Static_assert((int)WORKERS_MOST == (int)WIRE_LANES - 1, "no worker without a lane");

/* Offsets of the parts from the head, bytes. */
struct layout {
	uint64_t timers, mesharp, route, peers, peer_pool, peer_table, staging, traces, links,
		members;
	uint64_t workers[1 + WORKERS_MOST];
	uint64_t forwarding[SLOTS_MOST];
	uint64_t fib[SLOTS_MOST];
	uint64_t saved; /* up to here a node is saved; behind it lies what is this process's own */
	uint64_t keyrings[1 + WORKERS_MOST];
	uint64_t total;
};

/* Ids of the node's timers; peers follow. */
enum {
	TIMER_MESHARP,
	TIMER_ROUTE,
	TIMER_STAGING,
	TIMER_OLD_KEY,
	TIMER_TRACES,
	TIMER_PEERS,
};

struct node {
	struct node_limits limits;
	struct node_settings settings;
	struct layout at;
	struct address own;
	struct identity identity;
	struct own_key keys[2]; /* the present one, and the one before it */
	uint8_t network_key[32];
	uint8_t network_id[NETWORK_ID];
	bool closed;
	uint32_t instance;
	struct rng rng;
	uint8_t place_secret[TABLE_SECRET];

	uint64_t serial;	    /* last given to a set of keys */
	uint32_t sequence;	    /* last given to an INITIATION */
	uint64_t forwarding_serial; /* last given to a snapshot of sessions */
	struct slots sessions;	    /* whose snapshots are forwarding */
	bool stale;		    /* what the published one was built from has changed */
	uint32_t past;		    /* bit n: snapshot n is not published and has keys yet */
	struct slots fibs;
	bool fib_stale;
	uint64_t fib_serial;	    /* last given to a FIB */
	bool fresh;		    /* one was published since waiting packets were looked at */
	struct staging_queue limbo; /* packets for whom nobody knows yet whether they exist */
	instant duplicate_until;
	instant full_until;  /* a record found no room shortly before */
	uint64_t full_told;  /* how many had found none when that was told */
	uint32_t nodes_told; /* what the last ZONE notice said, or held at the start */
	bool synced_told;
	bool leaving;	  /* it is about to be stopped */
	bool listed;	  /* only members may take part */
	uint32_t members; /* on the list; 0 if there is none */
	bool left_told;

	struct drops drops; /* of the control side */
	struct cookie_jar jar;
	struct bucket icmp;
	struct bucket clones; /* certificates of our own address to verify */
	struct bucket handshakes_all, handshakes_strangers;
	struct bucket place_handshakes[PLACES], place_certificates[PLACES];
	struct bucket place_relays[PLACES], place_errors[PLACES], place_hints[PLACES];
	struct bucket traces_all;
	uint32_t traces_under_way;
};

/* Where the parts of a node within these limits lie. */
struct layout node_layout(const struct node_limits *limits);

/* True if the head of a block, of whatever alignment, says what these limits make of it here. */
bool node_block_fits(const uint8_t *block, const struct node_limits *limits);

static inline void *node_part(const struct node *node, uint64_t offset)
{
	return (void *)((uintptr_t)node + (uintptr_t)offset);
}

static inline struct timers *node_timers(const struct node *node)
{
	return node_part(node, node->at.timers);
}

static inline struct mesharp *node_mesharp(const struct node *node)
{
	return node_part(node, node->at.mesharp);
}

static inline struct route *node_route(const struct node *node)
{
	return node_part(node, node->at.route);
}

static inline struct staging *node_staging(const struct node *node)
{
	return node_part(node, node->at.staging);
}

static inline struct trace_run *node_trace_run(const struct node *node, uint32_t number)
{
	REQUIRE(number < TRACES);
	return (struct trace_run *)node_part(node, node->at.traces) + number;
}

/* A link, and how fast certificates that came in on it are verified. */
struct link_slot {
	struct node_link facts;
	struct bucket certificates;
};

static inline struct link_slot *node_link_slot(const struct node *node, uint32_t link)
{
	REQUIRE(link < node->limits.links);
	return (struct link_slot *)node_part(node, node->at.links) + link;
}

static inline const struct node_link *node_link_at(const struct node *node, uint32_t link)
{
	return &node_link_slot(node, link)->facts;
}

static inline struct pool *node_peer_pool(const struct node *node)
{
	return node_part(node, node->at.peer_pool);
}

static inline struct table *node_peer_table(const struct node *node)
{
	return node_part(node, node->at.peer_table);
}

static inline struct peer *node_peer(const struct node *node, uint32_t index)
{
	return (struct peer *)node_part(node, node->at.peers) + index;
}

/* The generation of a peer's slot as snapshots and workers know it: never 0, which is nobody's. */
static inline uint32_t node_peer_generation(const struct node *node, uint32_t index)
{
	return pool_generation(node_peer_pool(node), index) + 1;
}

/* How many worker blocks there are. */
static inline uint32_t node_workers(const struct node *node)
{
	return 1 + (node->limits.workers > 0 ? node->limits.workers : 1);
}

/* True if lanes 1–7 are other threads'. */
static inline bool node_lends_lanes(const struct node *node)
{
	return node->limits.workers > 0;
}

static inline struct worker *node_worker(const struct node *node, uint32_t number)
{
	return node_part(node, node->at.workers[number]);
}

static inline struct keyring *node_keyring(const struct node *node, uint32_t number)
{
	return node_part(node, node->at.keyrings[number]);
}

static inline struct forwarding *node_snapshot(const struct node *node, uint32_t number)
{
	return node_part(node, node->at.forwarding[number]);
}

/* The snapshot of sessions that is published. */
static inline const struct forwarding *node_forwarding(const struct node *node)
{
	return node_snapshot(node, slots_published(&node->sessions));
}

static inline struct fib *node_fib_at(const struct node *node, uint32_t number)
{
	return node_part(node, node->at.fib[number]);
}

/* The FIB that is published. */
static inline const struct fib *node_fib(const struct node *node)
{
	return node_fib_at(node, slots_published(&node->fibs));
}

static inline struct tables node_tables(const struct node *node)
{
	return (struct tables){.forwarding = node_forwarding(node), .fib = node_fib(node)};
}

/* Counts a refusal of the control side; DROP_NONE counts nothing. */
static inline void node_count(struct node *node, enum drop drop)
{
	drops_count(&node->drops, drop);
}

/* Room in the outbox for a frame of the control side on a link; NULL, and counted, if the link is
 * down or the outbox full. */
static inline uint8_t *node_room(struct node *node, uint32_t link, size_t size,
				 struct outbox *outbox)
{
	bool running = node_link_at(node, link)->running;
	uint8_t *room = running ? outbox_room(outbox, size) : NULL;

	if (room == NULL)
		node_count(node, running ? DROP_OUTBOX_FULL : DROP_LINK_DOWN);
	return room;
}

/* Which bucket a link address on a link falls into. */
uint32_t node_place(const struct node *node, uint32_t link, struct lladdr from);

#endif
