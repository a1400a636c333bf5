/* The vectors in this folder, which a second implementation wrote from docs/protocol alone, against
 * the rooms: each file is a case, and a file that no case is for fails. The argument is the folder.
 */
#include "tests/vectors/checks.h"

#include <glob.h>
#include <limits.h>
#include <stdio.h>

/* A file, and what is done with each vector in it. */
struct file {
	const char *name;
	void (*check)(struct vector *vector);
	const char *folder;
};

static void path_of(const struct file *file, const char *name, char path[PATH_MAX])
{
	int length = snprintf(path, PATH_MAX, "%s/%s", file->folder, name);

	assert_true(length > 0 && length < PATH_MAX);
}

static void every_vector_of_the_file_holds(void **state)
{
	const struct file *file = *state;
	char path[PATH_MAX];

	path_of(file, file->name, path);
	vector_each(path, file->check);
}

/* True if a test looks at the file; files end with one that has no name. */
static bool known(const struct file *files, const char *path)
{
	const char *name = strrchr(path, '/') + 1;

	while (files->name != NULL && strcmp(files->name, name) != 0)
		files++;
	return files->name != NULL;
}

static void every_file_is_looked_at(void **state)
{
	const struct file *files = *state;
	char pattern[PATH_MAX];
	glob_t found;

	path_of(files, "*.json", pattern);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		if (!known(files, found.gl_pathv[i]))
			fail_msg("no test looks at %s", found.gl_pathv[i]);
	globfree(&found);
}

int main(int argc, char **argv)
{
	const char *folder = argc == 2 ? argv[1] : ".";
	struct file files[] = {
		{"address.json", check_address, folder},
		{"network.json", check_network, folder},
		{"certificate.json", check_certificate, folder},
		{"hello.json", check_hello, folder},
		{"probe.json", check_probe, folder},
		{"hint.json", check_hint, folder},
		{"keys.json", check_keys, folder},
		{"cookie.json", check_cookie, folder},
		{"handshake.json", check_handshake, folder},
		{"data.json", check_data, folder},
		{"bundle.json", check_bundle, folder},
		{"lane.json", check_lane, folder},
		{"cost.json", check_cost, folder},
		{"record.json", check_record, folder},
		{"records.json", check_records, folder},
		{"ack.json", check_ack, folder},
		{"compare.json", check_compare, folder},
		{"refused_record.json", check_refused_record, folder},
		{"refused_message.json", check_refused_message, folder},
		{"error.json", check_error, folder},
		{"trace.json", check_trace, folder},
		{"traced.json", check_traced, folder},
		{"refused.json", check_refused, folder},
		{"refused_relayed.json", check_refused, folder},
		{"refused_sealed.json", check_refused_sealed, folder},
		{0},
	};
	enum { FILES = sizeof(files) / sizeof(files[0]) - 1 };
	struct CMUnitTest tests[FILES + 1] = {
		cmocka_unit_test_prestate(every_file_is_looked_at, files),
	};

	for (size_t i = 0; i < FILES; i++)
		tests[i + 1] = (struct CMUnitTest){.name = files[i].name,
						   .test_func = every_vector_of_the_file_holds,
						   .initial_state = &files[i]};
	if (sodium_init() < 0)
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("vectors", tests, NULL, NULL);
}
