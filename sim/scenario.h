/* A scenario as it was read from its file: the shape of a mesh, what its wires are like, what
 * happens when, and what is expected. It never changes afterwards; a run is a function of it and a
 * seed. The language is described in docs/simulator.md. */
#ifndef SIM_SCENARIO_H
#define SIM_SCENARIO_H

#include "base/time.h"
#include "meshp/drop.h"
#include "meshp/icmp.h"
#include "node/limits.h"
#include "sim/line.h"
#include "sim/pattern.h"
#include "sim/stack.h"

enum {
	SCENARIO_NAME = 80,
	SCENARIO_TEXT = LINE_BYTES,
};

/* Which arcs, or which nodes, a line is about. */
enum select_kind {
	SELECT_ALL,
	SELECT_NODES,  /* nodes a … b, and every arc that begins or ends there */
	SELECT_PAIR,   /* between nodes a and b, both ways */
	SELECT_ONEWAY, /* from node a to node b */
	SELECT_WIRE,   /* of wire a */
};

struct select {
	enum select_kind kind;
	uint32_t a, b;
};

/* What one direction between two ports is like. */
struct traits {
	duration delay, jitter; /* arrival: after delay … delay + jitter */
	duration hold;		/* how much later one that is held back comes */
	uint32_t loss_ppm, duplicate_ppm, reorder_ppm, corrupt_ppm;
	uint64_t rate_bps; /* 0: no time to transmit */
	uint32_t mtu;
};

/* A link line: the traits that were named, for the arcs that were selected. */
struct rule {
	struct select select;
	struct traits traits;
	bool delay, jitter, hold, loss, duplicate, reorder, corrupt, rate, mtu; /* named */
};

enum order_kind {
	ORDER_CUT,	 /* silently */
	ORDER_HEAL,	 /* what was cut */
	ORDER_DOWN,	 /* carrier, at both ends */
	ORDER_UP,	 /* carrier again */
	ORDER_PARTITION, /* nodes a … b from all others, silently */
	ORDER_CRASH,	 /* without a word */
	ORDER_LEAVE,	 /* an end that the neighbours are told of */
	ORDER_RESTART,	 /* with nothing but the identity, boot epoch + 1 */
	ORDER_JOIN,	 /* first start of a node that was absent */
	ORDER_RESUME,	 /* crash, and going on from what was saved then */
	ORDER_ADOPT,	 /* crash, and going on with what lies there */
	ORDER_SEND,	 /* packets from node a to node b */
	ORDER_REPLAY,	 /* a liar sends frames again that it saw */
	ORDER_MUTATE,	 /* the same with a bit changed */
	ORDER_FORGE,	 /* a liar sends frames of its own making */
	ORDER_JUMP,	 /* clocks are put forward */
	ORDER_MOVE,	 /* a node of a disc is somewhere else */
	ORDER_ALLOW,	 /* nodes are given a list of members */
};

struct order {
	enum order_kind kind;
	instant at;
	struct select select;
	uint32_t count; /* how often: SEND and liars */
	duration every;
	uint32_t size;		  /* SEND: bytes of the IPv6 packet */
	uint8_t hop_limit;	  /* SEND; 0: as a host has it */
	struct via via;		  /* SEND */
	duration by;		  /* JUMP */
	struct topology_place to; /* MOVE */
	struct select members;	  /* ALLOW: nodes, or all: no list */
};

/* Faults drawn at random between two instants; each is undone before the second. */
struct chaos {
	uint32_t faults;
	instant from, to;
};

/* Nodes of a disc that walk from one random place to the next. */
struct motion {
	uint32_t first, last; /* nodes */
	uint32_t speed;	      /* places a second */
	instant from, to;
};

enum expect_kind {
	EXPECT_FULL,	  /* selected adjacent nodes are FULL to each other */
	EXPECT_PING,	  /* they answer each other */
	EXPECT_DELIVERED, /* packets sent by orders that arrived */
	EXPECT_FRAMES,	  /* frames sent since `since`; with SELECT_NODES those that concern them */
	EXPECT_CAUSED,	  /* how many of these there are more than without the orders `cause` */
	EXPECT_DROPS,	  /* drops of one reason, with SELECT_NODES theirs */
	EXPECT_PROGRAM,	  /* what programs of a kind did, with SELECT_NODES theirs */
	EXPECT_FILTERED,  /* the same of filters */
	EXPECT_REACH,	  /* nodes that are connected answer each other */
	EXPECT_PATHS,	  /* the ways of every lane are the shortest, and the same both ways */
	EXPECT_DUPLICATE, /* nodes that say another has their identity */
	EXPECT_LOOPS,	  /* frames that came to a relay again since `since` */
	EXPECT_TOLD,	  /* ICMPv6 errors of a kind that hosts were handed; in the name of `by` */
};

struct expectation {
	enum expect_kind kind;
	instant by; /* when it is looked at */
	struct select select;
	duration within; /* PING, REACH: answers may take so long */
	uint32_t pairs;	 /* REACH, PATHS: drawn so many; 0: all, if they are not too many */
	instant since;	 /* FRAMES, CAUSED, LOOPS */
	enum icmp_error told;
	struct select relays; /* TOLD: SELECT_ALL, or those in whose name */
	enum order_kind cause;
	enum drop drop;
	enum program_kind program;
	enum filter_kind filter;
	bool least; /* at least so many; else at most */
	uint64_t bound;
	char text[SCENARIO_TEXT]; /* as written */
};

struct scenario {
	char name[SCENARIO_NAME];
	struct pattern pattern;
	struct topology edges; /* EDGES: as read */
	uint64_t seed;
	instant end;
	duration spread; /* nodes start within so long */
	duration rekey;
	struct node_limits limits; /* 0: what the topology needs */
	struct chaos chaos;
	bool *absent;	    /* by node: not started at the beginning */
	int32_t *drift_ppm; /* by node: how much faster its clock runs */
	uint32_t *identity; /* by node: whose it has, its own but for twins */
	struct rule *rules;
	struct order *orders;
	struct expectation *expectations;
	struct motion *motions;
	size_t rule_count, rule_room, order_count, order_room, expectation_count, expectation_room;
	size_t motion_count, motion_room;
	struct program_line *programs;
	struct filter_line *filters;
	size_t program_count, program_room, filter_count, filter_room;
};

/* The instant that scenarios call 0. Not the origin of instants, which nodes take for never. */
#define SCENARIO_BEGIN ((instant){1000000})

/* Reads a scenario from size bytes of text. name is the file's, for complaints, and the scenario's
 * own. False and a complaint if it makes no sense. The caller ends it with scenario_free either
 * way. */
MUST_USE bool scenario_read(struct scenario *scenario, const char *name, const char *text,
			    size_t size, char complaint[LINE_COMPLAINT]);

void scenario_free(struct scenario *scenario);

/* Parts of lines, for whoever gives orders while a scenario runs: what follows the time of an `at`,
 * without a time; what follows `link`; a selection. Failure is the line's. */
struct order scenario_order(const struct scenario *scenario, struct line *line);
struct rule scenario_rule(const struct scenario *scenario, struct line *line);
struct select scenario_select(const struct scenario *scenario, struct line *line);

/* How many nodes it has. */
uint32_t scenario_nodes(const struct scenario *scenario);

/* Reads an edge list: lines of two numbers, or words, each a node; nodes are numbered as they
 * appear. The file is opened by its name. False and a complaint if it cannot be read. */
MUST_USE bool edges_read(struct topology *topology, const char *path,
			 char complaint[LINE_COMPLAINT]);

#endif
