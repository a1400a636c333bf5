/* The text form of secrets. Copies on the stack are wiped; base64 is libsodium's, whose time does
 * not depend on the bytes. Anything but the one canonical line is refused, since a secret that was
 * cut or joined by an editor would silently be another one. */
#include "config/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define IDENTITY_PREFIX "meshpd-identity-1 "

enum {
	PREFIX = sizeof(IDENTITY_PREFIX) - 1,
	BASE64 = 44, /* 32 bytes in base64, padded */
};

void secret_identity_line(const uint8_t seed[SECRET], char line[SECRET_LINE])
{
	memcpy(line, IDENTITY_PREFIX, PREFIX);
	sodium_bin2base64(line + PREFIX, BASE64 + 1, seed, SECRET, sodium_base64_VARIANT_ORIGINAL);
	memcpy(line + PREFIX + BASE64, "\n", 2);
}

bool secret_network_read(const char *text, size_t size, uint8_t key[SECRET])
{
	uint8_t read[SECRET];
	size_t used;
	bool good;

	if (size > 0 && text[size - 1] == '\n')
		size--;
	good = size == BASE64 &&
	       sodium_base642bin(read, sizeof(read), text, size, NULL, &used, NULL,
				 sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       used == SECRET;
	if (good)
		memcpy(key, read, SECRET);
	sodium_memzero(read, sizeof(read));
	return good;
}

bool secret_identity_read(const char *text, size_t size, uint8_t seed[SECRET])
{
	return size > PREFIX && memcmp(text, IDENTITY_PREFIX, PREFIX) == 0 &&
	       secret_network_read(text + PREFIX, size - PREFIX, seed);
}

/* 0, or -EACCES with the reason if the file is not its owner's alone. */
static int file_guarded(int fd, const char *path, uid_t owner, char *why, size_t why_size)
{
	struct stat facts;

	if (fstat(fd, &facts) != 0)
		return -errno;
	if (!S_ISREG(facts.st_mode))
		snprintf(why, why_size, "%s: is not a regular file", path);
	else if (facts.st_uid != owner && facts.st_uid != 0)
		snprintf(why, why_size,
			 "%s: belongs to user %u, not to user %u who runs this: chown it if it "
			 "is yours",
			 path, facts.st_uid, owner);
	else if ((facts.st_mode & 077) != 0)
		snprintf(why, why_size,
			 "%s: its mode %03o lets others read or write a secret: chmod 600 it, and "
			 "replace it if they did",
			 path, facts.st_mode & 0777);
	else
		return 0;
	return -EACCES;
}

int secret_file(const char *path, uid_t owner, char text[SECRET_LINE], char *why, size_t why_size)
{
	/* Non-blocking, lest a FIFO of that name stops the start. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char beyond;
	ssize_t used;
	int status;

	if (fd < 0) {
		status = -errno;
		snprintf(why, why_size, "%s: %s, it must belong to user %u and be readable to it",
			 path, strerror(errno), owner);
		return status;
	}
	status = file_guarded(fd, path, owner, why, why_size);
	if (status == 0) {
		used = read(fd, text, SECRET_LINE);
		status = used < 0 ? -errno : (int)used;
		if (used == SECRET_LINE && read(fd, &beyond, 1) != 0)
			status = -EFBIG;
		if (status < 0)
			snprintf(why, why_size, "%s: %s", path, strerror(-status));
	}
	close(fd);
	return status;
}

int secret_network_file(const char *path, uid_t owner, uint8_t key[SECRET], char *why,
			size_t why_size)
{
	char text[SECRET_LINE];
	int size = secret_file(path, owner, text, why, why_size);
	bool good = size >= 0 && secret_network_read(text, (size_t)size, key);

	sodium_memzero(text, sizeof(text));
	if (good || (size < 0 && size != -EFBIG))
		return good ? 0 : size;
	snprintf(why, why_size,
		 "%s: is not 32 bytes in base64, make one with 'head -c 32 /dev/urandom | base64'",
		 path);
	return -EBADMSG;
}
