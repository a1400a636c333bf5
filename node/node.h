/* A mesh node, as a value: a block of memory that changes only when an event and a time are handed
 * to it, and that answers by appending actions to the outbox its driver lends. It reads no clock,
 * no socket and no heap; the daemon, the simulator and the fuzzers are drivers of this same value.
 * The block holds no pointer into itself or out. This header is the only door to the room;
 * node/journal.h opens it to events that are values. */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include "base/time.h"
#include "crypto/aead.h"
#include "crypto/agree.h"
#include "crypto/identity.h"
#include "mesharp/metric.h"
#include "meshp/drop.h"
#include "meshp/trace.h"
#include "meshp/wire.h"
#include "node/limits.h"
#include "node/outbox.h"

#include <stddef.h>

struct node;

/* The Ethernet multicast group HELLOs go to: locally administered, ours alone. */
#define NODE_GROUP ((struct lladdr){{0x33, 0x4d, 0x45, 0x53, 0x48, 0x01}})

/* Who the node is and which network it is of. Copied into the node; the caller wipes its own. */
struct node_secrets {
	uint8_t identity_seed[IDENTITY_SEED];
	uint8_t session_secret[AGREE_KEY]; /* X25519, made fresh at each start */
	uint8_t network_key[32];	   /* all zero: an open mesh */
	uint8_t random_seed[32];	   /* what all randomness of this node grows from */
};

/* How the node behaves. Zone and boot epoch are fixed for its life. */
struct node_settings {
	uint32_t zone;	     /* 0 … 65535 */
	uint32_t boot_epoch; /* greater at every start; also the certificate's generation */
	uint8_t suites;	     /* a set of aead_suites() that may be used, never empty */
	duration rekey;	     /* age at which a key is replaced: 120 s, less in tests */
	bool no_transit;     /* paths of others are not to lead over this node */
};

/* What a node needs to know of a link. */
struct node_link {
	bool running;	      /* can carry frames now */
	bool radio;	      /* a shared, lossy medium: longer jitter, shorter probe intervals */
	uint32_t mtu;	      /* largest frame payload, bytes; under 1280 the link is not used */
	uint32_t cost;	      /* the operator's own cost, µs, added to the metric */
	uint64_t rate_bps;    /* what it transmits; 0: unknown */
	struct lladdr lladdr; /* our address on it */
};

/* Bytes of memory a node needs within these limits. */
size_t node_size(const struct node_limits *limits);

/* Makes a node in zero-filled memory of node_size bytes, aligned to 16. Memory is touched only as
 * it comes into use. The result is the memory itself. */
struct node *node_init(void *memory, const struct node_limits *limits,
		       const struct node_secrets *secrets, const struct node_settings *settings);

/* Events. Each may append to the outbox, which must have been empty. `now` never goes back. */

/* A link appeared or changed; link is its slot, 0 … limits.links − 1. A vanished link is one that
 * is not running; its slot may be used again. */
void node_link_event(struct node *node, instant now, uint32_t link, const struct node_link *facts,
		     struct outbox *outbox);

/* A frame came in: size bytes after the Ethernet header, from a link-layer address; group is true
 * if it was sent to NODE_GROUP rather than to us. */
void node_frame(struct node *node, instant now, uint32_t link, struct lladdr from, bool group,
		const uint8_t *bytes, size_t size, struct outbox *outbox);

/* The host sent an IPv6 packet of size bytes into the mesh. */
void node_packet(struct node *node, instant now, const uint8_t *bytes, size_t size,
		 struct outbox *outbox);

/* A worker, one of limits.workers threads, handed something over (node/datapath.h); size is 0 where
 * its kind says of no bytes. */
void node_handover(struct node *node, instant now, const struct handover *handover,
		   const uint8_t *bytes, size_t size, struct outbox *outbox);

/* Time has come: node_deadline was reached. Calling it early does nothing. If the outbox filled up,
 * the deadline stays in the past: carry the outbox out and call again. */
void node_time(struct node *node, instant now, struct outbox *outbox);

/* A new session key pair takes over, under a new and greater generation; the old one is still
 * answered to for 6 hours. */
void node_session_key(struct node *node, instant now, const uint8_t session_secret[AGREE_KEY],
		      uint32_t generation, struct outbox *outbox);

/* Takes over suites, rekey and no_transit of the settings. Keys that are in use stay in use until
 * their age says otherwise. */
void node_change(struct node *node, instant now, const struct node_settings *settings,
		 struct outbox *outbox);

/* From now on, if listed, only the nodes with these addresses, in any order and at most
 * limits.route.nodes, become neighbours and peers and are relayed for; who is not among them loses
 * what it has of these. Else everybody may. This node need not be among them. */
void node_allow(struct node *node, instant now, bool listed, const struct address *members,
		uint32_t count, struct outbox *outbox);

/* People want to know the way a lane takes to a node: begins the trace of that number, 0 … TRACES −
 * 1, and forgets the one that had it. Its end, within TRACE_MS, is told by NOTICE_TRACE. */
void node_trace(struct node *node, instant now, uint32_t number, uint8_t lane,
		const struct address *destination, struct outbox *outbox);

/* The node is about to be stopped: it tells its neighbours, so that others go round it at once, and
 * begins nothing any more; what comes is handled as before. NOTICE_LEFT says that all of them have
 * heard it; without them ROUTE_LEAVE_MS are enough. There is no way back. */
void node_leave(struct node *node, instant now, struct outbox *outbox);

/* Whoever relays beside this node has passed frames on to the neighbour at a link address of a
 * link, for the first time in 250 ms. */
void node_carried(struct node *node, instant now, uint32_t link, struct lladdr to,
		  struct outbox *outbox);

/* When node_time is wanted next; INSTANT_NEVER if nothing waits. */
instant node_deadline(const struct node *node);

/* Session keys are prepared by this provider from now on, which is lent until node_wipe; NULL, as
 * after node_init and node_restore: by libsodium. What the node does is the same. */
void node_provide(struct node *node, const struct aead_provider *provider);

/* Wipes every secret. The memory may then be released. */
void node_wipe(struct node *node);

/* A node between two events as bytes, and back. The bytes hold every secret of it. They are this
 * program's own, for the same kind of machine, and not a format for anybody else. */

/* Bytes a node within these limits is saved in. */
size_t node_save_size(const struct node_limits *limits);

/* Copies the node to node_save_size bytes. The node stays as it is. */
void node_save(const struct node *node, uint8_t *saved);

/* Makes the node that was saved in memory of node_size bytes, aligned to 16, whatever is in it: it
 * goes on exactly where the other stood. `now` must not have gone back since, and of the two only
 * one may go on sending. The result is the memory itself; NULL, and the memory untouched, if the
 * size bytes were saved by another version of the program or within other limits, or are damaged.
 */
MUST_USE struct node *node_restore(void *memory, const struct node_limits *limits,
				   const uint8_t *saved, size_t size);

/* Goes on with the node in memory of node_size bytes, aligned to 64, where a process of this very
 * program left it that is gone now and was stopped anywhere but within an event of the control
 * side; workers may have been within a batch. `now` must not have gone back since. Its zone and, of
 * `secrets`, the identity and the network key must be these; all else the node keeps of its own.
 * Its settings, members and links are as they were: tell what has changed. The result is the memory
 * itself; NULL, and the memory untouched, if it holds no such node, or one that was about to be
 * stopped. */
MUST_USE struct node *node_adopt(void *memory, const struct node_limits *limits,
				 const struct node_secrets *secrets, uint32_t zone);

/* Views: what a node shows of itself. They change nothing. */

/* True if this is the key of the node's network; 32 bytes, zeros for an open mesh. */
bool node_in_network(const struct node *node, const uint8_t *key);

struct node_status {
	struct address address;
	uint8_t public_key[IDENTITY_PUBLIC];
	uint8_t network_id[NETWORK_ID];
	bool closed;	  /* a network key is set */
	bool listed;	  /* only members may take part */
	uint32_t members; /* that may */
	bool duplicate;	  /* another node with our identity was heard within 5 minutes */
	bool full;	  /* a record found no room within 5 minutes */
	uint8_t flags;	  /* enum record_flag: what its record says of it */
	uint32_t zone;
	uint32_t boot_epoch;
	uint32_t generation;
	uint32_t mtu;			    /* the packet size tun0 should have */
	uint32_t peers, neighbours, staged; /* in use now */
	uint32_t nodes;			    /* of the zone that can be reached, this one too */
	bool synced;	    /* all others that exist are known: what is not does not exist */
	struct drops drops; /* of control and all workers together */
};

void node_status(const struct node *node, instant now, struct node_status *status);

/* How often the keys that workers seal and open with were published. */
uint64_t node_publications(const struct node *node);

struct node_neighbour {
	struct address address;
	uint32_t link;
	struct lladdr lladdr;
	enum neighbour_state state;
	uint32_t rtt_us;    /* smoothed; 0 while unknown */
	uint32_t loss_ppm;  /* the worse direction, millionths */
	uint32_t metric_us; /* 0 unless FULL */
	duration since;	    /* in this state */
};

struct node_session {
	struct address address;
	bool usable;	  /* a confirmed key exists */
	bool handshaking; /* we have asked and wait for an answer */
	uint8_t suite;	  /* enum suite, of the confirmed key */
	uint32_t epoch;	  /* of the confirmed key; 0 if there is none */
	duration age;	  /* of the confirmed key */
	uint64_t tx_packets, rx_packets;
	uint64_t tx_frames, rx_frames; /* that they were in */
	uint64_t rx_replay;
};

struct node_route {
	struct address address;
	struct address next_hop;
	uint32_t link;
	uint32_t metric_us;
	uint32_t hops;
	uint32_t mtu;
};

enum node_trace_state {
	TRACE_NONE,
	TRACE_UNDER_WAY,
	TRACE_REACHED,	/* the destination answered */
	TRACE_NO_ROUTE, /* the last hop knows no way */
	TRACE_LOST,	/* the last hop did not answer, or lied, and nobody knows who follows it */
	TRACE_LOOP,	/* the last hop sends it back to one it came by */
	TRACE_TIMEOUT,
};

struct node_trace {
	enum node_trace_state state;
	uint8_t lane;
	struct address destination;
	uint32_t hops; /* besides this node, which is hop 0 */
};

enum node_hop_state {
	HOP_ASKED,
	HOP_TRUE,
	HOP_SILENT,
	HOP_LIE,
};

/* What about an answer cannot be true. */
enum node_hop_lie {
	LIE_NONE,
	LIE_SIGNATURE,
	LIE_END,       /* it is the destination and says not, or the other way round */
	LIE_NEIGHBOUR, /* the next hop is not its neighbour in the graph */
	LIE_TWICE,     /* it answered twice, and differently */
};

/* A hop of a trace. What it answered is shown whether it is believed or not, but for a signature
 * that is not good. */
struct node_hop {
	struct address address;
	enum node_hop_state state;
	enum node_hop_lie lie;
	uint32_t rtt_us; /* until it answered; 0 if it did not, or is this node */
	struct traced_way way;
};

/* The trace of a number; TRACE_NONE if there was none. */
void node_traced(const struct node *node, uint32_t number, struct node_trace *trace);

/* Its hop of that number, 0 … hops; 0 is this node. */
void node_traced_hop(const struct node *node, uint32_t number, uint32_t hop,
		     struct node_hop *shown);

/* The entry at or after *cursor, which moves past it; false after the last. Start with 0. A change
 * of the node between two calls may hide or repeat an entry, nothing worse. */
MUST_USE bool node_neighbours(const struct node *node, instant now, uint32_t *cursor,
			      struct node_neighbour *neighbour);
MUST_USE bool node_sessions(const struct node *node, instant now, uint32_t *cursor,
			    struct node_session *session);
MUST_USE bool node_routes(const struct node *node, uint32_t *cursor, struct node_route *route);

/* Views of the graph, as it was when paths were computed last; docs/protocol/route.md. */

/* A node of the zone. */
struct node_member {
	struct address address;
	bool own;	/* ourselves */
	bool connected; /* to us, over links that both ends list */
	uint8_t flags;	/* enum record_flag, as its record says */
	bool reached;	/* by a path; else all that follows is 0 */
	uint32_t metric_us;
	uint32_t hops;
	uint32_t mtu;
	struct address next_hop; /* of lane 0 */
};

/* Those we know, the entry at or after *cursor as above. */
MUST_USE bool node_members(const struct node *node, uint32_t *cursor, struct node_member *member);

/* A link that both of its ends list, as one of them says. */
struct node_edge {
	struct address from, to;
	uint32_t cost_us; /* the greater of both ends' */
	uint32_t mtu;	  /* the lesser of both ends' */
	uint8_t quality;  /* df·dr in 255ths, as `from` says */
	uint8_t medium;	  /* enum medium, as `from` says */
};

/* Where a walk over the links of all members stands; zeroed at first. */
struct node_edge_cursor {
	uint32_t member, link;
};

/* Those that count of members that are connected; each is shown twice, once from either end. */
MUST_USE bool node_edges(const struct node *node, struct node_edge_cursor *cursor,
			 struct node_edge *edge);

/* The links of a lane's path to an address one after another, from ourselves on: start with
 * *cursor 0; false after the last, and if there is no path. O(hops · links of a node). */
MUST_USE bool node_path(const struct node *node, const struct address *to, uint32_t lane,
			uint32_t *cursor, struct node_edge *edge);

/* Nodes that packets of at least one lane are sent to over a link. O(nodes). */
uint32_t node_link_carries(const struct node *node, uint32_t link);

/* What a relay beside this node goes by, when it passes on plain data frames of others as this node
 * would: docs/protocol/route.md, section 7. What it does not find here is this node's to decide.
 * None of it changes while node_transit_serial stays the same. */
uint64_t node_transit_serial(const struct node *node);

/* A neighbour frames go to. They are shown in the order of their numbers, from 0 on. */
struct node_transit_hop {
	uint32_t link;
	struct lladdr to;
	uint32_t mtu; /* of the link, bytes */
};

/* A link address frames of others come from, and the number of the neighbour that has it: nothing
 * is sent back to where it comes from. */
struct node_transit_way {
	uint32_t link;
	struct lladdr from;
	uint32_t hop;
};

/* A node that is reached and alone has its id, and by lane the number of the next hop. */
struct node_transit_node {
	struct node_id id;
	uint16_t next[WIRE_LANES];
};

/* The entry at or after *cursor as above. */
MUST_USE bool node_transit_hops(const struct node *node, uint32_t *cursor,
				struct node_transit_hop *hop);
MUST_USE bool node_transit_ways(const struct node *node, uint32_t *cursor,
				struct node_transit_way *way);
MUST_USE bool node_transit_nodes(const struct node *node, uint32_t *cursor,
				 struct node_transit_node *shown);

/* What becomes of a way to a node over one of our neighbours. */
enum node_reason {
	REASON_LEAST,	   /* its metric is least */
	REASON_LANE,	   /* one of several equal ones: each lane takes one of them */
	REASON_MORE_HOPS,  /* its metric is least, but others with it have fewer hops */
	REASON_DEARER,	   /* its metric is greater */
	REASON_COMES_BACK, /* that neighbour's own path may lead over us */
	REASON_NO_TRANSIT, /* that neighbour passes nothing on */
	REASON_NO_PATH,	   /* that neighbour has no path there */
	REASON_UNLISTED,   /* that neighbour does not list us, so the link does not count yet */
	REASON_OTHER_LINK, /* a better link leads to the same neighbour */
};

struct node_candidate {
	struct address address; /* of the neighbour, and where */
	uint32_t link;
	struct lladdr lladdr;
	struct metric metric; /* of the link to it now, by part */
	uint32_t cost_us;     /* of that link as it counts in paths; 0 if it does not */
	uint32_t beyond_us;   /* the metric from there on; 0 if there is no path */
	uint32_t total_us;    /* both together; 0 if one is missing */
	uint32_t hops;	      /* the same in links */
	uint8_t lanes;	      /* bit n: lane n goes this way */
	bool loop_free;	      /* that neighbour does not send it back to us: RFC 5286 */
	bool alternate;	      /* takes over at once when the others go */
	enum node_reason reason;
	uint32_t dearer_us; /* than the best; 0 if it is not */
};

/* Bytes of memory for node_survey. */
size_t node_survey_size(const struct node *node);

/* Measures, in memory of node_survey_size bytes aligned to 8, how far everybody is from that
 * address. False if it is not known, or our own. */
MUST_USE bool node_survey(const struct node *node, const struct address *to, void *memory);

/* The ways to that address, one over each neighbour entry that is FULL; memory is what node_survey
 * made of it, with no event since. */
MUST_USE bool node_candidates(const struct node *node, const struct address *to, const void *memory,
			      uint32_t *cursor, struct node_candidate *candidate);

#endif
