/* The steps from state to state that the events of an entry are made of. Inside of mesharp/, of
 * entry.c and due.c alone. docs/protocol/mesharp.md, section 2. */
#ifndef MESHARP_STATE_H
#define MESHARP_STATE_H

#include "mesharp/entry.h"

enum {
	STATE_OTHER_BEGINS_MS = 300, /* the higher address leaves the other so much time */
	STATE_SILENCE_MS = 100,	     /* under traffic, until it is asked */
};

instant state_after_ms(const struct entry_context *context, int64_t ms);
instant state_later(instant a, instant b);

/* True if one end selects the other, and neither declines. */
bool state_is_adjacent(const struct entry *entry, instant now);

/* True if there is a reason to greet and probe it: it is adjacent, or frames go there. */
bool state_is_wanted(const struct entry *entry, instant now);

/* True if data was sent there less than 500 ms before. */
bool state_is_busy(const struct entry *entry, instant now);

/* Goes to a state, in which no timer runs yet. */
void state_enter(struct entry *entry, instant now, enum neighbour_state state);

/* → HEARD, to initiate when that is due if it is wanted. What was owed under a session is void. */
void state_heard(struct entry *entry, const struct entry_context *context, instant due);

/* → ONEWAY, to probe at once; BLOCKED; LOST, to be asked now and then, for the wire may be mended
 * before a HELLO passes it. */
void state_oneway(struct entry *entry, const struct entry_context *context);
void state_blocked(struct entry *entry, const struct entry_context *context);
void state_lost(struct entry *entry, const struct entry_context *context);

/* When to initiate if the other end has no reason to do so first. */
instant state_initiation(const struct entry *entry, const struct entry_context *context);

/* From HEARD on to a session, or to probes if there is one. */
void state_pursue(struct entry *entry, const struct entry_context *context);

/* Changes the state; what it waits for goes on. */
void state_become(struct entry *entry, instant now, enum neighbour_state state);

/* Whoever is proven is in SYNC or FULL if it is to be adjacent, else in TWOWAY. */
void state_agree(struct entry *entry, instant now);

/* When a neighbour in TWOWAY that nobody wants is left. */
instant state_rests_until(const struct entry *entry);

/* Both directions are proven: → TWOWAY, and SYNC if it is to be adjacent; the interval begins anew.
 */
void state_prove(struct entry *entry, const struct entry_context *context);

#endif
