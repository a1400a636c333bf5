/* Routing in a zone, as a value that is told what happened and asked what is to be done, like
 * mesharp/mesharp.h: it owns the database, the paths, our own record and what each neighbour still
 * has to be sent. It seals nothing and knows no link: neighbours have addresses. Node numbers are
 * the database's. docs/protocol/route.md. */
#ifndef ROUTE_ROUTE_H
#define ROUTE_ROUTE_H

#include "base/rng.h"
#include "route/database.h"
#include "route/message.h"
#include "route/paths.h"

struct route;

size_t route_size(const struct route_limits *limits);

/* Makes one in zero-filled memory aligned to 16, of which only what comes into use is touched. rng
 * gives the secrets and seeds a generator of its own. */
struct route *route_init(void *memory, const struct route_limits *limits, const struct address *own,
			 const struct database_realm *realm, struct rng *rng);

/* Who signs our own record; borrowed for the call. */
struct route_self {
	const struct identity *identity;
	const struct certificate *certificate;
	uint32_t epoch, instance;
	uint8_t flags; /* enum record_flag: what the record says of us */
};

/* What is known of a neighbour, over all links to it. */
struct route_neighbour {
	struct address address;
	bool full;	    /* else SYNC */
	uint32_t metric_us; /* present cost of the best link; meaningful when full */
	uint32_t mtu;	    /* the least of the links in use */
	uint8_t quality;    /* df·dr in 255ths */
	uint8_t medium;	    /* enum medium */
	uint32_t rtt_us;    /* smoothed, 0 unknown */
	bool crowd;	    /* on a wire so crowded that not all on it are neighbours */
	bool lazy;	    /* news does not go to it at once: its digest shows what it lacks */
};

/* A neighbour reached SYNC or FULL, or what is known of it changed. To be told again at every probe
 * that proved it. False if there is no room for another adjacency. */
MUST_USE bool route_neighbour(struct route *route, instant now,
			      const struct route_neighbour *neighbour);

/* A neighbour is in SYNC or FULL no more. */
void route_parted(struct route *route, instant now, const struct address *address);

/* A probe or HELLO of a neighbour in SYNC or FULL told of its database. */
void route_digest_heard(struct route *route, instant now, const struct address *address,
			uint64_t digest, uint32_t nodes);

/* Our certificate or our flags changed, so our record has to. */
void route_renew(struct route *route, instant now);

/* True if our record says that we leave and every neighbour has it or was given up: nobody needs us
 * any more. Until then what comes is passed on as before. */
bool route_left(const struct route *route);

/* A sealed message of types 2 … 4 was opened, from a neighbour. Refusals: MALFORMED,
 * NEIGHBOUR_UNKNOWN; what is refused of the fragments in RECORDS is counted in drops. */
MUST_USE enum drop route_message(struct route *route, instant now, const struct route_self *self,
				 const struct address *from, struct span message,
				 struct drops *drops);

enum route_deed {
	ROUTE_SEND,	 /* seal and send message to neighbour */
	ROUTE_LEVEL,	 /* neighbour has all we had: SYNC → FULL */
	ROUTE_CHANGED,	 /* paths were computed anew */
	ROUTE_DUPLICATE, /* another node has our identity */
	ROUTE_GONE,	 /* neighbour said that it leaves, and has had the time to */
};

struct route_action {
	enum route_deed deed;
	struct address neighbour;
	size_t size; /* SEND */
	uint8_t message[MESSAGE_MAX];
};

/* The next thing to do, or false when nothing is due. self signs our own record when it is due. */
MUST_USE bool route_next(struct route *route, instant now, const struct route_self *self,
			 struct route_action *action);

/* When route_next has something to say next. */
instant route_deadline(const struct route *route);

/* To read from. */
const struct database *route_database(const struct route *route);
const struct paths *route_paths(const struct route *route);

#endif
