/* The text form of the two secrets people keep in files: a node's identity, one line
 * `meshpd-identity-1 BASE64`, and a network's key, one line `BASE64`, both of 32 bytes. A file with
 * one of them must be its owner's alone. */
#ifndef CONFIG_SECRET_H
#define CONFIG_SECRET_H

#include "base/require.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	SECRET = 32,	  /* a secret, bytes */
	SECRET_LINE = 64, /* holds an identity's line with its end and a NUL: 18 + 44 + 2 bytes */
};

/* Writes an identity's line, with its newline and a NUL. */
void secret_identity_line(const uint8_t seed[SECRET], char line[SECRET_LINE]);

/* The seed in size bytes of text. False if they are anything but one whole line, its end left out
 * or not; then seed is as it was. */
MUST_USE bool secret_identity_read(const char *text, size_t size, uint8_t seed[SECRET]);

/* The same for a network's key. */
MUST_USE bool secret_network_read(const char *text, size_t size, uint8_t key[SECRET]);

/* Reads a file of at most SECRET_LINE bytes that is regular, belongs to owner or to root, and is
 * open to nobody else. Its size, or -errno: -EACCES with a line in why where owner or mode are
 * wrong, -EFBIG if it is longer. The caller wipes text. */
MUST_USE int secret_file(const char *path, uid_t owner, char text[SECRET_LINE], char *why,
			 size_t why_size);

/* Reads a network's key from such a file. 0, or -errno with a line in why: -EACCES where owner or
 * mode are wrong or the file may not be read, -EBADMSG if it holds anything else. */
MUST_USE int secret_network_file(const char *path, uid_t owner, uint8_t key[SECRET], char *why,
				 size_t why_size);

#endif
