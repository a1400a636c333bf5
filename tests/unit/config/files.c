/* Tests of config/files.c: which files are found, in which order, and what hides what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/files.h"
#include "tests/unit/config/place.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Compares what is found with want, paths below root separated by spaces. */
static void found(const struct place *place, const char *want)
{
	struct files files;
	char got[1024] = "";

	assert_true(files_find(&files, place->directories, stderr));
	for (size_t i = 0; i < files.count; i++) {
		strcat(got, i > 0 ? " " : "");
		strcat(got, files.paths[i] + strlen(place->root) + 1);
	}
	assert_string_equal(got, want);
	files_free(&files);
}

static void nothing_is_fine(void **state)
{
	found(*state, "");
}

static void the_first_main_file_wins(void **state)
{
	struct place *place = *state;

	place_write(place->lib, "meshpd.conf", "");
	found(place, "lib/meshpd.conf");
	place_write(place->run, "meshpd.conf", "");
	found(place, "run/meshpd.conf");
	place_write(place->etc, "meshpd.conf", "");
	found(place, "etc/meshpd.conf");
}

static void drop_ins_go_by_name_and_hide_each_other(void **state)
{
	struct place *place = *state;

	place_write(place->lib, "meshpd.conf.d/10-a.conf", "");
	place_write(place->lib, "meshpd.conf.d/30-c.conf", "");
	place_write(place->run, "meshpd.conf.d/20-b.conf", "");
	place_write(place->run, "meshpd.conf.d/30-c.conf", "");
	place_write(place->etc, "meshpd.conf.d/05-z.conf", "");
	place_write(place->etc, "meshpd.conf.d/20-b.conf", "");
	place_write(place->etc, "meshpd.conf.d/no.txt", "");
	place_write(place->etc, "meshpd.conf.d/.hidden.conf", "");
	place_write(place->etc, "meshpd.conf", "");
	found(place, "etc/meshpd.conf etc/meshpd.conf.d/05-z.conf lib/meshpd.conf.d/10-a.conf "
		     "etc/meshpd.conf.d/20-b.conf run/meshpd.conf.d/30-c.conf");
}

static void a_link_to_null_hides(void **state)
{
	struct place *place = *state;
	char path[256];

	place_write(place->lib, "meshpd.conf.d/10-a.conf", "[Mesh]\nZone=1\n");
	place_write(place->etc, "meshpd.conf", "");
	snprintf(path, sizeof(path), "%s/meshpd.conf.d/10-a.conf", place->etc);
	assert_int_equal(symlink("/dev/null", path), 0);
	found(place, "etc/meshpd.conf etc/meshpd.conf.d/10-a.conf");
}

static void too_many_files_are_refused(void **state)
{
	struct place *place = *state;
	struct files files;
	char *text = NULL;
	size_t size;
	FILE *report = open_memstream(&text, &size);
	char name[64];

	for (int i = 0; i <= FILES_MAX; i++) {
		snprintf(name, sizeof(name), "meshpd.conf.d/%03d.conf", i);
		place_write(place->etc, name, "");
	}
	assert_false(files_find(&files, place->directories, report));
	files_free(&files);
	fclose(report);
	assert_non_null(strstr(text, "256"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(nothing_is_fine, place_make, place_remove),
		cmocka_unit_test_setup_teardown(the_first_main_file_wins, place_make, place_remove),
		cmocka_unit_test_setup_teardown(drop_ins_go_by_name_and_hide_each_other, place_make,
						place_remove),
		cmocka_unit_test_setup_teardown(a_link_to_null_hides, place_make, place_remove),
		cmocka_unit_test_setup_teardown(too_many_files_are_refused, place_make,
						place_remove),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config/files", tests, NULL, NULL);
}
