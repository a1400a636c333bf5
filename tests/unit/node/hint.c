/* Hints in a line of nodes, where every one of them lies: what does not fit is refused by name,
 * what could be true is tried a few times, and packets go the way they went. That true ones lead to
 * shortcuts is shown by tests/scenarios/crowd.sim. */
#include "node/hint.h"

#include "meshp/hint.h"
#include "meshp/wire.h"
#include "node/peers.h"
#include "node/sealed.h"
#include "tests/unit/node/line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct lladdr elsewhere = {{2, 9, 9, 9, 9, 9}};

/* Host 1 says to host 0 that a node is at that link address. */
static void lie(struct mesh *mesh, const struct address *about, struct lladdr lladdr)
{
	struct node *node = mesh->hosts[1].node;
	const struct hint hint = {.destination = *about, .lladdr = lladdr};
	uint8_t bytes[WIRE_HINT], frame[200];
	struct writer out = writer_of(bytes, sizeof(bytes));
	uint32_t index = peers_find(node, &mesh->hosts[0].address);

	hint_write(&hint, &out);
	outbox_clear(mesh->outbox);
	sealed_send(node, mesh->now, index, &(struct way){.link = 0, .to = mesh_lladdr(0, 1)},
		    (struct span){bytes, sizeof(bytes)}, mesh->outbox);
	assert_int_equal(mesh->outbox->count, 1);
	size_t size = mesh->outbox->actions[0].size;
	memcpy(frame, mesh->outbox->bytes, size);
	mesh_inject(mesh, 0, 1, mesh_lladdr(1, 0), false, frame, size);
}

static void what_does_not_fit_is_refused(void **state)
{
	struct mesh *mesh = line_new(1);
	const struct address nobody = {{0xbe, 0xef, 1}};

	lie(mesh, &mesh->hosts[1].address, elsewhere);
	assert_int_equal(mesh_drops(mesh, 0, DROP_HINT), 1);
	lie(mesh, &mesh->hosts[0].address, elsewhere);
	assert_int_equal(mesh_drops(mesh, 0, DROP_HINT), 2);
	lie(mesh, &nobody, elsewhere);
	assert_int_equal(mesh_drops(mesh, 0, DROP_HINT), 3);
	assert_int_equal(mesh_state(mesh, 0, 2), NEIGHBOUR_NONE);
	mesh_free(mesh);
}

static void on_radio_none_is_taken(void **state)
{
	struct mesh *mesh = line_made(1);

	mesh->hosts[0].making.links[1].radio = true;
	line_started(mesh);
	lie(mesh, &mesh->hosts[2].address, elsewhere);
	assert_int_equal(mesh_drops(mesh, 0, DROP_HINT), 1);
	mesh_free(mesh);
}

static void a_lie_is_tried_and_diverts_nothing(void **state)
{
	struct mesh *mesh = line_new(1);

	line_introduce(mesh, 0, LINE_LAST);
	uint64_t drops = mesh_drops_all(mesh, 0);
	uint32_t probes = mesh->hosts[0].frames[KIND_PROBE];
	lie(mesh, &mesh->hosts[LINE_LAST].address, elsewhere);
	assert_int_equal(mesh_drops_all(mesh, 0), drops);
	assert_int_equal(mesh_state(mesh, 0, LINE_LAST), NEIGHBOUR_ONEWAY);
	mesh_exchange(mesh, 0, LINE_LAST, 3, 300);
	mesh_run(mesh, duration_s(3));
	/* Four probes that nobody answers; others are those of the neighbour. */
	assert_in_range(mesh->hosts[0].frames[KIND_PROBE] - probes, 4, 4 + 3 + 6);
	assert_int_equal(mesh_state(mesh, 0, LINE_LAST), NEIGHBOUR_HEARD);
	mesh_exchange(mesh, 0, LINE_LAST, 4, 300);
	mesh_free(mesh);
}

static void they_are_followed_at_a_rate(void **state)
{
	struct mesh *mesh = line_new(1);

	for (uint8_t i = 0; i < 40; i++)
		lie(mesh, &mesh->hosts[2].address, (struct lladdr){{2, 9, 9, 9, 9, i}});
	assert_in_range(mesh_drops(mesh, 0, DROP_RATE_HINT), 20, 24);
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(on_radio_none_is_taken),
		cmocka_unit_test(a_lie_is_tried_and_diverts_nothing),
		cmocka_unit_test(they_are_followed_at_a_rate),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/hint", tests, NULL, NULL);
}
