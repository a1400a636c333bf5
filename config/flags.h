/* The options of a command line as a table: the parser, --help, the man pages and the completions
 * read it, so they cannot disagree. Every program of the project has such a table. */
#ifndef CONFIG_FLAGS_H
#define CONFIG_FLAGS_H

#include "base/require.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum {
	FLAGS = 32,	  /* most a program has */
	FLAGS_COLUMN = 24 /* where the words behind an option begin */
};

struct flag {
	const char *name;     /* without dashes */
	char letter;	      /* the short form, or 0 */
	const char *argument; /* NULL: it takes none; "[=X]": it may be left out */
	const char *values;   /* all there are, a space between; NULL: any */
	const char *help;     /* what it does, for people */
};

/* Reads options wherever they stand and moves the other words behind them: they begin at optind.
 * given[i] becomes what was said with flags[i], "" if nothing was, and stays NULL if it was not
 * there; the last counts. False after writing to stderr what is wrong. */
MUST_USE bool flags_read(const struct flag *flags, size_t count, int argc, char **argv,
			 const char *given[]);

/* True if what was given is among the values the flag may have. */
bool flag_fits(const struct flag *flag, const char *given);

/* Writes a flag and its words as lines of a help text. */
void flag_print(const struct flag *flag, FILE *out);

/* Writes text behind a head, both indented by 2, in lines of at most 80 columns; what belongs to
 * the text stands from FLAGS_COLUMN on. A newline in the text begins a line. */
void words_print(const char *head, const char *text, FILE *out);

/* Writes text in lines of at most 80 columns, all indented, the first one already filled up to
 * column. */
void words_wrap(const char *text, int indent, int column, FILE *out);

#endif
