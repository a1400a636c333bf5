/* The identity file: whose it is, who may read it, and, if we may, what address its key has. The
 * secret is wiped at once; only the address leaves. */
#include "tools/doctor/sources.h"

#include "config/secret.h"
#include "crypto/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static enum state_file contents_judge(int fd, struct address *address)
{
	char text[SECRET_LINE];
	uint8_t seed[SECRET];
	struct identity identity;
	ssize_t size = read(fd, text, sizeof(text));
	bool good = size > 0 && secret_identity_read(text, (size_t)size, seed);

	if (good) {
		identity_of(&identity, seed);
		*address = address_of_key(identity.public_key);
		sodium_memzero(&identity, sizeof(identity));
	}
	sodium_memzero(seed, sizeof(seed));
	sodium_memzero(text, sizeof(text));
	return good ? STATE_FILE_GOOD : STATE_FILE_MALFORMED;
}

void identity_read(struct identity_facts *identity, const char *directory, const char *user,
		   uid_t owner)
{
	struct stat facts;
	int fd;

	snprintf(identity->path, sizeof(identity->path), "%s/identity", directory);
	snprintf(identity->user, sizeof(identity->user), "%s", user);
	/* Non-blocking, lest a FIFO of that name stops us. */
	fd = open(identity->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	identity->file = fd < 0 && errno == ENOENT ? STATE_FILE_ABSENT : STATE_FILE_UNKNOWN;
	if (fd < 0 || fstat(fd, &facts) != 0 || sodium_init() < 0)
		goto out;
	identity->mode = facts.st_mode & 07777;
	identity->owner = facts.st_uid;
	identity->file = S_ISREG(facts.st_mode) ? contents_judge(fd, &identity->address)
						: STATE_FILE_MALFORMED;
	if (identity->file == STATE_FILE_GOOD && facts.st_uid != owner)
		identity->file = STATE_FILE_FOREIGN;
	else if (identity->file == STATE_FILE_GOOD && (identity->mode & 077) != 0)
		identity->file = STATE_FILE_EXPOSED;
out:
	if (fd >= 0)
		close(fd);
}
