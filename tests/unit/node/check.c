/* node_check holds its peace over a node's life, and ends the process at each invariant that is
 * broken by hand. */
#include "node/check.h"

#include "mesh.h"
#include "node/value.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static void it_accepts_every_moment_of_a_life(void **state)
{
	struct mesh *mesh = mesh_started(1, 3);
	uint8_t packet[100];

	for (uint32_t i = 0; i < 2000; i++) {
		if (i % 50 == 0) {
			mesh_packet_write(mesh, 0, 1, i, sizeof(packet), packet);
			mesh_packet(mesh, 0, packet, sizeof(packet));
		}
		mesh_run(mesh, duration_ms(i < 1000 ? 1 : 200));
		for (uint32_t host = 0; host < 3; host++)
			node_check(mesh->hosts[host].node);
	}
	mesh_free(mesh);
}

/* What breaks one invariant. */
typedef void damage(struct node *node);

/* True if node_check ends a process in which the node was damaged. */
static bool noticed(struct mesh *mesh, damage *harm)
{
	struct rlimit none = {0, 0};
	int status;

	pid_t child = fork();
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &none);
		signal(SIGABRT, SIG_DFL);
		harm(mesh->hosts[0].node);
		node_check(mesh->hosts[0].node);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static struct peer *some_peer(struct node *node)
{
	return node_peer(node, pool_oldest(node_peer_pool(node)));
}

static void nothing(struct node *node)
{
}

static void forget_an_address(struct node *node)
{
	table_remove(node_peer_table(node), some_peer(node)->address.bytes);
}

static void count_a_packet_too_many(struct node *node)
{
	some_peer(node)->queue.count++;
}

static void give_a_serial_twice(struct node *node)
{
	struct session *session = &some_peer(node)->session;

	session->places[SESSION_PREVIOUS] = session->places[SESSION_CONFIRMED];
}

static void use_a_serial_never_given(struct node *node)
{
	some_peer(node)->session.places[SESSION_CONFIRMED].serial = node->serial + 1;
}

static void confirm_an_epoch_unseen(struct node *node)
{
	some_peer(node)->session.last_epoch = 0;
}

static void lose_the_keys_of_a_neighbour(struct node *node)
{
	session_wipe(&some_peer(node)->session);
}

static void stop_a_link_in_silence(struct node *node)
{
	node_link_slot(node, 0)->facts.running = false;
}

static void point_beyond_the_snapshots(struct node *node)
{
	node->sessions.published = node->sessions.count;
}

static void point_beyond_the_fibs(struct node *node)
{
	node->fibs.published = node->fibs.count;
}

static void count_a_packet_too_many_in_limbo(struct node *node)
{
	node->limbo.count++;
}

static void reach_ourselves_by_others(struct node *node)
{
	struct fib *fib = node_fib_at(node, slots_published(&node->fibs));

	fib_add_node(fib, &(struct fib_node){.address = node->own});
}

static void it_notices_what_is_broken(void **state)
{
	static damage *const harms[] = {
		forget_an_address,	   count_a_packet_too_many,
		give_a_serial_twice,	   use_a_serial_never_given,
		confirm_an_epoch_unseen,   lose_the_keys_of_a_neighbour,
		stop_a_link_in_silence,	   point_beyond_the_snapshots,
		point_beyond_the_fibs,	   count_a_packet_too_many_in_limbo,
		reach_ourselves_by_others,
	};
	struct mesh *mesh = mesh_started(2, 2);

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(2));
	assert_false(noticed(mesh, nothing));
	for (size_t i = 0; i < sizeof(harms) / sizeof(harms[0]); i++)
		if (!noticed(mesh, harms[i]))
			fail_msg("damage %zu went unnoticed", i);
	mesh_free(mesh);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_accepts_every_moment_of_a_life),
		cmocka_unit_test(it_notices_what_is_broken),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/check", tests, NULL, NULL);
}
