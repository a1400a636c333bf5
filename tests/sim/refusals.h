/* Refusals on purpose: functions of the node that may say no, each led through here by the linker
 * (--wrap), so that one chosen call says no. What is refused, and how, is what the real function
 * does when its memory or its numbers are used up. */
#ifndef TESTS_SIM_REFUSALS_H
#define TESTS_SIM_REFUSALS_H

#include "meshp/drop.h"

#include <stdbool.h>

enum refusal {
	REFUSE_NOTHING,
	REFUSE_ROOM,	  /* outbox_room: no room for a frame or packet */
	REFUSE_SPARE,	  /* outbox_spare: another step might not fit */
	REFUSE_NOTICE,	  /* outbox_notice: lost, for it is only news */
	REFUSE_COUNTER,	  /* worker_counter: the lane is used up, nothing can be sealed */
	REFUSE_STAGING,	  /* staging_put: all slots are taken */
	REFUSE_PEER,	  /* peers_admit of one not known: no peer can give way */
	REFUSE_NEIGHBOUR, /* roster_victim: no neighbour can give way */
	REFUSE_AGREEMENT, /* agree: a public key of low order */
	REFUSAL_COUNT,
};

/* From now on, in this process, call number 1, 2, 3 … of the refusal's function says no. */
void refuse(enum refusal refusal, uint64_t number);

/* One call in `share` says no, at random from the seed. */
void refuse_at_random(enum refusal refusal, uint64_t share, uint8_t seed);

/* How often it said no. */
uint64_t refused(void);

/* The name it is counted under; DROP_NONE: it is nothing a node counts. */
enum drop refusal_drop(enum refusal refusal);

/* What it is called. */
const char *refusal_name(enum refusal refusal);

#endif
