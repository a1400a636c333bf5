/* Directories below /tmp, filled by the tests and walked to be removed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/config/place.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int place_make(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	snprintf(place->root, sizeof(place->root), "/tmp/meshpd-config-XXXXXX");
	assert_non_null(mkdtemp(place->root));
	snprintf(place->etc, sizeof(place->etc), "%s/etc", place->root);
	snprintf(place->run, sizeof(place->run), "%s/run", place->root);
	snprintf(place->lib, sizeof(place->lib), "%s/lib", place->root);
	place->directories[0] = place->etc;
	place->directories[1] = place->run;
	place->directories[2] = place->lib;
	*state = place;
	return 0;
}

static int entry_remove(const char *path, const struct stat *facts, int kind, struct FTW *walk)
{
	return remove(path);
}

int place_remove(void **state)
{
	struct place *place = *state;

	nftw(place->root, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
	free(place);
	return 0;
}

void place_write(const char *directory, const char *name, const char *text)
{
	char path[256];
	FILE *file;

	mkdir(directory, 0755);
	snprintf(path, sizeof(path), "%s/meshpd.conf.d", directory);
	mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}
