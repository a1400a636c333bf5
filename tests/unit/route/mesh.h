/* Several routing values joined by links that carry messages in virtual time and lose some: what
 * the tests of a whole zone stand on. It plays the neighbour table, too: who has a link is in SYNC,
 * says its digest at every probe, and is FULL once it is told so. */
#ifndef TESTS_UNIT_ROUTE_MESH_H
#define TESTS_UNIT_ROUTE_MESH_H

#include "route/route.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
	MESH_HOSTS = 128,
	MESH_EDGES = 512,
	MESH_TYPES = 5, /* of messages */
	MESH_ZONE = 7,
};

/* What was put on the links, by type of message; lost ones are counted. */
struct mesh_traffic {
	uint64_t messages[MESH_TYPES], bytes[MESH_TYPES];
};

struct mesh_host {
	struct route *route; /* NULL while it is off */
	struct identity identity;
	struct certificate certificate;
	struct route_self self;
	struct address address;
	struct drops drops;
	uint32_t person; /* whose identity it has; its own number unless a test says so */
	bool deaf;	 /* its acknowledgements are lost */
	uint64_t changed, duplicates, levels, gone;
	uint64_t fragments_from[MESH_HOSTS]; /* fragments in RECORDS that came, by sender */
};

struct mesh_edge {
	uint32_t ends[2];
	bool up;
	bool full[2]; /* as each end sees the other */
	uint32_t cost_us, mtu;
	uint8_t medium;
};

struct mesh_flight {
	instant arrives;
	uint32_t from, to;
	size_t size;
	uint8_t message[MESSAGE_MAX];
};

struct mesh {
	instant now;
	instant probes; /* when all links are probed next */
	duration probing, delay;
	uint32_t loss; /* of 1000 messages */
	struct rng rng;
	struct route_limits limits;
	struct database_realm realm;
	struct mesh_host hosts[MESH_HOSTS];
	struct mesh_edge edges[MESH_EDGES];
	uint32_t count, edge_count;
	struct mesh_flight *flights; /* those under way, in order, from first on */
	size_t first, last, room;
	struct mesh_traffic traffic;
};

struct mesh *mesh_new(uint64_t seed);
void mesh_free(struct mesh *mesh);

/* Adds a host, off; returns its number. */
uint32_t mesh_add(struct mesh *mesh);

/* Starts a host, anew if it runs: another instance; its links begin at SYNC. */
void mesh_start(struct mesh *mesh, uint32_t host);
void mesh_stop(struct mesh *mesh, uint32_t host);

/* Adds a link, or takes it up or down. Both ends are in SYNC at once. */
uint32_t mesh_link(struct mesh *mesh, uint32_t a, uint32_t b);
void mesh_set(struct mesh *mesh, uint32_t edge, bool up);

/* So many hosts, on, and links: from each to the next, round, or a grid of width. */
void mesh_line(struct mesh *mesh, uint32_t count);
void mesh_ring(struct mesh *mesh, uint32_t count);
void mesh_grid(struct mesh *mesh, uint32_t width, uint32_t height);

/* Tells both ends of a link of each other, as a probe does. */
void mesh_probe(struct mesh *mesh, uint32_t edge);

/* Hands a message to a host as if it came from another. */
enum drop mesh_hand(struct mesh *mesh, uint32_t to, uint32_t from, struct span message);

/* Lets time pass. No deadline may lie in the past after what was due was done. */
void mesh_run(struct mesh *mesh, duration time);

/* True if all hosts from first on, that many, know each other, alone, and all links among them are
 * FULL on both sides. */
bool mesh_agrees(struct mesh *mesh, uint32_t first, uint32_t count);

/* Runs until that is so, at most that long; returns how long it took, fails if it was not. */
duration mesh_settle(struct mesh *mesh, uint32_t first, uint32_t count, duration most);

/* Everything sent. */
uint64_t mesh_messages(const struct mesh_traffic *traffic);
uint64_t mesh_bytes(const struct mesh_traffic *traffic);

/* The sequence of fragment 0 of a host's record, as another one has it; 0 if it has none. */
uint32_t mesh_sequence(struct mesh *mesh, uint32_t at, uint32_t of);

#endif
