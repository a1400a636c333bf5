/* The control loop over epoll(7), where there is no systemd. A source is a descriptor in the epoll
 * set, the caller's or a signalfd(2), or a timer: all timers share one timerfd_create(2), which is
 * set to the earliest, so that no further descriptor is needed once the daemon has confined itself.
 * One event is taken at a time: a source that was forgotten meanwhile is never called, and the
 * kernel hands them out in turns. Nobody asks for a watchdog here. The sources are kept in a list,
 * so that closing the loop leaves nothing behind. */
#include "daemon/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

struct loop_source {
	struct loop *loop;
	struct loop_source *next, *previous; /* in loop->sources */
	int fd;				     /* -1: a timer */
	uint32_t events;
	bool own;    /* a signal's fd: it is read before the call and closed in the end */
	bool rests;  /* not in the epoll set */
	instant due; /* of a timer that is set, else INSTANT_NEVER */
	void (*call)(void *owner);
	void *owner;
};

struct loop {
	int epoll;
	int alarm; /* the timerfd, set to the earliest timer */
	bool over;
	int status; /* what loop_run answers once it is over */
	struct loop_source *sources;
};

int loop_open(struct loop **result)
{
	struct epoll_event alarm = {.events = EPOLLIN, .data = {.ptr = NULL}};
	struct loop *loop = calloc(1, sizeof(*loop));
	int status;

	if (loop == NULL)
		return -ENOMEM;
	loop->epoll = epoll_create1(EPOLL_CLOEXEC);
	loop->alarm = timerfd_create(CLOCK_BOOTTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	if (loop->epoll < 0 || loop->alarm < 0 ||
	    epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->alarm, &alarm) != 0) {
		status = -errno;
		loop_close(loop);
		return status;
	}
	*result = loop;
	return 0;
}

void loop_close(struct loop *loop)
{
	if (loop == NULL)
		return;
	while (loop->sources != NULL)
		loop_forget(loop->sources);
	if (loop->alarm >= 0)
		close(loop->alarm);
	if (loop->epoll >= 0)
		close(loop->epoll);
	free(loop);
}

/* Puts a source into the epoll set, or changes what it waits for there. 0 or -errno. */
static int source_set(struct loop_source *source, int operation)
{
	struct epoll_event event = {.events = source->events, .data = {.ptr = source}};

	return epoll_ctl(source->loop->epoll, operation, source->fd, &event) == 0 ? 0 : -errno;
}

/* Keeps a source in the loop's list. NULL without memory. */
static struct loop_source *source_new(struct loop *loop, struct loop_source source)
{
	struct loop_source *kept = calloc(1, sizeof(*kept));

	if (kept == NULL)
		return NULL;
	*kept = source;
	kept->loop = loop;
	kept->next = loop->sources;
	if (loop->sources != NULL)
		loop->sources->previous = kept;
	loop->sources = kept;
	return kept;
}

static uint32_t wish_events(enum loop_wish wish)
{
	return wish == LOOP_WRITE ? EPOLLOUT : EPOLLIN;
}

int loop_watch(struct loop *loop, int fd, enum loop_wish wish, void (*ready)(void *owner),
	       void *owner, struct loop_source **result)
{
	struct loop_source *source =
		source_new(loop, (struct loop_source){.fd = fd,
						      .events = wish_events(wish),
						      .due = INSTANT_NEVER,
						      .call = ready,
						      .owner = owner});
	int status;

	if (source == NULL)
		return -ENOMEM;
	status = source_set(source, EPOLL_CTL_ADD);
	if (status != 0) {
		source->rests = true;
		loop_forget(source);
		return status;
	}
	*result = source;
	return 0;
}

void loop_wish(struct loop_source *source, enum loop_wish wish)
{
	source->events = wish_events(wish);
	if (!source->rests)
		REQUIRE(source_set(source, EPOLL_CTL_MOD) == 0);
}

void loop_rest(struct loop_source *source, bool rests)
{
	if (source == NULL || source->rests == rests)
		return;
	source->rests = rests;
	REQUIRE(source_set(source, rests ? EPOLL_CTL_DEL : EPOLL_CTL_ADD) == 0);
}

int loop_timer(struct loop *loop, void (*due)(void *owner), void *owner,
	       struct loop_source **result)
{
	struct loop_source *source = source_new(
		loop,
		(struct loop_source){.fd = -1, .due = INSTANT_NEVER, .call = due, .owner = owner});

	if (source == NULL)
		return -ENOMEM;
	*result = source;
	return 0;
}

/* The timer that is due first, or NULL. */
static struct loop_source *loop_earliest(const struct loop *loop)
{
	struct loop_source *earliest = NULL;

	for (struct loop_source *source = loop->sources; source != NULL; source = source->next)
		if (!instant_is_never(source->due) &&
		    (earliest == NULL || source->due.us < earliest->due.us))
			earliest = source;
	return earliest;
}

static void loop_set_alarm(const struct loop *loop)
{
	const struct loop_source *earliest = loop_earliest(loop);
	struct itimerspec setting = {.it_value = {0}};

	if (earliest != NULL) {
		/* All zero would clear it. */
		int64_t us = earliest->due.us > 0 ? earliest->due.us : 1;

		setting.it_value.tv_sec = us / 1000000;
		setting.it_value.tv_nsec = us % 1000000 * 1000;
	}
	REQUIRE(timerfd_settime(loop->alarm, TFD_TIMER_ABSTIME, &setting, NULL) == 0);
}

void loop_timer_set(struct loop_source *source, instant when)
{
	source->due = when;
	loop_set_alarm(source->loop);
}

int loop_signal(struct loop *loop, int number, void (*caught)(void *owner), void *owner)
{
	struct loop_source *source;
	sigset_t signals;
	int fd, status;

	sigemptyset(&signals);
	sigaddset(&signals, number);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	fd = signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return -errno;
	status = loop_watch(loop, fd, LOOP_READ, caught, owner, &source);
	if (status != 0)
		close(fd);
	else
		source->own = true;
	return status;
}

void loop_forget(struct loop_source *source)
{
	struct loop *loop;

	if (source == NULL)
		return;
	loop = source->loop;
	if (source->fd >= 0 && !source->rests)
		epoll_ctl(loop->epoll, EPOLL_CTL_DEL, source->fd, NULL);
	if (source->own)
		close(source->fd);
	if (source->previous != NULL)
		source->previous->next = source->next;
	else
		loop->sources = source->next;
	if (source->next != NULL)
		source->next->previous = source->previous;
	free(source);
	loop_set_alarm(loop);
}

/* A descriptor has something to say, or a signal came. */
static void source_ready(const struct loop_source *source)
{
	struct signalfd_siginfo facts;

	if (!source->own || read(source->fd, &facts, sizeof(facts)) > 0)
		source->call(source->owner);
}

/* The alarm rang: the earliest timer has its turn, others that are due ring it again. */
static void loop_ring(struct loop *loop)
{
	struct loop_source *source = loop_earliest(loop);
	void (*call)(void *owner);
	uint64_t rings;
	void *owner;

	if (read(loop->alarm, &rings, sizeof(rings)) < 0 || source == NULL)
		return;
	call = source->call;
	owner = source->owner;
	loop_timer_set(source, INSTANT_NEVER);
	call(owner);
}

int loop_run(struct loop *loop)
{
	while (!loop->over) {
		struct epoll_event event;
		int count = epoll_wait(loop->epoll, &event, 1, -1);

		if (count < 0 && errno != EINTR)
			return -errno;
		if (count <= 0)
			continue;
		if (event.data.ptr == NULL)
			loop_ring(loop);
		else
			source_ready(event.data.ptr);
	}
	return loop->status;
}

void loop_stop(struct loop *loop, int status)
{
	loop->over = true;
	loop->status = status;
}
