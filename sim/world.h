/* A mesh at work: the nodes, the wires between them, the events to come, and what was seen of it
 * all. The nodes are the very values the daemon runs. Everything that happens follows from the
 * scenario and the seed; the world reads no clock. */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "base/rng.h"
#include "crypto/hash.h"
#include "node/journal.h"
#include "sim/clock.h"
#include "sim/heap.h"
#include "sim/errors.h"
#include "sim/ledger.h"
#include "sim/nonces.h"
#include "sim/pairs.h"
#include "sim/reference.h"
#include "sim/scenario.h"
#include "sim/stack.h"
#include "sim/traffic.h"

enum {
	WORLD_BROKEN = 8, /* broken invariants that are told */
	WORLD_TEXT = 200,
	TAP_FRAMES = 16, /* frames a liar remembers of a wire */
};

/* What a frame is, as only its sender's keys can tell. */
enum frame_kind {
	KIND_HELLO,
	KIND_INITIATION,
	KIND_RESPONSE,
	KIND_COOKIE,
	KIND_EMPTY,   /* confirmation or keepalive */
	KIND_PROBE,   /* and answers */
	KIND_ROUTING, /* RECORDS, ACK, COMPARE */
	KIND_ERROR,
	KIND_PACKET,
	KIND_RELAYED, /* another's, passed on */
	KIND_COUNT,
};

/* A frame under way, shared by all it will reach. */
struct frame {
	uint32_t references;
	uint32_t node;	      /* that sent it, or whose port it pretends to come from */
	struct frame *before; /* as it came to the relay that sent it; NULL: it begins here */
	struct lladdr from, to;
	size_t size;
	uint8_t bytes[];
};

/* A port as it is now; its place in the topology is the same number. */
struct port {
	bool running; /* carrier */
	uint32_t mtu;
	instant busy; /* until then it transmits what it was given */
};

struct arc {
	bool cut;
	bool passed;	 /* a frame a node sent got through at some time */
	bool full;	 /* room for those who look at neighbours */
	bool apart;	 /* out of range now */
	uint32_t frames; /* that went this way, whatever became of them */
	struct traits traits;
};

/* The last frames that passed a wire, for liars. */
struct tap {
	struct frame *frames[TAP_FRAMES];
	uint32_t count;
};

struct host {
	struct node *node; /* NULL: not running */
	uint8_t *memory;   /* where it lies, or will: zeros while it does not run */
	uint32_t boot_epoch;
	bool leaving;	    /* it was told that it will be stopped */
	bool left;	    /* and said that its neighbours know */
	struct clock clock; /* its machine's: goes on while the node does not run */
	uint32_t seen;	    /* of its FIBs, by node_check_new */
	instant armed;	    /* the earliest TIME event for it; never: none */
	struct address address;
	uint64_t frames;       /* that it sent, that were sent to it, and HELLOs that reached it */
	struct drops drops;    /* of its earlier lives */
	struct select members; /* that it lets take part, in all its lives */
};

struct tally {
	uint64_t events;
	uint64_t frames[KIND_COUNT], bytes[KIND_COUNT]; /* sent by nodes */
	uint64_t delivered, lost, cut, corrupted, duplicated, held, queued_out;
	uint64_t lies;	/* frames liars sent */
	uint64_t loops; /* frames that came to a node again that had passed them on */
};

/* How an expectation stands. */
struct standing {
	bool judged, passed;
	uint64_t found, wanted; /* FULL, PING, REACH, PATHS; else found is what was counted */
	uint64_t at_since;	/* FRAMES, LOOPS: the count at its `since` */
	bool *answered;		/* PING: by arc; REACH: by pair */
	struct pairs pairs;	/* REACH, PATHS */
};

/* Where a run is, for whoever watches a process that may end in the middle of it. */
struct progress {
	int64_t us;
	uint32_t node;
};

struct world {
	const struct scenario *scenario;
	uint64_t seed;
	instant now;
	struct topology topology;
	struct heap heap;
	struct rng lies;
	struct node_limits limits;
	size_t node_bytes; /* of each node */
	uint8_t *memory;   /* the nodes', mapped: a block each, and one more */
	uint8_t *spare;	   /* the block that is nobody's */
	struct host *hosts;
	struct port *ports;
	struct arc *arcs;
	struct tap *taps;	/* by wire; NULL: there are no liars */
	struct pcap *pcap;	/* NULL: no wire is captured */
	struct walker *walkers; /* of the scenario's motions */
	size_t walker_count;
	struct recorder *recorder; /* NULL: no node is recorded */
	struct order *orders;	   /* the scenario's, and those of its chaos */
	size_t order_count, order_room;
	struct standing *standings;
	struct outbox *outbox;
	struct nonces nonces;
	struct reference reference;
	struct ledger ledger;
	struct errors errors;
	struct traffic traffic;
	struct stack *stacks; /* by node */
	uint32_t drawn;	      /* payloads for packets of orders */
	struct printer printer;
	struct tally tally;
	uint8_t hash[HASH_256]; /* of all outboxes so far */
	struct lladdr asker;	/* where the frame that is handled now came from */
	struct frame *handled;	/* the frame that is handled now, or NULL */
	size_t answerable;	/* bytes of it that were not answered yet; 0: no frame is */
	instant last_full;	/* when a neighbour became FULL last */
	uint32_t broken;	/* invariants that did not hold */
	char breaches[WORLD_BROKEN][WORLD_TEXT];
	struct progress *progress; /* the caller's, or own */
	struct progress own;
};

/* Makes the world of a scenario, at its beginning. progress may be NULL. The caller ends it with
 * world_free. NULL and a complaint if the topology has a node with more links than a node can
 * have. */
struct world *world_new(const struct scenario *scenario, uint64_t seed, struct progress *progress,
			char complaint[LINE_COMPLAINT]);
void world_free(struct world *world);

/* Lets everything happen until the scenario's end, or until an invariant is broken. */
void world_run(struct world *world);

/* Takes the next event that is not after `end`; false if there is none, or if an invariant is
 * broken. */
MUST_USE bool world_step(struct world *world, instant end);

/* Changes the traits of the arcs a rule selects, from now on; how many they are. */
uint32_t world_link(struct world *world, const struct rule *rule);

/* True if every expectation was met and no invariant broken. */
bool world_passed(const struct world *world);

/* Inside of the simulator: what its files do for each other. */

/* What a node's own clock reads now: the time its events are given. */
instant world_clock(const struct world *world, uint32_t node);

/* The link address of a port's link, and the port that has it, or TOPOLOGY_NONE. */
struct lladdr world_lladdr(const struct world *world, uint32_t port);
uint32_t world_port(const struct world *world, struct lladdr lladdr);

/* The address that follows from a node's identity, which stays the same in all its lives. */
struct address world_address(const struct world *world, uint32_t node);

/* Tells a node that runs whom it lets take part. */
void world_allow(struct world *world, uint32_t node);

/* Starts a node that is not running: a new value under the next boot epoch. Ends one without a
 * word. Lets one that runs say that it leaves, and ends it when that was heard; whoever asks ends
 * it ROUTE_LEAVE_MS later in any case. Tells one about a port's link. */
void world_start(struct world *world, uint32_t node);

/* What a node of that life was made of; secret. */
struct journal_head world_head(const struct world *world, uint32_t node);
void world_stop(struct world *world, uint32_t node);
void world_leave(struct world *world, uint32_t node);
void world_tell(struct world *world, uint32_t port);

/* Hands a node that runs an event at its own clock's time, which is put into it. */
void world_hand(struct world *world, uint32_t node, struct journal_event *event);

/* Carries out what a node wants, lets it do what is due, checks it and sets its time. */
void world_rest(struct world *world, uint32_t node);

/* Lets the host of a parcel's sender send it, as soon as what happens now is over. */
void world_send(struct world *world, const struct parcel *parcel);

/* Hands the packet of that number to its sender, if that runs. */
void world_packet(struct world *world, uint32_t number);

/* Says who is at work now. To be called before a node gets an event. */
void world_visit(struct world *world, uint32_t node);

/* Notes a broken invariant. */
void world_breach(struct world *world, uint32_t node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* True if a selection means that arc. */
bool world_selects(const struct world *world, const struct select *select, uint32_t arc);

/* True if frames can pass the arc and the one back, and both nodes run. */
bool world_usable(const struct world *world, uint32_t arc);

/* All drops of a node, its earlier lives included. */
void world_drops(const struct world *world, uint32_t node, struct drops *drops);

#endif
