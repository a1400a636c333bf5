/* The comparison of two configurations, by their text, and what of one may replace the other while
 * it is in use. That config_take takes just the keys that are marked AT_ONCE in the table is the
 * invariant; a unit test changes each key and looks. */
#include "config/change.h"

#include "config/keys.h"

#include <stdlib.h>
#include <string.h>

/* The value of a key, to be freed. False for want of memory. */
static bool value_text(const struct key *key, const struct config *config, uint32_t link,
		       char **text)
{
	size_t size;
	FILE *out;

	*text = NULL;
	if (key_repeats(key) && link >= config->link_count)
		return true;
	out = open_memstream(text, &size);
	if (out == NULL)
		return false;
	key->show(config, link, out);
	return fclose(out) == 0;
}

static bool text_equal(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

struct comparison {
	const struct config *before, *after;
	void (*tell)(void *owner, const struct change *change);
	void *owner;
	bool sections; /* more than one [Link]: they are numbered */
};

static bool key_compare(const struct comparison *comparison, const struct key *key, uint32_t link)
{
	struct change change = {.live = key->effect == AT_ONCE};
	bool good = value_text(key, comparison->before, link, &change.before) &&
		    value_text(key, comparison->after, link, &change.after);

	if (key_repeats(key) && comparison->sections)
		snprintf(change.key, sizeof(change.key), "%s(%u).%s", key->section, link + 1,
			 key->name);
	else
		snprintf(change.key, sizeof(change.key), "%s.%s", key->section, key->name);
	if (good && !text_equal(change.before, change.after))
		comparison->tell(comparison->owner, &change);
	free(change.before);
	free(change.after);
	return good;
}

bool config_compare(const struct config *before, const struct config *after,
		    void (*tell)(void *owner, const struct change *change), void *owner)
{
	uint32_t links =
		before->link_count > after->link_count ? before->link_count : after->link_count;
	struct comparison comparison = {before, after, tell, owner, links > 1};
	bool good = true;

	for (const struct key *key = key_first(); key != NULL; key = key_next(key)) {
		uint32_t count = key_repeats(key) ? links : 1;
		for (uint32_t link = 0; link < count; link++)
			good = key_compare(&comparison, key, link) && good;
	}
	return good;
}

void config_take(struct config *running, const struct config *read)
{
	memcpy(running->allow_file, read->allow_file, sizeof(running->allow_file));
	running->transit = read->transit;
	running->rekey = read->rekey;
	running->suites = read->suites;
	memcpy(running->links, read->links, sizeof(running->links));
	running->link_count = read->link_count;
	running->inbound_allowed = read->inbound_allowed;
	memcpy(running->exposed, read->exposed, sizeof(running->exposed));
	running->exposed_count = read->exposed_count;
}
