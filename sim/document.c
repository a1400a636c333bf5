/* A file is read to its end whatever it is, so that pipes will do; never more than was allowed. */
#include "sim/document.h"

#include "sim/memory.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { PORTION = 4096 };

char *document_text(const char *path, size_t most, size_t *size)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0, got = 1;

	*size = 0;
	if (file == NULL)
		return NULL;
	while (got > 0 && *size <= most) {
		text = memory_grown(text, *size + PORTION, &room, 1);
		got = fread(text + *size, 1, room - *size - 1, file);
		*size += got;
	}
	bool failed = ferror(file);
	fclose(file);
	if (!failed && *size <= most) {
		text[*size] = '\0';
		return text;
	}
	free(text);
	errno = failed ? EIO : EFBIG;
	return NULL;
}
