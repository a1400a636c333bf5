/* The one table of everything that can be set. Parsing, defaults, --print-defaults and suggestions
 * for misspelt names all read it, so they cannot disagree. */
#ifndef CONFIG_KEYS_H
#define CONFIG_KEYS_H

#include "config/value.h"

/* When a changed value takes effect. */
enum key_effect {
	AT_START, /* of the next process */
	AT_ONCE,  /* by a reload */
};

struct key {
	const char *section;
	const char *name;
	const char *standard; /* the default, as it stands in a file */
	const char *help;     /* one line for people, a comment in --print-defaults */
	const char *text;     /* what meshpd.conf(5) says besides, sentences */
	bool may_be_empty;    /* an empty value is a value; else it asks for the default */
	enum key_effect effect;
	bool (*set)(struct config *config, const char *text, struct why *why);
	void (*show)(const struct config *config, uint32_t link, FILE *out);
};

/* The keys in the order of the table; NULL after the last. */
const struct key *key_first(void);
const struct key *key_next(const struct key *key);

/* True if its section may stand in a configuration more than once: [Link]. */
bool key_repeats(const struct key *key);

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
