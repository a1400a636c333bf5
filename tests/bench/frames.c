/* What a frame costs by each of the ways it can be sent and received: nanoseconds of processor time
 * per frame over a veth pair in a namespace of its own, the median of several rounds in which all
 * ways take turns, and beside it the ratio to the plainest way of the same round. Sending includes
 * what the kernel does at the far end, where nobody listens. Prints figures; judges none.
 *   usage: tests/bench/frames, as root. */
#include "link/ethernet.h"

#include "tests/unit/link/wire.h"

#include <linux/if_packet.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	ROUNDS = 5,
	FRAMES = 32768, /* sent in a round */
	FLIGHT = 512,	/* received at once */
	BUSY = 4096,	/* after which the faster ways are taken */
	WAYS = 4,
};

/* One way, and what it took in each round. */
struct way {
	const char *name;
	struct ethernet *ethernet; /* NULL: one system call a frame */
	struct ethernet_sockets sockets;
	int express;
	double ns[ROUNDS];
	double ratios[ROUNDS];
};

/* The wire, and what goes over it: headers for it and any payload. */
struct load {
	struct wire_end left, right;
	uint8_t frame[ETHERNET_FRAME_MAX];
};

/* Processor time of this process: others on the machine cost it some cache, but no time. */
static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void send_one_by_one(const struct load *load, int fd, size_t size, int count)
{
	const struct sockaddr_ll to = {.sll_family = AF_PACKET,
				       .sll_protocol = htons(WIRE_TYPE),
				       .sll_ifindex = (int)load->left.ifindex,
				       .sll_halen = LINK_LLADDR};

	for (int i = 0; i < count; i++)
		(void)!sendto(fd, load->frame, size, MSG_DONTWAIT, (const struct sockaddr *)&to,
			      sizeof(to));
}

static void send_by(const struct load *load, struct way *way, size_t size, int count)
{
	if (way->ethernet == NULL) {
		send_one_by_one(load, way->sockets.packet, size, count);
		return;
	}
	for (int i = 1; i <= count; i++) {
		ethernet_lend(way->ethernet, load->left.ifindex, load->left.lladdr,
			      load->right.lladdr, load->frame + ETHERNET_HEADER,
			      size - ETHERNET_HEADER);
		if (i % ETHERNET_BATCH == 0)
			ethernet_flush(way->ethernet);
	}
	ethernet_flush(way->ethernet);
}

/* Receives what waits; the number of frames. */
static int receive_by(struct way *way)
{
	uint8_t frame[ETHERNET_FRAME_MAX];
	const struct ethernet_frame *frames;
	int got, count = 0;

	if (way->ethernet == NULL) {
		while (recv(way->sockets.packet, frame, sizeof(frame), MSG_DONTWAIT) > 0)
			count++;
		return count;
	}
	while ((got = ethernet_receive(way->ethernet, &frames)) > 0)
		count += got;
	return count;
}

static int by_size(const void *a, const void *b)
{
	const double *one = a, *other = b;

	return (*one > *other) - (*one < *other);
}

static double median(double values[ROUNDS])
{
	qsort(values, ROUNDS, sizeof(*values), by_size);
	return values[ROUNDS / 2];
}

static void print(const char *what, struct way ways[], int count, size_t size)
{
	for (int i = 0; i < count; i++)
		for (int round = 0; round < ROUNDS; round++)
			ways[i].ratios[round] = ways[i].ns[round] / ways[0].ns[round];
	for (int i = 0; i < count; i++) {
		double ratio = median(ways[i].ratios);
		printf("%-8s %5zu B  %-24s %7.0f ns  %5.2f\n", what, size, ways[i].name,
		       median(ways[i].ns), ratio);
	}
}

static void way_open(const struct load *load, struct way *way, const char *name)
{
	way->name = name;
	way->sockets.express = &way->express;
	if (ethernet_open(&way->ethernet, &way->sockets, WIRE_TYPE) != 0)
		exit(1);
	ethernet_link(
		way->ethernet,
		&(struct link_facts){.ifindex = load->left.ifindex, .mtu = 1500, .running = true});
}

static void sending(const struct load *load, size_t size)
{
	struct way ways[WAYS] = {{.name = "send, one by one"}};
	const int on = 1;

	for (int i = 0; i < WAYS; i++)
		ways[i].sockets =
			(struct ethernet_sockets){.packet = wire_socket(false), .ring = -1};
	way_open(load, &ways[1], "packet (sendmmsg)");
	way_open(load, &ways[2], "the same past the qdisc");
	setsockopt(ways[2].sockets.packet, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on));
	ways[3].express = wire_socket_xdp();
	ways[3].sockets.express_count = 1;
	way_open(load, &ways[3], "xdp");
	send_by(load, &ways[3], size, BUSY);
	if (strcmp(ethernet_way(ways[3].ethernet, load->left.ifindex), "xdp") != 0)
		puts("no AF_XDP here: the last row is the packet socket's");
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < WAYS; i++) {
			double began = now_ns();
			send_by(load, &ways[i], size, FRAMES);
			ways[i].ns[round] = (now_ns() - began) / FRAMES;
		}
	}
	print("send", ways, WAYS, size);
	for (int i = 0; i < WAYS; i++) {
		ethernet_close(ways[i].ethernet);
		close(ways[i].sockets.packet);
	}
}

/* Has the ring take over, if the way has one. */
static void warm(const struct load *load, struct way *way, struct way *sender)
{
	for (int i = 0; i < BUSY / ETHERNET_BATCH; i++) {
		send_by(load, sender, 64, ETHERNET_BATCH);
		receive_by(way);
	}
}

static void receiving_by(const struct load *load, struct way *way, struct way *sender, size_t size)
{
	way->sockets.packet = wire_socket(true);
	if (way->name == NULL)
		way_open(load, way, way->sockets.ring >= 0 ? "ring" : "packet (recvmmsg)");
	warm(load, way, sender);
	for (int round = 0; round < ROUNDS; round++) {
		double took = 0;
		int count = 0;
		while (count < FRAMES) {
			send_by(load, sender, size, FLIGHT);
			double began = now_ns();
			count += receive_by(way);
			took += now_ns() - began;
		}
		way->ns[round] = took / count;
	}
	ethernet_close(way->ethernet);
	close(way->sockets.packet);
}

static void receiving(const struct load *load, size_t size)
{
	struct way sender = {.sockets = {.packet = wire_socket(false), .ring = -1}};
	struct way ways[] = {{.name = "recv, one by one"},
			     {.sockets.ring = -1},
			     {.sockets.ring = wire_socket(false)}};

	way_open(load, &sender, "sender");
	for (int i = 0; i < 3; i++)
		receiving_by(load, &ways[i], &sender, size);
	print("receive", ways, 3, size);
	close(ways[2].sockets.ring);
	ethernet_close(sender.ethernet);
	close(sender.sockets.packet);
}

static void load_make(struct load *load)
{
	uint16_t ethertype = htons(WIRE_TYPE);

	wire_make(1500, &load->left, &load->right);
	if (!wire_run("ethtool -K left tso off gro on && ethtool -K right tso off gro on"))
		puts("no ethtool: a plain veth pair, without GRO");
	memcpy(load->frame, load->right.lladdr, LINK_LLADDR);
	memcpy(load->frame + LINK_LLADDR, load->left.lladdr, LINK_LLADDR);
	memcpy(load->frame + 2 * LINK_LLADDR, &ethertype, sizeof(ethertype));
}

int main(void)
{
	static const size_t sizes[] = {64, 1450};
	struct load load = {.frame = {0}};

	if (wire_namespace(NULL) != 0) {
		fputs("frames: needs root, for a namespace of its own\n", stderr);
		return 1;
	}
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		load_make(&load);
		sending(&load, sizes[i]);
		receiving(&load, sizes[i]);
	}
	return 0;
}
