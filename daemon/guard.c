/* A handler is handed nothing of its owner's. It runs on a stack of its own, though, so that it
 * works when the other is used up, and is told where that stack begins: there stands what it has to
 * know. sigaltstack(2), sigaction(2). */
#include "daemon/guard.h"

#include "base/shared.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

enum { STACK = 65536 }; /* bytes, more than the registers of any processor take */

static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP};

enum { FAULTS = sizeof(faults) / sizeof(faults[0]) };

/* What stands where a stack begins. */
struct beginning {
	uint32_t *word;
};

/* The signal's own effect is back when this runs. Where the process may not send itself a signal it
 * dies of the trap: there is no way back from here that its filter of system calls allows. */
static void note(int number, siginfo_t *facts, void *context)
{
	const stack_t *stack = &((const ucontext_t *)context)->uc_stack;

	if (stack->ss_size == STACK)
		SHARED_SET(*((const struct beginning *)stack->ss_sp)->word, 1);
	raise(number);
	__builtin_trap();
}

static struct beginning *beginning_of(const struct guard *guard, uint32_t number)
{
	REQUIRE(number < GUARD_THREADS);
	return (struct beginning *)((uintptr_t)guard->stacks + (size_t)number * STACK);
}

int guard_open(struct guard *guard, uint32_t *word)
{
	struct sigaction action = {
		.sa_sigaction = note,
		.sa_flags = (int)(SA_SIGINFO | SA_ONSTACK | SA_NODEFER | SA_RESETHAND)};
	void *stacks = mmap(NULL, (size_t)GUARD_THREADS * STACK, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (stacks == MAP_FAILED)
		return -errno;
	guard->stacks = stacks;
	for (uint32_t i = 0; i < GUARD_THREADS; i++)
		beginning_of(guard, i)->word = word;
	for (int i = 0; i < FAULTS; i++)
		if (sigaction(faults[i], &action, NULL) != 0)
			return -errno;
	return 0;
}

int guard_thread(const struct guard *guard, uint32_t number)
{
	const stack_t stack = {.ss_sp = beginning_of(guard, number), .ss_size = STACK};
	sigset_t wanted;

	sigemptyset(&wanted);
	for (int i = 0; i < FAULTS; i++)
		sigaddset(&wanted, faults[i]);
	if (sigaltstack(&stack, NULL) != 0)
		return -errno;
	return sigprocmask(SIG_UNBLOCK, &wanted, NULL) == 0 ? 0 : -errno;
}

void guard_close(struct guard *guard)
{
	const stack_t none = {.ss_flags = SS_DISABLE};

	if (guard->stacks == NULL)
		return;
	for (int i = 0; i < FAULTS; i++)
		signal(faults[i], SIG_DFL);
	sigaltstack(&none, NULL);
	munmap(guard->stacks, (size_t)GUARD_THREADS * STACK);
	guard->stacks = NULL;
}
