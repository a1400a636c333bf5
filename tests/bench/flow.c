/* One UDP flow between two hosts, for measuring: a sender that keeps a rate or floods, 64 datagrams
 * a system call, and a receiver that says what became of them. Each datagram begins with its number
 * in the flow, so that one that overtakes another is seen. Both end by themselves: the sender after
 * its time, the receiver when nothing came for a while. Figures go to stdout as key=value. */
#include <arpa/inet.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 64, SIZE_MAX_UDP = 9000, SIZE_MIN = sizeof(uint64_t), BUFFER = 4 << 20 };

/* Datagrams of one system call. */
struct batch {
	uint8_t bytes[BATCH][SIZE_MAX_UDP];
	struct iovec pieces[BATCH];
	struct mmsghdr messages[BATCH];
};

/* What came: counted in the order of arrival. */
struct arrivals {
	uint64_t received, overtaken; /* overtaken: a later one came first, or it came twice */
	uint64_t next;		      /* one more than the highest number so far */
	double first, last, pause;    /* s; pause: the longest between two arrivals */
};

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static struct batch *batch_new(size_t size)
{
	struct batch *batch = calloc(1, sizeof(*batch));

	if (!batch)
		abort();
	for (int i = 0; i < BATCH; i++) {
		batch->pieces[i] = (struct iovec){batch->bytes[i], size};
		batch->messages[i].msg_hdr.msg_iov = &batch->pieces[i];
		batch->messages[i].msg_hdr.msg_iovlen = 1;
	}
	return batch;
}

/* Sends count datagrams with the numbers from next on; how many the kernel took, or -1. */
static int batch_send(struct batch *batch, int fd, uint64_t next, int count)
{
	for (int i = 0; i < count; i++) {
		uint64_t number = next + (uint64_t)i;
		memcpy(batch->bytes[i], &number, sizeof(number));
	}
	return sendmmsg(fd, batch->messages, (unsigned)count, 0);
}

static void arrive(struct arrivals *arrivals, const uint8_t *bytes, double when)
{
	uint64_t number;

	memcpy(&number, bytes, sizeof(number));
	if (arrivals->received == 0)
		arrivals->first = arrivals->last = when;
	if (when - arrivals->last > arrivals->pause)
		arrivals->pause = when - arrivals->last;
	arrivals->last = when;
	arrivals->received++;
	if (number < arrivals->next)
		arrivals->overtaken++;
	else
		arrivals->next = number + 1;
}

static int receive(const char *port, double silence)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6,
				       .sin6_port = htons((uint16_t)atoi(port))};
	struct batch *batch = batch_new(SIZE_MAX_UDP);
	struct arrivals arrivals = {0};
	int fd = socket(AF_INET6, SOCK_DGRAM, 0), room = BUFFER;
	struct pollfd waiting = {.fd = fd, .events = POLLIN};

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		perror("flow: bind");
		return 1;
	}
	while (poll(&waiting, 1, (int)(silence * 1000)) > 0) {
		int got = recvmmsg(fd, batch->messages, BATCH, MSG_DONTWAIT, NULL);
		double when = now();
		for (int i = 0; i < got; i++)
			if (batch->messages[i].msg_len >= SIZE_MIN)
				arrive(&arrivals, batch->bytes[i], when);
	}
	printf("received=%ju overtaken=%ju seconds=%.6f pause_ms=%.1f\n",
	       (uintmax_t)arrivals.received, (uintmax_t)arrivals.overtaken,
	       arrivals.last - arrivals.first, arrivals.pause * 1000);
	free(batch);
	return 0;
}

/* How many are due at this time of the flow, at most a batch; 0 after a short sleep if none is. */
static int due(double rate, double elapsed, uint64_t sent)
{
	const struct timespec pause = {.tv_nsec = 50000};
	double behind = rate > 0 ? rate * elapsed - (double)sent : BATCH;

	if (behind < 1) {
		nanosleep(&pause, NULL);
		return 0;
	}
	return behind > BATCH ? BATCH : (int)behind;
}

/* What the kernel refuses for want of room is a loss of the flow: its number is used up. */
static bool refusal_is_loss(int error)
{
	return error == ENOBUFS || error == EAGAIN || error == ECONNREFUSED ||
	       error == ENETUNREACH || error == EHOSTUNREACH;
}

static int send_flow(struct sockaddr_in6 *to, size_t size, double rate, double seconds)
{
	struct batch *batch = batch_new(size);
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);
	uint64_t next = 0, refused = 0;
	double began = now(), elapsed = 0;

	prctl(PR_SET_TIMERSLACK, 1000UL);
	if (connect(fd, (struct sockaddr *)to, sizeof(*to))) {
		perror("flow: connect");
		return 1;
	}
	for (; elapsed < seconds; elapsed = now() - began) {
		int count = due(rate, elapsed, next);
		int taken = count > 0 ? batch_send(batch, fd, next, count) : 0;
		if (taken < 0 && !refusal_is_loss(errno)) {
			perror("flow: send");
			return 1;
		}
		refused += taken < 0;
		next += taken < 0 ? 1 : (uint64_t)taken;
	}
	printf("offered=%ju refused=%ju seconds=%.6f\n", (uintmax_t)next, (uintmax_t)refused,
	       elapsed);
	free(batch);
	return 0;
}

int main(int count, char **words)
{
	struct sockaddr_in6 to = {.sin6_family = AF_INET6};

	if (count == 4 && !strcmp(words[1], "receive"))
		return receive(words[2], atof(words[3]));
	if (count == 7 && !strcmp(words[1], "send") &&
	    inet_pton(AF_INET6, words[2], &to.sin6_addr) == 1 && atoi(words[4]) >= SIZE_MIN &&
	    atoi(words[4]) <= SIZE_MAX_UDP) {
		to.sin6_port = htons((uint16_t)atoi(words[3]));
		return send_flow(&to, (size_t)atoi(words[4]), atof(words[5]), atof(words[6]));
	}
	fprintf(stderr, "usage: flow send ADDRESS PORT SIZE RATE SECONDS (RATE 0: flood)\n"
			"       flow receive PORT SECONDS-OF-SILENCE\n");
	return 2;
}
