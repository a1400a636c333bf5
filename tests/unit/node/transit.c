/* What a relay beside the node is shown: by it alone that relay decides as relay_data does, for
 * every neighbour, destination, lane and hop limit; and what it tells the node.
 * docs/protocol/route.md, section 7. */
#include "line.h"

#include "node/relay.h"
#include "node/value.h"

#include <string.h>

enum { MOST = 16 };

/* All that a node shows. */
struct shown {
	uint32_t hops, ways, nodes;
	struct node_transit_hop hop[MOST];
	struct node_transit_way way[MOST];
	struct node_transit_node node[MOST];
};

static struct shown shown_of(const struct node *node)
{
	struct shown shown = {0};
	uint32_t cursor = 0;

	while (node_transit_hops(node, &cursor, &shown.hop[shown.hops]))
		shown.hops++;
	cursor = 0;
	while (node_transit_ways(node, &cursor, &shown.way[shown.ways]))
		shown.ways++;
	cursor = 0;
	while (node_transit_nodes(node, &cursor, &shown.node[shown.nodes]))
		shown.nodes++;
	assert_true(shown.hops < MOST && shown.ways < MOST && shown.nodes < MOST);
	return shown;
}

/* The hop a relay would take by what is shown; NULL if it leaves the frame to the node. */
static const struct node_transit_hop *hop_by(const struct shown *shown, uint32_t link,
					     struct lladdr from, const struct data_header *header,
					     size_t size)
{
	const struct node_transit_way *way = NULL;

	for (uint32_t i = 0; i < shown->ways; i++)
		if (shown->way[i].link == link && lladdr_equal(&shown->way[i].from, &from))
			way = &shown->way[i];
	for (uint32_t i = 0; way != NULL && i < shown->nodes; i++) {
		uint32_t next = shown->node[i].next[header->lane];
		if (!node_id_equal(&shown->node[i].id, &header->destination))
			continue;
		assert_in_range(next, 0, shown->hops - 1);
		if (next == way->hop || header->hop_limit < 2 || size > shown->hop[next].mtu)
			return NULL;
		return &shown->hop[next];
	}
	return NULL;
}

/* Checks that both treat one frame alike. Says whether it was passed on. */
static bool check_frame(struct mesh *mesh, uint32_t host, const struct shown *shown, uint32_t link,
			struct lladdr from, const struct data_header *header, size_t size)
{
	const struct tables tables = node_tables(mesh->hosts[host].node);
	struct worker *worker = node_worker(mesh->hosts[host].node, WORKER_PACKETS);
	const struct node_transit_hop *hop = hop_by(shown, link, from, header, size);
	const struct action *action = &mesh->outbox->actions[0];
	uint8_t bytes[MESH_FRAME] = {0};
	const struct relay_frame frame = {.link = link, .from = from, .bytes = bytes, .size = size};
	struct writer out = writer_of(bytes, sizeof(bytes));

	data_header_write(header, &out);
	outbox_clear(mesh->outbox);
	struct verdict verdict =
		relay_data(&tables, worker, mesh->now, &frame, header, mesh->outbox);
	assert_int_equal(verdict.kind == VERDICT_DONE, hop != NULL);
	if (hop != NULL) {
		assert_int_equal(action->link, hop->link);
		assert_true(lladdr_equal(&action->to, &hop->to));
	}
	outbox_clear(mesh->outbox);
	return hop != NULL;
}

/* Tries a host with frames of every host, on either link, for every host. */
static uint32_t check_host(struct mesh *mesh, uint32_t host)
{
	struct shown shown = shown_of(mesh->hosts[host].node);
	uint32_t passed = 0;

	for (uint32_t i = 0; i < MESH_HOSTS * MESH_LINKS * MESH_HOSTS * (WIRE_LANES - 1) * 8; i++) {
		uint32_t from = i % MESH_HOSTS, link = i / MESH_HOSTS % MESH_LINKS;
		uint32_t to = i / MESH_HOSTS / MESH_LINKS % MESH_HOSTS;
		uint32_t rest = i / MESH_HOSTS / MESH_LINKS / MESH_HOSTS;
		const struct data_header header = {
			.lane = (uint8_t)(1 + rest / 8),
			.hop_limit = (uint8_t)(rest / 4 % 2 + 1),
			.destination = address_id(&mesh->hosts[to].address),
			.source = {{0x77}},
		};
		if (to != host)
			passed += check_frame(mesh, host, &shown, link, mesh_lladdr(from, rest % 2),
					      &header, rest / 2 % 2 ? 1400 : 1500);
	}
	return passed;
}

static void a_line_is_shown_as_it_relays(void **state)
{
	struct mesh *mesh = line_made(1);

	/* The wire between 1 and 2 is narrower. */
	mesh->hosts[1].making.links[1].mtu = mesh->hosts[2].making.links[0].mtu = 1450;
	line_started(mesh);
	assert_int_equal(check_host(mesh, 0), 0);
	assert_int_equal(check_host(mesh, LINE_LAST), 0);
	for (uint32_t host = 1; host < LINE_LAST; host++)
		assert_true(check_host(mesh, host) > 0);
	mesh_free(mesh);
}

/* Links that go down and come back, at any moment. */
static void every_moment_of_a_line_is_shown(void **state)
{
	struct mesh *mesh = line_made(2);
	uint32_t passed = 0;

	for (uint32_t host = 0; host < LINE; host++)
		mesh_start(mesh, host);
	for (uint32_t i = 0; i < 300; i++) {
		if (i % 100 == 60 || i % 100 == 80) {
			mesh->hosts[2].making.links[1].running = i % 100 == 80;
			mesh_link(mesh, 2, 1);
		}
		mesh_run(mesh, duration_ms(20));
		for (uint32_t host = 0; host < LINE; host++)
			passed += check_host(mesh, host);
	}
	assert_true(passed > 0);
	mesh_free(mesh);
}

/* Ids that two nodes share and nodes that are lost are not shown, whoever else is. */
static void who_is_in_doubt_is_left_to_the_node(void **state)
{
	struct mesh *mesh = line_new(3);
	struct node *node = mesh->hosts[1].node;
	struct fib *fib = node_fib_at(node, slots_published(&node->fibs));
	struct fib_node twin = *fib_node(fib, 0), lost = twin;
	uint32_t before = shown_of(node).nodes;

	twin.address.bytes[ADDRESS - 1] ^= 1;
	fib_add_node(fib, &twin);
	lost.address.bytes[5] ^= 1;
	lost.lost = true;
	fib_add_node(fib, &lost);
	assert_int_equal(shown_of(node).nodes, before - 1);
	assert_true(check_host(mesh, 1) > 0);
	mesh_free(mesh);
}

static void each_publication_has_its_number(void **state)
{
	struct mesh *mesh = line_new(4);
	struct node *node = mesh->hosts[1].node;
	uint64_t serial = node_transit_serial(node);
	uint8_t packet[MESH_PACKET];

	mesh_packet_write(mesh, 1, 0, 1, 200, packet);
	mesh_packet(mesh, 1, packet, 200);
	assert_int_equal(node_transit_serial(node), serial);
	mesh->hosts[1].making.links[1].running = false;
	mesh_link(mesh, 1, 1);
	assert_true(node_transit_serial(node) > serial);
	mesh_free(mesh);
}

static void lose_wire_2(struct mesh *mesh, struct flight *flight)
{
	if (flight->host < LINE && mesh->hosts[flight->host].making.wires[flight->link] == 2)
		flight->copies = 0;
}

/* How long host 1 takes host 2 for a neighbour on a wire that is dead. */
static duration dead_wire_noticed(bool told)
{
	struct mesh *mesh = line_new(5);
	struct lladdr to = mesh_lladdr(2, 0);
	duration took;

	mesh_run(mesh, duration_s(60));
	mesh->filter = lose_wire_2;
	instant begun = mesh->now;
	while (mesh_state(mesh, 1, 2) == NEIGHBOUR_FULL) {
		if (told) {
			outbox_clear(mesh->outbox);
			node_carried(mesh->hosts[1].node, mesh->now, 1, to, mesh->outbox);
			mesh_carry(mesh, 1);
		}
		mesh_run(mesh, duration_ms(250));
		assert_in_range(instant_since(mesh->now, begun).us, 0, duration_s(20).us);
	}
	took = instant_since(mesh->now, begun);
	mesh_free(mesh);
	return took;
}

static void what_another_carried_makes_silence_count(void **state)
{
	duration told = dead_wire_noticed(true), untold = dead_wire_noticed(false);

	print_message("# a dead wire is noticed after %d ms, if nothing is told %d ms\n",
		      (int)(told.us / 1000), (int)(untold.us / 1000));
	assert_in_range(told.us, 0, duration_ms(750).us);
	assert_true(untold.us > told.us);
}

static void what_was_carried_to_nobody_changes_nothing(void **state)
{
	struct mesh *mesh = line_new(6);
	struct node *node = mesh->hosts[1].node;
	instant deadline = node_deadline(node);

	for (uint32_t link = 0; link < MESH_LINKS; link++) {
		node_carried(node, mesh->now, link, (struct lladdr){{9}}, mesh->outbox);
		assert_int_equal(mesh->outbox->count, 0);
		assert_int_equal(node_deadline(node).us, deadline.us);
	}
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_shown_as_it_relays),
		cmocka_unit_test(every_moment_of_a_line_is_shown),
		cmocka_unit_test(who_is_in_doubt_is_left_to_the_node),
		cmocka_unit_test(each_publication_has_its_number),
		cmocka_unit_test(what_another_carried_makes_silence_count),
		cmocka_unit_test(what_was_carried_to_nobody_changes_nothing),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/transit", tests, NULL, NULL);
}
