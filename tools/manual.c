/* A program of the build, not installed: copies a man page in scdoc's language from stdin to stdout
 * and puts, where a line is the name of a part, what a table holds in its place. So the pages say
 * what --help says. It needs no library of the host's, because it runs where it is built. */
#include "tools/errand.h"
#include "tools/verbs.h"

#include "config/keys.h"
#include "daemon/options.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Text with what scdoc would take for its own marked as plain. */
static void plain_put(const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("\\*_#<[|", *text) != NULL)
			putchar('\\');
		putchar(*text);
	}
}

/* The same as a sentence. */
static void sentence_put(const char *text)
{
	char first[2] = {(char)toupper((unsigned char)text[0])};

	plain_put(first);
	plain_put(text + 1);
	putchar('.');
}

static void bold_put(const char *text)
{
	putchar('*');
	plain_put(text);
	putchar('*');
}

/* "*-S*, *--socket* _SOCKET_" */
static void flag_head(const struct flag *flag)
{
	const char *argument = flag->argument;

	if (flag->letter != 0)
		printf("*-%c*, ", flag->letter);
	printf("*--%s*", flag->name);
	if (argument != NULL && argument[0] == '[')
		printf("\\[=_%.*s_]", (int)strlen(argument) - 3, argument + 2);
	else if (argument != NULL)
		printf(" _%s_", argument);
	puts("");
}

static void flags_put(const struct flag *flags, int count)
{
	for (int i = 0; i < count; i++) {
		flag_head(&flags[i]);
		putchar('\t');
		sentence_put(flags[i].help);
		puts("\n");
	}
}

static void meshctl_options(void)
{
	flags_put(verbs_flags, CHOICES);
}

static void meshtraceroute_options(void)
{
	flags_put(errand_flags, ERRANDS);
}

static void meshpd_options(void)
{
	flags_put(options_flags, OPTIONS);
}

static void takes_put(const struct verb *verb)
{
	const char *before = "\tOptions: ";

	for (int i = 0; i < CHOICES; i++) {
		if ((verb->takes & 1U << i) == 0)
			continue;
		printf("%s*--%s*", before, verbs_flags[i].name);
		before = ", ";
	}
	if (verb->takes != 0)
		puts(".\n");
}

static void verb_put(const struct verb *verb)
{
	bold_put(verb->name);
	if (verb->arguments[0] != '\0') {
		putchar(' ');
		plain_put(verb->arguments);
	}
	fputs("\n\t", stdout);
	sentence_put(verb->summary);
	putchar(' ');
	plain_put(verb->text);
	puts(verb->user == USER_ROOT ? " For root.\n" : "\n");
	takes_put(verb);
	if (verb->no != NULL) {
		fputs("\tExit status 1: ", stdout);
		sentence_put(verb->no);
		puts("\n");
	}
}

static void meshctl_verbs(void)
{
	for (const struct verb *verb = verb_first(); verb != NULL; verb = verb_next(verb))
		if (verb->summary != NULL)
			verb_put(verb);
}

static void meshctl_examples(void)
{
	for (const struct verb *verb = verb_first(); verb != NULL; verb = verb_next(verb)) {
		if (verb->summary == NULL || verb->example == NULL)
			continue;
		plain_put(verb->example);
		fputs("\n\t", stdout);
		sentence_put(verb->summary);
		puts("\n");
	}
}

static void statuses(void)
{
	for (int i = 0; i < VERDICTS; i++) {
		printf("*%d*\n\t", i);
		sentence_put(verdict_meaning((enum verdict)i));
		puts("\n");
	}
}

static void key_put(const struct key *key)
{
	bold_put(key->name);
	putchar('=');
	plain_put(key->standard);
	fputs("\n\t", stdout);
	plain_put(key->help);
	fputs(".\n\n\t", stdout);
	plain_put(key->text);
	printf(" A change counts %s.\n\n",
	       key->effect == AT_ONCE ? "after a reload" : "at the next start");
}

static void meshpd_keys(void)
{
	const char *section = "";

	for (const struct key *key = key_first(); key != NULL; key = key_next(key)) {
		if (strcmp(section, key->section) != 0)
			printf("## [%s]\n\n", key->section);
		section = key->section;
		key_put(key);
	}
}

static const struct {
	const char *name; /* a line of the page */
	void (*put)(void);
} parts[] = {
	{"@MESHCTL-OPTIONS@\n", meshctl_options},
	{"@MESHCTL-VERBS@\n", meshctl_verbs},
	{"@MESHCTL-EXAMPLES@\n", meshctl_examples},
	{"@MESHTRACEROUTE-OPTIONS@\n", meshtraceroute_options},
	{"@MESHPD-OPTIONS@\n", meshpd_options},
	{"@MESHPD-KEYS@\n", meshpd_keys},
	{"@STATUSES@\n", statuses},
};

/* Puts the part a line names; false if it names none. */
static bool part_put(const char *line)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (strcmp(parts[i].name, line) != 0)
			continue;
		parts[i].put();
		return true;
	}
	return false;
}

int main(void)
{
	char line[1024];

	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (part_put(line))
			continue;
		if (line[0] == '@') {
			fprintf(stderr, "manual: there is no part %s", line);
			return 1;
		}
		fputs(line, stdout);
	}
	return ferror(stdin) || fflush(stdout) != 0;
}
