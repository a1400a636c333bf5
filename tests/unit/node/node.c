/* The node as a value: two of them meet and talk, a block is a block of bytes, and whatever a wire
 * can bring is refused by name without a trace. docs/protocol/meshp.md. */
#include "mesh.h"

#include "node/value.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void two_nodes_meet_and_talk(void **state)
{
	struct mesh *mesh = mesh_started(1, 2);
	duration took = mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));

	print_message("# FULL after %d us\n", (int)took.us);
	for (size_t size = 40; size <= 1500; size++) {
		mesh_exchange(mesh, 0, 1, (uint32_t)size, size);
		mesh_exchange(mesh, 1, 0, (uint32_t)(size + 5000), size);
	}
	mesh_run(mesh, duration_s(600));
	assert_true(mesh_agreed(mesh, 0, 1));
	assert_int_equal(mesh_drops_all(mesh, 0) + mesh_drops_all(mesh, 1), 0);
	mesh_free(mesh);
}

static void nodes_meet_within_a_second_whoever_they_are(void **state)
{
	for (uint32_t seed = 1; seed <= 100; seed++) {
		struct mesh *mesh = mesh_new(seed);
		mesh->delay = duration_us(10 + rng_below(&mesh->rng, 5000));
		mesh->hosts[0].making.identity = (uint8_t)(seed + 50);
		mesh_start(mesh, seed % 2);
		mesh_run(mesh, duration_ms(rng_below(&mesh->rng, 100000)));
		mesh_start(mesh, 1 - seed % 2);
		mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
		mesh_exchange(mesh, 0, 1, seed, 1500);
		mesh_free(mesh);
	}
}

static void three_nodes_all_meet(void **state)
{
	struct mesh *mesh = mesh_started(2, 2);

	mesh_run(mesh, duration_s(20));
	mesh_start(mesh, 2);
	mesh_wait(mesh, mesh_full, 0, 2, duration_s(1));
	mesh_wait(mesh, mesh_full, 1, 2, duration_s(1));
	assert_true(mesh_full(mesh, 0, 1));
	for (uint32_t i = 0; i < 9; i++) {
		if (i / 3 != i % 3)
			mesh_exchange(mesh, i / 3, i % 3, i, 700);
	}
	mesh_free(mesh);
}

/* No run of 6 bytes of the packet, be it header or payload, stands in its frame. */
static void forty_bytes_take_the_place_of_forty(void **state)
{
	struct mesh *mesh = mesh_started(3, 2);
	uint8_t packet[MESH_PACKET];

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	for (size_t size = 50; size <= 1500; size += 1 + size / 20) {
		mesh_packet_write(mesh, 0, 1, (uint32_t)size, size, packet);
		mesh_packet(mesh, 0, packet, size);
		const struct flight *frame = &mesh->last[KIND_PACKET];
		assert_int_equal(frame->size, size);
		for (size_t i = 40; i + 6 <= size; i++)
			assert_null(memmem(frame->bytes, frame->size, packet + i, 6));
	}
	mesh_free(mesh);
}

static void the_block_may_lie_anywhere(void **state)
{
	struct mesh *mesh = mesh_started(4, 2);

	for (uint32_t i = 0; i < 60; i++) {
		struct host *host = &mesh->hosts[i % 2];
		void *moved = aligned_alloc(16, host->size);
		memcpy(moved, host->node, host->size);
		memset(host->node, 0xdb, host->size);
		free(host->node);
		host->node = moved;
		mesh_run(mesh, duration_ms(i * i));
		if (i > 30)
			mesh_exchange(mesh, i % 2, 1 - i % 2, i, 300);
	}
	mesh_free(mesh);
}

static void the_same_seed_tells_the_same_story(void **state)
{
	struct mesh *meshes[2] = {mesh_started(5, 3), mesh_started(5, 3)};

	for (uint32_t i = 0; i < 2; i++) {
		mesh_run(meshes[i], duration_s(300));
		mesh_exchange(meshes[i], 0, 2, 7, 900);
	}
	for (uint32_t i = 0; i < 3; i++)
		assert_memory_equal(meshes[0]->hosts[i].node, meshes[1]->hosts[i].node,
				    meshes[0]->hosts[i].size);
	mesh_free(meshes[0]);
	mesh_free(meshes[1]);
}

static void wiping_leaves_nothing(void **state)
{
	struct mesh *mesh = mesh_started(6, 2);
	const struct host *host = &mesh->hosts[0];

	mesh_run(mesh, duration_s(5));
	node_wipe(host->node);
	const uint8_t *bytes = (const uint8_t *)host->node;
	size_t left = 0, used = node_size(&mesh->limits);
	for (size_t i = 0; i < used; i++)
		left += bytes[i] != 0;
	assert_int_equal(left, 0);
	mesh_start(mesh, 0);
	mesh_free(mesh);
}

/* What must not change when a frame is refused. */
struct standing {
	uint64_t peers, neighbours, staged, packets, received, epoch;
	int64_t deadline_us;
};

static struct standing standing_of(struct mesh *mesh, uint32_t host, uint32_t other)
{
	const struct host *asked = &mesh->hosts[host];
	struct node_status status;
	struct node_session session;

	node_status(asked->node, mesh->now, &status);
	assert_true(mesh_session(mesh, host, other, &session));
	return (struct standing){.peers = status.peers,
				 .neighbours = status.neighbours,
				 .staged = status.staged,
				 .packets = asked->packets,
				 .received = session.rx_packets,
				 .deadline_us = node_deadline(asked->node).us,
				 .epoch = session.epoch};
}

/* What was refused by host 1; that nobody is told of it any more is counted beside. */
static uint64_t refused(struct mesh *mesh)
{
	return mesh_drops_all(mesh, 1) - mesh_drops(mesh, 1, DROP_RATE_ERROR);
}

/* Hands a frame to host 1 and checks that it is counted once, by that name unless it is NONE, and
 * that nothing else comes of it. */
static void check_refused(struct mesh *mesh, struct lladdr from, bool group, const uint8_t *bytes,
			  size_t size, enum drop drop)
{
	struct standing before = standing_of(mesh, 1, 0);
	uint64_t all = refused(mesh), named = mesh_drops(mesh, 1, drop);

	uint64_t lost = mesh_drops(mesh, 1, DROP_NO_ROUTE);

	outbox_clear(mesh->outbox);
	node_frame(mesh->hosts[1].node, mesh->now, 0, from, group, bytes, size, mesh->outbox);
	/* Who seems to have sent it to a node that is not there may be told. */
	if (mesh->outbox->count == 1) {
		assert_int_equal(mesh_drops(mesh, 1, DROP_NO_ROUTE), lost + 1);
		assert_int_equal(mesh->outbox->bytes[1], FRAME_ERROR);
		assert_true(lladdr_equal(&mesh->outbox->actions[0].to, &from));
	} else {
		assert_int_equal(mesh->outbox->count, 0);
	}
	struct standing after = standing_of(mesh, 1, 0);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_int_equal(refused(mesh), all + 1);
	if (drop != DROP_NONE)
		assert_int_equal(mesh_drops(mesh, 1, drop), named + 1);
}

/* Two nodes that met, after which a frame of each kind but COOKIE was sent that neighbours send. */
static struct mesh *mesh_talking(uint64_t seed)
{
	struct mesh *mesh = mesh_started(seed, 2);

	mesh_wait(mesh, mesh_full, 0, 1, duration_s(1));
	mesh_exchange(mesh, 0, 1, 1, 500);
	mesh_run(mesh, duration_ms(400));
	for (enum kind kind = KIND_HELLO; kind <= KIND_PACKET; kind++)
		assert_int_equal(mesh->last[kind].size == 0, kind == KIND_COOKIE);
	return mesh;
}

/* Frames of every length, handed over right before memory that must not be read. */
static void check_lengths(struct mesh *mesh, uint8_t *end, const struct flight *like, bool group)
{
	uint8_t filler[1508];

	rng_fill(&mesh->rng, filler, sizeof(filler));
	for (size_t size = 0; size <= sizeof(filler); size++) {
		if (size == like->size)
			continue;
		size_t kept = size < like->size ? size : like->size;
		memcpy(end - size, like->bytes, kept);
		memcpy(end - size + kept, filler + kept, size - kept);
		check_refused(mesh, like->from, group, end - size, size, DROP_NONE);
	}
}

static uint8_t *guarded(size_t *mapped)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	*mapped = 4 * page;
	uint8_t *memory =
		mmap(NULL, *mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(memory, MAP_FAILED);
	assert_int_equal(mprotect(memory + 3 * page, page, PROT_NONE), 0);
	return memory + 3 * page;
}

static void every_length_of_every_kind_is_refused(void **state)
{
	struct mesh *mesh = mesh_talking(7);
	size_t mapped;
	uint8_t *end = guarded(&mapped);

	for (enum kind kind = KIND_HELLO; kind <= KIND_PACKET; kind++) {
		struct flight like = mesh->last[kind];
		if (kind == KIND_COOKIE)
			continue;
		check_lengths(mesh, end, &like, false);
		check_lengths(mesh, end, &like, true);
	}
	mesh_exchange(mesh, 0, 1, 8, 300);
	munmap(end + (size_t)sysconf(_SC_PAGESIZE) - mapped, mapped);
	mesh_free(mesh);
}

static void every_length_of_every_first_byte_is_refused(void **state)
{
	static const uint8_t firsts[] = {0x00, 0x10, 0x41, 0x48, 0x60, 0x50, 0x57,
					 0x5f, 0x70, 0x80, 0xc0, 0xff, 0x40};
	struct mesh *mesh = mesh_talking(8);
	struct flight like = {.from = mesh_lladdr(0, 0), .size = 2};
	size_t mapped;
	uint8_t *end = guarded(&mapped);

	for (size_t i = 0; i < sizeof(firsts); i++) {
		for (uint8_t type = 0; type <= (firsts[i] == 0x40 ? 9 : 0); type++) {
			like.bytes[0] = firsts[i];
			like.bytes[1] = type;
			like.size = 2;
			check_lengths(mesh, end, &like, false);
			/* The same with our own ids in their places. */
			memcpy(like.bytes + 3, mesh->hosts[1].address.bytes + 2, NODE_ID);
			memcpy(like.bytes + 11, mesh->hosts[0].address.bytes + 2, NODE_ID);
			like.bytes[2] = 255;
			like.size = 19;
			check_lengths(mesh, end, &like, false);
		}
	}
	mesh_exchange(mesh, 0, 1, 8, 300);
	munmap(end + (size_t)sysconf(_SC_PAGESIZE) - mapped, mapped);
	mesh_free(mesh);
}

/* Bits that may change on the way, or that nobody looks at: hop limit of a packet or an empty
 * frame, ECN, padding. A HELLO is only a hint: of it, all but the certificate may be anybody's
 * words. */
static bool bit_is_free(const struct flight *frame, size_t bit)
{
	bool extended = frame->bytes[0] == WIRE_CONTROL_BYTE;
	size_t byte = bit / 8;

	switch (frame->kind) {
	case KIND_HELLO:
		return (byte >= 3 && byte < 11) || (byte >= 19 && byte < 23) ||
		       (byte >= 31 && byte < 57);
	case KIND_PACKET:
		return byte == 1 || (byte == 2 && bit % 8 < 2);
	case KIND_EMPTY:
		return extended && (byte == 2 || (byte == 20 && bit % 8 < 2) || byte >= 44);
	case KIND_PROBE:
	case KIND_ANSWER:
	case KIND_ROUTING:
		return byte == 2 && bit % 8 < 2;
	case KIND_INITIATION:
		return byte >= 302;
	case KIND_RESPONSE:
	case KIND_COOKIE:
	case KIND_ERROR:
	case KIND_TRACE:
	case KIND_RELAYED:
	case KIND_COUNT:
		return false;
	}
	return false;
}

/* Holds back the next frame of a kind to host 1 for the test to look at. */
struct held {
	enum kind kind;
	bool full;
	struct flight frame;
};

static void hold(struct mesh *mesh, struct flight *flight)
{
	struct held *held = mesh->context;

	if (held->full || flight->kind != held->kind || flight->host != 0)
		return;
	held->frame = *flight;
	held->full = true;
	flight->copies = 0;
}

static bool is_held(struct mesh *mesh, uint32_t a, uint32_t b)
{
	const struct held *held = mesh->context;

	return held->full;
}

/* Makes host 0 send what the test waits for: a key replaced, a record made anew, or a packet. */
static void provoke(struct mesh *mesh, enum kind kind)
{
	uint32_t host = kind == KIND_RESPONSE ? 1 : 0;
	struct node *node = mesh->hosts[host].node;
	uint8_t packet[MESH_PACKET];

	if (kind == KIND_PACKET) {
		mesh_packet_write(mesh, 0, 1, 77, 200, packet);
		mesh_packet(mesh, 0, packet, 200);
	} else if (kind == KIND_ROUTING) {
		mesh->hosts[0].making.links[0].cost += 1000;
		mesh_link(mesh, 0, 0);
	} else {
		session_want(&node_peer(node, 0)->session, mesh->now);
		timers_set(node_timers(node), TIMER_PEERS, mesh->now);
	}
}

/* A frame of a kind that host 0 has just sent, and host 1 taken. */
static const struct flight *fresh(struct mesh *mesh, enum kind kind)
{
	const struct flight *last = &mesh->last[kind];
	uint32_t sent = mesh->hosts[0].frames[kind];

	provoke(mesh, kind);
	for (uint32_t i = 0; i < 2000 && (sent == mesh->hosts[0].frames[kind] || last->host != 0);
	     i++)
		mesh_run(mesh, duration_ms(10));
	assert_int_equal(last->host, 0);
	assert_int_not_equal(mesh->hosts[0].frames[kind], sent);
	mesh_run(mesh, duration_ms(1));
	assert_int_equal(last->host, 0);
	return last;
}

static void no_bit_of_any_kind_can_be_flipped(void **state)
{
	static const enum kind kinds[] = {KIND_HELLO, KIND_INITIATION, KIND_RESPONSE, KIND_EMPTY,
					  KIND_PROBE, KIND_ANSWER,     KIND_ROUTING,  KIND_PACKET};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct mesh *mesh = mesh_talking(9);
		struct held held = {.kind = kinds[i]};
		struct flight *frame = &held.frame;
		mesh->filter = hold;
		mesh->context = &held;
		provoke(mesh, kinds[i]);
		mesh_wait(mesh, is_held, 0, 1, duration_s(20));
		for (size_t bit = 0; bit < 8 * frame->size; bit++) {
			if (bit_is_free(frame, bit))
				continue;
			frame->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			check_refused(mesh, frame->from, false, frame->bytes, frame->size,
				      DROP_NONE);
			frame->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		/* The frame itself is as good as ever. */
		uint64_t drops = mesh_drops_all(mesh, 1);
		mesh->filter = NULL;
		mesh_inject(mesh, 1, 0, frame->from, kinds[i] == KIND_HELLO, frame->bytes,
			    frame->size);
		assert_int_equal(mesh_drops_all(mesh, 1), drops);
		mesh_run(mesh, duration_s(10));
		assert_true(mesh_full(mesh, 0, 1));
		assert_true(mesh_agreed(mesh, 0, 1));
		mesh_exchange(mesh, 0, 1, 8, 300);
		mesh_free(mesh);
	}
}

static void what_was_taken_is_not_taken_again(void **state)
{
	struct mesh *mesh = mesh_talking(10);
	struct lladdr from = mesh_lladdr(0, 0);

	for (enum kind kind = KIND_INITIATION; kind <= KIND_PACKET; kind++) {
		enum drop drop = kind == KIND_INITIATION ? DROP_HANDSHAKE_STALE
				 : kind == KIND_RESPONSE ? DROP_HANDSHAKE_UNASKED
							 : DROP_REPLAY;
		if (kind == KIND_COOKIE)
			continue;
		const struct flight *frame = fresh(mesh, kind);
		check_refused(mesh, from, false, frame->bytes, frame->size, drop);
		/* Nor from somebody else's address, nor as a frame to the group. */
		check_refused(mesh, mesh_lladdr(4, 0), false, frame->bytes, frame->size,
			      kind == KIND_INITIATION ? DROP_SOURCE_SPOOFED : drop);
		check_refused(mesh, from, true, frame->bytes, frame->size, DROP_TYPE);
	}
	mesh_exchange(mesh, 0, 1, 8, 300);
	mesh_free(mesh);
}

static void what_is_not_for_us_is_told_apart(void **state)
{
	static const enum drop beyond[] = {[KIND_INITIATION] = DROP_SOURCE_SPOOFED,
					   [KIND_RESPONSE] = DROP_HANDSHAKE_UNASKED,
					   [KIND_EMPTY] = DROP_REPLAY,
					   [KIND_PROBE] = DROP_HOP_LIMIT,
					   [KIND_ANSWER] = DROP_HOP_LIMIT,
					   [KIND_ROUTING] = DROP_HOP_LIMIT,
					   [KIND_PACKET] = DROP_REPLAY};
	struct mesh *mesh = mesh_talking(11);
	struct lladdr from = mesh_lladdr(0, 0);

	for (enum kind kind = KIND_INITIATION; kind <= KIND_PACKET; kind++) {
		bool data = kind >= KIND_EMPTY;
		if (kind == KIND_COOKIE)
			continue;
		const struct flight *last = fresh(mesh, kind);
		struct flight frame = *last;
		/* Reflected: our own frame comes back. */
		memcpy(frame.bytes + 3, mesh->hosts[0].address.bytes + 2, NODE_ID);
		memcpy(frame.bytes + 11, mesh->hosts[1].address.bytes + 2, NODE_ID);
		check_refused(mesh, from, false, frame.bytes, frame.size, DROP_OWN);
		/* For another node, from one nobody knows, of another version. */
		memset(frame.bytes + 3, 0x77, 2 * NODE_ID);
		check_refused(mesh, from, false, frame.bytes, frame.size,
			      kind == KIND_PACKET ? DROP_NO_ROUTE : DROP_HOP_LIMIT);
		memcpy(frame.bytes + 3, mesh->hosts[1].address.bytes + 2, NODE_ID);
		check_refused(mesh, from, false, frame.bytes, frame.size,
			      data ? DROP_NO_SESSION : DROP_MAC1);
		frame.bytes[0] ^= 0xc0;
		check_refused(mesh, from, false, frame.bytes, frame.size, DROP_VERSION);
		/* From beyond the link. */
		frame = *last;
		frame.bytes[kind >= KIND_PROBE ? 1 : 2]--;
		check_refused(mesh, from, false, frame.bytes, frame.size, beyond[kind]);
	}
	mesh_exchange(mesh, 0, 1, 8, 300);
	mesh_free(mesh);
}

static void frames_of_a_link_that_is_down_are_refused(void **state)
{
	struct mesh *mesh = mesh_talking(12);
	const struct flight *hello = &mesh->last[KIND_HELLO];

	for (uint32_t link = 1; link < 100; link *= 4) {
		uint64_t before = mesh_drops(mesh, 1, DROP_LINK_DOWN);
		mesh_inject(mesh, 1, link, hello->from, true, hello->bytes, hello->size);
		assert_int_equal(mesh_drops(mesh, 1, DROP_LINK_DOWN), before + 1);
	}
	mesh_free(mesh);
}

/* A wire that loses, repeats, delays and damages. */
static void rough(struct mesh *mesh, struct flight *flight)
{
	uint32_t draw = rng_below(&mesh->rng, 20);

	flight->delay = duration_us(100 + rng_below(&mesh->rng, 20000));
	if (draw < 4)
		flight->copies = 0;
	else if (draw == 4)
		flight->copies = 3;
	else if (draw == 5)
		flight->bytes[rng_below(&mesh->rng, (uint32_t)flight->size)] ^= 0x04;
}

/* One thing that happens to a mesh in a bad hour. */
static void misfortune(struct mesh *mesh)
{
	uint32_t host = rng_below(&mesh->rng, MESH_HOSTS), link = rng_below(&mesh->rng, MESH_LINKS);
	uint32_t other = rng_below(&mesh->rng, MESH_HOSTS), draw = rng_below(&mesh->rng, 12);
	struct making *making = &mesh->hosts[host].making;
	uint8_t packet[MESH_PACKET];

	if (draw == 0) {
		making->boot_epoch++;
		mesh_start(mesh, host);
	} else if (draw < 3) {
		making->links[link].running = rng_below(&mesh->rng, 4) > 0;
		making->links[link].mtu = 1270 + rng_below(&mesh->rng, 300);
		making->links[link].cost = rng_below(&mesh->rng, 3) * 100;
		making->links[link].radio = rng_below(&mesh->rng, 2);
		mesh_link(mesh, host, link);
	} else {
		mesh_packet_write(mesh, host, other, draw, 40 + rng_below(&mesh->rng, 1800),
				  packet);
		mesh_packet(mesh, host, packet, 40u + ((uint32_t)packet[4] << 8 | packet[5]));
	}
	mesh_run(mesh, duration_us(rng_below(&mesh->rng, 100000)));
}

static void heal(struct mesh *mesh)
{
	mesh->filter = NULL;
	for (uint32_t i = 0; i < MESH_HOSTS * MESH_LINKS; i++) {
		struct node_link *facts = &mesh->hosts[i / MESH_LINKS].making.links[i % MESH_LINKS];
		facts->running = true;
		facts->mtu = 1500;
		mesh_link(mesh, i / MESH_LINKS, i % MESH_LINKS);
	}
}

static bool all_full(struct mesh *mesh, uint32_t a, uint32_t b)
{
	for (uint32_t i = 0; i < MESH_HOSTS * MESH_HOSTS; i++) {
		if (i / MESH_HOSTS != i % MESH_HOSTS &&
		    !mesh_full(mesh, i / MESH_HOSTS, i % MESH_HOSTS))
			return false;
	}
	return true;
}

static void every_bad_hour_ends(void **state)
{
	int64_t worst_us = 0;

	for (uint32_t seed = 0; seed < 6; seed++) {
		struct mesh *mesh = mesh_new(seed);
		mesh->filter = rough;
		for (uint32_t i = 0; i < MESH_HOSTS; i++) {
			mesh->hosts[i].making.rekey = duration_s(1 + 20 * (seed % 3));
			mesh->hosts[i].making.suites = aead_suites();
			mesh_start(mesh, i);
		}
		for (uint32_t i = 0; i < 1000; i++)
			misfortune(mesh);
		heal(mesh);
		/* BLOCKED lasts up to 300 s, and the other end may wait as long in turn. */
		duration took = mesh_wait(mesh, all_full, 0, 1, duration_s(700));
		worst_us = took.us > worst_us ? took.us : worst_us;
		mesh_run(mesh, duration_s(2));
		for (uint32_t i = 0; i < MESH_HOSTS * MESH_HOSTS; i++) {
			if (i / MESH_HOSTS != i % MESH_HOSTS)
				mesh_exchange(mesh, i / MESH_HOSTS, i % MESH_HOSTS, i, 1500);
		}
		mesh_free(mesh);
	}
	print_message("# all FULL after %d ms at worst\n", (int)(worst_us / 1000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_nodes_meet_and_talk),
		cmocka_unit_test(nodes_meet_within_a_second_whoever_they_are),
		cmocka_unit_test(three_nodes_all_meet),
		cmocka_unit_test(forty_bytes_take_the_place_of_forty),
		cmocka_unit_test(the_block_may_lie_anywhere),
		cmocka_unit_test(the_same_seed_tells_the_same_story),
		cmocka_unit_test(wiping_leaves_nothing),
		cmocka_unit_test(every_length_of_every_kind_is_refused),
		cmocka_unit_test(every_length_of_every_first_byte_is_refused),
		cmocka_unit_test(no_bit_of_any_kind_can_be_flipped),
		cmocka_unit_test(what_was_taken_is_not_taken_again),
		cmocka_unit_test(what_is_not_for_us_is_told_apart),
		cmocka_unit_test(frames_of_a_link_that_is_down_are_refused),
		cmocka_unit_test(every_bad_hour_ends),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/node", tests, NULL, NULL);
}
