/* Reading a list of keys. What looks like a key and is none is refused, for whoever wrote it meant
 * somebody to get in, or meant nobody else to. */
#include "config/allow.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

enum {
	BASE64 = 44, /* a key in base64, padded */
	LINE = 256,  /* longest line and a NUL */
};

/* A key at the beginning of a line: a point of the curve that is not of small order. */
static bool key_read(const char *line, uint8_t key[ALLOW_KEY])
{
	size_t used;

	return sodium_base642bin(key, ALLOW_KEY, line, BASE64, NULL, &used, NULL,
				 sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       used == ALLOW_KEY && crypto_core_ed25519_is_valid_point(key);
}

/* What is wrong with a line, without its end, or NULL. */
static const char *line_take(struct allow *allow, const char *line)
{
	size_t size = strcspn(line, " \t");
	const char *rest = line + size + strspn(line + size, " \t");

	if (size == 0 && *rest != '\0' && *rest != '#')
		return "the line is indented, write it from the first column";
	if (size == 0 || line[0] == '#')
		return NULL;
	if (*rest != '\0' && *rest != '#')
		return "more than a key, write one a line, and a # before what is for people";
	if (allow->count == ALLOW_MOST)
		return "more than 2048 keys, write fewer";
	if (size != BASE64 || !key_read(line, allow->keys[allow->count]))
		return "not a public key, write one as 'meshctl key pub' prints it";
	allow->count++;
	return NULL;
}

/* Reads a line without its end. False at the end of the file, or if it is refused: then *why. */
static bool line_next(FILE *stream, char line[LINE], const char **why)
{
	int byte = getc(stream);
	size_t size = 0;

	if (byte == EOF)
		return false;
	for (; byte != EOF && byte != '\n'; byte = getc(stream)) {
		if (byte == '\0' || size == LINE - 1) {
			*why = "the line is over 255 bytes or holds a NUL byte, write a shorter "
			       "one";
			return false;
		}
		line[size++] = (char)byte;
	}
	while (size > 0 && strchr(" \t\r", line[size - 1]) != NULL)
		size--;
	line[size] = '\0';
	return true;
}

static bool lines_take(struct allow *allow, FILE *stream, const char *path, FILE *report)
{
	const char *why = NULL;
	uint32_t number = 1;
	char line[LINE];

	for (; why == NULL && line_next(stream, line, &why); number += why == NULL)
		why = line_take(allow, line);
	if (why == NULL && ferror(stream))
		why = "cannot be read, name a readable file";
	if (why != NULL)
		fprintf(report, "%s:%u: %s\n", path, number, why);
	return why == NULL;
}

/* Says why a file as a whole is none. */
static bool file_refuse(const char *path, const char *why, FILE *report)
{
	fprintf(report, "%s:0: %s\n", path, why);
	return false;
}

bool allow_read(struct allow *allow, const char *path, FILE *report)
{
	/* Non-blocking, lest a FIFO of that name stops the start. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	FILE *stream = fd >= 0 ? fdopen(fd, "r") : NULL;
	struct stat facts;
	bool good;

	allow->count = 0;
	if (stream == NULL)
		return file_refuse(path, strerror(errno), report);
	if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode))
		good = file_refuse(path, "is not a regular file", report);
	else if ((facts.st_mode & S_IWOTH) != 0)
		good = file_refuse(path, "everybody may write it: chmod o-w it", report);
	else
		good = lines_take(allow, stream, path, report);
	fclose(stream);
	return good;
}

static bool key_among(const uint8_t key[ALLOW_KEY], const struct allow *allow)
{
	for (uint32_t i = 0; i < allow->count; i++)
		if (memcmp(allow->keys[i], key, ALLOW_KEY) == 0)
			return true;
	return false;
}

uint32_t allow_beyond(const struct allow *one, const struct allow *other)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < one->count; i++)
		count += !key_among(one->keys[i], other);
	return count;
}
