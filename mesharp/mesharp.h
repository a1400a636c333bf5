/* The neighbour table and all that moves it: a value in fixed memory that is told what happened and
 * asked what is to be done. Events only change state and set timers; mesharp_next then yields one
 * thing to do after another until nothing is due. It seals and sends nothing itself and knows no
 * session but by "usable" and "gone". docs/protocol/mesharp.md. */
#ifndef MESHARP_MESHARP_H
#define MESHARP_MESHARP_H

#include "base/rng.h"
#include "base/time.h"
#include "mesharp/hello.h"
#include "mesharp/metric.h"
#include "mesharp/neighbour.h"
#include "mesharp/probe.h"
#include "meshp/drop.h"

struct mesharp;

/* Bytes of memory for so many links and neighbours. */
size_t mesharp_size(uint32_t links, uint32_t neighbours);

/* Makes an empty table in zero-filled memory, aligned to 8, of which only the head is touched. rng
 * gives the table's secret and all jitter later; a generator of its own grows from it. */
struct mesharp *mesharp_init(void *memory, uint32_t links, uint32_t neighbours,
			     const struct address *own, uint32_t instance, struct rng *rng);

/* What the table needs to know of a link. */
struct mesharp_link {
	bool running;
	bool radio;
	uint32_t cost;	   /* operator's, µs */
	uint64_t rate_bps; /* 0: unknown */
	struct lladdr lladdr;
};

/* A link changed. When it stops running, or its own link address changes, all its entries go. */
void mesharp_link(struct mesharp *mesharp, instant now, uint32_t link,
		  const struct mesharp_link *facts);

/* A HELLO whose certificate belongs to address came from there. session: a key with that node is
 * confirmed. Refusals: DROP_LINK_DOWN, DROP_NEIGHBOURS_FULL, DROP_RATE_HELLO. */
MUST_USE enum drop mesharp_heard(struct mesharp *mesharp, instant now, uint32_t link,
				 struct lladdr from, const struct address *address,
				 const struct hello *hello, bool session);

/* A handshake of address, sealed with that link address, was authenticated on that link. Lifts
 * BLOCKED. Refusals as above. */
MUST_USE enum drop mesharp_greeted(struct mesharp *mesharp, instant now, uint32_t link,
				   struct lladdr from, const struct address *address, bool session);

/* A key with that node was confirmed (usable), or the last one is gone. Concerns all its entries.
 */
void mesharp_session(struct mesharp *mesharp, instant now, const struct address *address,
		     bool usable);

/* The node has all of the database that we have: its entries in SYNC become FULL. */
void mesharp_level(struct mesharp *mesharp, instant now, const struct address *address);

/* The node said that it leaves, and is gone by now: its entries that are probed become LOST. */
void mesharp_gone(struct mesharp *mesharp, instant now, const struct address *address);

/* The node may not take part any more: all its entries go. */
void mesharp_expel(struct mesharp *mesharp, instant now, const struct address *address);

/* Data was sent to the neighbour there, for the first time in 250 ms: its silence counts. */
void mesharp_busy(struct mesharp *mesharp, instant now, uint32_t link, struct lladdr to,
		  const struct address *address);

/* No path leads to the node. One that was not selected, though it was heard for some time, is. */
void mesharp_stranded(struct mesharp *mesharp, instant now, const struct address *address);

/* A neighbour in use says that a node frames go to is on the link, too, at that link address: it is
 * to be proven. Refusals: DROP_LINK_DOWN, DROP_RATE_HINT, DROP_NEIGHBOURS_FULL. */
MUST_USE enum drop mesharp_hint(struct mesharp *mesharp, instant now, uint32_t link,
				struct lladdr lladdr, const struct address *address, bool session);

/* A sealed probe of address was opened, having come from that link and link address. One that asks
 * makes an entry. Refusals: DROP_LINK_DOWN, DROP_SOURCE_SPOOFED, DROP_NEIGHBOUR_UNKNOWN,
 * DROP_NEIGHBOURS_FULL, DROP_REPLAY; DROP_NEIGHBOURS_CROWDED: it was taken, but its sender will not
 * be adjacent. */
MUST_USE enum drop mesharp_probe(struct mesharp *mesharp, instant now, uint32_t link,
				 struct lladdr from, const struct address *address,
				 const struct probe *probe);

/* Something to do. */
enum mesharp_deed {
	MESHARP_HELLO,	  /* send a HELLO to the group on link */
	MESHARP_INITIATE, /* begin a handshake with address through link and to, even if a key
			   * with it is confirmed: it may have restarted */
	MESHARP_PROBE,	  /* seal and send probe to address through link and to */
	MESHARP_CHANGED,  /* the neighbour went from one state to another */
};

struct mesharp_action {
	enum mesharp_deed deed;
	uint32_t link;
	struct lladdr to; /* but for HELLO */
	struct address address;
	struct probe probe; /* PROBE; digest and zone_size are the caller's to fill */
	enum neighbour_state before, after; /* CHANGED */
};

/* The next thing to do, or false when nothing is due. Changes of state come in the order they
 * happened and before anything that follows from them; none is lost. A neighbour that changed more
 * than once before it was told went from the first `before` to the last `after`, and is not told
 * of at all if they are the same. */
MUST_USE bool mesharp_next(struct mesharp *mesharp, instant now, struct mesharp_action *action);

/* When mesharp_next has something to say next. */
instant mesharp_deadline(const struct mesharp *mesharp);

/* One entry as others see it. */
struct mesharp_entry {
	struct address address;
	uint32_t link;
	struct lladdr lladdr;
	enum neighbour_state state;
	instant since;	    /* when it entered this state */
	uint32_t rtt_us;    /* smoothed, 0 while unknown */
	uint32_t loss_ppm;  /* of the worse direction */
	uint8_t quality;    /* df·dr in 255ths, at least 1 */
	uint32_t metric_us; /* 0 unless FULL */
	bool crowd;	    /* only some of those on its link are selected */
	bool eager;	    /* and it is one of those news goes to at once */
};

/* The entry at or after *cursor, which moves past it; false after the last. Start with 0. */
MUST_USE bool mesharp_entries(const struct mesharp *mesharp, uint32_t *cursor,
			      struct mesharp_entry *entry);

/* What the metric of an entry consists of that was just shown, in whatever state; false if it is
 * not there. */
MUST_USE bool mesharp_metric(const struct mesharp *mesharp, const struct mesharp_entry *entry,
			     struct metric *metric);

/* The FULL neighbour entry of least metric for a node, the one in use counting as a quarter cheaper
 * than it is, equal ones by lower link, then lower link address; false if there is none. */
MUST_USE bool mesharp_best(const struct mesharp *mesharp, const struct address *address,
			   struct mesharp_entry *entry);

/* The same, or if there is none an entry of it in SYNC: where sealed messages can be sent to it. */
MUST_USE bool mesharp_proven(const struct mesharp *mesharp, const struct address *address,
			     struct mesharp_entry *entry);

/* The FULL entries of a node one after another: start with *cursor 0; false after the last. */
MUST_USE bool mesharp_of(const struct mesharp *mesharp, const struct address *address,
			 uint32_t *cursor, struct mesharp_entry *entry);

/* The most advanced state any entry of a node is in; NEIGHBOUR_NONE if there is none. The order is
 * that of hope: NONE, BLOCKED, LOST, HEARD, HANDSHAKE, ONEWAY, TWOWAY, SYNC, FULL. */
enum neighbour_state mesharp_hope(const struct mesharp *mesharp, const struct address *address);

uint32_t mesharp_count(const struct mesharp *mesharp);

/* The interface id of a link slot: its number plus one. */
uint32_t mesharp_interface(uint32_t link);

#endif
