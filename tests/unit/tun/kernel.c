/* Cutting and joining against the kernel's own. In a network namespace of its own the kernel
 * forwards from one TUN device to another: what is written to the first as a super-packet comes out
 * of the second cut up by the kernel, if that device takes no super-packets, or whole, if it does.
 */
#include "tun/device.h"
#include "tun/split.h"

#include "tests/unit/tun/traffic.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>

enum { MTU = 1500, PACKETS = 200, PATIENCE_MS = 5000 };

struct bag {
	size_t count;
	size_t sizes[PACKETS];
	uint8_t bytes[PACKETS][MTU];
};

struct fixture {
	int in, out; /* the devices, as the mesh would hold them */
	enum tun_offloads offloads;
	struct bag kernel, ours;
	uint8_t packet[OFFLOAD_PACKET];
	size_t size;
	struct offload offload;
};

static int device_make(const char *name)
{
	char why[200];
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || tun_attach(fd, name, false, why, sizeof(why)) != 0)
		return -1;
	return fd;
}

/* Room for both devices, the way from one to the other, and nothing else that would send. */
static bool namespace_make(struct fixture *fixture)
{
	static const char commands[] =
		"set -e; cd /proc/sys/net/ipv6/conf; echo 1 >all/forwarding\n"
		"for d in in out; do echo 0 >$d/accept_dad; echo 1 >$d/addr_gen_mode\n"
		"ip link set $d mtu 1500 up; done\n"
		"ip -6 route add beef:908:700::/48 dev out; ip -6 route add beef::/16 dev in";

	if (unshare(CLONE_NEWNET) != 0)
		return false;
	fixture->in = device_make("in");
	fixture->out = device_make("out");
	return fixture->in >= 0 && fixture->out >= 0 && system(commands) == 0;
}

static int setup(void **state)
{
	static struct fixture fixture;

	if (!namespace_make(&fixture))
		return -1;
	fixture.offloads = tun_offload(fixture.in);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	return close(fixture->in) == 0 && close(fixture->out) == 0 ? 0 : -1;
}

/* Whether the second device takes super-packets. */
static void whole_set(struct fixture *fixture, bool whole)
{
	if (whole)
		assert_int_equal(tun_offload(fixture->out), fixture->offloads);
	else
		assert_int_equal(ioctl(fixture->out, TUNSETOFFLOAD, 0), 0);
}

static void packet_write(struct fixture *fixture)
{
	struct merge_out out = {.count = 1, .parts[0] = {fixture->packet, fixture->size}};

	offload_write(&fixture->offload, out.offload);
	assert_int_equal(tun_write(fixture->in, &out), 0);
}

/* The next packet that was forwarded, with what was before it. Another's is passed over. */
static void packet_read(struct fixture *fixture, uint8_t *packet, size_t room, size_t *size,
			struct offload *offload)
{
	uint8_t header[OFFLOAD_HEADER];
	struct pollfd ready = {.fd = fixture->out, .events = POLLIN};
	int got;

	do {
		assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
		got = tun_read(fixture->out, header, packet, room);
		assert_true(got > 0);
	} while (packet[0] >> 4 != 6 || packet[24] != 0xbe);
	assert_true(offload_read((struct span){header, sizeof(header)}, offload));
	*size = (size_t)got;
}

/* Reads packets until their payloads make up as much as the super-packet has. */
static void kernel_parts(struct fixture *fixture, size_t head, size_t payload)
{
	struct bag *bag = &fixture->kernel;
	struct offload offload;
	size_t size;

	for (bag->count = 0; payload > 0; payload -= size - head) {
		assert_in_range(bag->count, 0, PACKETS - 1);
		packet_read(fixture, bag->bytes[bag->count], MTU, &size, &offload);
		assert_int_equal(offload.kind, OFFLOAD_NONE);
		assert_false(offload.partial);
		assert_in_range(size, head + 1, head + payload);
		bag->sizes[bag->count++] = size;
	}
}

static void our_parts(struct fixture *fixture)
{
	struct bag *bag = &fixture->ours;
	struct split split;
	struct split_part part;

	bag->count = 0;
	assert_true(split_begin(&split, fixture->packet, fixture->size, &fixture->offload));
	while (split_next(&split, &part)) {
		assert_in_range(bag->count, 0, PACKETS - 1);
		assert_in_range(part.size, 1, MTU);
		if (part.partial)
			traffic_complete(part.bytes, part.size);
		memcpy(bag->bytes[bag->count], part.bytes, part.size);
		bag->sizes[bag->count++] = part.size;
	}
}

static void expect_same_parts(const struct fixture *fixture)
{
	assert_int_equal(fixture->ours.count, fixture->kernel.count);
	for (size_t i = 0; i < fixture->ours.count; i++) {
		assert_int_equal(fixture->ours.sizes[i], fixture->kernel.sizes[i]);
		assert_memory_equal(fixture->ours.bytes[i], fixture->kernel.bytes[i],
				    fixture->ours.sizes[i]);
	}
}

static void super_make(struct fixture *fixture, const struct traffic *traffic, size_t segment)
{
	bool tcp = traffic->next_header == 6;
	uint8_t *field;

	fixture->size = traffic_write(traffic, fixture->packet);
	fixture->offload = (struct offload){
		.kind = tcp ? OFFLOAD_TCP : OFFLOAD_UDP,
		.partial = true,
		.ecn = tcp && (traffic->flags & CWR) != 0,
		.checksum_at = (uint16_t)(40 + traffic->extension),
		.checksum_field = tcp ? 16 : 6,
		.head = (uint16_t)traffic_head(traffic),
		.segment = (uint16_t)segment,
	};
	field = fixture->packet + traffic_checksum_at(fixture->packet);
	uint16_t partial = traffic_partial(fixture->packet, fixture->size);
	field[0] = (uint8_t)(partial >> 8);
	field[1] = (uint8_t)partial;
}

static struct traffic random_super(struct rng *rng, bool tcp, size_t *segment)
{
	struct traffic traffic = tcp ? traffic_tcp(rng_u32(rng), 0) : traffic_udp(53, 0);

	traffic.hop_limit = 63;
	traffic.traffic_class = (uint8_t)(rng_below(rng, 64) << 2);
	if (tcp) {
		traffic.options = (uint8_t)(4 * rng_below(rng, 11));
		traffic.flags = ACK | (uint8_t)(rng_u32(rng) & (FIN | PSH | ECE | CWR));
	}
	*segment = 400 + rng_below(rng, 1000);
	traffic.payload = *segment + 1 + rng_below(rng, (uint32_t)(*segment * 40));
	return traffic;
}

/* The kernel cuts a super-packet up, then hands the same over whole and we cut that up. */
static void cut_both_ways(struct fixture *fixture, struct traffic traffic, size_t segment)
{
	super_make(fixture, &traffic, segment);
	whole_set(fixture, false);
	packet_write(fixture);
	kernel_parts(fixture, traffic_head(&traffic), traffic.payload);
	whole_set(fixture, true);
	packet_write(fixture);
	packet_read(fixture, fixture->packet, sizeof(fixture->packet), &fixture->size,
		    &fixture->offload);
	assert_int_equal(fixture->offload.kind,
			 traffic.next_header == 6 ? OFFLOAD_TCP : OFFLOAD_UDP);
	assert_int_equal(fixture->offload.segment, segment);
	our_parts(fixture);
	expect_same_parts(fixture);
}

static void test_tcp_is_cut_as_the_kernel_cuts_it(void **state)
{
	struct fixture *fixture = *state;
	struct rng rng;
	size_t segment;

	rng_init(&rng, (const uint8_t[RNG_SEED]){1});
	for (int i = 0; i < 200; i++) {
		struct traffic traffic = random_super(&rng, true, &segment);
		cut_both_ways(fixture, traffic, segment);
	}
}

static void test_udp_is_cut_as_the_kernel_cuts_it(void **state)
{
	struct fixture *fixture = *state;
	struct rng rng;
	size_t segment;

	if (fixture->offloads < TUN_UDP)
		skip();
	rng_init(&rng, (const uint8_t[RNG_SEED]){2});
	for (int i = 0; i < 200; i++) {
		struct traffic traffic = random_super(&rng, false, &segment);
		cut_both_ways(fixture, traffic, segment);
	}
}

static void test_extension_headers_are_cut_as_the_kernel_cuts_them(void **state)
{
	struct fixture *fixture = *state;
	struct traffic traffic = traffic_tcp(1000, 10000);

	traffic.extension = 16;
	super_make(fixture, &traffic, 1400);
	whole_set(fixture, false);
	packet_write(fixture);
	kernel_parts(fixture, traffic_head(&traffic), traffic.payload);
	traffic.hop_limit--;
	super_make(fixture, &traffic, 1400);
	our_parts(fixture);
	expect_same_parts(fixture);
}

/* Packets of some flows, joined by us and cut up by the kernel again. */
static void join_and_cut(struct fixture *fixture, struct traffic traffic, size_t count)
{
	struct bag *bag = &fixture->ours;
	struct merge merge;
	struct merge_out out;

	merge_init(&merge, true);
	for (bag->count = 0; bag->count < count; bag->count++) {
		uint8_t *bytes = bag->bytes[bag->count];

		bag->sizes[bag->count] = traffic_write(&traffic, bytes);
		bytes[traffic_checksum_at(bytes)] ^= 0x5a;
		assert_true(merge_add(&merge, (instant){0},
				      (struct span){bytes, bag->sizes[bag->count]}, true));
		if (traffic.next_header == 6)
			traffic.sequence += (uint32_t)traffic.payload;
		traffic.flags &= (uint8_t)~CWR;
	}
	whole_set(fixture, false);
	assert_true(merge_next(&merge, INSTANT_NEVER, &out));
	assert_int_equal(out.count, count);
	assert_int_equal(tun_write(fixture->in, &out), 0);
	assert_false(merge_next(&merge, INSTANT_NEVER, &out));
	kernel_parts(fixture, traffic_head(&traffic), count * traffic.payload);
	for (size_t i = 0; i < count; i++) {
		bag->bytes[i][7]--;
		traffic_complete(bag->bytes[i], bag->sizes[i]);
	}
	expect_same_parts(fixture);
}

static void test_what_is_joined_the_kernel_takes_and_cuts_back(void **state)
{
	struct fixture *fixture = *state;
	struct traffic traffic = traffic_tcp(0xffffff00, 1400);

	for (size_t count = 1; count <= 46; count += 9) {
		traffic.flags = ACK | ECE | (count % 2 == 0 ? CWR : 0);
		join_and_cut(fixture, traffic, count);
	}
	if (fixture->offloads < TUN_UDP)
		skip();
	for (size_t count = 1; count <= 64; count += 9)
		join_and_cut(fixture, traffic_udp(53, 1000), count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tcp_is_cut_as_the_kernel_cuts_it),
		cmocka_unit_test(test_udp_is_cut_as_the_kernel_cuts_it),
		cmocka_unit_test(test_extension_headers_are_cut_as_the_kernel_cuts_them),
		cmocka_unit_test(test_what_is_joined_the_kernel_takes_and_cuts_back),
	};

	if (geteuid() != 0) {
		printf("1..0 # SKIP a network namespace takes root\n");
		return 0;
	}
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("tun/kernel", tests, setup, teardown);
}
