/* The line reader behind inih. Owned by whoever reads one file; after a refusal it hands out
 * nothing, so the first fault of a file is the one that is reported. */
#include "config/lines.h"

#include <string.h>

static char *lines_refuse(struct lines *lines, const char *why)
{
	snprintf(lines->why.text, sizeof(lines->why.text), "%s", why);
	lines->refused = true;
	lines->stopped = true;
	return NULL;
}

/* Reads up to the end of a line. False if it has more than LINE_BYTES bytes or a NUL in it. */
static bool line_read(FILE *stream, char line[LINE_BYTES + 2], size_t *used)
{
	int byte;

	*used = 0;
	while ((byte = getc(stream)) != EOF && byte != '\n') {
		if (byte == '\0' || *used == LINE_BYTES)
			return false;
		line[(*used)++] = (char)byte;
	}
	while (*used > 0 && strchr(" \t\r", line[*used - 1]) != NULL)
		(*used)--;
	line[*used] = '\0';
	return true;
}

/* What inih would silently read otherwise than it looks, or NULL. */
static const char *line_fault(const char *line, size_t used)
{
	if (line[0] == ' ' || line[0] == '\t')
		return "the line is indented, write it from the first column";
	if (line[0] == '[' && strchr(line, ']') != line + used - 1)
		return "the section heading is malformed, write it as [Section] alone on its line";
	if (used == 0 || line[0] == '[' || line[0] == ';' || line[0] == '#')
		return NULL;
	if (strpbrk(line, "=:") == NULL)
		return "neither a section nor a setting, write [Section] or Key=value";
	if (strstr(line, " ;") || strstr(line, "\t;"))
		return "a comment follows the value, write it on a line of its own";
	if (line[strcspn(line, "=:")] == ':')
		return "a ':' stands where '=' belongs, write Key=value";
	return NULL;
}

char *lines_next(char *buffer, int size, void *stream)
{
	struct lines *lines = stream;
	char line[LINE_BYTES + 2];
	const char *fault;
	size_t used;
	int first;

	if (lines->stopped)
		return NULL;
	first = getc(lines->stream);
	if (first == EOF)
		return NULL;
	ungetc(first, lines->stream);
	lines->line++;
	if (!line_read(lines->stream, line, &used) || used + 2 > (size_t)size)
		return lines_refuse(lines, "the line is over 190 bytes or holds a NUL byte, write "
					   "a shorter one");
	fault = line_fault(line, used);
	if (fault != NULL)
		return lines_refuse(lines, fault);
	lines->sections += line[0] == '[';
	line[used++] = '\n';
	memcpy(buffer, line, used);
	buffer[used] = '\0';
	return buffer;
}
