/* The options of all commands in one table: the word, what follows it, whom it is for, and the
 * function that takes its value. */
#include "sim/command.h"

#include "sim/document.h"
#include "sim/line.h"
#include "sim/named.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SCENARIO_BYTES = 16 << 20 }; /* longest scenario file */

struct option_row {
	const char *name;
	const char *value; /* what follows, for the usage; NULL: nothing */
	uint32_t set;
	bool (*take)(struct options *options, const char *value);
};

static bool number_of(const char *text, uint64_t *number)
{
	return line_digits(&text, number) && *text == '\0';
}

static bool take_seed(struct options *options, const char *value)
{
	options->seeded = true;
	return number_of(value, &options->seed);
}

static bool take_seeds(struct options *options, const char *value)
{
	return number_of(value, &options->seeds) && options->seeds > 0;
}

static bool take_json(struct options *options, const char *value)
{
	options->json = true;
	return value == NULL;
}

/* WIRE:PATH */
static bool take_pcap(struct options *options, const char *value)
{
	uint64_t wire;

	if (options->capture_count == PCAP_WIRES || !line_digits(&value, &wire) ||
	    wire > UINT32_MAX || value[0] != ':' || value[1] == '\0')
		return false;
	options->captures[options->capture_count++] =
		(struct capture){.wire = (uint32_t)wire, .path = value + 1};
	return true;
}

static bool take_netjson(struct options *options, const char *value)
{
	options->netjson = value;
	return true;
}

/* NODE:PATH */
static bool take_journal(struct options *options, const char *value)
{
	uint64_t node;

	if (!line_digits(&value, &node) || node > UINT32_MAX || value[0] != ':' || value[1] == '\0')
		return false;
	options->journal_node = (uint32_t)node;
	options->journal = value + 1;
	return true;
}

static bool take_count(const char *value, uint32_t *taken)
{
	uint64_t count;
	bool good = number_of(value, &count) && count <= UINT32_MAX;

	*taken = good ? (uint32_t)count : 0;
	return good;
}

static bool take_resume(struct options *options, const char *value)
{
	return take_count(value, &options->resumes);
}

static bool take_adopt(struct options *options, const char *value)
{
	return take_count(value, &options->adoptions);
}

static const struct option_row rows[] = {
	{"--seed", "N", FOR_RUN | FOR_SHELL, take_seed},
	{"--seeds", "COUNT", FOR_RUN, take_seeds},
	{"--json", NULL, FOR_RUN | FOR_REPLAY, take_json},
	{"--pcap", "WIRE:PATH", FOR_RUN | FOR_SHELL, take_pcap},
	{"--netjson", "PATH", FOR_RUN, take_netjson},
	{"--journal", "NODE:PATH", FOR_RUN, take_journal},
	{"--resume", "COUNT", FOR_RUN, take_resume},
	{"--adopt", "COUNT", FOR_RUN, take_adopt},
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const struct option_row *row_of(const struct command *command, const char *word)
{
	for (size_t i = 0; i < ROWS; i++)
		if (strcmp(rows[i].name, word) == 0 && (rows[i].set & command->set) != 0)
			return &rows[i];
	return NULL;
}

/* Names are moved to the front of the arguments, among which options may stand anywhere. */
bool command_options(const struct command *command, int count, char **arguments,
		     struct options *options)
{
	*options = (struct options){.names = arguments, .seeds = 1};
	for (int i = 0; i < count; i++) {
		const struct option_row *row = row_of(command, arguments[i]);
		if (row == NULL) {
			if (strncmp(arguments[i], "--", 2) == 0)
				return false;
			arguments[options->name_count++] = arguments[i];
			continue;
		}
		const char *value = row->value == NULL ? NULL : i + 1 < count ? arguments[++i] : "";
		if (!row->take(options, value))
			return false;
	}
	return options->name_count > 0;
}

void command_usage(const struct command *command, FILE *to)
{
	fprintf(to, "meshsim %s %s", command->name, command->arguments);
	for (size_t i = 0; i < ROWS; i++) {
		if ((rows[i].set & command->set) == 0)
			continue;
		bool valued = rows[i].value != NULL;
		fprintf(to, " [%s%s%s]", rows[i].name, valued ? " " : "",
			valued ? rows[i].value : "");
	}
	fprintf(to, "\n");
}

bool command_scenario(struct scenario *scenario, const char *name)
{
	char complaint[LINE_COMPLAINT];
	const char *known = named_scenario(name);
	size_t size = known == NULL ? 0 : strlen(known);
	char *text = known == NULL ? document_text(name, SCENARIO_BYTES, &size) : NULL;

	*scenario = (struct scenario){0};
	if (known == NULL && text == NULL) {
		fprintf(stderr, "%s: %s\n", name, strerror(errno));
		return false;
	}
	bool read = scenario_read(scenario, name, known != NULL ? known : text, size, complaint);
	if (!read)
		fprintf(stderr, "%s\n", complaint);
	free(text);
	return read;
}
