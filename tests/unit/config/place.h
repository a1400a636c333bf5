/* A place of its own for each test of configuration files: three directories below a new root,
 * removed with all that is in them. */
#ifndef TESTS_UNIT_CONFIG_PLACE_H
#define TESTS_UNIT_CONFIG_PLACE_H

/* The most important directory first, as config_load wants them. */
struct place {
	char root[64];
	char etc[96], run[96], lib[96];
	const char *directories[4];
};

/* Set-up and tear-down of a cmocka test whose state is a struct place. */
int place_make(void **state);
int place_remove(void **state);

/* Writes DIRECTORY/NAME, making what leads to it. */
void place_write(const char *directory, const char *name, const char *text);

#endif
