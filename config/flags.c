/* Options by getopt_long, which says itself what is wrong with one, and their help. The invariant
 * is that what getopt returns for a flag is its place in the table, moved out of the way of
 * characters. */
#include "config/flags.h"

#include <getopt.h>
#include <string.h>

enum { FIRST = 256, WIDTH = 80 };

static int argument_kind(const struct flag *flag)
{
	if (flag->argument == NULL)
		return no_argument;
	return flag->argument[0] == '[' ? optional_argument : required_argument;
}

/* The place of the flag that getopt found; count if it found none. */
static size_t flag_find(const struct flag *flags, size_t count, int found)
{
	size_t i = 0;

	if (found >= FIRST)
		return (size_t)(found - FIRST);
	while (i < count && (flags[i].letter == 0 || flags[i].letter != found))
		i++;
	return i;
}

bool flags_read(const struct flag *flags, size_t count, int argc, char **argv, const char *given[])
{
	struct option names[FLAGS + 1] = {{NULL, 0, NULL, 0}};
	char letters[2 * FLAGS + 1] = "";
	int found;

	REQUIRE(count <= FLAGS);
	for (size_t i = 0; i < count; i++) {
		size_t used = strlen(letters);

		given[i] = NULL;
		names[i] = (struct option){flags[i].name, argument_kind(&flags[i]), NULL,
					   FIRST + (int)i};
		if (flags[i].letter == 0)
			continue;
		letters[used] = flags[i].letter;
		letters[used + 1] = argument_kind(&flags[i]) == required_argument ? ':' : '\0';
	}
	while ((found = getopt_long(argc, argv, letters, names, NULL)) != -1) {
		size_t place = flag_find(flags, count, found);

		if (place == count)
			return false;
		given[place] = optarg != NULL ? optarg : "";
	}
	return true;
}

bool flag_fits(const struct flag *flag, const char *given)
{
	size_t size = strlen(given);
	const char *value = flag->values;

	while (value != NULL && *value != '\0') {
		size_t span = strcspn(value, " ");

		if (span == size && memcmp(value, given, size) == 0)
			return true;
		value += span + strspn(value + span, " ");
	}
	return value == NULL;
}

void words_wrap(const char *text, int indent, int column, FILE *out)
{
	while (*text != '\0') {
		int size = (int)strcspn(text, " \n");

		if (column > indent && column + 1 + size > WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		if (column <= indent)
			column += fprintf(out, "%*s%.*s", indent - column, "", size, text);
		else
			column += fprintf(out, " %.*s", size, text);
		text += size;
		if (*text == '\n') {
			fputc('\n', out);
			column = 0;
		}
		text += *text != '\0';
	}
	fputc('\n', out);
}

void words_print(const char *head, const char *text, FILE *out)
{
	int column = fprintf(out, "  %s", head);

	if (column + 2 > FLAGS_COLUMN) {
		fputc('\n', out);
		column = 0;
	}
	words_wrap(text, FLAGS_COLUMN, column, out);
}

void flag_print(const struct flag *flag, FILE *out)
{
	const char *argument = flag->argument != NULL ? flag->argument : "";
	const char *between = argument[0] == '\0' || argument[0] == '[' ? "" : " ";
	char head[80];

	if (flag->letter != 0)
		snprintf(head, sizeof(head), "-%c, --%s%s%s", flag->letter, flag->name, between,
			 argument);
	else
		snprintf(head, sizeof(head), "    --%s%s%s", flag->name, between, argument);
	words_print(head, flag->help, out);
}
