/* One line of a scenario file, read word by word. Failure sticks, as with base/bytes: a parser
 * reads every word without looking and asks once at the end; the first complaint stays, with file
 * and line. */
#ifndef SIM_LINE_H
#define SIM_LINE_H

#include "base/require.h"
#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LINE_BYTES = 256, /* longest line */
	LINE_WORDS = 40,
	LINE_COMPLAINT = 400,
};

struct line {
	const char *file; /* its name; the caller's */
	uint32_t number;
	char text[LINE_BYTES];
	char *words[LINE_WORDS];
	uint32_t count, next;
	bool failed;
	char complaint[LINE_COMPLAINT];
};

/* Takes a line without its end apart; what follows a # is left out. */
void line_begin(struct line *line, const char *file, uint32_t number, const char *text,
		size_t size);

/* The complaint FILE:LINE: message, unless there is one already. */
void line_refuse(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The next word, or "" and a complaint naming what is missing. */
const char *line_word(struct line *line, const char *what);

/* If the next word is that one takes it and says true. */
MUST_USE bool line_took(struct line *line, const char *word);

/* Takes that word or complains. */
void line_expect(struct line *line, const char *word);

/* True if there is another word. */
bool line_more(const struct line *line);

/* Complains about a word left over. True if nothing was wrong with the line. */
MUST_USE bool line_end(struct line *line);

/* Values; 0 on failure. */
uint64_t line_number(struct line *line, uint64_t least, uint64_t most);
duration line_time(struct line *line);	/* 250us, 1.5ms, 2s */
uint32_t line_share(struct line *line); /* 1%, 0.5%, 20ppm: millionths, at most all */
uint64_t line_rate(struct line *line);	/* 9600bit, 10kbit, 100mbit, 1gbit: bits a second */

/* Reads a whole number at *at in decimal digits, moving past them; false if there is none or it
 * does not fit. */
MUST_USE bool line_digits(const char **at, uint64_t *value);

#endif
