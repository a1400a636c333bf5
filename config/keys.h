/* The one table of everything that can be set. Parsing, defaults, --print-defaults and suggestions
 * for misspelt names all read it, so they cannot disagree. */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include "config/value.h"

struct key {
	const char *section;
	const char *name;
	const char *standard; /* the default, as it stands in a file */
	const char *help;     /* one line for people */
	bool may_be_empty;    /* an empty value is a value; else it asks for the default */
	bool (*set)(struct config *config, const char *text, struct why *why);
};

/* The key of that section and name, exactly, or NULL. */
const struct key *key_find(const char *section, const char *name);

/* The key whose "Section.Name" is the fewest single-letter edits away. Never NULL. */
const struct key *key_nearest(const char *section, const char *name);

/* Sets what the key names. Keys of [Link] go to the last link. */
MUST_USE bool key_set(const struct key *key, struct config *config, const char *text,
		      struct why *why);

/* Adds a [Link] section with its defaults. False if there are CONFIG_LINKS already. */
MUST_USE bool keys_add_link(struct config *config, struct why *why);

/* Gives everything outside [Link] its default, and no link. */
void keys_set_defaults(struct config *config);

#endif
