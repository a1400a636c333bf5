/* The journal's file. One write for each event, with the answer to the event before it. */
#include "daemon/recorder.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

int recorder_open(struct recorder *recorder, const char *path, struct log *log,
		  struct failure *failure)
{
	recorder->log = log;
	if (path == NULL)
		return 0;
	recorder->fd =
		open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (recorder->fd >= 0)
		return 0;
	if (errno == EEXIST)
		return failure_say(failure, -EEXIST,
				   "--journal %s: is there already, name a file that is not", path);
	return failure_say(failure, -errno, "--journal %s: %s", path, strerror(errno));
}

static bool write_whole(int fd, const uint8_t *bytes, size_t size)
{
	while (size > 0) {
		ssize_t written = write(fd, bytes, size);

		if (written < 0 && errno != EINTR)
			return false;
		bytes += written > 0 ? written : 0;
		size -= written > 0 ? (size_t)written : 0;
	}
	return true;
}

void recorder_flush(struct recorder *recorder)
{
	bool written =
		recorder->fd < 0 || write_whole(recorder->fd, recorder->buffer, recorder->used);
	int why = errno;

	sodium_memzero(recorder->buffer, recorder->used);
	recorder->used = 0;
	if (written)
		return;
	recorder_close(recorder);
	log_tell(recorder->log, MESSAGE_RECORDER_ENDED, WORDS(strerror(why)));
}

static struct writer buffer_end(struct recorder *recorder)
{
	return writer_of(recorder->buffer + recorder->used,
			 sizeof(recorder->buffer) - recorder->used);
}

static void buffer_took(struct recorder *recorder, const struct writer *writer)
{
	REQUIRE(writer_ok(writer));
	recorder->used += writer->used;
}

void recorder_head(struct recorder *recorder, const struct journal_head *head)
{
	struct writer writer = buffer_end(recorder);

	if (recorder->fd < 0)
		return;
	journal_head_write(&writer, head);
	buffer_took(recorder, &writer);
	recorder_flush(recorder);
}

void recorder_event(struct recorder *recorder, const struct journal_event *event)
{
	struct writer writer = buffer_end(recorder);

	if (recorder->fd < 0)
		return;
	journal_event_write(&writer, event);
	buffer_took(recorder, &writer);
	recorder_flush(recorder);
}

void recorder_answer(struct recorder *recorder, instant now, const struct outbox *outbox)
{
	struct writer writer = buffer_end(recorder);

	if (recorder->fd < 0)
		return;
	outbox_hash(recorder->hash, now, 0, outbox);
	journal_answer_write(&writer, recorder->hash);
	buffer_took(recorder, &writer);
}

void recorder_close(struct recorder *recorder)
{
	if (recorder->fd >= 0)
		close(recorder->fd);
	recorder->fd = -1;
}
