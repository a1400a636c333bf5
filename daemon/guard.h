/* A word is set when the process dies by its own fault: a signal such as SIGSEGV or SIGABRT, which
 * is the watchdog's too. Who is killed by others (SIGKILL) leaves it as it is. */
#ifndef DAEMON_GUARD_H
#define DAEMON_GUARD_H

#include "base/require.h"

#include <stddef.h>
#include <stdint.h>

enum { GUARD_THREADS = 8 };

/* Stacks for signals, one a thread. */
struct guard {
	void *stacks; /* mapped; NULL: not open */
};

/* From here on the word, which outlives the guard, becomes 1 when one of the threads that said
 * guard_thread causes such a signal, or is sent it. 0 or -errno. */
MUST_USE int guard_open(struct guard *guard, uint32_t *word);

/* The calling thread is that of this number, 0 … GUARD_THREADS − 1, each once. 0 or -errno. */
MUST_USE int guard_thread(const struct guard *guard, uint32_t number);

/* The signals do what they did; no thread but the calling one may be left. Nothing happens where it
 * is not open. */
void guard_close(struct guard *guard);

#endif
