/* One neighbour: what is known of it, and the pure state machine that an event moves. One function
 * an event, one column of the table in docs/protocol/mesharp.md, section 2. An event only changes
 * the entry; what has to be done comes out of entry_due, when the entry's deadline is reached.
 * Inside of mesharp/: others see struct mesharp_entry. */
#ifndef MESHARP_ENTRY_H
#define MESHARP_ENTRY_H

#include "base/bucket.h"
#include "base/rng.h"
#include "base/time.h"
#include "mesharp/hello.h"
#include "mesharp/neighbour.h"
#include "mesharp/probe.h"
#include "mesharp/quality.h"
#include "meshp/address.h"
#include "meshp/drop.h"

enum { ENTRY_SENT = 8 }; /* probes of ours whose sending is remembered; a power of 2 */

struct entry {
	uint32_t link; /* link, lladdr and address are the key and never change */
	struct lladdr lladdr;
	struct address address;
	bool lower; /* our own address is lower: we initiate first */

	enum neighbour_state state;
	instant since;	   /* when it entered the state */
	instant due;	   /* when the state's timer fires */
	instant refreshed; /* last HELLO, handshake or probe from there */
	uint32_t tries;	   /* HANDSHAKE: INITIATIONs, later: probes, sent and not answered */
	uint32_t blocks;   /* times in a row it was BLOCKED */
	bool owes_answer;  /* to a probe that asked */
	bool owes_word;	   /* by a probe, for what we want of it has changed */
	bool owes_initiation;

	bool session;		/* a key with the node is confirmed */
	uint64_t rank;		/* by our secret; the lowest are selected */
	bool chosen;		/* by select.c, which is not done yet */
	bool selects, selected; /* we select it; it selects us, as its last probe says */
	bool declines;		/* we have no room for it */
	bool eager, urged;	/* we picked it for news to pass at once; it picked us */
	instant declined_until; /* it has none for us, and is not asked before */
	instant made;
	instant needed_until; /* we select it besides, for no path leads to it */
	instant wanted_until; /* frames go there, or may soon */

	bool instance_known;
	uint32_t instance; /* what a probe said, or a HELLO while there was no session */
	uint32_t zone;	   /* what a HELLO said */
	struct bucket hellos;
	struct bucket doubts;

	uint32_t base;	   /* our first probe's sequence less one */
	uint32_t sequence; /* of our last probe */
	uint32_t proven;   /* of ours, the last whose echo came back; 0 if none */
	instant sent[ENTRY_SENT];
	instant received;	  /* when the last of theirs came */
	uint32_t record_instance; /* whose probes quality has recorded */
	duration interval;	  /* between exchanges; the next one's length */
	instant busy_until;	  /* data was sent there less than 500 ms before */
	struct quality quality;
	bool in_use; /* of all ways to its node (way.h) */
};

/* What an event happens in. */
struct entry_context {
	instant now;
	bool radio;
	bool crowded; /* of so many on the link only some are selected */
	struct rng *rng;
	struct bucket *initiations; /* what may be sent to strangers */
};

/* What is due. */
enum entry_deed {
	ENTRY_NOTHING,
	ENTRY_INITIATE,
	ENTRY_ASK,    /* send a probe that asks */
	ENTRY_ANSWER, /* send a probe that does not */
};

/* Completes a zeroed entry that has its key: lower as above; our probes count on from base. */
void entry_begin(struct entry *entry, bool lower, uint32_t base);

/* A HELLO came. True if it says something new: an instance or a zone. */
bool entry_heard(struct entry *entry, const struct entry_context *context,
		 const struct hello *hello, bool session);

/* A handshake from there was authenticated. */
void entry_greeted(struct entry *entry, const struct entry_context *context, bool session);

/* A key with the node was confirmed. */
void entry_session(struct entry *entry, const struct entry_context *context);

/* The last key with the node is gone. */
void entry_session_gone(struct entry *entry, const struct entry_context *context);

/* It has all of the database that we have: SYNC → FULL. */
void entry_level(struct entry *entry, const struct entry_context *context);

/* The other end said that it leaves, and is gone: what is probed is LOST. */
void entry_gone(struct entry *entry, const struct entry_context *context);

/* Data was sent there: if it stays silent for 100 ms it is probed, again and again for 500 ms, and
 * it is wanted for a minute. */
void entry_busy(struct entry *entry, const struct entry_context *context);

/* We select it, or do so no more. */
void entry_select(struct entry *entry, const struct entry_context *context, bool on);

/* News goes between us and it at once, or does so no more as far as we are concerned. */
void entry_urge(struct entry *entry, bool on);

/* There is no room for an adjacency with it. */
void entry_decline(struct entry *entry, const struct entry_context *context);

/* Frames are to go there for a minute, so it has to be proven. */
void entry_want(struct entry *entry, const struct entry_context *context);

/* A probe from there was opened. Refuses DROP_REPLAY. */
MUST_USE enum drop entry_probed(struct entry *entry, const struct entry_context *context,
				const struct probe *probe);

/* The link went down, or the entry has to make room: → NONE. */
void entry_leave(struct entry *entry, instant now);

/* The entry's deadline was reached: moves on and says what to do. Nothing left to wait for: → NONE.
 */
enum entry_deed entry_due(struct entry *entry, const struct entry_context *context);

/* When entry_due is wanted, not before now. */
instant entry_deadline(const struct entry *entry, instant now);

/* Fills in our next probe to it, which counts as sent now; instance, lladdr, interface and
 * zone_size are left to the caller. */
void entry_probe(struct entry *entry, instant now, bool asks, struct probe *probe);

#endif
