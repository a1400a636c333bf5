/* Three meshes to begin with, in the language of scenario files. */
#include "sim/named.h"

#include <stddef.h>
#include <string.h>

struct named {
	const char *name, *text;
};

static const struct named all[] = {
	{"small", "# Six nodes, seven wires.\n"
		  "topology grid4 3 2\n"
		  "expect by 1s full all\n"
		  "expect by 2s ping all\n"
		  "expect by 2s frames at most 450\n"},
	{"large", "# Thirty nodes on eight switches at random.\n"
		  "topology wires 30 8\n"
		  "spread 1s\n"
		  "link all delay 200us jitter 100us rate 100mbit\n"
		  "expect by 10s full all\n"
		  "expect by 12s ping all\n"},
	{"butterfly", "# The network of the fast Fourier transform over four rows.\n"
		      "topology butterfly 2\n"
		      "expect by 1s full all\n"
		      "expect by 2s ping all\n"},
};

enum { COUNT = sizeof(all) / sizeof(all[0]) };

const char *named_scenario(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (strcmp(all[i].name, name) == 0)
			return all[i].text;
	return NULL;
}

const char *named_at(unsigned place)
{
	return place < COUNT ? all[place].name : NULL;
}
