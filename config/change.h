/* What differs between two configurations, key by key: what people are told when one takes the
 * place of another. */
#ifndef CONFIG_CHANGE_H
#define CONFIG_CHANGE_H

#include "config/config.h"

enum { CHANGE_KEY = 64 }; /* longest name of a key with its section, and its NUL */

struct change {
	char key[CHANGE_KEY]; /* "Mesh.Zone"; of the second [Link] section "Link(2).Match" */
	char *before, *after; /* as a file has them; NULL: there is no such section */
	bool live;	      /* takes effect at once, else at the next start */
};

/* Calls tell for each key whose value differs, in the order of the table of keys. The texts are
 * tell's while it runs. False for want of memory: then some were not told. */
MUST_USE bool config_compare(const struct config *before, const struct config *after,
			     void (*tell)(void *owner, const struct change *change), void *owner);

/* Takes over into running what takes effect at once; the rest stays as it runs. */
void config_take(struct config *running, const struct config *read);

#endif
