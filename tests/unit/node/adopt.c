/* A node whose process is gone goes on where it lies: nobody notices but by counters that jump,
 * what a worker was at when it was stopped does no harm, and what is not such a node is left alone.
 */
#include "mesh.h"
#include "meshp/header.h"
#include "node/datapath.h"
#include "node/value.h"

#include "node/check.h"

#include <stdlib.h>
#include <string.h>

enum { SIZE = 300, TIMES = 20 };

static struct mesh *mesh_of(uint64_t seed, uint32_t workers)
{
	struct mesh *mesh = mesh_new(seed);

	mesh->limits.workers = workers;
	for (uint32_t host = 0; host < 3; host++)
		mesh_start(mesh, host);
	return mesh;
}

/* What mesh.c makes its hosts of, as far as it is looked at. */
static struct node_secrets secrets_of(const struct making *making)
{
	struct node_secrets secrets = {.identity_seed = {making->identity}};

	memset(secrets.network_key, making->network, sizeof(secrets.network_key));
	return secrets;
}

enum { ZONE = 1 };

static void adopt(struct mesh *mesh, uint32_t host)
{
	const struct making *making = &mesh->hosts[host].making;
	struct node *node = mesh->hosts[host].node;
	const struct node_secrets secrets = secrets_of(making);

	assert_ptr_equal(node_adopt(node, &mesh->limits, &secrets, ZONE), node);
	node_check(node);
}

static struct data_header header_of(const uint8_t *bytes, size_t size)
{
	struct reader reader = reader_of(bytes, size);
	struct data_header header;

	assert_int_equal(data_header_read(&reader, &header), DROP_NONE);
	return header;
}

/* The mesh of the tests sees to it that no key and nonce are used twice. */
static void nothing_is_lost(uint32_t workers)
{
	struct mesh *mesh = mesh_of(10 + workers, workers);
	struct node_session before, after;

	for (uint32_t i = 0; i < 300; i++) {
		mesh_run(mesh, duration_ms(1));
		adopt(mesh, i % 3);
	}
	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	assert_true(mesh_session(mesh, 0, 1, &before));
	for (uint32_t i = 0; i < TIMES; i++) {
		adopt(mesh, i % 3);
		mesh_exchange(mesh, 0, 1, i, SIZE);
		mesh_exchange(mesh, 1, 0, i, SIZE);
		mesh_run(mesh, duration_ms(10));
	}
	assert_true(mesh_session(mesh, 0, 1, &after));
	assert_int_equal(after.epoch, before.epoch);
	assert_int_equal(after.tx_packets, before.tx_packets + TIMES);
	assert_int_equal(mesh_drops_all(mesh, 0) + mesh_drops_all(mesh, 1), 0);
	mesh_free(mesh);
}

static void nothing_is_lost_alone(void **state)
{
	nothing_is_lost(0);
}

static void nothing_is_lost_with_workers(void **state)
{
	nothing_is_lost(2);
}

static void counters_jump(void **state)
{
	struct mesh *mesh = mesh_of(20, 0);
	const struct flight *last = &mesh->last[KIND_PACKET];

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh_exchange(mesh, 0, 1, 1, SIZE);
	const struct data_header before = header_of(last->bytes, last->size);
	adopt(mesh, 0);
	mesh_exchange(mesh, 0, 1, 1, SIZE);
	const struct data_header after = header_of(last->bytes, last->size);
	assert_int_equal(after.lane, before.lane);
	assert_int_equal(after.counter, before.counter + 1 + COUNTER_JUMP);
	mesh_free(mesh);
}

/* Has a worker of host 1 take the last packet once more. The drops of all it refused. */
static uint64_t repeat(struct mesh *mesh, uint32_t worker, struct datapath *datapath)
{
	const struct flight *last = &mesh->last[KIND_PACKET];
	uint64_t before = mesh_drops(mesh, 1, DROP_REPLAY);

	*datapath = datapath_begin(mesh->hosts[1].node, worker);
	outbox_clear(mesh->outbox);
	datapath_frame(datapath, mesh->now, 0, mesh_lladdr(0, 0), false, last->bytes, last->size,
		       mesh->outbox);
	return mesh_drops(mesh, 1, DROP_REPLAY) - before;
}

/* A worker opened a frame and was stopped before its window said so: here by way of a window that
 * forgot it. Nothing that came is opened again, what comes is. */
static void a_torn_worker_takes_nothing_twice(void **state)
{
	struct mesh *mesh = mesh_of(30, 1);
	struct node *node = mesh->hosts[1].node;
	struct datapath datapath;

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh_run(mesh, duration_ms(300));
	mesh_exchange(mesh, 0, 1, 1, SIZE);
	const struct flight *last = &mesh->last[KIND_PACKET];
	const struct data_header header = header_of(last->bytes, last->size);
	uint32_t from = table_find(node_peer_table(node), mesh->hosts[0].address.bytes);
	const struct destination *peer = forwarding_at(node_forwarding(node), from);
	struct window *window = worker_window(node_worker(node, WORKER_PACKETS), from, header.lane,
					      peer, peer->open[0].serial);
	assert_int_equal(repeat(mesh, 0, &datapath), 1);
	datapath_end(&datapath);
	memset(window->seen, 0, sizeof(window->seen));
	adopt(mesh, 1);
	assert_int_equal(repeat(mesh, 0, &datapath), 0); /* nobody was at anything */
	memset(window->seen, 0, sizeof(window->seen));
	adopt(mesh, 1); /* in the midst of that batch */
	assert_int_equal(repeat(mesh, 0, &datapath), 1);
	datapath_end(&datapath);
	mesh_exchange(mesh, 0, 1, 2, SIZE);
	mesh_exchange(mesh, 1, 0, 2, SIZE);
	mesh_free(mesh);
}

/* What a worker held is free, however often one is stopped. */
static void nothing_stays_held(void **state)
{
	struct mesh *mesh = mesh_of(40, 2);

	for (uint32_t i = 0; i < TIMES; i++) {
		for (uint32_t worker = 0; worker < 2; worker++)
			(void)datapath_begin(mesh->hosts[0].node, worker);
		adopt(mesh, 0);
		mesh->hosts[0].making.links[0].rate_bps = 1000 * (i + 1);
		mesh_link(mesh, 0, 0);
		mesh_run(mesh, duration_ms(50));
	}
	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh_exchange(mesh, 0, 1, 1, SIZE);
	mesh_free(mesh);
}

/* Keys that were prepared, or half prepared, are wiped, and prepared anew when they are used. */
static void prepared_keys_are_wiped(void **state)
{
	struct mesh *mesh = mesh_of(50, 0);
	struct node *node = mesh->hosts[0].node;
	size_t size = keyring_size(mesh->limits.peers);
	void *fresh = aligned_alloc(64, (size + 63) & ~(size_t)63);

	assert_non_null(fresh);
	keyring_init(memset(fresh, 0, size), mesh->limits.peers);
	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh_exchange(mesh, 0, 1, 1, SIZE);
	assert_memory_not_equal(node_keyring(node, WORKER_PACKETS), fresh, size);
	adopt(mesh, 0);
	for (uint32_t i = 0; i < node_workers(node); i++)
		assert_memory_equal(node_keyring(node, i), fresh, size);
	mesh_exchange(mesh, 0, 1, 2, SIZE);
	free(fresh);
	mesh_free(mesh);
}

/* Nothing is adopted, and the memory is left alone. */
static void check_refused(struct mesh *mesh, const struct node_limits *limits,
			  const struct node_secrets *secrets, uint32_t zone)
{
	struct node *node = mesh->hosts[0].node;
	size_t size = mesh->hosts[0].size;
	void *before = malloc(size);

	assert_non_null(before);
	memcpy(before, node, size);
	assert_null(node_adopt(node, limits, secrets, zone));
	assert_memory_equal(node, before, size);
	free(before);
}

static void another_node_is_refused(void **state)
{
	struct mesh *mesh = mesh_of(60, 0);
	const struct making *making = &mesh->hosts[0].making;
	struct node_secrets secrets = secrets_of(making), other = secrets;
	struct node_limits limits = mesh->limits;

	limits.peers--;
	check_refused(mesh, &limits, &secrets, ZONE);
	other.identity_seed[31] ^= 1;
	check_refused(mesh, &mesh->limits, &other, ZONE);
	other = secrets;
	other.network_key[0] ^= 1;
	check_refused(mesh, &mesh->limits, &other, ZONE);
	assert_true(node_in_network(mesh->hosts[0].node, secrets.network_key));
	assert_false(node_in_network(mesh->hosts[0].node, other.network_key));
	check_refused(mesh, &mesh->limits, &secrets, ZONE + 1);
	outbox_clear(mesh->outbox);
	node_leave(mesh->hosts[0].node, mesh->now, mesh->outbox);
	check_refused(mesh, &mesh->limits, &secrets, ZONE);
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_alone),
		cmocka_unit_test(nothing_is_lost_with_workers),
		cmocka_unit_test(counters_jump),
		cmocka_unit_test(a_torn_worker_takes_nothing_twice),
		cmocka_unit_test(nothing_stays_held),
		cmocka_unit_test(prepared_keys_are_wiped),
		cmocka_unit_test(another_node_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/adopt", tests, NULL, NULL);
}
