/* A few nodes joined by wires in virtual time: what the tests of node/ stand on. Nodes are values,
 * a wire is a list of frames under way, and time jumps to the next deadline or arrival. Every frame
 * passes a filter that may lose, repeat, delay or damage it; every data frame is opened with its
 * sender's own keys, so that a test knows what it is and that no key and nonce are used twice. A
 * test harness, not a simulator: the mesh owns all its memory, and a check that fails ends the
 * test.
 */
#ifndef TESTS_UNIT_NODE_MESH_H
#define TESTS_UNIT_NODE_MESH_H

#include "base/rng.h"
#include "base/table.h"
#include "node/node.h"

#include <stdarg.h>
#include <setjmp.h>

#include <cmocka.h>

enum {
	MESH_HOSTS = 6,
	MESH_LINKS = 2,	    /* of each host */
	MESH_FRAME = 2000,  /* room for any frame */
	MESH_PACKET = 2000, /* room for any packet */
	MESH_FLIGHTS = 1024,
	MESH_ERRANDS = 1024,
};

/* What a frame is, as only its sender can tell; up to PACKET those that two neighbours send. */
enum kind {
	KIND_HELLO,
	KIND_INITIATION,
	KIND_RESPONSE,
	KIND_COOKIE,
	KIND_EMPTY, /* confirmation or keepalive */
	KIND_PROBE,
	KIND_ANSWER,
	KIND_ROUTING, /* RECORDS, ACK or COMPARE */
	KIND_PACKET,
	KIND_ERROR,
	KIND_TRACE,   /* TRACE or TRACED */
	KIND_RELAYED, /* another host's, whatever it is */
	KIND_COUNT,
};

/* A frame under way, or one that was captured. A filter may change all but kind, host and link. */
struct flight {
	enum kind kind;
	uint32_t host, link; /* the sender and its link */
	struct lladdr from, to;
	uint32_t copies; /* 1; 0: it is lost */
	duration delay;	 /* from sending to arrival */
	instant due;
	size_t size;
	uint8_t bytes[MESH_FRAME];
};

struct errand;

/* A packet a host was handed. */
struct taken {
	size_t size;
	uint8_t *bytes;
};

/* How a host is made; settled before mesh_start. */
struct making {
	uint8_t identity;    /* equal numbers make equal identities */
	uint32_t boot_epoch; /* 1 */
	uint8_t suites;	     /* ChaCha20-Poly1305 alone */
	uint8_t network;     /* 0: open; equal numbers make equal network keys */
	duration rekey;	     /* 120 s */
	bool no_transit;
	struct node_link links[MESH_LINKS];
	uint32_t wires[MESH_LINKS]; /* which wire each link is on: the first, then the second */
};

struct host {
	struct making making;
	struct node *node; /* NULL: not started */
	size_t size;
	struct address address;
	uint32_t packets, packets_room; /* handed to the host */
	struct taken *taken;
	uint32_t notices[NOTICE_LEFT + 1];
	struct notice notice; /* the last one */
	uint32_t frames[KIND_COUNT];
	uint64_t delivered; /* frames that came in */
};

struct mesh {
	instant now;
	uint64_t seed;
	struct node_limits limits; /* of every host started from now on */
	duration delay;		   /* of every frame, unless a filter says otherwise */
	void (*filter)(struct mesh *mesh, struct flight *flight);
	void *context;	/* the filter's */
	struct rng rng; /* the test's own */
	uint32_t under_way;
	struct flight *flights[MESH_FLIGHTS]; /* by due, then by order of sending */
	uint32_t errands_waiting;
	struct errand *errands[MESH_ERRANDS]; /* workers.h */
	uint32_t turn;			      /* whose turn it is among the workers */
	struct host hosts[MESH_HOSTS];
	struct outbox *outbox;
	struct table *nonces;		/* every key, lane and counter that was used */
	struct flight last[KIND_COUNT]; /* the last frame of each kind that was sent */
};

/* An empty mesh; every host has link 0 on wire 0 and link 1 on wire 1, MTU 1500, the second not
 * running. The caller ends it with mesh_free. */
struct mesh *mesh_new(uint64_t seed);
void mesh_free(struct mesh *mesh);

/* Starts, or starts anew with nothing but its identity, the host; then its running links. */
void mesh_start(struct mesh *mesh, uint32_t host);

/* Starts hosts 0 … count − 1. */
struct mesh *mesh_started(uint64_t seed, uint32_t count);

/* Ends a host without a word. */
void mesh_stop(struct mesh *mesh, uint32_t host);

/* Tells a host about one of its links as making.links has it. */
void mesh_link(struct mesh *mesh, uint32_t host, uint32_t link);

/* Carries out whatever happens until `end`, and leaves the clock there. */
void mesh_run_until(struct mesh *mesh, instant end);
void mesh_run(struct mesh *mesh, duration by);

/* Runs until condition holds for hosts a and b, at most for `most`, and says how long that took;
 * fails the test if it does not come to hold. */
typedef bool mesh_condition(struct mesh *mesh, uint32_t a, uint32_t b);
duration mesh_wait(struct mesh *mesh, mesh_condition *condition, uint32_t a, uint32_t b,
		   duration most);

/* a and b are FULL neighbours of each other, and each knows a path to the other. */
bool mesh_full(struct mesh *mesh, uint32_t a, uint32_t b);

/* Each of a and b knows a path to the other. */
bool mesh_reached(struct mesh *mesh, uint32_t a, uint32_t b);

/* The route of a to b; hops 0 if there is none. */
struct node_route mesh_route(struct mesh *mesh, uint32_t a, uint32_t b);

/* a and b have confirmed the very same keys and neither is about to change them. */
bool mesh_agreed(struct mesh *mesh, uint32_t a, uint32_t b);

/* The state of the most hopeful entry that a has of b. */
enum neighbour_state mesh_state(struct mesh *mesh, uint32_t a, uint32_t b);

/* What a shows of its session with b; false if it knows none. */
bool mesh_session(struct mesh *mesh, uint32_t a, uint32_t b, struct node_session *session);

/* Carries out what is in the outbox, as if host's control side had just put it there. */
void mesh_carry(struct mesh *mesh, uint32_t host);

/* Hands a frame to a host, as if it had come from there. */
void mesh_inject(struct mesh *mesh, uint32_t host, uint32_t link, struct lladdr from, bool group,
		 const uint8_t *bytes, size_t size);

/* An IPv6 packet of size (40 … MESH_PACKET) bytes from a to b: UDP, all but the lengths drawn from
 * number, flow label not zero. */
void mesh_packet_write(struct mesh *mesh, uint32_t a, uint32_t b, uint32_t number, size_t size,
		       uint8_t *packet);

/* The host sends a packet into the mesh. */
void mesh_packet(struct mesh *mesh, uint32_t host, const uint8_t *packet, size_t size);

/* Sends packet `number` from a to b, who share keys, and checks that it arrives as it is, flow
 * label and the hops on its way aside, in no more time than those take. */
void mesh_exchange(struct mesh *mesh, uint32_t a, uint32_t b, uint32_t number, size_t size);

/* Checks that the host was handed so many packets and that the last is that one, flow label 0. */
void mesh_check_taken(struct mesh *mesh, uint32_t host, uint32_t packets, const uint8_t *packet,
		      size_t size);

/* The times a host has dropped something for that reason. */
uint64_t mesh_drops(struct mesh *mesh, uint32_t host, enum drop drop);

/* All drops of a host together, but for records that came by several neighbours. */
uint64_t mesh_drops_all(struct mesh *mesh, uint32_t host);

struct lladdr mesh_lladdr(uint32_t host, uint32_t link);

#endif
