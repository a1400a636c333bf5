/* What a segment costs at the TUN device, alone and in super-packets: nanoseconds of this process's
 * processor time, the best of some rounds, beside what the system call getppid takes. Two devices
 * in a network namespace of its own; what is written to the first is routed into nothing, or to the
 * second to be read. `bench-segments [ROUNDS]`, as root, prints figures and judges none of them. */
#include "tests/unit/tun/traffic.h"
#include "tun/device.h"
#include "tun/split.h"

#include <fcntl.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { SEGMENTS = 45, PAYLOAD = 1400, REPEAT = 200, CALLS = 100000 };

struct bench {
	int in, out;
	uint8_t bytes[SEGMENTS][1500]; /* the segments of one flow */
	size_t sizes[SEGMENTS];
	struct merge merge;
	struct merge_out joined;
	uint8_t super[OFFLOAD_PACKET], room[OFFLOAD_PACKET];
	size_t size;
	struct offload offload;
};

static uint64_t processor_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

static int device_make(const char *name)
{
	char why[200] = "no /dev/net/tun";
	int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0 && tun_attach(fd, name, false, why, sizeof(why)) == 0)
		return fd;
	fprintf(stderr, "bench-segments: %s\n", why);
	exit(1);
}

/* beef:908::/32 is where the packets go: from in to out, or to nowhere. */
static void way_set(bool out)
{
	REQUIRE(system(out ? "ip -6 route replace beef:908::/32 dev out"
			   : "ip -6 route replace blackhole beef:908::/32") == 0);
}

static void namespace_make(struct bench *bench)
{
	if (unshare(CLONE_NEWNET) != 0) {
		fprintf(stderr, "bench-segments: a network namespace takes root\n");
		exit(1);
	}
	bench->in = device_make("in");
	bench->out = device_make("out");
	REQUIRE(system("echo 1 >/proc/sys/net/ipv6/conf/all/forwarding; for d in in out; do "
		       "echo 1 >/proc/sys/net/ipv6/conf/$d/addr_gen_mode; ip link set $d up; "
		       "done") == 0);
}

static void join(struct bench *bench)
{
	for (size_t i = 0; i < SEGMENTS; i++)
		REQUIRE(merge_add(&bench->merge, (instant){0},
				  (struct span){bench->bytes[i], bench->sizes[i]}, true));
	REQUIRE(merge_next(&bench->merge, INSTANT_NEVER, &bench->joined));
}

static void cut(struct bench *bench)
{
	struct split split;
	struct split_part part;

	REQUIRE(split_begin(&split, bench->room, bench->size, &bench->offload));
	while (split_next(&split, &part))
		;
}

static void packets_make(struct bench *bench)
{
	struct traffic traffic = traffic_tcp(1, PAYLOAD);
	struct writer super = writer_of(bench->super, sizeof(bench->super));

	for (size_t i = 0; i < SEGMENTS; i++, traffic.sequence += PAYLOAD)
		bench->sizes[i] = traffic_write(&traffic, bench->bytes[i]);
	merge_init(&bench->merge, true);
	join(bench);
	REQUIRE(bench->joined.count == SEGMENTS &&
		!merge_next(&bench->merge, INSTANT_NEVER, &bench->joined));
	writer_copy(&super, bench->joined.head, bench->joined.head_size);
	for (size_t i = 0; i < SEGMENTS; i++)
		writer_copy(&super, bench->joined.parts[i].bytes, bench->joined.parts[i].size);
	bench->size = super.used;
	REQUIRE(offload_read((struct span){bench->joined.offload, OFFLOAD_HEADER},
			     &bench->offload));
}

static void write_joined(struct bench *bench)
{
	REQUIRE(tun_write(bench->in, &bench->joined) == 0);
}

static void write_alone(struct bench *bench)
{
	struct merge_out one = {.count = 1};

	for (size_t i = 0; i < SEGMENTS; i++) {
		one.parts[0] = (struct span){bench->bytes[i], bench->sizes[i]};
		REQUIRE(tun_write(bench->in, &one) == 0);
	}
}

static void merge_all(struct bench *bench)
{
	join(bench);
	REQUIRE(!merge_next(&bench->merge, INSTANT_NEVER, &bench->joined));
}

/* The header of each segment overwrites bytes of the one before only: cutting again cuts alike. */
static void split_all(struct bench *bench)
{
	memcpy(bench->room, bench->super, 200);
	cut(bench);
}

static void read_all(struct bench *bench)
{
	uint8_t header[OFFLOAD_HEADER];

	while (tun_read(bench->out, header, bench->room, sizeof(bench->room)) > 0)
		;
}

/* Nanoseconds a segment takes, with what has to be there first not counted. */
static double measure(struct bench *bench, void (*before)(struct bench *),
		      void (*measured)(struct bench *))
{
	uint64_t took = 0, began;

	for (int i = 0; i < REPEAT; i++) {
		if (before)
			before(bench);
		began = processor_ns();
		measured(bench);
		took += processor_ns() - began;
	}
	return (double)took / REPEAT / SEGMENTS;
}

static double system_call(void)
{
	uint64_t began = processor_ns();

	for (int i = 0; i < CALLS; i++)
		getppid();
	return (double)(processor_ns() - began) / CALLS;
}

enum figure { CALL, WRITE_ALONE, WRITE_JOINED, READ_ALONE, READ_SUPER, MERGE, SPLIT, FIGURES };

static void round_measure(struct bench *bench, double figures[FIGURES])
{
	figures[CALL] = system_call();
	figures[MERGE] = measure(bench, NULL, merge_all);
	memcpy(bench->room, bench->super, bench->size);
	figures[SPLIT] = measure(bench, NULL, split_all);
	join(bench);
	way_set(false);
	figures[WRITE_ALONE] = measure(bench, NULL, write_alone);
	figures[WRITE_JOINED] = measure(bench, NULL, write_joined);
	way_set(true);
	REQUIRE(ioctl(bench->out, TUNSETOFFLOAD, 0) == 0);
	figures[READ_ALONE] = measure(bench, write_joined, read_all);
	tun_offload(bench->out);
	figures[READ_SUPER] = measure(bench, write_joined, read_all);
	REQUIRE(!merge_next(&bench->merge, INSTANT_NEVER, &bench->joined));
}

int main(int count, char **arguments)
{
	static const char *const names[FIGURES] = {"getppid, for comparison",
						   "written alone",
						   "written in super-packets",
						   "read alone",
						   "read in super-packets",
						   "joined",
						   "cut up"};
	static struct bench bench;
	double best[FIGURES], figures[FIGURES];
	int rounds = count > 1 ? atoi(arguments[1]) : 10;

	namespace_make(&bench);
	packets_make(&bench);
	round_measure(&bench, best);
	for (int i = 1; i < rounds; i++) {
		round_measure(&bench, figures);
		for (int figure = 0; figure < FIGURES; figure++)
			if (figures[figure] < best[figure])
				best[figure] = figures[figure];
	}
	printf("a segment of %d bytes of TCP, %d in a super-packet, best of %d rounds\n", PAYLOAD,
	       SEGMENTS, rounds);
	for (int figure = 0; figure < FIGURES; figure++)
		printf("%-26s %7.0f ns %6.2f getppid\n", names[figure], best[figure],
		       best[figure] / best[CALL]);
	return 0;
}
