/* What is left of a process that died by its own fault, and of one that was killed. */
#include "daemon/guard.h"

#include <stdarg.h>
#include <setjmp.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Shared with the children. */
struct note {
	uint32_t word;
};

static struct note *note_new(void)
{
	struct note *note = mmap(NULL, sizeof(*note), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(note, MAP_FAILED);
	return note;
}

static uint32_t overflow(volatile uint32_t *from)
{
	volatile uint32_t here[4096];

	memset((void *)(uintptr_t)here, 1, sizeof(here));
	here[0] = *from;
	if (here[0] == 0)
		return 0;
	return overflow(here) + here[4095];
}

static void die_null(void)
{
	*(volatile int *)(uintptr_t)getppid() = 1;
}

static void die_deep(void)
{
	uint32_t any = 1;

	(void)overflow(&any);
}

static void die_waiting(void)
{
	kill(getpid(), SIGABRT); /* as the watchdog does */
	pause();
}

static void die_killed(void)
{
	raise(SIGKILL);
}

static void *elsewhere(void *guard)
{
	if (guard_thread(guard, 1) == 0)
		die_null();
	return NULL;
}

/* Has a child die so, in a thread of its own if there is none other to do it. The signal it died
 * of. */
static int died(struct note *note, void (*die)(void))
{
	const struct rlimit none = {0, 0};
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct guard guard;
		pthread_t thread;
		setrlimit(RLIMIT_CORE, &none);
		if (guard_open(&guard, &note->word) != 0 || guard_thread(&guard, 0) != 0)
			_exit(1);
		if (die != NULL)
			die();
		else if (pthread_create(&thread, NULL, elsewhere, &guard) == 0)
			pthread_join(thread, NULL);
		_exit(2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	return WTERMSIG(status);
}

static void check(void (*die)(void), int signal, uint32_t word)
{
	struct note *note = note_new();

	assert_int_equal(died(note, die), signal);
	assert_int_equal(note->word, word);
	munmap(note, sizeof(*note));
}

static void faults_are_noted(void **state)
{
	check(die_null, SIGSEGV, 1);
	check(abort, SIGABRT, 1);
	check(die_waiting, SIGABRT, 1);
}

static void a_full_stack_is_noted(void **state)
{
	check(die_deep, SIGSEGV, 1);
}

static void a_thread_is_noted(void **state)
{
	check(NULL, SIGSEGV, 1);
}

static void what_others_do_is_not(void **state)
{
	check(die_killed, SIGKILL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(faults_are_noted),
		cmocka_unit_test(a_full_stack_is_noted),
		cmocka_unit_test(a_thread_is_noted),
		cmocka_unit_test(what_others_do_is_not),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("daemon/guard", tests, NULL, NULL);
}
