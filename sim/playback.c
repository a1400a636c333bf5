/* `meshsim replay`: journals from files, each played back in a process of its own, because what a
 * journal is kept for may be the event that ends a process. Says whether the node answered as it
 * did then: exit status 0 it did, 1 it did not, 2 the file cannot be read. */
#include "crypto/aead.h"
#include "sim/command.h"
#include "sim/memory.h"
#include "sim/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A journal and how its replay goes; that part is shared with the process that replays. */
struct playback {
	const char *path;
	void *file; /* mapped */
	size_t size;
	struct journal_head head;
	struct reader reader; /* behind the head */
	struct replay *replay;
	int signal; /* that ended the replay, or 0 */
};

/* Says what is wrong with a file; the exit status for that. */
static int refuse(const char *path, const char *why)
{
	fprintf(stderr, "%s: %s\n", path, why);
	return EXIT_USAGE;
}

static int file_map(struct playback *playback)
{
	struct stat facts;
	int fd = open(playback->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return refuse(playback->path, strerror(errno));
	playback->file = MAP_FAILED;
	bool regular = fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size > 0;
	playback->size = regular ? (size_t)facts.st_size : 0;
	if (regular)
		playback->file = mmap(NULL, playback->size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (playback->file == MAP_FAILED)
		return refuse(playback->path, "is empty or no file that can be mapped");
	return EXIT_SUCCESS;
}

static int head_take(struct playback *playback)
{
	playback->reader = reader_of(playback->file, playback->size);
	switch (journal_head_read(&playback->reader, &playback->head)) {
	case JOURNAL_CUT:
		return refuse(playback->path, "ends within its head");
	case JOURNAL_MALFORMED:
		return refuse(playback->path, "is no journal of this version");
	case JOURNAL_WHOLE:
		break;
	}
	if ((playback->head.settings.suites & ~aead_suites()) != 0)
		return refuse(playback->path, "needs a cipher this machine cannot do: AES-256-GCM");
	return EXIT_SUCCESS;
}

/* The child's part. Never returns. */
static void play_here(struct playback *playback)
{
	size_t size = node_size(&playback->head.limits);
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct outbox *outbox = memory_zeroed(1, sizeof(*outbox));

	if (memory == MAP_FAILED) {
		fprintf(stderr, "%s: %s\n", playback->path, strerror(errno));
		_exit(EXIT_USAGE);
	}
	replay_run(playback->replay, &playback->head, &playback->reader, memory, outbox);
	_exit(EXIT_SUCCESS);
}

/* Plays it in another process; what came of it is in *playback then. */
static int play(struct playback *playback)
{
	int status;
	pid_t child = fork();

	if (child == 0)
		play_here(playback);
	if (child < 0 || waitpid(child, &status, 0) != child)
		return refuse(playback->path, strerror(errno));
	playback->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_SUCCESS;
}

static bool went_the_same(const struct playback *playback)
{
	return playback->signal == 0 && playback->replay->kind == REPLAY_EQUAL;
}

static void say_text(const struct playback *playback, const char *hash)
{
	const struct replay *replay = playback->replay;
	int64_t us = instant_since(replay->now, replay->first).us;

	if (!went_the_same(playback))
		printf("FAIL %s: event %" PRIu64 " (%s), %" PRId64 ".%06" PRId64
		       " s after the first: ",
		       playback->path, replay->events, replay_event_name(replay->event),
		       us / 1000000, us % 1000000);
	if (playback->signal != 0)
		printf("ended by signal %d\n", playback->signal);
	else if (!went_the_same(playback))
		printf("answered differently\n");
	printf("%s %s: %" PRIu64 " events, %" PRId64 ".%03" PRId64 " s%s, hash %s\n",
	       went_the_same(playback) ? "pass" : "FAIL", playback->path, replay->events,
	       us / 1000000, us / 1000 % 1000, replay->cut ? ", ends in the middle of one" : "",
	       hash);
}

static void say_json(const struct playback *playback, const char *hash)
{
	const struct replay *replay = playback->replay;
	int64_t us = instant_since(replay->now, replay->first).us;
	json_t *said = json_pack("{s:i, s:s, s:b, s:I, s:I, s:b, s:s}", "schema", 1, "journal",
				 playback->path, "equal", went_the_same(playback), "events",
				 (json_int_t)replay->events, "virtual_us", (json_int_t)us, "cut",
				 replay->cut, "hash", hash);

	if (!went_the_same(playback))
		json_object_set_new(said, "difference",
				    json_pack("{s:I, s:I, s:s, s:i}", "event",
					      (json_int_t)replay->events, "at_us", (json_int_t)us,
					      "kind", replay_event_name(replay->event), "signal",
					      playback->signal));
	json_dumpf(said, stdout, JSON_COMPACT);
	printf("\n");
	json_decref(said);
}

static int say(const struct playback *playback, bool json)
{
	char hash[2 * HASH_256 + 1], why[80];

	if (playback->signal == 0 && playback->replay->kind == REPLAY_MALFORMED) {
		snprintf(why, sizeof(why), "at byte %zu: no event", playback->replay->offset);
		return refuse(playback->path, why);
	}
	sodium_bin2hex(hash, sizeof(hash), playback->replay->hash, HASH_256);
	if (json)
		say_json(playback, hash);
	else
		say_text(playback, hash);
	return went_the_same(playback) ? EXIT_SUCCESS : EXIT_FAILED;
}

static int replay_file(struct playback *playback, bool json)
{
	int status = file_map(playback);

	if (status != EXIT_SUCCESS)
		return status;
	status = head_take(playback);
	if (status == EXIT_SUCCESS)
		status = play(playback);
	if (status == EXIT_SUCCESS)
		status = say(playback, json);
	munmap(playback->file, playback->size);
	sodium_memzero(&playback->head, sizeof(playback->head));
	return status;
}

int replay_command(const struct options *options)
{
	int worst = EXIT_SUCCESS;
	struct replay *replay = mmap(NULL, sizeof(*replay), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (replay == MAP_FAILED) {
		fprintf(stderr, "meshsim: %s\n", strerror(errno));
		return EXIT_FAILED;
	}
	for (uint32_t i = 0; i < options->name_count; i++) {
		struct playback playback = {.path = options->names[i], .replay = replay};
		int status = replay_file(&playback, options->json);
		worst = status > worst ? status : worst;
		fflush(stdout);
	}
	munmap(replay, sizeof(*replay));
	return worst;
}
