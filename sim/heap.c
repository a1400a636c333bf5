/* A binary heap in a growing array; the root is element 0. Invariant: no event comes before its
 * parent. */
#include "sim/heap.h"

#include "sim/memory.h"

#include <stdlib.h>

static bool event_before(const struct event *a, const struct event *b)
{
	return a->when.us != b->when.us ? a->when.us < b->when.us : a->sequence < b->sequence;
}

void heap_push(struct heap *heap, const struct event *event)
{
	struct event pushed = *event;
	size_t place = heap->count;

	heap->events = memory_grown(heap->events, heap->count, &heap->room, sizeof(*heap->events));
	heap->count++;
	pushed.sequence = ++heap->sequence;
	while (place > 0 && event_before(&pushed, &heap->events[(place - 1) / 2])) {
		heap->events[place] = heap->events[(place - 1) / 2];
		place = (place - 1) / 2;
	}
	heap->events[place] = pushed;
}

/* Moves the hole at the root down until `last` may stand in it. */
static void heap_sink(struct heap *heap, const struct event *last)
{
	size_t place = 0, child = 1;

	while (child < heap->count) {
		if (child + 1 < heap->count &&
		    event_before(&heap->events[child + 1], &heap->events[child]))
			child++;
		if (event_before(last, &heap->events[child]))
			break;
		heap->events[place] = heap->events[child];
		place = child;
		child = 2 * place + 1;
	}
	heap->events[place] = *last;
}

bool heap_pop(struct heap *heap, instant end, struct event *event)
{
	if (heap->count == 0 || !instant_reached(end, heap->events[0].when))
		return false;
	*event = heap->events[0];
	heap->count--;
	if (heap->count > 0) {
		struct event last = heap->events[heap->count];
		heap_sink(heap, &last);
	}
	return true;
}

void heap_free(struct heap *heap)
{
	free(heap->events);
	*heap = (struct heap){0};
}
