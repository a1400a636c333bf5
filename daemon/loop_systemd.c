/* The control loop over sd-event, sd-event(3). Each source is one small block that sd-event's
 * callbacks get; the loop keeps them in a list, so that closing it leaves nothing behind. */
#include "daemon/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <systemd/sd-event.h>
#include <time.h>

struct loop_source {
	struct loop *loop;
	struct loop_source *next, *previous; /* in loop->sources */
	sd_event_source *event;
	void (*call)(void *owner);
	void *owner;
};

struct loop {
	sd_event *event;
	struct loop_source *sources;
};

int loop_open(struct loop **result)
{
	struct loop *loop = calloc(1, sizeof(*loop));
	int status;

	if (loop == NULL)
		return -ENOMEM;
	status = sd_event_new(&loop->event);
	if (status < 0) {
		loop_close(loop);
		return status;
	}
	/* A watchdog asked for in a way nobody understands is not answered, which it will notice.
	 */
	sd_event_set_watchdog(loop->event, true);
	*result = loop;
	return 0;
}

void loop_close(struct loop *loop)
{
	if (loop == NULL)
		return;
	while (loop->sources != NULL)
		loop_forget(loop->sources);
	sd_event_unref(loop->event);
	free(loop);
}

static struct loop_source *source_new(struct loop *loop, void (*call)(void *owner), void *owner)
{
	struct loop_source *source = calloc(1, sizeof(*source));

	if (source == NULL)
		return NULL;
	*source = (struct loop_source){
		.loop = loop, .next = loop->sources, .call = call, .owner = owner};
	if (loop->sources != NULL)
		loop->sources->previous = source;
	loop->sources = source;
	return source;
}

/* Hands a source out, or releases it if sd-event refused it. */
static int source_done(struct loop_source *source, int status, struct loop_source **result)
{
	if (status < 0) {
		loop_forget(source);
		return status;
	}
	*result = source;
	return 0;
}

static uint32_t wish_events(enum loop_wish wish)
{
	return wish == LOOP_WRITE ? EPOLLOUT : EPOLLIN;
}

static int source_ready(sd_event_source *event, int fd, uint32_t events, void *source)
{
	((struct loop_source *)source)->call(((struct loop_source *)source)->owner);
	return 0;
}

int loop_watch(struct loop *loop, int fd, enum loop_wish wish, void (*ready)(void *owner),
	       void *owner, struct loop_source **result)
{
	struct loop_source *source = source_new(loop, ready, owner);

	if (source == NULL)
		return -ENOMEM;
	return source_done(source,
			   sd_event_add_io(loop->event, &source->event, fd, wish_events(wish),
					   source_ready, source),
			   result);
}

void loop_wish(struct loop_source *source, enum loop_wish wish)
{
	REQUIRE(sd_event_source_set_io_events(source->event, wish_events(wish)) >= 0);
}

void loop_rest(struct loop_source *source, bool rests)
{
	if (source != NULL)
		REQUIRE(sd_event_source_set_enabled(source->event,
						    rests ? SD_EVENT_OFF : SD_EVENT_ON) >= 0);
}

static int source_due(sd_event_source *event, uint64_t when, void *source)
{
	((struct loop_source *)source)->call(((struct loop_source *)source)->owner);
	return 0;
}

int loop_timer(struct loop *loop, void (*due)(void *owner), void *owner,
	       struct loop_source **result)
{
	struct loop_source *source = source_new(loop, due, owner);
	int status;

	if (source == NULL)
		return -ENOMEM;
	/* sd-event coalesces within the accuracy, a quarter second unless told. */
	status = sd_event_add_time(loop->event, &source->event, CLOCK_BOOTTIME, 0, 1, source_due,
				   source);
	if (status >= 0)
		status = sd_event_source_set_enabled(source->event, SD_EVENT_OFF);
	return source_done(source, status, result);
}

void loop_timer_set(struct loop_source *source, instant when)
{
	if (instant_is_never(when)) {
		REQUIRE(sd_event_source_set_enabled(source->event, SD_EVENT_OFF) >= 0);
		return;
	}
	REQUIRE(sd_event_source_set_time(source->event, when.us > 0 ? (uint64_t)when.us : 0) >= 0);
	REQUIRE(sd_event_source_set_enabled(source->event, SD_EVENT_ONESHOT) >= 0);
}

static int source_caught(sd_event_source *event, const struct signalfd_siginfo *facts, void *source)
{
	((struct loop_source *)source)->call(((struct loop_source *)source)->owner);
	return 0;
}

int loop_signal(struct loop *loop, int number, void (*caught)(void *owner), void *owner)
{
	struct loop_source *source = source_new(loop, caught, owner);
	sigset_t blocked;

	if (source == NULL)
		return -ENOMEM;
	sigemptyset(&blocked);
	sigaddset(&blocked, number);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	return source_done(
		source,
		sd_event_add_signal(loop->event, &source->event, number, source_caught, source),
		&source);
}

void loop_forget(struct loop_source *source)
{
	if (source == NULL)
		return;
	sd_event_source_disable_unref(source->event);
	if (source->previous != NULL)
		source->previous->next = source->next;
	else
		source->loop->sources = source->next;
	if (source->next != NULL)
		source->next->previous = source->previous;
	free(source);
}

int loop_run(struct loop *loop)
{
	return sd_event_loop(loop->event);
}

void loop_stop(struct loop *loop, int status)
{
	sd_event_exit(loop->event, status);
}
