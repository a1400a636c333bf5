/* The relay in the kernel against the relay of the node: the kernel runs the program on frames made
 * here (BPF_PROG_TEST_RUN), and what comes out must be what relay_data makes of the same frame, or
 * the frame as it was, for the daemon. In a network of its own; without the rights that this takes
 * it is skipped. */
#include "link/bypass.h"

#include "node/relay.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sched.h>
#include <errno.h>
#include <sodium.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum {
	LOOPBACK = 1, /* its ifindex: the one interface of a new network */
	ONWARD = 77,  /* that of another, where frames go on; nobody looks whether it is there */
	LINK = 5,     /* its number as a link */
	ETHERTYPE = 0x88b5,
	HEADER = 14,
	ROOM = 2000,
	MTU_NARROW = 1300,
};

/* Next hops: the neighbour frames come from, and those of two lanes, one behind a narrow link. */
enum { HOP_BEHIND, HOP_AHEAD, HOP_ASIDE, HOPS };

enum { NODE_BEHIND, NODE_FAR, NODES };

enum { LANE_ASIDE = 5, LANES = 0xfe };

static const struct address OWN = {{0xbe, 0xef, 0x11}};
static const uint8_t OWN_LLADDR[LLADDR] = {2, 9, 9, 9, 9, 9};

struct fixture {
	struct bypass *bypass;
	int generic, program;
	/* The same table for the node's relay. */
	struct tables tables;
	struct forwarding *forwarding;
	struct fib *fib;
	struct worker *worker;
	struct outbox *outbox;
	struct fib_hop hops[HOPS];
	struct fib_node nodes[NODES];
	/* The frame, its Ethernet header included. */
	uint8_t bytes[ROOM];
	size_t size;
};

static void *zeroed(size_t size)
{
	void *memory = calloc(1, size);

	assert_non_null(memory);
	return memory;
}

/* The two tables, made of the same hops and nodes. */
static void fill_fib(struct fixture *fixture)
{
	fib_clear(fixture->fib, 1, true);
	for (uint32_t i = 0; i < HOPS; i++) {
		assert_int_equal(fib_add_hop(fixture->fib, &fixture->hops[i]), i);
		fib_add_way(fixture->fib, LINK, fixture->hops[i].to, i);
	}
	for (uint32_t i = 0; i < NODES; i++)
		fib_add_node(fixture->fib, &fixture->nodes[i]);
}

static int fill_bypass(struct fixture *fixture)
{
	bypass_begin(fixture->bypass);
	for (uint32_t i = 0; i < HOPS; i++) {
		struct bypass_hop hop = {.ifindex = ONWARD, .mtu = fixture->hops[i].mtu};
		struct bypass_way way = {.hop = (uint16_t)i, .link = LINK};
		memcpy(hop.own, OWN_LLADDR, LLADDR);
		memcpy(hop.to, fixture->hops[i].to.bytes, LLADDR);
		memcpy(way.own, OWN_LLADDR, LLADDR);
		bypass_add_hop(fixture->bypass, &hop);
		bypass_add_way(fixture->bypass, LOOPBACK, fixture->hops[i].to.bytes, &way);
	}
	for (uint32_t i = 0; i < NODES; i++) {
		struct node_id id = address_id(&fixture->nodes[i].address);
		struct bypass_node node;
		memcpy(node.next, fixture->nodes[i].next, sizeof(node.next));
		bypass_add_node(fixture->bypass, id.bytes, &node);
	}
	return bypass_commit(fixture->bypass);
}

static int link_here(void *owner, int program, uint32_t ifindex, bool native)
{
	return bypass_link(program, ifindex, native);
}

static int attach(struct bypass *bypass, uint32_t link, uint32_t ifindex)
{
	return bypass_attach(bypass, link, ifindex, link_here, NULL);
}

/* Makes a network for this process alone and the program before its one interface. */
static bool bypass_ready(struct fixture *fixture)
{
	struct node_id id = address_id(&OWN);
	char why[200];
	uint32_t program;

	if (unshare(CLONE_NEWNET) != 0)
		return false;
	fixture->generic = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	assert_true(fixture->generic >= 0);
	if (bypass_open(&fixture->bypass, fixture->generic, why, sizeof(why)) != 0) {
		print_message("# %s\n", why);
		return false;
	}
	assert_int_equal(bypass_self(fixture->bypass, id.bytes, ETHERTYPE), 0);
	assert_int_equal(attach(fixture->bypass, LINK, LOOPBACK), 0);
	assert_int_equal(bypass_mode(fixture->bypass, LINK), BYPASS_GENERIC);
	assert_int_equal(bpf_xdp_query_id(LOOPBACK, 0, &program), 0);
	fixture->program = bpf_prog_get_fd_by_id(program);
	assert_true(fixture->program >= 0);
	return true;
}

static void fixture_free(struct fixture *fixture)
{
	bypass_close(fixture->bypass);
	if (fixture->bypass != NULL)
		close(fixture->program);
	close(fixture->generic);
	free(fixture->forwarding);
	free(fixture->fib);
	free(fixture->worker);
	free(fixture->outbox);
	free(fixture);
}

static struct fixture *fixture_new(void)
{
	static const uint8_t secret[16] = {1};
	const struct fib_limits limits = {.nodes = NODES, .hops = HOPS, .ways = HOPS};
	struct fixture *fixture = zeroed(sizeof(*fixture));

	assert_true(sodium_init() >= 0);
	fixture->forwarding = forwarding_init(zeroed(forwarding_size(1)), 1, &OWN, secret);
	fixture->fib = fib_init(zeroed(fib_size(&limits)), &limits, secret);
	fixture->tables = (struct tables){fixture->forwarding, fixture->fib};
	fixture->worker = worker_init(zeroed(worker_size(1, LANES)), NULL, 1, LANES);
	fixture->outbox = zeroed(sizeof(*fixture->outbox));
	for (uint8_t i = 0; i < HOPS; i++)
		fixture->hops[i] = (struct fib_hop){.address = {{0xbe, 0xef, 0x20, i}},
						    .link = LINK,
						    .to = {{2, 0, 0, 0, 0, i}},
						    .mtu = i == HOP_ASIDE ? MTU_NARROW : 1500};
	for (uint8_t i = 0; i < NODES; i++) {
		struct fib_node *node = &fixture->nodes[i];
		node->address = (struct address){{0xbe, 0xef, 0x30, i}};
		for (uint32_t lane = 0; lane < WIRE_LANES; lane++)
			node->next[lane] = i == NODE_BEHIND	? HOP_BEHIND
					   : lane == LANE_ASIDE ? HOP_ASIDE
								: HOP_AHEAD;
	}
	fill_fib(fixture);
	if (!bypass_ready(fixture)) {
		fixture_free(fixture);
		skip();
	}
	assert_int_equal(fill_bypass(fixture), 0);
	return fixture;
}

/* A frame that both relays pass on: of lane 2, from the neighbour behind, for the far node. */
static void frame_make(struct fixture *fixture, size_t size)
{
	const struct data_header header = {.lane = 2,
					   .hop_limit = 64,
					   .traffic_class = 0xb8,
					   .destination =
						   address_id(&fixture->nodes[NODE_FAR].address),
					   .source = {{0x77}},
					   .counter = 5};
	struct writer out = writer_of(fixture->bytes, sizeof(fixture->bytes));

	memset(fixture->bytes, 0x5a, sizeof(fixture->bytes));
	writer_copy(&out, OWN_LLADDR, LLADDR);
	writer_copy(&out, fixture->hops[HOP_BEHIND].to.bytes, LLADDR);
	writer_u16(&out, ETHERTYPE);
	data_header_write(&header, &out);
	assert_true(writer_ok(&out));
	fixture->size = HEADER + size;
}

/* What of the frames the node's relay passes on is for the kernel's, too: compact ones of data. */
static bool expected(struct fixture *fixture, uint8_t *bytes)
{
	const uint8_t *payload = fixture->bytes + HEADER;
	size_t size = fixture->size - HEADER;
	struct reader in = reader_of(payload, size);
	struct relay_frame frame = {.link = LINK, .bytes = payload, .size = size};
	struct data_header header;

	memcpy(bytes, fixture->bytes, fixture->size);
	memcpy(frame.from.bytes, fixture->bytes + LLADDR, LLADDR);
	outbox_clear(fixture->outbox);
	if (memcmp(fixture->bytes, OWN_LLADDR, LLADDR) != 0 ||
	    memcmp(fixture->bytes + 2 * LLADDR, "\x88\xb5", 2) != 0 ||
	    data_header_read(&in, &header) != DROP_NONE || header.extended ||
	    header.lane == WIRE_LANE_CONTROL ||
	    relay_data(&fixture->tables, fixture->worker, (instant){5000}, &frame, &header,
		       fixture->outbox)
			    .kind != VERDICT_DONE)
		return false;
	const struct action *action = &fixture->outbox->actions[0];
	memcpy(bytes, action->to.bytes, LLADDR);
	memcpy(bytes + LLADDR, OWN_LLADDR, LLADDR);
	memcpy(bytes + HEADER, fixture->outbox->bytes + action->offset, action->size);
	return true;
}

/* Runs the program on the frame as if it came by an interface. Its answer, and the frame then. */
static uint32_t run(const struct fixture *fixture, uint32_t ifindex, uint8_t out[ROOM])
{
	struct xdp_md context = {.data_end = (uint32_t)fixture->size, .ingress_ifindex = ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = fixture->bytes,
		    .data_size_in = (uint32_t)fixture->size, .data_out = out, .data_size_out = ROOM,
		    .ctx_in = &context, .ctx_size_in = sizeof(context));

	assert_int_equal(bpf_prog_test_run_opts(fixture->program, &options), 0);
	assert_int_equal(options.data_size_out, fixture->size);
	return options.retval;
}

/* True if the program relays the frame; checks that the node's relay does so, too, to the byte. */
static bool check(struct fixture *fixture)
{
	uint8_t out[ROOM], bytes[ROOM];
	bool relayed = expected(fixture, bytes);

	assert_int_equal(run(fixture, LOOPBACK, out), relayed ? XDP_REDIRECT : XDP_PASS);
	assert_memory_equal(out, bytes, fixture->size);
	return relayed;
}

static void a_plain_frame_loses_one_hop(void **state)
{
	struct fixture *fixture = fixture_new();

	for (uint32_t hop_limit = 0; hop_limit < 256; hop_limit++) {
		frame_make(fixture, 200);
		fixture->bytes[HEADER + 1] = (uint8_t)hop_limit;
		assert_int_equal(check(fixture), hop_limit >= 2);
	}
	fixture_free(fixture);
}

/* Every byte that is looked at, and some that are not, with every value: and so other versions,
 * control frames, lane 0, our own id on either side, other EtherTypes and link addresses, VLANs. */
static void every_byte_counts_as_it_does_for_the_node(void **state)
{
	struct fixture *fixture = fixture_new();
	uint32_t relayed = 0, left = 0;

	for (size_t at = 0; at < HEADER + WIRE_DATA_CLEAR + 2; at++) {
		for (uint32_t value = 0; value < 256; value++) {
			frame_make(fixture, 100);
			fixture->bytes[at] = (uint8_t)value;
			if (check(fixture))
				relayed++;
			else
				left++;
		}
	}
	assert_true(relayed > 1000 && left > 1000);
	fixture_free(fixture);
}

static void every_size_counts_as_it_does_for_the_node(void **state)
{
	struct fixture *fixture = fixture_new();

	for (size_t size = 0; size <= 1510; size++) {
		for (uint8_t lane = 2; lane <= LANE_ASIDE; lane += LANE_ASIDE - 2) {
			frame_make(fixture, size);
			fixture->bytes[HEADER] = (uint8_t)(0x50 | lane);
			assert_int_equal(check(fixture),
					 size >= 50 && size <= (lane == 2 ? 1500 : MTU_NARROW));
		}
	}
	fixture_free(fixture);
}

/* Each address of the frame put in the place of each other. */
static void whom_it_is_from_and_for_counts(void **state)
{
	struct fixture *fixture = fixture_new();
	const struct address *ids[] = {&OWN, &fixture->nodes[NODE_BEHIND].address,
				       &fixture->nodes[NODE_FAR].address};
	uint32_t relayed = 0;

	for (uint32_t i = 0; i < 3 * 3 * HOPS * WIRE_LANES; i++) {
		struct node_id to = address_id(ids[i % 3]), from = address_id(ids[i / 3 % 3]);
		frame_make(fixture, 300);
		fixture->bytes[HEADER] = (uint8_t)(0x50 | i / 9 / HOPS);
		memcpy(fixture->bytes + LLADDR, fixture->hops[i / 9 % HOPS].to.bytes, LLADDR);
		memcpy(fixture->bytes + HEADER + 3, to.bytes, NODE_ID);
		memcpy(fixture->bytes + HEADER + 11, from.bytes, NODE_ID);
		relayed += check(fixture);
	}
	/* On 7 lanes from 2 sources: to the far node from those that are not its next hop, to the
	 * one behind from the other two. */
	assert_int_equal(relayed, 7 * 2 * (2 + 2));
	fixture_free(fixture);
}

/* The same neighbour on another link is another way. */
static void another_link_is_another_way(void **state)
{
	struct fixture *fixture = fixture_new();
	uint8_t out[ROOM];

	assert_int_equal(system("ip link add aside type veth peer name beside"), 0);
	frame_make(fixture, 300);
	assert_true(check(fixture));
	assert_int_equal(run(fixture, if_nametoindex("aside"), out), XDP_PASS);
	assert_memory_equal(out, fixture->bytes, fixture->size);
	fixture_free(fixture);
}

/* Two nodes of one link may not need us: the node is to see that. */
static void what_goes_back_by_its_interface_is_left(void **state)
{
	struct fixture *fixture = fixture_new();
	struct bypass_hop hop = {.ifindex = LOOPBACK, .mtu = 1500};
	struct bypass_way way = {.hop = BYPASS_NO_HOP, .link = LINK};
	struct bypass_node node = {{0}};
	struct node_id far = address_id(&fixture->nodes[NODE_FAR].address);
	uint8_t out[ROOM];

	memcpy(way.own, OWN_LLADDR, LLADDR);
	frame_make(fixture, 300);
	for (uint32_t round = 0; round < 2; round++) {
		bypass_begin(fixture->bypass);
		bypass_add_hop(fixture->bypass, &hop);
		bypass_add_way(fixture->bypass, LOOPBACK, fixture->hops[HOP_BEHIND].to.bytes, &way);
		bypass_add_node(fixture->bypass, far.bytes, &node);
		assert_int_equal(bypass_commit(fixture->bypass), 0);
		assert_int_equal(run(fixture, LOOPBACK, out), round == 0 ? XDP_PASS : XDP_REDIRECT);
		hop.ifindex = ONWARD;
	}
	fixture_free(fixture);
}

/* A new table counts from its commit on, whole; the same once more is none. */
static void tables_take_turns(void **state)
{
	struct fixture *fixture = fixture_new();

	for (uint32_t round = 0; round < 50; round++) {
		fixture->nodes[NODE_FAR].next[2] = round % 3 == 2 ? HOP_ASIDE : HOP_AHEAD;
		fixture->hops[HOP_AHEAD].mtu = round % 2 ? 1500 : 1400;
		fixture->hops[HOP_AHEAD].to.bytes[1] = (uint8_t)round;
		fill_fib(fixture);
		frame_make(fixture, 1290 + round % 20);
		assert_int_equal(fill_bypass(fixture), 0);
		check(fixture);
		assert_int_equal(fill_bypass(fixture), 0);
		check(fixture);
	}
	bypass_begin(fixture->bypass);
	assert_int_equal(bypass_commit(fixture->bypass), 0);
	fib_clear(fixture->fib, 2, true);
	frame_make(fixture, 300);
	assert_false(check(fixture));
	fixture_free(fixture);
}

/* Processor time of this thread, µs. */
static double spent_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void the_largest_table_fits(void **state)
{
	struct fixture *fixture = fixture_new();
	struct bypass_hop hop = {.ifindex = ONWARD, .mtu = 1500};
	struct bypass_way way = {.hop = BYPASS_HOPS, .link = LINK};
	struct bypass_node node = {{0}};
	uint8_t out[ROOM];

	memcpy(way.own, OWN_LLADDR, LLADDR);
	frame_make(fixture, 300);
	for (uint32_t round = 0; round < 5; round++) {
		double begun = spent_us();
		bypass_begin(fixture->bypass);
		for (uint32_t i = 0; i < BYPASS_NODES + 2; i++) {
			uint8_t id[BYPASS_ID] = {0xee, (uint8_t)(i >> 8), (uint8_t)i,
						 (uint8_t)round};
			uint8_t from[LLADDR] = {2, (uint8_t)round,    0,
						0, (uint8_t)(i >> 8), (uint8_t)i};
			memcpy(hop.to, from, LLADDR);
			node.next[2] = (uint16_t)(i % BYPASS_HOPS);
			bypass_add_hop(fixture->bypass, &hop);
			bypass_add_way(fixture->bypass, LOOPBACK, from, &way);
			bypass_add_node(fixture->bypass, id, &node);
		}
		assert_int_equal(bypass_commit(fixture->bypass), 0);
		print_message("# %s the largest table takes %.0f us\n",
			      round < 2 ? "writing" : "replacing", spent_us() - begun);
		memcpy(fixture->bytes + LLADDR, (uint8_t[]){2, (uint8_t)round, 0, 0, 0, 0}, LLADDR);
		memcpy(fixture->bytes + HEADER + 3, (uint8_t[]){0xee, 7, 0xff, (uint8_t)round}, 4);
		memset(fixture->bytes + HEADER + 7, 0, 4);
		assert_int_equal(run(fixture, LOOPBACK, out), XDP_REDIRECT);
		assert_memory_equal(out, ((uint8_t[]){2, (uint8_t)round, 0, 0, 3, 0xff}), LLADDR);
		fixture->bytes[HEADER + 4] = 8; /* one more had no room */
		fixture->bytes[HEADER + 5] = 0;
		assert_int_equal(run(fixture, LOOPBACK, out), XDP_PASS);
	}
	fixture_free(fixture);
}

static void what_was_done_is_counted(void **state)
{
	struct fixture *fixture = fixture_new();
	struct bypass_counters counters;
	struct bypass_hop hop;
	uint32_t cursor = 0;

	assert_false(bypass_used(fixture->bypass, &cursor, &hop));
	frame_make(fixture, 300);
	for (uint32_t i = 0; i < 10; i++) {
		fixture->bytes[HEADER + 1] = (uint8_t)i;
		check(fixture);
	}
	fixture->bytes[LLADDR] ^= 4; /* no neighbour's */
	check(fixture);
	bypass_count(fixture->bypass, LINK, &counters);
	assert_int_equal(counters.frames, 8);
	assert_int_equal(counters.bytes, 8 * 300);
	assert_int_equal(counters.passed, 2);
	bypass_count(fixture->bypass, LINK + 1, &counters);
	assert_int_equal(counters.frames + counters.passed, 0);
	/* A hop is told once for all frames since. */
	for (uint32_t round = 0; round < 2; round++) {
		cursor = 0;
		assert_true(bypass_used(fixture->bypass, &cursor, &hop));
		assert_memory_equal(hop.to, fixture->hops[HOP_AHEAD].to.bytes, LLADDR);
		assert_int_equal(hop.ifindex, ONWARD);
		assert_false(bypass_used(fixture->bypass, &cursor, &hop));
		cursor = 0;
		assert_false(bypass_used(fixture->bypass, &cursor, &hop));
		frame_make(fixture, 300);
		assert_true(check(fixture));
	}
	fixture_free(fixture);
}

/* From a driver frames go only to interfaces that take them: a veth pair's end does while the
 * program is at the other end, too. */
static void what_cannot_be_handed_on_is_left(void **state)
{
	struct fixture *fixture = fixture_new();
	struct bypass_hop hop = {.mtu = 1500, .to = {2, 1}};
	struct bypass_way way = {.hop = BYPASS_NO_HOP, .link = LINK + 1};
	struct bypass_node node = {{0}};
	struct node_id far = address_id(&fixture->nodes[NODE_FAR].address);
	uint8_t out[ROOM];
	uint32_t from;

	assert_int_equal(system("ip link add aside type veth peer name beside && "
				"ip link add inner type veth peer name outer && "
				"ip link set aside up && ip link set beside up"),
			 0);
	hop.ifindex = if_nametoindex("aside");
	from = if_nametoindex("inner");
	memcpy(way.own, OWN_LLADDR, LLADDR);
	assert_int_equal(attach(fixture->bypass, LINK + 1, from), 0);
	if (bypass_mode(fixture->bypass, LINK + 1) != BYPASS_NATIVE) {
		fixture_free(fixture);
		print_message("# this kernel does not say who takes frames from drivers\n");
		skip();
	}
	assert_int_equal(attach(fixture->bypass, LINK + 2, from), -EBUSY);
	frame_make(fixture, 300);
	for (uint32_t round = 0; round < 4; round++) {
		bypass_begin(fixture->bypass);
		bypass_add_hop(fixture->bypass, &hop);
		bypass_add_way(fixture->bypass, from, fixture->hops[HOP_BEHIND].to.bytes, &way);
		bypass_add_node(fixture->bypass, far.bytes, &node);
		assert_int_equal(bypass_commit(fixture->bypass), 0);
		assert_int_equal(run(fixture, from, out), round % 2 ? XDP_REDIRECT : XDP_PASS);
		assert_false(bypass_stale(fixture->bypass));
		if (round % 2)
			bypass_detach(fixture->bypass, LINK + 2);
		else
			assert_int_equal(
				attach(fixture->bypass, LINK + 2, if_nametoindex("beside")), 0);
		assert_true(bypass_stale(fixture->bypass));
	}
	fixture_free(fixture);
}

/* Nobody else's program is pushed aside, and ours leaves with us. */
static void an_interface_has_one_program(void **state)
{
	struct fixture *fixture = fixture_new();
	uint32_t program = 0;

	assert_int_equal(attach(fixture->bypass, LINK + 1, LOOPBACK), -EBUSY);
	assert_int_equal(bypass_mode(fixture->bypass, LINK + 1), BYPASS_OFF);
	bypass_detach(fixture->bypass, LINK + 1);
	assert_int_equal(bpf_xdp_query_id(LOOPBACK, 0, &program), 0);
	assert_true(program != 0);
	bypass_detach(fixture->bypass, LINK);
	assert_int_equal(bpf_xdp_query_id(LOOPBACK, 0, &program), 0);
	assert_int_equal(program, 0);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(attach(fixture->bypass, LINK, LOOPBACK), 0);
	bypass_close(fixture->bypass);
	fixture->bypass = NULL;
	assert_int_equal(bpf_xdp_query_id(LOOPBACK, 0, &program), 0);
	assert_int_equal(program, 0);
	close(fixture->program);
	fixture_free(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plain_frame_loses_one_hop),
		cmocka_unit_test(every_byte_counts_as_it_does_for_the_node),
		cmocka_unit_test(every_size_counts_as_it_does_for_the_node),
		cmocka_unit_test(whom_it_is_from_and_for_counts),
		cmocka_unit_test(another_link_is_another_way),
		cmocka_unit_test(what_goes_back_by_its_interface_is_left),
		cmocka_unit_test(tables_take_turns),
		cmocka_unit_test(the_largest_table_fits),
		cmocka_unit_test(what_was_done_is_counted),
		cmocka_unit_test(what_cannot_be_handed_on_is_left),
		cmocka_unit_test(an_interface_has_one_program),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("link/bypass", tests, NULL, NULL);
}
