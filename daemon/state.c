/* What must outlive the process. Files appear under their names whole or not at all: written beside
 * it, synced, then linked (the identity, which so cannot replace another) or renamed (the
 * others), and the directory synced. docs/protocol/meshp.md, section 1. */
#include "daemon/state.h"

#include "config/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { EPOCH_TEXT = 16 }; /* ten digits, the line's end and a NUL */

int state_open(struct state *state, const char *path, bool alone, struct failure *failure)
{
	state->path = path;
	state->directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (state->directory < 0)
		return failure_say(failure, -errno,
				   "%s: %s, make it a directory of the user "
				   "meshpd runs as",
				   path, strerror(errno));
	if (!alone || flock(state->directory, LOCK_EX | LOCK_NB) == 0)
		return 0;
	state_close(state);
	return failure_say(failure, -EBUSY,
			   "%s: in use by another meshpd, give each one its own "
			   "Paths.StateDirectory",
			   path);
}

void state_close(struct state *state)
{
	if (state->directory >= 0)
		close(state->directory);
	state->directory = -1;
}

/* Writes a file of that name, synced, replacing a left-over. 0 or -errno. */
static int file_write(int directory, const char *name, const char *text)
{
	size_t size = strlen(text);
	int status = 0;
	int fd;

	if (unlinkat(directory, name, 0) != 0 && errno != ENOENT)
		return -errno;
	fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	errno = EIO;
	if (write(fd, text, size) != (ssize_t)size || fsync(fd) != 0)
		status = -errno;
	close(fd);
	return status;
}

static int state_unwritable(const struct state *state, int status, const char *name,
			    struct failure *failure)
{
	if (status == -ENOSPC || status == -EDQUOT)
		return failure_say(failure, status, "%s/%s: cannot be written: %s, make room there",
				   state->path, name, strerror(-status));
	if (status == -EROFS)
		return failure_say(
			failure, status,
			"%s/%s: cannot be written: %s, mount it writable or name another "
			"Paths.StateDirectory: the epoch of every start has to be kept",
			state->path, name, strerror(-status));
	return failure_say(failure, status, "%s/%s: cannot be written: %s, let user %u write there",
			   state->path, name, strerror(-status), geteuid());
}

/* Puts a file of that name in the place of one there may be. 0 or -errno. */
static int file_replace(const struct state *state, const char *name, const char *text,
			struct failure *failure)
{
	char beside[32];
	int status;

	snprintf(beside, sizeof(beside), "%s.new", name);
	status = file_write(state->directory, beside, text);
	if (status == 0 && renameat(state->directory, beside, state->directory, name) != 0)
		status = -errno;
	if (status == 0 && fsync(state->directory) != 0)
		status = -errno;
	return status == 0 ? 0 : state_unwritable(state, status, name, failure);
}

/* Makes an identity, unless one appears meanwhile. 0 or -errno. */
static int identity_make(const struct state *state)
{
	char line[SECRET_LINE];
	uint8_t seed[SECRET];
	char beside[32];
	int status;

	snprintf(beside, sizeof(beside), "identity.%d", getpid());
	randombytes_buf(seed, sizeof(seed));
	secret_identity_line(seed, line);
	status = file_write(state->directory, beside, line);
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(line, sizeof(line));
	if (status == 0 && linkat(state->directory, beside, state->directory, "identity", 0) != 0 &&
	    errno != EEXIST)
		status = -errno;
	unlinkat(state->directory, beside, 0);
	if (status == 0 && fsync(state->directory) != 0)
		status = -errno;
	return status;
}

int state_identity(const struct state *state, uint8_t seed[32], struct failure *failure)
{
	char path[PATH_MAX];
	char text[SECRET_LINE];
	char why[400];
	int status;

	snprintf(path, sizeof(path), "%s/identity", state->path);
	status = secret_file(path, geteuid(), text, why, sizeof(why));
	if (status == -ENOENT) {
		status = identity_make(state);
		if (status != 0)
			return state_unwritable(state, status, "identity", failure);
		status = secret_file(path, geteuid(), text, why, sizeof(why));
	}
	if (status == -EFBIG || (status >= 0 && !secret_identity_read(text, (size_t)status, seed)))
		status = failure_say(failure, -EBADMSG,
				     "%s: is not an identity and is left as it is: restore it "
				     "from a copy, or move it away to become a new node",
				     path);
	else if (status < 0)
		failure_say(failure, status, "%s", why);
	if (status < 0)
		failure->kind = MESSAGE_IDENTITY_REFUSED;
	sodium_memzero(text, sizeof(text));
	return status < 0 ? status : 0;
}

/* Reads a file of that name, at most size - 1 bytes of it. 0 or -errno. */
static int file_read(int directory, const char *name, char *text, size_t size)
{
	int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t used;
	int status;

	if (fd < 0)
		return -errno;
	used = read(fd, text, size - 1);
	status = used < 0 ? -errno : 0;
	close(fd);
	text[used < 0 ? 0 : used] = '\0';
	return status;
}

/* The epoch in the file, 0 if there is no file. 0 or -errno. */
static int epoch_read(const struct state *state, uint32_t *epoch)
{
	char text[EPOCH_TEXT];
	char *end;
	unsigned long number;
	int status = file_read(state->directory, "epoch", text, sizeof(text));

	*epoch = 0;
	if (status != 0)
		return status == -ENOENT ? 0 : status;
	number = strtoul(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || strcmp(end, "\n") != 0 || number > UINT32_MAX)
		return -EBADMSG;
	*epoch = (uint32_t)number;
	return 0;
}

int state_epoch_next(const struct state *state, uint32_t *epoch, struct failure *failure)
{
	char text[EPOCH_TEXT];
	uint32_t last;
	int status = epoch_read(state, &last);

	if (status == -EBADMSG || last == UINT32_MAX)
		return failure_say(failure, -EBADMSG,
				   "%s/epoch: is not a number below 4294967295: write one that is "
				   "greater than it ever was",
				   state->path);
	if (status != 0)
		return failure_say(failure, status, "%s/epoch: %s", state->path, strerror(-status));
	snprintf(text, sizeof(text), "%" PRIu32 "\n", last + 1);
	status = file_replace(state, "epoch", text, failure);
	if (status == 0)
		*epoch = last + 1;
	return status;
}

int state_exposed_read(const struct state *state, char *text, size_t size, struct failure *failure)
{
	int status = file_read(state->directory, "exposed", text, size);

	if (status == 0)
		return 0;
	text[0] = '\0';
	if (status == -ENOENT)
		return 0;
	return failure_say(failure, status, "%s/exposed: %s", state->path, strerror(-status));
}

int state_exposed_write(const struct state *state, const char *text, struct failure *failure)
{
	return file_replace(state, "exposed", text, failure);
}
