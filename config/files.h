/* Which files are read, in which order: the main file, then drop-ins by name. A file in a more
 * important directory hides the one of its name elsewhere, and so does a symlink to /dev/null, as
 * in systemd. */
#ifndef CONFIG_FILES_H
#define CONFIG_FILES_H

#include "base/require.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { FILES_MAX = 256 };

struct files {
	char *paths[FILES_MAX]; /* in the order of reading; freed by files_free */
	size_t count;
};

/* The most important directory first, NULL-ended: /etc/meshpd, /run/meshpd, /usr/lib/meshpd. */
extern const char *const files_directories[];

/* Finds what is there. False, with a line in report, if a directory cannot be read or holds too
 * much. files_free is due in either case. */
MUST_USE bool files_find(struct files *files, const char *const *directories, FILE *report);

/* Just this one file. */
MUST_USE bool files_one(struct files *files, const char *path, FILE *report);

void files_free(struct files *files);

#endif
