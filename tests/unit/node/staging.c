/* Waiting packets against plain queues in the test: order, owners, bounds, and memory that stays
 * untouched until it is used. */
#include "node/staging.h"

#include "base/rng.h"
#include "node/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	SLOTS = 13,
	OWNERS = 4,
	STEPS = 20000,
};

/* One owner's packets; a packet is told by its number. */
struct model {
	uint32_t count;
	uint32_t numbers[STAGED_PER_PEER];
};

static struct staging *staging_new(uint32_t capacity)
{
	void *memory = calloc(1, staging_size(capacity));

	assert_non_null(memory);
	return staging_init(memory, capacity);
}

/* Stages a packet that holds nothing but its number, at an instant that is its number too. */
static enum drop put(struct staging *staging, struct staging_queue *queue, uint32_t owner,
		     uint32_t number)
{
	return staging_put(staging, queue, owner, (instant){number},
			   (struct span){(const uint8_t *)&number, sizeof(number)});
}

static uint32_t number_of(const struct staged *staged)
{
	uint32_t number;

	assert_int_equal(staged->packet.size, sizeof(number));
	memcpy(&number, staged->packet.bytes, sizeof(number));
	assert_int_equal(staged->arrived.us, number);
	return number;
}

static uint32_t model_take(struct model *model)
{
	uint32_t number = model->numbers[0];

	model->count--;
	memmove(model->numbers, model->numbers + 1, model->count * sizeof(model->numbers[0]));
	return number;
}

static void model_put(struct model *models, uint32_t owner, uint32_t number, enum drop drop)
{
	struct model *model = &models[owner];
	uint32_t waiting = 0;

	for (uint32_t i = 0; i < OWNERS; i++)
		waiting += models[i].count;
	if (model->count == STAGED_PER_PEER) {
		assert_int_equal(drop, DROP_STAGED_FULL);
		model_take(model);
	} else if (waiting == SLOTS) {
		assert_int_equal(drop, DROP_STAGED_FULL);
		return;
	} else {
		assert_int_equal(drop, DROP_NONE);
	}
	model->numbers[model->count++] = number;
}

static void check_oldest(const struct staging *staging, const struct model *models)
{
	struct staged staged;
	uint32_t oldest = UINT32_MAX, owner = 0, waiting = 0;

	for (uint32_t i = 0; i < OWNERS; i++) {
		waiting += models[i].count;
		if (models[i].count > 0 && models[i].numbers[0] < oldest) {
			oldest = models[i].numbers[0];
			owner = i;
		}
	}
	assert_int_equal(staging_count(staging), waiting);
	assert_int_equal(staging_oldest(staging, &staged), waiting > 0);
	if (waiting > 0) {
		assert_int_equal(number_of(&staged), oldest);
		assert_int_equal(staged.owner, owner);
	}
}

/* Takes the oldest number of one owner to where it belongs among those of another. */
static void model_move(struct model *models, uint32_t from, uint32_t to, enum drop drop)
{
	uint32_t number = model_take(&models[from]);
	struct model *model = &models[to];
	uint32_t at;

	assert_int_equal(drop, model->count == STAGED_PER_PEER ? DROP_STAGED_FULL : DROP_NONE);
	if (model->count == STAGED_PER_PEER)
		model_take(model);
	for (at = model->count++; at > 0 && model->numbers[at - 1] > number; at--)
		model->numbers[at] = model->numbers[at - 1];
	model->numbers[at] = number;
}

static void queues_keep_their_order(void **state)
{
	struct staging *staging = staging_new(SLOTS);
	struct staging_queue queues[OWNERS] = {0};
	struct model models[OWNERS] = {0};
	struct rng rng;
	struct staged staged;

	rng_init(&rng, (const uint8_t[RNG_SEED]){5});
	for (uint32_t number = 1; number < STEPS; number++) {
		uint32_t owner = rng_below(&rng, OWNERS), other = rng_below(&rng, OWNERS);
		assert_int_equal(staging_first(staging, &queues[other], &staged),
				 models[other].count > 0);
		if (models[other].count > 0)
			assert_int_equal(number_of(&staged), models[other].numbers[0]);
		if (owner != other && models[owner].count > 0 && rng_below(&rng, 4) == 0) {
			enum drop drop =
				staging_move(staging, &queues[owner], &queues[other], other);
			model_move(models, owner, other, drop);
			assert_int_equal(queues[other].count, models[other].count);
		} else if (rng_below(&rng, 5) < 3) {
			enum drop drop = put(staging, &queues[owner], owner, number);
			model_put(models, owner, number, drop);
		} else {
			bool any = models[owner].count > 0;
			assert_int_equal(staging_take(staging, &queues[owner], &staged), any);
			if (any)
				assert_int_equal(number_of(&staged), model_take(&models[owner]));
		}
		assert_int_equal(queues[owner].count, models[owner].count);
		check_oldest(staging, models);
	}
	free(staging);
}

static void the_largest_packet_is_kept_whole(void **state)
{
	struct staging *staging = staging_new(2);
	struct staging_queue queue = {0};
	uint8_t packet[PACKET_MAX];
	struct staged staged;

	for (size_t i = 0; i < sizeof(packet); i++)
		packet[i] = (uint8_t)(i * 7);
	assert_int_equal(staging_put(staging, &queue, 3, (instant){9},
				     (struct span){packet, sizeof(packet)}),
			 DROP_NONE);
	assert_true(staging_take(staging, &queue, &staged));
	assert_int_equal(staged.packet.size, sizeof(packet));
	assert_memory_equal(staged.packet.bytes, packet, sizeof(packet));
	assert_int_equal(staged.owner, 3);
	assert_int_equal(staged.arrived.us, 9);
	assert_false(staging_take(staging, &queue, &staged));
	free(staging);
}

static void unused_slots_cost_no_memory(void **state)
{
	size_t size = staging_size(1024);
	size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (size + page - 1) / page, touched = 0;
	unsigned char *in_core = calloc(pages, 1);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct staging_queue queue = {0};

	assert_ptr_not_equal(memory, MAP_FAILED);
	assert_int_equal(put(staging_init(memory, 1024), &queue, 0, 1), DROP_NONE);
	assert_int_equal(mincore(memory, size, in_core), 0);
	for (size_t i = 0; i < pages; i++)
		touched += in_core[i] & 1;
	assert_in_range(touched, 1, pages / 20);
	free(in_core);
	munmap(memory, size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(queues_keep_their_order),
		cmocka_unit_test(the_largest_packet_is_kept_whole),
		cmocka_unit_test(unused_slots_cost_no_memory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/staging", tests, NULL, NULL);
}
