/* All datagrams in a chain at one time are copies of one, so the chain counts them. */
#include "sim/filter.h"

#include "crypto/hash.h"
#include "sim/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[FILTER_COUNT] = {
	[FILTER_DUPLICATE] = "duplicate", [FILTER_LOOPBACK] = "loopback",
	[FILTER_UNIQUE] = "unique",	  [FILTER_MATCH] = "match",
	[FILTER_NO_MATCH] = "no-match",	  [FILTER_BURST] = "burst",
	[FILTER_STRANDED] = "stranded",
};

const char *filter_name(enum filter_kind kind)
{
	return kinds[kind];
}

enum filter_kind filter_named(const char *name)
{
	uint32_t kind = 0;

	while (kind < FILTER_COUNT && strcmp(kinds[kind], name) != 0)
		kind++;
	return (enum filter_kind)kind;
}

/* 7 or 3..9 */
static void read_range(struct line *line, struct filter *filter)
{
	const char *word = line_word(line, "a number"), *at = word;
	uint64_t least, most;
	bool right = line_digits(&at, &least);

	most = least;
	if (right && strncmp(at, "..", 2) == 0) {
		at += 2;
		right = line_digits(&at, &most);
	}
	if (!right || *at != '\0' || most < least || most > UINT32_MAX)
		line_refuse(line, "\"%s\" is no number: write 7 or 3..9", word);
	filter->least = (uint32_t)least;
	filter->most = (uint32_t)most;
}

static void read_field(struct line *line, struct filter *filter)
{
	static const char *const fields[] = {
		[FIELD_SIZE] = "size", [FIELD_FROM] = "from", [FIELD_TO] = "to",
		[FIELD_PORT] = "port", [FIELD_TEXT] = "text",
	};
	uint32_t field = 0;

	while (field <= FIELD_TEXT && !line_took(line, fields[field]))
		field++;
	filter->field = (enum filter_field)field;
	if (field > FIELD_TEXT) {
		line_refuse(line, "\"%s\" is no field: write size, from, to, port or text",
			    line_word(line, "a field"));
	} else if (field == FIELD_TEXT) {
		const char *word = line_word(line, "the text");
		if (strlen(word) >= FILTER_TEXT)
			line_refuse(line, "a text has at most %d bytes", FILTER_TEXT - 1);
		snprintf(filter->text, FILTER_TEXT, "%s", word);
	} else {
		read_range(line, filter);
	}
}

void filter_read(struct line *line, bool out, struct filter *filter)
{
	const char *word = line_word(line, "a filter");

	*filter = (struct filter){.kind = filter_named(word)};
	if (filter->kind >= FILTER_BURST)
		line_refuse(line, "\"%s\" is no filter", word);
	else if (filter->kind == FILTER_LOOPBACK && !out)
		line_refuse(line, "loopback is for the way out");
	else if (filter->kind == FILTER_MATCH || filter->kind == FILTER_NO_MATCH)
		read_field(line, filter);
}

void chain_add(struct chain *chain, const struct filter *filter)
{
	REQUIRE(chain->count < FILTERS_MOST);
	struct filter_link *link = &chain->links[chain->count++];
	link->filter = filter;
	if (filter->kind == FILTER_UNIQUE)
		link->passed = memory_zeroed(1, sizeof(*link->passed));
}

void chain_forget(struct chain *chain)
{
	for (uint32_t i = 0; i < chain->count; i++)
		if (chain->links[i].passed != NULL)
			chain->links[i].passed->count = 0;
}

void chain_free(struct chain *chain)
{
	for (uint32_t i = 0; i < chain->count; i++)
		free(chain->links[i].passed);
	*chain = (struct chain){0};
}

/* Two are the same if ends, ports and payload are. */
static void datagram_digest(const struct datagram *datagram, uint8_t digest[FILTER_DIGEST])
{
	uint8_t head[12];
	struct writer out = writer_of(head, sizeof(head));

	writer_u32(&out, datagram->from);
	writer_u32(&out, datagram->to);
	writer_u16(&out, datagram->source_port);
	writer_u16(&out, datagram->destination_port);
	REQUIRE(writer_ok(&out));
	const struct span parts[] = {{head, sizeof(head)}, datagram->payload};
	hash_parts(digest, FILTER_DIGEST, (struct span){0}, parts, 2);
}

/* True if it passed before and was not forgotten; else it is remembered now. */
static bool passed_before(struct passed *passed, const struct datagram *datagram)
{
	uint8_t digest[FILTER_DIGEST];

	datagram_digest(datagram, digest);
	for (uint32_t i = 0; i < passed->count && i < FILTER_REMEMBERED; i++)
		if (memcmp(passed->digests[i], digest, FILTER_DIGEST) == 0)
			return true;
	memcpy(passed->digests[passed->count++ % FILTER_REMEMBERED], digest, FILTER_DIGEST);
	return false;
}

static bool holds(const struct filter *filter, uint32_t value)
{
	return value >= filter->least && value <= filter->most;
}

static bool matches(const struct filter *filter, const struct datagram *datagram)
{
	switch (filter->field) {
	case FIELD_SIZE:
		return holds(filter, datagram_size(datagram));
	case FIELD_FROM:
		return holds(filter, datagram->from);
	case FIELD_TO:
		return holds(filter, datagram->to);
	case FIELD_PORT:
		return holds(filter, datagram->destination_port);
	case FIELD_TEXT:
		return memmem(datagram->payload.bytes, datagram->payload.size, filter->text,
			      strlen(filter->text)) != NULL;
	}
	return false;
}

/* What one filter makes of so many copies. */
static struct passage link_pass(struct filter_link *link, const struct datagram *datagram,
				uint32_t copies)
{
	switch (link->filter->kind) {
	case FILTER_DUPLICATE:
		return (struct passage){.on = 2 * copies};
	case FILTER_LOOPBACK:
		return (struct passage){.looped = copies};
	case FILTER_UNIQUE:
		return (struct passage){.on = passed_before(link->passed, datagram) ? 0 : 1};
	case FILTER_MATCH:
		return (struct passage){.on = matches(link->filter, datagram) ? copies : 0};
	case FILTER_NO_MATCH:
		return (struct passage){.on = matches(link->filter, datagram) ? 0 : copies};
	case FILTER_BURST:
	case FILTER_STRANDED:
	case FILTER_COUNT:
		break;
	}
	return (struct passage){.on = copies};
}

struct passage chain_pass(struct chain *chain, const struct datagram *datagram,
			  uint64_t did[FILTER_COUNT])
{
	struct passage all = {.on = 1};

	for (uint32_t i = 0; i < chain->count && all.on > 0; i++) {
		struct passage one = link_pass(&chain->links[i], datagram, all.on);
		did[chain->links[i].filter->kind] +=
			one.on > all.on ? one.on - all.on : all.on - one.on;
		all.on = one.on;
		all.looped += one.looped;
	}
	return all;
}
