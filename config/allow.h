/* The file that Mesh.AllowFile= names: the identity keys of those who may take part, one a line as
 * `meshctl key pub` prints them, in base64. Empty lines and lines that begin with # say nothing;
 * behind a key, after a space, a # begins what is for people. */
#ifndef CONFIG_ALLOW_H
#define CONFIG_ALLOW_H

#include "base/require.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum {
	ALLOW_MOST = 2048, /* keys: as many as a zone has nodes */
	ALLOW_KEY = 32,
};

struct allow {
	uint32_t count;
	uint8_t keys[ALLOW_MOST][ALLOW_KEY];
};

/* Reads a file whole. On an error a line `FILE:LINE: what is wrong, what to write instead` is
 * written to report, and allow must not be used. The file must be a regular one that not everybody
 * may write. */
MUST_USE bool allow_read(struct allow *allow, const char *path, FILE *report);

/* How many keys of one are not in the other, whatever their order. */
uint32_t allow_beyond(const struct allow *one, const struct allow *other);

#endif
