/* `meshctl top` of a build without ncurses: it says so. */
#include "tools/nouns.h"

#include <stdio.h>

enum verdict top_run(const struct request *request)
{
	fputs("meshctl: this build has no top, it was made without ncurses\n", stderr);
	return VERDICT_USAGE;
}
