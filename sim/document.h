/* Files that are read as one text. */
#ifndef SIM_DOCUMENT_H
#define SIM_DOCUMENT_H

#include <stddef.h>

/* The whole of a file of at most `most` bytes, and its size; a zero byte that does not count
 * follows it. NULL with errno if it cannot be read, EFBIG if it is larger. The caller frees it. */
char *document_text(const char *path, size_t most, size_t *size);

#endif
