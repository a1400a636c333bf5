/* What every control loop must do: the same cases against loop_systemd.c and loop_epoll.c. */
#include "daemon/loop.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* A loop, a pipe in it, and what was called, in order. */
struct scene {
	struct loop *loop;
	struct loop_source *source, *other;
	int ends[2];
	char calls[16];
	int most; /* calls after which the loop is told to stop */
};

static void called(struct scene *scene, char who)
{
	size_t count = strlen(scene->calls);

	scene->calls[count] = who;
	if ((int)count + 1 >= scene->most)
		loop_stop(scene->loop, 7);
}

static void on_read(void *owner)
{
	struct scene *scene = owner;
	char byte;

	assert_int_equal(read(scene->ends[0], &byte, 1), 1);
	called(scene, byte);
}

static void on_first(void *owner)
{
	called(owner, '1');
}

static void on_second(void *owner)
{
	called(owner, '2');
}

static void on_signal(void *owner)
{
	called(owner, 's');
}

static int scene_up(void **state)
{
	static struct scene scene;

	scene = (struct scene){.most = 1};
	assert_int_equal(pipe2(scene.ends, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(loop_open(&scene.loop), 0);
	*state = &scene;
	return 0;
}

static int scene_down(void **state)
{
	struct scene *scene = *state;

	loop_close(scene->loop);
	close(scene->ends[0]);
	close(scene->ends[1]);
	return 0;
}

static instant soon(int64_t ms)
{
	return (instant){loop_now().us + ms * 1000};
}

static void says(struct scene *scene, const char *bytes)
{
	assert_int_equal(write(scene->ends[1], bytes, strlen(bytes)), strlen(bytes));
}

static void test_reading(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(
		loop_watch(scene->loop, scene->ends[0], LOOP_READ, on_read, scene, &scene->source),
		0);
	scene->most = 2;
	says(scene, "ab");
	assert_int_equal(loop_run(scene->loop), 7);
	assert_string_equal(scene->calls, "ab");
}

static void test_writing(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(
		loop_watch(scene->loop, scene->ends[1], LOOP_READ, on_first, scene, &scene->source),
		0);
	loop_wish(scene->source, LOOP_WRITE);
	assert_int_equal(loop_run(scene->loop), 7);
	assert_string_equal(scene->calls, "1");
}

static void test_no_descriptor(void **state)
{
	struct scene *scene = *state;

	assert_true(loop_watch(scene->loop, -1, LOOP_READ, on_read, scene, &scene->source) < 0);
}

/* A descriptor that rests is not read, and another may have taken its place when it wakes. */
static void test_rest(void **state)
{
	struct scene *scene = *state;
	int others[2];

	assert_int_equal(
		loop_watch(scene->loop, scene->ends[0], LOOP_READ, on_read, scene, &scene->source),
		0);
	assert_int_equal(loop_timer(scene->loop, on_first, scene, &scene->other), 0);
	loop_rest(scene->source, true);
	loop_rest(scene->source, true);
	says(scene, "a");
	loop_timer_set(scene->other, soon(5));
	assert_int_equal(loop_run(scene->loop), 7);
	assert_string_equal(scene->calls, "1");
	loop_close(scene->loop);

	assert_int_equal(loop_open(&scene->loop), 0);
	assert_int_equal(
		loop_watch(scene->loop, scene->ends[0], LOOP_READ, on_read, scene, &scene->source),
		0);
	loop_rest(scene->source, true);
	assert_int_equal(pipe2(others, O_CLOEXEC | O_NONBLOCK), 0);
	assert_int_equal(dup2(others[0], scene->ends[0]), scene->ends[0]);
	assert_int_equal(write(others[1], "b", 1), 1);
	loop_rest(scene->source, false);
	loop_rest(NULL, true);
	scene->most = 2;
	assert_int_equal(loop_run(scene->loop), 7);
	assert_string_equal(scene->calls, "1b");
	close(others[0]);
	close(others[1]);
}

/* Each in its turn, once, whichever was set first; one that is cleared or forgotten never. */
static void test_timers(void **state)
{
	struct scene *scene = *state;
	struct loop_source *cleared, *forgotten;
	instant begin = loop_now();

	assert_int_equal(loop_timer(scene->loop, on_second, scene, &scene->other), 0);
	assert_int_equal(loop_timer(scene->loop, on_first, scene, &scene->source), 0);
	assert_int_equal(loop_timer(scene->loop, on_signal, scene, &cleared), 0);
	assert_int_equal(loop_timer(scene->loop, on_signal, scene, &forgotten), 0);
	loop_timer_set(cleared, soon(1));
	loop_timer_set(forgotten, soon(1));
	loop_timer_set(scene->other, soon(20));
	loop_timer_set(scene->source, soon(10));
	loop_timer_set(cleared, INSTANT_NEVER);
	loop_forget(forgotten);
	scene->most = 2;
	assert_int_equal(loop_run(scene->loop), 7);
	assert_string_equal(scene->calls, "12");
	assert_true(loop_now().us - begin.us >= 20000);
}

static void test_a_past_instant_is_at_once(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(loop_timer(scene->loop, on_first, scene, &scene->source), 0);
	loop_timer_set(scene->source, (instant){0});
	assert_int_equal(loop_run(scene->loop), 7);
	assert_string_equal(scene->calls, "1");
}

static void on_set_again(void *owner)
{
	struct scene *scene = owner;

	called(scene, '1');
	loop_timer_set(scene->source, soon(0));
}

static void test_a_timer_sets_itself(void **state)
{
	struct scene *scene = *state;

	scene->most = 3;
	assert_int_equal(loop_timer(scene->loop, on_set_again, scene, &scene->source), 0);
	loop_timer_set(scene->source, soon(0));
	assert_int_equal(loop_run(scene->loop), 7);
	assert_string_equal(scene->calls, "111");
}

static void test_signal(void **state)
{
	struct scene *scene = *state;

	scene->most = 2;
	assert_int_equal(loop_signal(scene->loop, SIGUSR1, on_signal, scene), 0);
	assert_int_equal(loop_timer(scene->loop, on_first, scene, &scene->source), 0);
	raise(SIGUSR1);
	loop_timer_set(scene->source, soon(5));
	assert_int_equal(loop_run(scene->loop), 7);
	assert_string_equal(scene->calls, "s1");
}

static void on_forget(void *owner)
{
	struct scene *scene = owner;

	called(scene, '1');
	loop_forget(scene->other);
	loop_forget(scene->source);
}

/* Both are ready: whoever comes first takes the other out, and itself. */
static void test_forgotten_while_ready(void **state)
{
	struct scene *scene = *state;
	struct loop_source *end;
	int copy = dup(scene->ends[0]);

	scene->most = 2;
	says(scene, "a");
	assert_int_equal(loop_watch(scene->loop, scene->ends[0], LOOP_READ, on_forget, scene,
				    &scene->source),
			 0);
	assert_int_equal(loop_watch(scene->loop, copy, LOOP_READ, on_forget, scene, &scene->other),
			 0);
	assert_int_equal(loop_timer(scene->loop, on_second, scene, &end), 0);
	loop_timer_set(end, soon(5));
	assert_int_equal(loop_run(scene->loop), 7);
	assert_string_equal(scene->calls, "12");
	close(copy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_reading, scene_up, scene_down),
		cmocka_unit_test_setup_teardown(test_writing, scene_up, scene_down),
		cmocka_unit_test_setup_teardown(test_no_descriptor, scene_up, scene_down),
		cmocka_unit_test_setup_teardown(test_rest, scene_up, scene_down),
		cmocka_unit_test_setup_teardown(test_timers, scene_up, scene_down),
		cmocka_unit_test_setup_teardown(test_a_past_instant_is_at_once, scene_up,
						scene_down),
		cmocka_unit_test_setup_teardown(test_a_timer_sets_itself, scene_up, scene_down),
		cmocka_unit_test_setup_teardown(test_signal, scene_up, scene_down),
		cmocka_unit_test_setup_teardown(test_forgotten_while_ready, scene_up, scene_down),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
