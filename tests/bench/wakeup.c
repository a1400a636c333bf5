/* What waking another process costs on this machine now: two processes pass a byte to and fro
 * through two pipes, each asleep until it comes and, where there are two, each on a processor of
 * its own. Prints the median of one way, in nanoseconds, as key=value. A figure of latency means
 * little without this one of the same run. */
#include <sys/types.h>
#include <sys/wait.h>

#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 4001, WARM_UP = 100 };

static int64_t now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static int compare(const void *one, const void *other)
{
	const int64_t *a = one, *b = other;

	return (*a > *b) - (*a < *b);
}

/* A machine with one processor has no such place, and the process stays where it is. */
static void move_to(int processor)
{
	cpu_set_t only;

	CPU_ZERO(&only);
	CPU_SET(processor, &only);
	(void)!sched_setaffinity(0, sizeof(only), &only);
}

/* Answers each byte until nobody asks any more. */
static void answer(int from, int to)
{
	char byte;

	while (read(from, &byte, 1) == 1 && write(to, &byte, 1) == 1)
		;
	_exit(0);
}

int main(void)
{
	int64_t rounds[ROUNDS];
	int there[2], back[2];
	char byte = 0;

	if (pipe(there) || pipe(back))
		return 1;
	pid_t child = fork();
	if (child < 0)
		return 1;
	move_to(child == 0);
	if (child == 0) {
		close(there[1]);
		answer(there[0], back[1]);
	}
	for (int i = -WARM_UP; i < ROUNDS; i++) {
		int64_t began = now_ns();
		if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
			return 1;
		if (i >= 0)
			rounds[i] = now_ns() - began;
	}
	close(there[1]);
	waitpid(child, NULL, 0);
	qsort(rounds, ROUNDS, sizeof(rounds[0]), compare);
	printf("wakeup_ns=%jd\n", (intmax_t)(rounds[ROUNDS / 2] / 2));
	return 0;
}
