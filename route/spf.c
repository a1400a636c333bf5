/* Dijkstra's algorithm (Numerische Mathematik 1, 1959) with a binary heap whose elements know their
 * place, so that a node is in it once. The heap's places count from 1; place 0 is that of a node
 * which is not in it. docs/protocol/route.md, section 5. */
#include "route/spf.h"

struct heap {
	const struct spf *spf;
	uint32_t size;
};

uint64_t spf_over(uint64_t distance, const struct graph_link *link)
{
	return distance + ((uint64_t)link->cost_us << SPF_HOP_BITS) + 1;
}

uint64_t spf_metric(uint64_t distance)
{
	return distance >> SPF_HOP_BITS;
}

static uint16_t node_at(const struct heap *heap, uint32_t place)
{
	return heap->spf->heap[place - 1];
}

static uint64_t distance_at(const struct heap *heap, uint32_t place)
{
	return heap->spf->distance[node_at(heap, place)];
}

static void stand(const struct heap *heap, uint32_t place, uint16_t node)
{
	heap->spf->heap[place - 1] = node;
	heap->spf->place[node] = (uint16_t)place;
}

/* A node came nearer: it moves towards the root of the heap, from its place or from the end. */
static void heap_raise(struct heap *heap, uint16_t node)
{
	uint32_t place = heap->spf->place[node];

	if (place == 0)
		place = ++heap->size;
	while (place > 1 && heap->spf->distance[node] < distance_at(heap, place / 2)) {
		stand(heap, place, node_at(heap, place / 2));
		place /= 2;
	}
	stand(heap, place, node);
}

/* Takes the nearest node out; the last one fills the hole. */
static uint16_t heap_take(struct heap *heap)
{
	uint16_t nearest = node_at(heap, 1);
	uint16_t last = node_at(heap, heap->size--);
	uint32_t place = 1, child = 2;

	while (child <= heap->size) {
		if (child < heap->size && distance_at(heap, child + 1) < distance_at(heap, child))
			child++;
		if (heap->spf->distance[last] <= distance_at(heap, child))
			break;
		stand(heap, place, node_at(heap, child));
		place = child;
		child = 2 * place;
	}
	if (heap->size > 0)
		stand(heap, place, last);
	heap->spf->place[nearest] = 0;
	return nearest;
}

/* Tells the neighbours of a node how near they are over it. */
static void relax(struct heap *heap, const struct graph *graph, uint16_t node)
{
	uint64_t *distance = heap->spf->distance;
	uint32_t count;
	const struct graph_link *link = graph_links(graph, node, &count);

	for (; count > 0; link++, count--) {
		uint64_t over = spf_over(distance[node], link);

		if (over >= distance[link->to])
			continue;
		distance[link->to] = over;
		heap_raise(heap, link->to);
	}
}

uint32_t spf_run(const struct spf *spf, const struct graph *graph, uint32_t root)
{
	struct heap heap = {.spf = spf};
	uint32_t reached = 0;

	for (uint32_t node = 0; node < graph_nodes(graph); node++) {
		spf->distance[node] = SPF_FAR;
		spf->place[node] = 0;
	}
	spf->distance[root] = 0;
	heap_raise(&heap, (uint16_t)root);
	while (heap.size > 0) {
		uint16_t node = heap_take(&heap);

		spf->order[reached++] = node;
		if (node == root || graph_transits(graph, node))
			relax(&heap, graph, node);
	}
	return reached;
}
