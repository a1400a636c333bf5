/* `meshctl status`: the daemon itself, its links, and what was dropped and why. */
#include "tools/columns.h"
#include "tools/nouns.h"

#include <inttypes.h>
#include <stdio.h>

static void facts_print(const json_t *answer)
{
	static const struct column facts[] = {
		{"address", "address", COLUMN_TEXT},
		{"id", "id", COLUMN_TEXT},
		{"public key", "public_key", COLUMN_TEXT},
		{"network", "network_id", COLUMN_TEXT},
		{"zone", "zone", COLUMN_COUNT},
		{"version", "version", COLUMN_TEXT},
		{"uptime", "uptime_ms", COLUMN_MILLISECONDS},
		{"epoch", "epoch", COLUMN_COUNT},
		{"tun", "tun", COLUMN_TEXT},
		{"loopback", "loopback", COLUMN_TEXT},
		{"mtu", "mtu", COLUMN_COUNT},
		{"neighbours", "neighbours", COLUMN_COUNT},
		{"nodes", "nodes", COLUMN_COUNT},
		{"firewall", "firewall", COLUMN_TEXT},
	};
	char text[COLUMN_TEXT_MAX];

	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		printf("%-11s %s\n", facts[i].title, column_cell(answer, &facts[i], text));
}

static const char *string_of(const json_t *value)
{
	return json_is_string(value) ? json_string_value(value) : "";
}

static void crypto_print(const json_t *answer)
{
	const json_t *crypto = json_object_get(answer, "crypto");
	const json_t *suites = json_object_get(crypto, "suites");

	printf("%-11s", "ciphers");
	for (size_t i = 0; i < json_array_size(suites); i++)
		printf(" %s,", string_of(json_array_get(suites, i)));
	printf(" by %s\n", column_text(crypto, "provider"));
}

static void drops_print(const json_t *answer)
{
	json_t *drops = json_object_get(answer, "drops");
	const char *reason;
	json_t *count;

	json_object_foreach(drops, reason, count) printf(
		"dropped     %" JSON_INTEGER_FORMAT " %s\n", json_integer_value(count), reason);
}

/* What the node's record says of it besides its neighbours. */
static void flags_print(const json_t *answer)
{
	json_t *flags = json_object_get(answer, "flags");
	json_t *flag;
	size_t i;

	json_array_foreach(flags, i, flag) printf("says        %s\n", string_of(flag));
}

void status_print(const json_t *answer, bool colour)
{
	const json_t *members = json_object_get(answer, "members");

	facts_print(answer);
	crypto_print(answer);
	if (json_is_true(json_object_get(answer, "duplicate")))
		puts("duplicate   another live node has this identity");
	if (json_is_true(json_object_get(answer, "database_full")))
		puts("full        there is no room for the records of all nodes");
	if (!json_is_true(json_object_get(answer, "synced")))
		puts("not synced  no neighbour has told yet which nodes there are");
	if (json_is_integer(members))
		printf("members     %" JSON_INTEGER_FORMAT " keys may take part\n",
		       json_integer_value(members));
	flags_print(answer);
	drops_print(answer);
	links_print_facts(answer, colour);
}
