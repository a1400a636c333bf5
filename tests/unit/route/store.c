/* What is kept: places, lists, sums and the queue of news stay in step. */
#include "route/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct route_limits limits = {.nodes = 6, .fragments = 8, .cells = 20, .adjacent = 3};

static struct address address_of(uint8_t number)
{
	return (struct address){{0xbe, 0xef, number, 1}};
}

static struct store *store_new(void)
{
	static const uint8_t secret[TABLE_SECRET] = {1};
	size_t size = (store_size(&limits) + 15) / 16 * 16;
	struct address own = address_of(0);
	void *memory = aligned_alloc(16, size);

	assert_non_null(memory);
	memset(memory, 0, size);
	return store_init(memory, &limits, &own, secret);
}

static uint32_t add(struct store *store, uint8_t number, uint16_t bringer)
{
	struct address address = address_of(number);

	return store_add(store, &address, bringer);
}

/* Puts size bytes whose hash is given. */
static uint32_t put(struct store *store, uint32_t node, uint32_t number, size_t size, uint64_t hash)
{
	uint8_t bytes[600];

	memset(bytes, (int)hash, sizeof(bytes));
	return store_put(store, node, number, 1, (struct span){bytes, size}, hash);
}

static void test_nodes_come_and_go(void **state)
{
	struct store *store = store_new();
	struct address address = address_of(2);
	uint32_t one = add(store, 1, 0), two = add(store, 2, 1);

	assert_int_equal(store_find(store, &address), two);
	assert_int_equal(store_room(store).nodes, 3);
	store_remove(store, two);
	assert_int_equal(store_find(store, &address), STORE_NONE);
	assert_false(store_node_used(store, two));
	assert_true(store_node_used(store, one));
	assert_int_equal(add(store, 3, 2), two); /* its place is used again */
	assert_int_equal(store_nodes_end(store), 3);
	assert_int_equal(add(store, 4, 2), 3);
	assert_int_equal(store_room(store).nodes, 2);
	free(store);
}

static void test_lists_are_in_order_of_arrival(void **state)
{
	struct store *store = store_new();
	uint32_t a = add(store, 1, 0), b = add(store, 2, 1), c = add(store, 3, 1);

	assert_int_equal(store_oldest(store, NODE_WAITING), a);
	assert_int_equal(store_newer(store, b), c);
	assert_int_equal(store_newer(store, c), STORE_NONE);
	assert_int_equal(store_brought(store, 1), 2);
	store_move(store, b, NODE_CONNECTED);
	assert_int_equal(store_newer(store, a), c);
	assert_int_equal(store_brought(store, 1), 1);
	assert_int_equal(store_count(store, NODE_CONNECTED), 2);
	store_move(store, STORE_OWN, NODE_CONNECTED); /* to the end of its own list */
	assert_int_equal(store_oldest(store, NODE_CONNECTED), b);
	assert_int_equal(store_newer(store, b), STORE_OWN);
	store_move(store, b, NODE_LAPSED);
	assert_int_equal(store_oldest(store, NODE_LAPSED), b);
	store_remove(store, b);
	assert_int_equal(store_oldest(store, NODE_LAPSED), STORE_NONE);
	assert_int_equal(store_count(store, NODE_LAPSED), 0);
	free(store);
}

static void test_fragments_are_in_order_of_number(void **state)
{
	struct store *store = store_new();
	uint32_t node = add(store, 1, 0);
	uint32_t third = put(store, node, 3, 10, 3), first = put(store, node, 1, 10, 1);
	uint32_t head;

	assert_false(store_has_head(store, node));
	head = put(store, node, 0, 300, 7);
	assert_true(store_has_head(store, node));
	assert_int_equal(store_first(store, node), head);
	assert_int_equal(store_next(store, head), first);
	assert_int_equal(store_next(store, first), third);
	assert_int_equal(store_next(store, third), STORE_NONE);
	assert_int_equal(store_at(store, node, 3), third);
	assert_int_equal(store_at(store, node, 2), STORE_NONE);
	assert_int_equal(store_room(store).fragments, 5);
	assert_int_equal(store_room(store).cells, 20 - 3 - 2);
	store_drop(store, first);
	assert_int_equal(store_next(store, head), third);
	assert_false(store_fragment_used(store, first));
	store_empty(store, head);
	assert_false(store_has_head(store, node));
	assert_int_equal(store_first(store, node), head);
	assert_int_equal(store_room(store).cells, 20 - 1);
	store_remove(store, node);
	assert_int_equal(store_room(store).cells, 20);
	assert_int_equal(store_room(store).fragments, 8);
	free(store);
}

static void test_bytes_are_replaced(void **state)
{
	struct store *store = store_new();
	uint32_t node = add(store, 1, 0);
	uint32_t fragment = put(store, node, 0, 500, 7);
	uint8_t bytes[600];

	assert_int_equal(put(store, node, 0, 200, 9), fragment);
	assert_int_equal(store_copy(store, fragment, bytes), 200);
	assert_int_equal(bytes[0], 9);
	assert_int_equal(bytes[199], 9);
	assert_int_equal(store_room(store).cells, 20 - 2);
	free(store);
}

static void test_sums_are_of_the_connected(void **state)
{
	struct store *store = store_new();
	uint32_t node = add(store, 4, 0);
	uint32_t fragment = put(store, node, 0, 10, 100);

	(void)put(store, node, 1, 10, 1000);
	(void)put(store, STORE_OWN, 0, 10, 5);
	assert_true(store_digest(store) == 5);
	store_move(store, node, NODE_CONNECTED);
	assert_true(store_digest(store) == 1105);
	assert_true(store_sum(store, 4) == 1100);
	assert_true(store_sum(store, 0) == 5);
	assert_int_equal(store_bucket(store, fragment), 4);
	(void)put(store, node, 0, 10, 200);
	assert_true(store_sum(store, 4) == 1200);
	store_empty(store, fragment);
	store_empty(store, fragment);
	assert_true(store_sum(store, 4) == 1000);
	(void)put(store, node, 0, 10, 300); /* from a tombstone to life */
	assert_true(store_sum(store, 4) == 1300);
	store_move(store, node, NODE_LAPSED);
	assert_true(store_sum(store, 4) == 0);
	assert_true(store_digest(store) == 5);
	free(store);
}

static void test_news_is_told_once_in_order(void **state)
{
	struct store *store = store_new();
	uint32_t node = add(store, 1, 0), at[4];

	for (uint32_t i = 0; i < 4; i++) {
		at[i] = put(store, node, i, 10, i);
		store_tell(store, at[i]);
	}
	store_tell(store, at[0]); /* is in it already */
	store_drop(store, at[1]);
	store_empty(store, at[3]); /* the last one */
	store_tell(store, put(store, node, 1, 10, 1));
	assert_int_equal(store_told(store), at[0]);
	store_tell(store, at[0]);
	assert_int_equal(store_told(store), at[2]);
	assert_int_equal(store_told(store), store_at(store, node, 1));
	store_remove(store, node);
	assert_int_equal(store_told(store), STORE_NONE);
	free(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nodes_come_and_go),
		cmocka_unit_test(test_lists_are_in_order_of_arrival),
		cmocka_unit_test(test_fragments_are_in_order_of_number),
		cmocka_unit_test(test_bytes_are_replaced),
		cmocka_unit_test(test_sums_are_of_the_connected),
		cmocka_unit_test(test_news_is_told_once_in_order),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("route/store", tests, NULL, NULL);
}
