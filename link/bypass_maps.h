/* What the program in the kernel (link/bypass.bpf.c) and who fills its tables (link/bypass.c)
 * agree on: keys, values, sizes, and the few bytes of a frame that are looked at. The tables exist
 * twice, as set 0 and 1 in the same maps; the turn says which counts. docs/protocol/meshp.md,
 * section 2. */
#ifndef LINK_BYPASS_MAPS_H
#define LINK_BYPASS_MAPS_H

#include <stdint.h>

enum {
	BYPASS_SETS = 2,
	BYPASS_LINKS = 64,
	BYPASS_WAYS = 1024,
	BYPASS_HOPS = 1024,
	BYPASS_NODES = 2048,
	BYPASS_LANES = 8,
	BYPASS_ID = 8,
	BYPASS_LLADDR = 6,
	BYPASS_NO_HOP = 0xffff,
};

/* The clear bytes of a compact data frame, behind the Ethernet header. */
enum {
	BYPASS_DATA = 0x50,   /* version 1, data */
	BYPASS_FORM = 0xd0,   /* the bits of byte 0 that say so */
	BYPASS_LANE = 0x07,   /* those of the lane */
	BYPASS_CLEAR = 23,    /* bytes before the sealed part */
	BYPASS_SEALED = 27,   /* the least that can be sealed: next header, 10 bytes, tag */
	BYPASS_HEADER = 14,   /* Ethernet's own */
	BYPASS_HOPS_LEFT = 2, /* with fewer a frame ends here */
};

/* Who we are. Written once, before any link has the program. */
struct bypass_self {
	uint8_t id[BYPASS_ID];
	uint16_t ethertype; /* in network order */
};

/* Which set counts: its number is the lowest bit. Each change adds one. */
struct bypass_turn {
	uint64_t serial;
};

/* A neighbour in use that frames come from. */
struct bypass_way_key {
	uint32_t ifindex;
	uint8_t from[BYPASS_LLADDR];
	uint16_t set;
};

struct bypass_way {
	uint16_t hop;		    /* its number */
	uint8_t link;		    /* the link's number, for counting */
	uint8_t native;		    /* the program runs in the driver there */
	uint8_t own[BYPASS_LLADDR]; /* our address there: frames for another are not ours */
};

/* A neighbour that frames are sent to. Its place in the map is set · BYPASS_HOPS + number. */
struct bypass_hop {
	uint32_t ifindex;
	uint32_t mtu; /* bytes behind the Ethernet header */
	uint8_t own[BYPASS_LLADDR], to[BYPASS_LLADDR];
	uint8_t takes; /* the interface takes frames from drivers, too */
	uint8_t used;  /* by the program: a frame went there since this was 0 */
	uint16_t zero;
};

/* A node that frames are for. */
struct bypass_node_key {
	uint8_t id[BYPASS_ID];
	uint32_t set;
};

struct bypass_node {
	uint16_t next[BYPASS_LANES]; /* hop number; BYPASS_NO_HOP: the daemon knows */
};

/* Of one link, since its number was first used; one each for every processor. */
struct bypass_counters {
	uint64_t frames; /* relayed */
	uint64_t bytes;	 /* behind the Ethernet header */
	uint64_t passed; /* of neighbours in use, left to the daemon */
};

#endif
