/* What is going to happen: events in the order of their time, those of one instant in the order in
 * which they were put in. That order is all a run depends on. */
#ifndef SIM_HEAP_H
#define SIM_HEAP_H

#include "base/require.h"
#include "base/time.h"

#include <stddef.h>
#include <stdint.h>

enum event_kind {
	EVENT_START,   /* subject: a node */
	EVENT_TIME,    /* subject: a node whose deadline this may be */
	EVENT_FRAME,   /* subject: the port it arrives at */
	EVENT_ORDER,   /* subject: an order of the scenario; round: how often it was carried out */
	EVENT_PREPARE, /* subject: an expectation; round: likewise */
	EVENT_PACKET,  /* subject: a parcel that its sender's host sends */
	EVENT_PROGRAM, /* subject: a node; round: the program whose time it may be */
	EVENT_JUDGE,   /* subject: an expectation */
	EVENT_RESUME,  /* subject: a node that goes on in another process; round: enum resume */
	EVENT_STEP,    /* subject: a walker; round: likewise */
};

struct event {
	instant when;
	uint64_t sequence; /* the heap's own */
	enum event_kind kind;
	uint32_t subject;
	uint32_t round;
	struct frame *frame; /* FRAME: one reference to it */
};

/* A zeroed one is empty. */
struct heap {
	struct event *events;
	size_t count, room;
	uint64_t sequence; /* last given */
};

void heap_push(struct heap *heap, const struct event *event);

/* Takes the earliest event that is not after `end`; false if there is none. */
MUST_USE bool heap_pop(struct heap *heap, instant end, struct event *event);

/* Frees the memory; events still in it are forgotten. */
void heap_free(struct heap *heap);

#endif
