/* Edge lists as map projects publish them: one edge a line, two names with white space or a comma
 * between; what follows on the line is not looked at, lines with # are comments. */
#include "sim/scenario.h"

#include "sim/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EDGES_NAME = 64 };

/* The names met so far; a node's number is its place. */
struct roll {
	char (*names)[EDGES_NAME];
	size_t count, room;
};

static uint32_t roll_number(struct roll *roll, const char *name)
{
	for (size_t i = 0; i < roll->count; i++)
		if (strncmp(roll->names[i], name, EDGES_NAME - 1) == 0)
			return (uint32_t)i;
	roll->names = memory_grown(roll->names, roll->count, &roll->room, EDGES_NAME);
	snprintf(roll->names[roll->count], EDGES_NAME, "%s", name);
	return (uint32_t)roll->count++;
}

/* Reads one line; false if it is neither an edge nor a comment. */
static bool edge_read(struct topology *topology, struct roll *roll, char *text)
{
	char *rest = text;
	const char *ends[2];

	text[strcspn(text, "#\n")] = '\0';
	for (uint32_t i = 0; i < 2; i++) {
		do
			ends[i] = strsep(&rest, " \t\r,");
		while (ends[i] != NULL && *ends[i] == '\0');
		if (ends[i] == NULL)
			return i == 0;
	}
	uint32_t a = roll_number(roll, ends[0]), b = roll_number(roll, ends[1]);
	if (a != b)
		topology_edge(topology, a, b);
	return a != b;
}

static bool file_read(struct topology *topology, struct roll *roll, FILE *file, const char *path,
		      char complaint[LINE_COMPLAINT])
{
	char text[LINE_BYTES];

	for (uint32_t number = 1; fgets(text, sizeof(text), file) != NULL; number++) {
		if (!edge_read(topology, roll, text)) {
			snprintf(complaint, LINE_COMPLAINT, "%s:%u: two nodes make an edge", path,
				 number);
			return false;
		}
	}
	topology->nodes = (uint32_t)roll->count;
	if (topology->nodes < 2 || topology->nodes > PATTERN_NODES) {
		snprintf(complaint, LINE_COMPLAINT, "%s: %u nodes make no mesh", path,
			 topology->nodes);
		return false;
	}
	topology_finish(topology);
	return true;
}

bool edges_read(struct topology *topology, const char *path, char complaint[LINE_COMPLAINT])
{
	struct roll roll = {0};
	FILE *file = fopen(path, "re");

	if (file == NULL) {
		snprintf(complaint, LINE_COMPLAINT, "%s: %s", path, strerror(errno));
		return false;
	}
	bool whole = file_read(topology, &roll, file, path, complaint);
	free(roll.names);
	fclose(file);
	return whole;
}
