/* The live view of `meshctl top` as lines of text: made of two readings, the time between them and
 * the size of the screen, and of nothing else, so that a test can look at it. */
#ifndef TOOLS_PANEL_H
#define TOOLS_PANEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	PANEL_ROWS = 256,    /* most lines; a higher screen has free ones */
	PANEL_COLUMNS = 256, /* longest line and its NUL */
};

/* What the rows of each list are sorted by: the greatest first, names in their order. */
enum panel_sort { PANEL_BY_NAME, PANEL_BY_IN, PANEL_BY_OUT, PANEL_BY_METRIC, PANEL_SORTS };

/* A reading is an object of the daemon's answers by verb: status, links, neighbours and sessions;
 * and interfaces: name to rx_bytes, rx_frames, tx_bytes, tx_frames as the kernel counts them. */
struct panel {
	const json_t *before; /* NULL: there are no rates yet */
	const json_t *now;
	double seconds; /* between them */
	int rows, columns;
	enum panel_sort sort;
	const char *trouble; /* stands in the second line, or NULL */
};

struct panel_line {
	char text[PANEL_COLUMNS]; /* ASCII, no longer than the screen is wide */
	bool title;
};

/* Lays the panel out. Returns how many lines it has, no more than rows. Each list gets its share of
 * the rows; of one that has too many the first are shown, and how many there are besides. */
size_t panel_lay(const struct panel *panel, struct panel_line lines[PANEL_ROWS]);

/* The key that sorts so: the first letter of what it is called. */
char panel_sort_key(enum panel_sort sort);

#endif
