/* Nodes and fragments lie in two arrays; freed places are used again before fresh ones, so that
 * memory is touched only as it comes into use. Links between places are index + 1, so that
 * zero-filled memory is empty. The invariants: each node stands in the list of its state; the sums
 * hold exactly the hashes of the fragments with bytes of the nodes in state CONNECTED; cells are in
 * use for exactly the fragments with bytes. docs/protocol/route.md, section 2. */
#include "route/store.h"

#include "route/cells.h"
#include "route/database.h"

#include <string.h>

enum { ALIGNMENT = 16 };

_Static_assert((int)CELL == (int)DATABASE_CELL, "limits count the cells that there are");

/* Which places of an array are in use. */
struct places {
	uint32_t capacity;
	uint32_t used;
	uint32_t fresh; /* the first that was never used */
	uint32_t freed; /* the one freed last, index + 1 */
};

struct list {
	uint32_t oldest, newest; /* index + 1 */
	uint32_t count;
};

struct store {
	struct places node_places, fragment_places;
	struct list lists[NODE_STATES];
	uint32_t news_head, news_tail; /* index + 1 */
	uint32_t neighbours;
	uint64_t digest;
	uint64_t sums[STORE_BUCKETS];
	uint64_t by_address, nodes, fragments, brought, cells; /* offsets from here, bytes */
};

/* The bytes a part takes, so that the next one is aligned. */
static uint64_t aligned(uint64_t size)
{
	return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* Where each part begins; returns where the last one ends. */
static uint64_t lay_out(struct store *store, const struct route_limits *limits)
{
	uint64_t nodes = limits->nodes * sizeof(struct store_node);
	uint64_t fragments = limits->fragments * sizeof(struct store_fragment);

	store->by_address = aligned(sizeof(*store));
	store->nodes = store->by_address + aligned(table_size(limits->nodes, ADDRESS));
	store->fragments = store->nodes + aligned(nodes);
	store->brought = store->fragments + aligned(fragments);
	store->cells = store->brought + aligned(limits->adjacent * sizeof(uint32_t));
	return store->cells + aligned(cells_size(limits->cells));
}

size_t store_size(const struct route_limits *limits)
{
	struct store store;

	return lay_out(&store, limits);
}

static void *part(const struct store *store, uint64_t offset)
{
	return (void *)((uintptr_t)store + (uintptr_t)offset);
}

static struct table *by_address(const struct store *store)
{
	return part(store, store->by_address);
}

static struct cells *cells_of(const struct store *store)
{
	return part(store, store->cells);
}

static uint32_t *brought(const struct store *store)
{
	return part(store, store->brought);
}

struct store *store_init(void *memory, const struct route_limits *limits, const struct address *own,
			 const uint8_t secret[TABLE_SECRET])
{
	struct store *store = memory;

	REQUIRE(limits->nodes < UINT16_MAX && limits->adjacent < STORE_NOBODY);
	lay_out(store, limits);
	store->node_places.capacity = limits->nodes;
	store->fragment_places.capacity = limits->fragments;
	store->neighbours = limits->adjacent;
	table_init(by_address(store), limits->nodes, ADDRESS, secret);
	cells_init(cells_of(store), limits->cells);
	REQUIRE(store_add(store, own, STORE_NOBODY) == STORE_OWN);
	store_move(store, STORE_OWN, NODE_CONNECTED);
	return store;
}

struct store_room store_room(const struct store *store)
{
	return (struct store_room){
		.nodes = store->node_places.capacity - store->node_places.used,
		.fragments = store->fragment_places.capacity - store->fragment_places.used,
		.cells = cells_free(cells_of(store)),
	};
}

uint32_t store_find(const struct store *store, const struct address *address)
{
	return table_find(by_address(store), address->bytes);
}

struct store_node *store_node(const struct store *store, uint32_t node)
{
	struct store_node *nodes = part(store, store->nodes);

	REQUIRE(node < store->node_places.fresh);
	return &nodes[node];
}

bool store_node_used(const struct store *store, uint32_t node)
{
	return node < store->node_places.fresh && store_node(store, node)->state != NODE_FREE;
}

uint32_t store_nodes_end(const struct store *store)
{
	return store->node_places.fresh;
}

struct store_fragment *store_fragment(const struct store *store, uint32_t fragment)
{
	struct store_fragment *fragments = part(store, store->fragments);

	REQUIRE(fragment < store->fragment_places.fresh);
	return &fragments[fragment];
}

bool store_fragment_used(const struct store *store, uint32_t fragment)
{
	return fragment < store->fragment_places.fresh && store_fragment(store, fragment)->used;
}

uint32_t store_fragments_end(const struct store *store)
{
	return store->fragment_places.fresh;
}

static uint32_t *newer_of(struct store *store, struct list *list, uint32_t link)
{
	return link ? &store_node(store, link - 1)->newer : &list->oldest;
}

static uint32_t *older_of(struct store *store, struct list *list, uint32_t link)
{
	return link ? &store_node(store, link - 1)->older : &list->newest;
}

/* Takes a node out of the list of its state. */
static void list_leave(struct store *store, uint32_t index)
{
	const struct store_node *node = store_node(store, index);
	struct list *list = &store->lists[node->state];

	*newer_of(store, list, node->older) = node->newer;
	*older_of(store, list, node->newer) = node->older;
	list->count--;
	if (node->state == NODE_WAITING && node->bringer != STORE_NOBODY)
		brought(store)[node->bringer]--;
}

/* Puts a node at the end of the list of its state. */
static void list_join(struct store *store, uint32_t index)
{
	struct store_node *node = store_node(store, index);
	struct list *list = &store->lists[node->state];

	node->older = list->newest;
	node->newer = 0;
	*newer_of(store, list, node->older) = index + 1;
	list->newest = index + 1;
	list->count++;
	if (node->state == NODE_WAITING && node->bringer != STORE_NOBODY)
		brought(store)[node->bringer]++;
}

uint32_t store_add(struct store *store, const struct address *address, uint16_t bringer)
{
	struct places *places = &store->node_places;
	uint32_t index = places->freed - 1;
	struct store_node *node;

	REQUIRE(places->used < places->capacity);
	REQUIRE(bringer < store->neighbours || bringer == STORE_NOBODY);
	places->used++;
	if (places->freed == 0)
		index = places->fresh++;
	node = store_node(store, index);
	if (places->freed != 0)
		places->freed = node->newer;
	*node = (struct store_node){.address = *address, .bringer = bringer, .state = NODE_WAITING};
	REQUIRE(table_put(by_address(store), address->bytes, index));
	list_join(store, index);
	return index;
}

void store_remove(struct store *store, uint32_t index)
{
	struct store_node *node = store_node(store, index);

	REQUIRE(node->state == NODE_WAITING || node->state == NODE_LAPSED);
	while (node->first != 0)
		store_drop(store, node->first - 1);
	table_remove(by_address(store), node->address.bytes);
	list_leave(store, index);
	node->state = NODE_FREE;
	node->newer = store->node_places.freed;
	store->node_places.freed = index + 1;
	store->node_places.used--;
}

uint32_t store_bucket(const struct store *store, uint32_t fragment)
{
	uint32_t node = store_fragment(store, fragment)->node;

	return store_node(store, node)->address.bytes[ADDRESS_PREFIX];
}

/* The fragment's hash comes into the sums, or leaves them, if it counts. */
static void count_in(struct store *store, uint32_t index, bool in)
{
	const struct store_fragment *fragment = store_fragment(store, index);
	uint64_t change = in ? fragment->hash : -fragment->hash;

	if (fragment->size == 0 || store_node(store, fragment->node)->state != NODE_CONNECTED)
		return;
	store->sums[store_bucket(store, index)] += change;
	store->digest += change;
}

static void count_all(struct store *store, uint32_t node, bool in)
{
	for (uint32_t at = store_first(store, node); at != STORE_NONE; at = store_next(store, at))
		count_in(store, at, in);
}

void store_move(struct store *store, uint32_t node, enum node_state state)
{
	REQUIRE(state != NODE_FREE && store_node_used(store, node));
	count_all(store, node, false);
	list_leave(store, node);
	store_node(store, node)->state = (uint8_t)state;
	list_join(store, node);
	count_all(store, node, true);
}

uint32_t store_oldest(const struct store *store, enum node_state state)
{
	return store->lists[state].oldest - 1; /* none, 0, becomes STORE_NONE */
}

uint32_t store_newer(const struct store *store, uint32_t node)
{
	return store_node(store, node)->newer - 1;
}

uint32_t store_count(const struct store *store, enum node_state state)
{
	return store->lists[state].count;
}

uint32_t store_brought(const struct store *store, uint32_t neighbour)
{
	REQUIRE(neighbour < store->neighbours);
	return brought(store)[neighbour];
}

uint32_t store_first(const struct store *store, uint32_t node)
{
	return store_node(store, node)->first - 1;
}

uint32_t store_next(const struct store *store, uint32_t fragment)
{
	return store_fragment(store, fragment)->next - 1;
}

uint32_t store_at(const struct store *store, uint32_t node, uint32_t number)
{
	uint32_t at = store_first(store, node);

	while (at != STORE_NONE && store_fragment(store, at)->number < number)
		at = store_next(store, at);
	return at != STORE_NONE && store_fragment(store, at)->number == number ? at : STORE_NONE;
}

bool store_has_head(const struct store *store, uint32_t node)
{
	uint32_t head = store_at(store, node, 0);

	return head != STORE_NONE && store_fragment(store, head)->size > 0;
}

/* A place for a node's fragment of a number that is not there, among its others. */
static uint32_t place_take(struct store *store, uint32_t node, uint32_t number)
{
	struct places *places = &store->fragment_places;
	uint32_t index = places->freed - 1;
	uint32_t *link = &store_node(store, node)->first;
	struct store_fragment *fragment;

	REQUIRE(places->used < places->capacity);
	places->used++;
	if (places->freed == 0)
		index = places->fresh++;
	fragment = store_fragment(store, index);
	if (places->freed != 0)
		places->freed = fragment->next;
	while (*link != 0 && store_fragment(store, *link - 1)->number < number)
		link = &store_fragment(store, *link - 1)->next;
	*fragment = (struct store_fragment){.node = node,
					    .number = number & (RECORD_FRAGMENTS - 1),
					    .used = true,
					    .next = *link};
	*link = index + 1;
	return index;
}

uint32_t store_put(struct store *store, uint32_t node, uint32_t number, uint16_t from,
		   struct span bytes, uint64_t hash)
{
	uint32_t index = store_at(store, node, number);
	struct store_fragment *fragment;

	REQUIRE(bytes.size > 0 && bytes.size <= UINT16_MAX);
	if (index == STORE_NONE)
		index = place_take(store, node, number);
	fragment = store_fragment(store, index);
	count_in(store, index, false);
	if (fragment->size > 0)
		cells_drop(cells_of(store), fragment->cells);
	fragment->cells = cells_put(cells_of(store), bytes);
	fragment->size = (uint16_t)bytes.size;
	fragment->hash = hash;
	fragment->from = from;
	count_in(store, index, true);
	return index;
}

/* Takes a fragment out of the queue of news. O(queue). */
static void news_leave(struct store *store, uint32_t index)
{
	struct store_fragment *fragment = store_fragment(store, index);
	uint32_t before = 0;

	if (!fragment->queued)
		return;
	for (uint32_t at = store->news_head; at != index + 1;
	     at = store_fragment(store, at - 1)->news)
		before = at;
	if (before == 0)
		store->news_head = fragment->news;
	else
		store_fragment(store, before - 1)->news = fragment->news;
	if (fragment->news == 0)
		store->news_tail = before;
	fragment->queued = false;
}

void store_empty(struct store *store, uint32_t index)
{
	struct store_fragment *fragment = store_fragment(store, index);

	if (fragment->size == 0)
		return;
	news_leave(store, index);
	count_in(store, index, false);
	cells_drop(cells_of(store), fragment->cells);
	fragment->size = 0;
}

void store_drop(struct store *store, uint32_t index)
{
	struct store_fragment *fragment = store_fragment(store, index);
	uint32_t *link = &store_node(store, fragment->node)->first;

	store_empty(store, index);
	while (*link != index + 1)
		link = &store_fragment(store, *link - 1)->next;
	*link = fragment->next;
	fragment->used = false;
	fragment->next = store->fragment_places.freed;
	store->fragment_places.freed = index + 1;
	store->fragment_places.used--;
}

size_t store_copy(const struct store *store, uint32_t index, uint8_t *out)
{
	const struct store_fragment *fragment = store_fragment(store, index);

	cells_copy(cells_of(store), fragment->cells, fragment->size, out);
	return fragment->size;
}

void store_tell(struct store *store, uint32_t index)
{
	struct store_fragment *fragment = store_fragment(store, index);

	REQUIRE(fragment->size > 0);
	if (fragment->queued)
		return;
	fragment->queued = true;
	fragment->news = 0;
	if (store->news_head == 0)
		store->news_head = index + 1;
	else
		store_fragment(store, store->news_tail - 1)->news = index + 1;
	store->news_tail = index + 1;
}

uint32_t store_told(struct store *store)
{
	uint32_t index = store->news_head - 1;

	if (index != STORE_NONE)
		news_leave(store, index);
	return index;
}

uint64_t store_sum(const struct store *store, uint32_t bucket)
{
	REQUIRE(bucket < STORE_BUCKETS);
	return store->sums[bucket];
}

uint64_t store_digest(const struct store *store)
{
	return store->digest;
}
