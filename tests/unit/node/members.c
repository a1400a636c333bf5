/* Who may take part: a list of members is a set, strangers to it get nothing of a node but a
 * refusal that costs next to nothing, and who is taken off it loses what it had.
 * docs/protocol/meshp.md, section 8. */
#include "node/members.h"

#include "line.h"

#include <string.h>

/* Lets the host know just these members. */
static void allow(struct mesh *mesh, uint32_t host, const uint32_t *members, uint32_t count)
{
	struct address list[MESH_HOSTS];

	for (uint32_t i = 0; i < count; i++)
		list[i] = mesh->hosts[members[i]].address;
	node_allow(mesh->hosts[host].node, mesh->now, true, list, count, mesh->outbox);
	mesh_carry(mesh, host);
}

static void allow_all(struct mesh *mesh, uint32_t host)
{
	node_allow(mesh->hosts[host].node, mesh->now, false, NULL, 0, mesh->outbox);
	mesh_carry(mesh, host);
}

static void a_list_is_a_set(void **state)
{
	static const uint32_t backwards[] = {4, 2, 3, 2, 1};
	struct mesh *mesh = mesh_started(1, 6);
	const struct node *node = mesh->hosts[0].node;
	struct node_status status;

	assert_true(members_hold(node, &mesh->hosts[5].address));
	allow(mesh, 0, backwards, 5);
	node_status(node, mesh->now, &status);
	assert_true(status.listed);
	assert_int_equal(status.members, 4);
	for (uint32_t i = 1; i < 6; i++) {
		struct node_id id = address_id(&mesh->hosts[i].address);
		assert_int_equal(members_hold(node, &mesh->hosts[i].address), i < 5);
		assert_int_equal(members_hold_id(node, &id), i < 5);
	}
	allow(mesh, 0, backwards, 0);
	node_status(node, mesh->now, &status);
	assert_true(status.listed);
	assert_int_equal(status.members, 0);
	assert_false(members_hold(node, &mesh->hosts[1].address));
	allow_all(mesh, 0);
	assert_true(members_hold(node, &mesh->hosts[1].address));
	mesh_free(mesh);
}

/* Host 1 would like to, and host 0 does not let it: no curve operation is spent on it, no place in
 * a table, and no frame but the HELLOs that are for all. */
static void who_is_not_on_it_gets_nothing(void **state)
{
	static const uint32_t others[] = {2};
	struct mesh *mesh = mesh_started(2, 3);
	struct node_status status;
	struct node_session session;

	allow(mesh, 0, others, 1);
	mesh_wait(mesh, mesh_full, 0, 2, duration_s(10));
	mesh_run(mesh, duration_s(30));
	assert_int_equal(mesh_state(mesh, 0, 1), NEIGHBOUR_NONE);
	assert_false(mesh_session(mesh, 0, 1, &session));
	assert_true(mesh_drops(mesh, 0, DROP_NOT_ALLOWED) > 0);
	node_status(mesh->hosts[0].node, mesh->now, &status);
	assert_int_equal(status.peers, 1);
	assert_true(mesh_full(mesh, 1, 2));
	assert_true(mesh->hosts[1].frames[KIND_INITIATION] > 1);
	assert_int_equal(mesh->hosts[0].frames[KIND_COOKIE], 0);
	mesh_free(mesh);
}

/* Host 2 is on the way between 0 and 1 and lets them talk; to who is not on its own list there is
 * no way for it, whatever others tell of it. */
static void nothing_is_sent_to_who_is_not_on_it(void **state)
{
	static const uint32_t others[] = {2};
	struct mesh *mesh = mesh_started(3, 3);
	uint8_t packet[100];
	uint64_t before;

	allow(mesh, 0, others, 1);
	mesh_wait(mesh, mesh_full, 0, 2, duration_s(10));
	mesh_run(mesh, duration_s(5));
	assert_int_equal(mesh_route(mesh, 0, 1).hops, 0);
	before = mesh_drops(mesh, 0, DROP_UNREACHABLE);
	mesh_packet_write(mesh, 0, 1, 7, sizeof(packet), packet);
	mesh_packet(mesh, 0, packet, sizeof(packet));
	assert_int_equal(mesh_drops(mesh, 0, DROP_UNREACHABLE), before + 1);
	assert_int_equal(mesh->hosts[0].packets, 1); /* what ICMPv6 says of it */
	mesh_free(mesh);
}

static void who_is_taken_off_loses_everything_and_may_come_back(void **state)
{
	static const uint32_t nobody[] = {0};
	struct mesh *mesh = mesh_started(4, 2);
	struct node_session session;

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(10));
	mesh_wait(mesh, mesh_agreed, 0, 1, duration_s(10));
	mesh_exchange(mesh, 0, 1, 1, 200);
	allow(mesh, 0, nobody, 0);
	assert_int_equal(mesh_state(mesh, 0, 1), NEIGHBOUR_NONE);
	assert_false(mesh_session(mesh, 0, 1, &session));
	assert_int_equal(mesh_route(mesh, 0, 1).hops, 0);
	mesh_run(mesh, duration_s(60));
	assert_int_equal(mesh_state(mesh, 0, 1), NEIGHBOUR_NONE);
	assert_int_equal(mesh_route(mesh, 1, 0).hops, 0);
	allow_all(mesh, 0);
	mesh_wait(mesh, mesh_full, 0, 1, duration_s(60));
	mesh_wait(mesh, mesh_agreed, 0, 1, duration_s(60));
	mesh_exchange(mesh, 0, 1, 2, 200);
	mesh_free(mesh);
}

/* Packets that wait for its session are not left behind. */
static void what_waited_for_it_is_dropped_by_name(void **state)
{
	static const uint32_t on_the_way[] = {1};
	struct mesh *mesh = line_new(5);
	uint8_t packet[100];

	mesh_run(mesh, duration_s(15));
	mesh_packet_write(mesh, 0, LINE_LAST, 7, sizeof(packet), packet);
	mesh_packet(mesh, 0, packet, sizeof(packet));
	allow(mesh, 0, on_the_way, 1);
	assert_int_equal(mesh_drops(mesh, 0, DROP_NOT_ALLOWED), 1);
	mesh_run(mesh, duration_s(5));
	mesh_free(mesh);
}

/* Host 1 relays for 0, 2 and nobody else, though 2 is a neighbour of 3 all the same. */
static void who_is_not_on_it_is_not_relayed_for(void **state)
{
	static const uint32_t some[] = {0, 2};
	struct mesh *mesh = line_new(6);
	uint8_t packet[100];

	mesh_run(mesh, duration_s(15));
	line_introduce(mesh, 0, LINE_LAST);
	mesh_exchange(mesh, LINE_LAST, 0, 1, 200);
	allow(mesh, 1, some, 2);
	mesh_run(mesh, duration_ms(10));
	uint32_t taken = mesh->hosts[0].packets;
	mesh_packet_write(mesh, LINE_LAST, 0, 2, sizeof(packet), packet);
	mesh_packet(mesh, LINE_LAST, packet, sizeof(packet));
	mesh_run(mesh, duration_ms(100));
	assert_int_equal(mesh->hosts[0].packets, taken);
	assert_int_equal(mesh_drops(mesh, 1, DROP_NOT_ALLOWED), 1);
	mesh_packet_write(mesh, 0, LINE_LAST, 3, sizeof(packet), packet);
	mesh_packet(mesh, 0, packet, sizeof(packet));
	mesh_run(mesh, duration_ms(100));
	assert_int_equal(mesh_drops(mesh, 1, DROP_NO_ROUTE), 1);
	line_introduce(mesh, 0, 2);
	mesh_exchange(mesh, 2, 0, 4, 200);
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_a_set),
		cmocka_unit_test(who_is_not_on_it_gets_nothing),
		cmocka_unit_test(nothing_is_sent_to_who_is_not_on_it),
		cmocka_unit_test(who_is_taken_off_loses_everything_and_may_come_back),
		cmocka_unit_test(what_waited_for_it_is_dropped_by_name),
		cmocka_unit_test(who_is_not_on_it_is_not_relayed_for),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/members", tests, NULL, NULL);
}
