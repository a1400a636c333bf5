/* The control loop: descriptors, timers, signals, one thread. This header is the seam: what is
 * behind it is sd-event, and could be epoll where there is no systemd. Times are CLOCK_BOOTTIME,
 * so that a laptop that slept finds its deadlines passed. */
#ifndef DAEMON_LOOP_H
#define DAEMON_LOOP_H

#include "base/require.h"
#include "base/time.h"

#include <stdbool.h>

struct loop;
struct loop_source; /* a descriptor, a timer or a signal that is looked after */

/* What to wait for on a descriptor. */
enum loop_wish {
	LOOP_READ,
	LOOP_WRITE,
};

/* Makes a loop. It answers the service manager's watchdog by itself, if there is one. 0 or -errno.
 */
MUST_USE int loop_open(struct loop **loop);

/* Releases the loop and what it still looks after; descriptors stay open. NULL is fine. */
void loop_close(struct loop *loop);

/* The instant it is now. */
instant loop_now(void);

/* Calls ready(owner) whenever what is wished is possible on fd, or it is broken. 0 or -errno. */
MUST_USE int loop_watch(struct loop *loop, int fd, enum loop_wish wish, void (*ready)(void *owner),
			void *owner, struct loop_source **source);

/* Changes what is waited for. */
void loop_wish(struct loop_source *source, enum loop_wish wish);

/* Lets a descriptor rest, or looks after it again. A file may be put in its place while it rests.
 * NULL is fine. */
void loop_rest(struct loop_source *source, bool rests);

/* Adds a timer that is not set; due(owner) is called once each time it is reached. 0 or -errno. */
MUST_USE int loop_timer(struct loop *loop, void (*due)(void *owner), void *owner,
			struct loop_source **source);

/* Sets a timer, replacing what it was set to. INSTANT_NEVER clears it; the past is at once. */
void loop_timer_set(struct loop_source *source, instant when);

/* Calls caught(owner) when a signal comes, which is blocked from now on. 0 or -errno. */
MUST_USE int loop_signal(struct loop *loop, int number, void (*caught)(void *owner), void *owner);

/* Ends the care for a source and releases it. NULL is fine. */
void loop_forget(struct loop_source *source);

/* Runs until loop_stop. The exit status given there, or -errno. */
MUST_USE int loop_run(struct loop *loop);

/* Ends loop_run after what is being done now. */
void loop_stop(struct loop *loop, int status);

#endif
