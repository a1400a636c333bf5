/* Events, answers and ends are asked about every node; only those of one go to the file. */
#include "sim/recorder.h"

#include "sim/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool recorder_begin(struct world *world, uint32_t node, const char *path,
		    char complaint[LINE_COMPLAINT])
{
	struct recorder *recorder;

	if (path == NULL)
		return true;
	if (node >= world->topology.nodes) {
		snprintf(complaint, LINE_COMPLAINT, "--journal: there is no node %u", node);
		return false;
	}
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0) {
		snprintf(complaint, LINE_COMPLAINT, "%s: %s", path, strerror(errno));
		return false;
	}
	recorder = memory_zeroed(1, sizeof(*recorder));
	recorder->path = path;
	recorder->fd = fd;
	recorder->node = node;
	world->recorder = recorder;
	return true;
}

bool recorder_end(struct world *world, char complaint[LINE_COMPLAINT])
{
	struct recorder *recorder = world->recorder;

	if (recorder == NULL)
		return true;
	int trouble = close(recorder->fd) != 0 ? errno : recorder->trouble;
	if (trouble != 0)
		snprintf(complaint, LINE_COMPLAINT, "%s: %s", recorder->path, strerror(trouble));
	free(recorder);
	world->recorder = NULL;
	return trouble == 0;
}

static void write_whole(struct recorder *recorder, const struct writer *writer)
{
	size_t sent = 0;

	if (recorder->trouble == 0 && !writer_ok(writer))
		recorder->trouble = ERANGE; /* a clock that jumped over decades */
	while (recorder->trouble == 0 && sent < writer->used) {
		ssize_t now = write(recorder->fd, writer->start + sent, writer->used - sent);
		if (now < 0 && errno != EINTR)
			recorder->trouble = errno;
		sent += now < 0 ? 0 : (size_t)now;
	}
}

/* The recorder, if it is this node's and its first life is not over. */
static struct recorder *recorder_of(struct world *world, uint32_t node)
{
	struct recorder *recorder = world->recorder;

	return recorder == NULL || recorder->node != node || recorder->ended ? NULL : recorder;
}

void recorder_start(struct world *world, uint32_t node, const struct journal_head *head)
{
	struct recorder *recorder = recorder_of(world, node);

	if (recorder == NULL)
		return;
	struct writer writer = writer_of(recorder->buffer, sizeof(recorder->buffer));
	journal_head_write(&writer, head);
	write_whole(recorder, &writer);
}

void recorder_event(struct world *world, uint32_t node, const struct journal_event *event)
{
	struct recorder *recorder = recorder_of(world, node);

	if (recorder == NULL)
		return;
	struct writer writer = writer_of(recorder->buffer, sizeof(recorder->buffer));
	journal_event_write(&writer, event);
	write_whole(recorder, &writer);
}

void recorder_answer(struct world *world, uint32_t node, instant now)
{
	struct recorder *recorder = recorder_of(world, node);

	if (recorder == NULL)
		return;
	struct writer writer = writer_of(recorder->buffer, sizeof(recorder->buffer));
	outbox_hash(recorder->hash, now, 0, world->outbox);
	journal_answer_write(&writer, recorder->hash);
	write_whole(recorder, &writer);
}

void recorder_stop(struct world *world, uint32_t node)
{
	struct recorder *recorder = recorder_of(world, node);

	if (recorder != NULL)
		recorder->ended = true;
}
