/* What was exposed by command, as a list and as the text that outlives the daemon: one exposure a
 * line, in the words of `meshctl expose`. */
#ifndef DAEMON_EXPOSURES_H
#define DAEMON_EXPOSURES_H

#include "base/require.h"
#include "config/expose.h"

#include <stddef.h>

struct exposures {
	struct config_expose list[CONFIG_EXPOSED];
	uint32_t count;
};

enum { EXPOSURES_TEXT = CONFIG_EXPOSED * EXPOSE_TEXT + 1 }; /* holds them all, and a NUL */

/* Adds one at the end. 0, -EEXIST if it is there, or -ENOSPC if there are CONFIG_EXPOSED. */
MUST_USE int exposures_add(struct exposures *exposures, const struct config_expose *expose);

/* Takes one out; the others keep their order. 0 or -ENOENT. */
MUST_USE int exposures_remove(struct exposures *exposures, const struct config_expose *expose);

/* Reads a text. The number of its first line that is none, of one too many or of one said twice; it
 * and what follows are left out. 0 if all is good. */
MUST_USE uint32_t exposures_read(struct exposures *exposures, const char *text);

/* Writes the text. */
void exposures_write(const struct exposures *exposures, char text[EXPOSURES_TEXT]);

#endif
