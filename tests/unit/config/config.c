/* Tests of config/config.c: files, drop-ins and arguments together, and what is said about faults.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/config.h"
#include "tests/unit/config/place.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Loads; what was reported goes to said. */
static bool load(struct config *config, const struct config_source *source, char said[4096])
{
	FILE *report = fmemopen(said, 4096, "w");
	bool good;

	memset(said, 0, 4096);
	good = config_load(config, source, report);
	fclose(report);
	return good;
}

/* Loads etc/meshpd.conf with that text. */
static bool load_text(const struct place *place, const char *text, struct config *config,
		      char said[4096])
{
	struct config_source source = {.directories = place->directories};

	place_write(place->etc, "meshpd.conf", text);
	return load(config, &source, said);
}

static bool load_arguments(const struct place *place, char *const *arguments, size_t count,
			   struct config *config, char said[4096])
{
	struct config_source source = {
		.directories = place->directories,
		.overrides = arguments,
		.override_count = count,
	};

	return load(config, &source, said);
}

static void no_file_gives_the_defaults(void **state)
{
	struct config config;
	char said[4096];

	assert_true(
		load(&config,
		     &(struct config_source){.directories = ((struct place *)*state)->directories},
		     said));
	assert_string_equal(said, "");
	assert_int_equal(config.link_count, 1);
	assert_string_equal(config.tun_name, "tun0");
}

static void printed_defaults_read_back_the_same(void **state)
{
	struct config standard, config;
	char said[4096], text[8192] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");

	config_print_defaults(out);
	fclose(out);
	assert_true(load_text(*state, "", &standard, said));
	assert_true(load_text(*state, text, &config, said));
	assert_string_equal(said, "");
	assert_memory_equal(&standard, &config, sizeof(config));
}

static void sections_of_links_add_up(void **state)
{
	struct place *place = *state;
	struct config config;
	char said[4096];

	place_write(place->lib, "meshpd.conf.d/a.conf", "[Link]\nCost=7\n");
	assert_true(load_text(place,
			      "[Link]\nMatch=wl*\nCost=500\nBypass=yes\n[Mesh]\nZone=3\n[Link]\n"
			      "Match=eth1 eth2\n",
			      &config, said));
	assert_int_equal(config.link_count, 3);
	assert_string_equal(config.links[0].match, "wl*");
	assert_int_equal(config.links[0].cost_us, 500);
	assert_true(config.links[0].bypass);
	assert_false(config.links[1].bypass);
	assert_string_equal(config.links[1].match, "eth1 eth2");
	assert_int_equal(config.links[1].cost_us, 0);
	assert_int_equal(config.links[2].cost_us, 7);
	assert_ptr_equal(config_link_of(&config, "wlan0"), &config.links[0]);
	assert_ptr_equal(config_link_of(&config, "eth2"), &config.links[1]);
	assert_ptr_equal(config_link_of(&config, "eth3"), &config.links[2]);
	assert_null(config_link_of(&config, "docker0"));
}

static void own_interfaces_are_never_links(void **state)
{
	char *arguments[] = {(char[]){"Link.Match=*"}, (char[]){"Tun.Name=mesh7"}};
	struct config config;
	char said[4096];

	assert_true(load_arguments(*state, arguments, 2, &config, said));
	assert_null(config_link_of(&config, "mesh7"));
	assert_null(config_link_of(&config, "lo2"));
	assert_null(config_link_of(&config, "lo"));
	assert_non_null(config_link_of(&config, "tun0"));
}

static void a_fault_names_file_line_and_fix(void **state)
{
	struct place *place = *state;
	struct config config;
	char said[4096], want[256];

	assert_false(load_text(place, "# x\n[Mesh]\nZone=70000\nEtherType=1\n", &config, said));
	snprintf(want, sizeof(want),
		 "%s/meshpd.conf:3: '70000' is not a number from 0 to 65535, write one\n",
		 place->etc);
	assert_string_equal(said, want);
	assert_false(load_text(place, "[Mesh]\nnonsense\nZone=70000\n", &config, said));
	snprintf(want, sizeof(want), "%s/meshpd.conf:2: ", place->etc);
	assert_memory_equal(said, want, strlen(want));
	assert_null(strstr(said, "70000"));
}

static void an_unknown_key_warns_and_no_more(void **state)
{
	struct config config;
	char said[4096];

	assert_true(load_text(*state, "[Mesh]\nZoen=1\n[Mash]\nZone=2\n[Mesh]\nZone=4\n", &config,
			      said));
	assert_int_equal(config.zone, 4);
	assert_non_null(strstr(said, "meshpd.conf:2: warning: Mesh.Zoen is not known and is "
				     "ignored, the nearest is Mesh.Zone\n"));
	assert_non_null(strstr(said, "meshpd.conf:4: warning: Mash.Zone"));
}

static void later_files_win(void **state)
{
	struct place *place = *state;
	struct config config;
	char said[4096];

	place_write(place->run, "meshpd.conf.d/20.conf", "[Mesh]\nZone=20\n[Firewall]\nExpose=\n");
	place_write(place->lib, "meshpd.conf.d/10.conf", "[Mesh]\nZone=10\n");
	assert_true(load_text(place, "[Mesh]\nZone=1\n[Firewall]\nExpose=tcp/80\nExpose=udp/53\n",
			      &config, said));
	assert_int_equal(config.zone, 20);
	assert_int_equal(config.exposed_count, 0);
}

static void one_named_file_is_all_there_is(void **state)
{
	struct place *place = *state;
	struct config_source source = {.directories = place->directories, .file = "/dev/null"};
	struct config config;
	char said[4096], path[256];

	place_write(place->etc, "meshpd.conf", "[Mesh]\nZone=1\n");
	assert_true(load(&config, &source, said));
	assert_int_equal(config.zone, 0);
	snprintf(path, sizeof(path), "%s/absent.conf", place->root);
	source.file = path;
	assert_false(load(&config, &source, said));
	assert_non_null(strstr(said, "No such file"));
	source.file = place->etc;
	assert_false(load(&config, &source, said));
	assert_non_null(strstr(said, "cannot be read"));
}

static void arguments_replace(void **state)
{
	struct place *place = *state;
	char *arguments[] = {
		(char[]){"Mesh.Zone=9"},	   (char[]){"Link.Match=veth*"},
		(char[]){"Link.Cost=3"},	   (char[]){"Firewall.Expose=tcp/22"},
		(char[]){"Firewall.Expose=udp/1"}, (char[]){"Daemon.User="},
	};
	struct config_source source = {
		.directories = place->directories, .overrides = arguments, .override_count = 6};
	struct config config;
	char said[4096];

	place_write(
		place->etc, "meshpd.conf",
		"[Mesh]\nZone=1\n[Link]\nMatch=a\n[Link]\nMatch=b\n[Firewall]\nExpose=tcp/80\n");
	assert_true(load(&config, &source, said));
	assert_int_equal(config.zone, 9);
	assert_int_equal(config.link_count, 1);
	assert_string_equal(config.links[0].match, "veth*");
	assert_int_equal(config.links[0].cost_us, 3);
	assert_int_equal(config.exposed_count, 2);
	assert_int_equal(config.exposed[0].first, 22);
	assert_string_equal(config.user, "");
}

static void bad_arguments_are_refused(void **state)
{
	static const char *const refused[] = {"Zone=1",	     "Mesh.Zone", "nonsense",
					      "Mesh.Zone=x", "=.",	  "Session.RekeySec=121",
					      "Tun.Name=lo2"};
	struct config config;
	char said[4096], argument[64];
	char *arguments[] = {argument};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		snprintf(argument, sizeof(argument), "%s", refused[i]);
		assert_false(load_arguments(*state, arguments, 1, &config, said));
		assert_non_null(strstr(said, "write"));
	}
	snprintf(argument, sizeof(argument), "Mesh.Zoen=1");
	assert_true(load_arguments(*state, arguments, 1, &config, said));
	assert_non_null(strstr(said, "warning: Mesh.Zoen"));
}

static void cat_shows_every_file(void **state)
{
	struct place *place = *state;
	struct config_source source = {.directories = place->directories};
	char text[1024] = "", want[1024];
	FILE *out = fmemopen(text, sizeof(text), "w");

	place_write(place->etc, "meshpd.conf", "[Mesh]\n");
	place_write(place->lib, "meshpd.conf.d/a.conf", "Zone=1\n");
	assert_true(config_cat(&source, out, stderr));
	fclose(out);
	snprintf(want, sizeof(want),
		 "# %s/meshpd.conf\n[Mesh]\n# %s/meshpd.conf.d/a.conf\nZone=1\n", place->etc,
		 place->lib);
	assert_string_equal(text, want);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, place_make, place_remove)
		IN_PLACE(no_file_gives_the_defaults),
		IN_PLACE(printed_defaults_read_back_the_same),
		IN_PLACE(sections_of_links_add_up),
		IN_PLACE(own_interfaces_are_never_links),
		IN_PLACE(a_fault_names_file_line_and_fix),
		IN_PLACE(an_unknown_key_warns_and_no_more),
		IN_PLACE(later_files_win),
		IN_PLACE(one_named_file_is_all_there_is),
		IN_PLACE(arguments_replace),
		IN_PLACE(bad_arguments_are_refused),
		IN_PLACE(cat_shows_every_file),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config/config", tests, NULL, NULL);
}
