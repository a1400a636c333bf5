/* A node that was saved goes on elsewhere as if nothing had been; bytes that are not just what was
 * saved make no node. */
#include "mesh.h"
#include "node/check.h"
#include "node/value.h"

#include <stdlib.h>
#include <string.h>

static uint8_t *saved_new(const struct node *node, size_t *size)
{
	*size = node_save_size(&node->limits);
	uint8_t *saved = malloc(*size);

	assert_non_null(saved);
	node_save(node, saved);
	return saved;
}

/* Memory for a node, full of something else. */
static void *memory_spoilt(const struct node_limits *limits)
{
	void *memory = malloc(node_size(limits));

	assert_non_null(memory);
	return memset(memory, 0xdb, node_size(limits));
}

/* Saves a host's node, spoils its memory and has it go on in other memory. */
static void move(struct mesh *mesh, uint32_t host)
{
	struct node *left = mesh->hosts[host].node;
	size_t size;
	uint8_t *saved = saved_new(left, &size);
	void *memory = memory_spoilt(&mesh->limits);

	memset(left, 0xdb, mesh->hosts[host].size);
	mesh->hosts[host].node = node_restore(memory, &mesh->limits, saved, size);
	assert_ptr_equal(mesh->hosts[host].node, memory);
	assert_ptr_not_equal(memory, left);
	node_check(mesh->hosts[host].node);
	free(left);
	free(saved);
}

/* Two runs that sent the same frames, the last of each kind byte for byte, ended alike. */
static void check_alike(const struct mesh *one, const struct mesh *other)
{
	for (uint32_t kind = 0; kind < KIND_COUNT; kind++) {
		assert_int_equal(one->last[kind].size, other->last[kind].size);
		assert_memory_equal(one->last[kind].bytes, other->last[kind].bytes,
				    one->last[kind].size);
	}
	for (uint32_t host = 0; host < 3; host++) {
		assert_memory_equal(one->hosts[host].frames, other->hosts[host].frames,
				    sizeof(one->hosts[host].frames));
		assert_int_equal(one->hosts[host].delivered, other->hosts[host].delivered);
		assert_int_equal(node_deadline(one->hosts[host].node).us,
				 node_deadline(other->hosts[host].node).us);
	}
}

static struct mesh *lived(bool moving)
{
	struct mesh *mesh = mesh_started(3, 3);
	uint8_t packet[200];

	for (uint32_t i = 0; i < 600; i++) {
		if (i % 50 == 49) {
			mesh_packet_write(mesh, 1, 2, i, sizeof(packet), packet);
			mesh_packet(mesh, 1, packet, sizeof(packet));
		}
		mesh_run(mesh, duration_ms(i < 300 ? 1 : 500));
		if (moving)
			move(mesh, i % 3);
	}
	assert_true(mesh_full(mesh, 0, 1));
	return mesh;
}

static void nobody_notices(void **state)
{
	struct mesh *stayed = lived(false), *moved = lived(true);

	assert_true(stayed->last[KIND_PROBE].size > 0 && stayed->last[KIND_PACKET].size > 0);
	check_alike(stayed, moved);
	mesh_free(stayed);
	mesh_free(moved);
}

static void saving_changes_nothing(void **state)
{
	struct mesh *mesh = mesh_started(4, 2);
	size_t size;

	mesh_run(mesh, duration_ms(300));
	uint8_t *first = saved_new(mesh->hosts[0].node, &size);
	uint8_t *second = saved_new(mesh->hosts[0].node, &size);
	assert_memory_equal(first, second, size);
	free(first);
	free(second);
	mesh_free(mesh);
}

/* Nothing is restored, and the memory is left alone. */
static void check_refused(const struct node_limits *limits, const uint8_t *saved, size_t size)
{
	void *memory = memory_spoilt(limits), *untouched = memory_spoilt(limits);

	assert_null(node_restore(memory, limits, saved, size));
	assert_memory_equal(memory, untouched, node_size(limits));
	free(memory);
	free(untouched);
}

static void damage_is_noticed(void **state)
{
	struct mesh *mesh = mesh_started(5, 2);
	size_t size;

	mesh_run(mesh, duration_ms(300));
	uint8_t *saved = saved_new(mesh->hosts[0].node, &size);
	for (size_t at = 0; at < size; at += at < 100 ? 1 : 4999) {
		saved[at] ^= 0x10;
		check_refused(&mesh->limits, saved, size);
		saved[at] ^= 0x10;
	}
	check_refused(&mesh->limits, saved, size - 1);
	check_refused(&mesh->limits, saved, 3);
	check_refused(&mesh->limits, NULL, 0);
	move(mesh, 0);
	free(saved);
	mesh_free(mesh);
}

static void other_limits_are_refused(void **state)
{
	struct mesh *mesh = mesh_started(6, 2);
	struct node_limits swapped = mesh->limits, fewer = mesh->limits;
	size_t size;
	uint8_t *saved = saved_new(mesh->hosts[0].node, &size);

	fewer.peers--;
	check_refused(&fewer, saved, size);
	fewer = mesh->limits;
	fewer.links = fewer.links == 1 ? 2 : 1;
	check_refused(&fewer, saved, size);
	swapped.staged++;
	check_refused(&swapped, saved, size);
	free(saved);
	mesh_free(mesh);
}

/* Saved by a program whose parts lie elsewhere: the hash is right, the layout is not. */
static void another_layout_is_refused(void **state)
{
	struct mesh *mesh = mesh_started(7, 2);
	struct node *node = mesh->hosts[0].node;
	size_t size;

	node->at.staging += 16;
	uint8_t *saved = saved_new(node, &size);
	check_refused(&mesh->limits, saved, size);
	node->at.staging -= 16;
	node_save(node, saved);
	void *memory = memory_spoilt(&mesh->limits);
	assert_non_null(node_restore(memory, &mesh->limits, saved, size));
	free(memory);
	free(saved);
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_notices),
		cmocka_unit_test(saving_changes_nothing),
		cmocka_unit_test(damage_is_noticed),
		cmocka_unit_test(other_limits_are_refused),
		cmocka_unit_test(another_layout_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/save", tests, NULL, NULL);
}
