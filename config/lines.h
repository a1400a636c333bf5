/* The line reader behind inih. inih alone cuts long lines, joins indented ones and does not say
 * which section a repeated heading opened; this one hands it only lines it reads as they are meant,
 * and counts lines and sections. */
#ifndef CONFIG_LINES_H
#define CONFIG_LINES_H

#include "config/value.h"

enum { LINE_BYTES = 190 }; /* longest line, without its end; inih's buffer holds 200 */

struct lines {
	FILE *stream;	   /* the caller's */
	uint32_t line;	   /* number of the line handed out last, from 1 */
	uint32_t sections; /* headings seen so far */
	bool stopped;	   /* no further line is handed out */
	bool refused;	   /* line `line` is why: see there */
	struct why why;
};

/* The next line for ini_parse_stream: its ini_reader, with a struct lines as the stream. NULL at
 * the end, or when a line is refused. */
char *lines_next(char *buffer, int size, void *lines);

#endif
