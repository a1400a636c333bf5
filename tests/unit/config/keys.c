/* Tests of config/keys.c: the table, its defaults and its suggestions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/keys.h"

#include <string.h>

static void defaults_are_those_of_the_manual(void **state)
{
	struct config config;
	struct why why;

	keys_set_defaults(&config);
	assert_int_equal(config.link_count, 0);
	assert_true(keys_add_link(&config, &why));
	assert_int_equal(config.zone, 0);
	assert_int_equal(config.ethertype, 0x88b5);
	assert_string_equal(config.network_key_file, "");
	assert_string_equal(config.allow_file, "");
	assert_true(config.transit);
	assert_int_equal(config.rekey.us, duration_s(120).us);
	assert_int_equal(config.suites, CONFIG_CHACHA20_POLY1305 | CONFIG_AES_256_GCM);
	assert_string_equal(config.tun_name, "tun0");
	assert_string_equal(config.loopback_name, "lo2");
	assert_string_equal(config.links[0].match, "en* eth* wl* bt* bnep* vlan*");
	assert_int_equal(config.links[0].cost_us, 0);
	assert_false(config.links[0].bypass);
	assert_string_equal(config.user, "meshpd");
	assert_int_equal(config.workers, CONFIG_WORKERS_AUTO);
	assert_string_equal(config.state_directory, "/var/lib/meshpd");
	assert_string_equal(config.control_socket, "/run/meshpd/io.meshpd");
	assert_false(config.inbound_allowed);
	assert_int_equal(config.exposed_count, 0);
}

static void names_are_exact(void **state)
{
	assert_non_null(key_find("Mesh", "Zone"));
	assert_null(key_find("mesh", "Zone"));
	assert_null(key_find("Tun", "Zone"));
	assert_null(key_find("", ""));
}

static void nearest(const char *section, const char *name, const char *want)
{
	char text[64];
	const struct key *key = key_nearest(section, name);

	snprintf(text, sizeof(text), "%s.%s", key->section, key->name);
	assert_string_equal(text, want);
}

static void a_misspelt_key_finds_its_neighbour(void **state)
{
	char endless[300];

	nearest("Mesh", "zone", "Mesh.Zone");
	nearest("Mesh", "Zoen", "Mesh.Zone");
	nearest("Deamon", "Worker", "Daemon.Workers");
	nearest("Session", "Rekey", "Session.RekeySec");
	nearest("Link", "Costs", "Link.Cost");
	nearest("", "StateDirectory", "Paths.StateDirectory");
	memset(endless, 'x', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	assert_non_null(key_nearest(endless, endless));
}

static void an_empty_value_asks_for_the_default(void **state)
{
	struct config config;
	struct why why;

	keys_set_defaults(&config);
	assert_true(key_set(key_find("Mesh", "Zone"), &config, "5", &why));
	assert_true(key_set(key_find("Mesh", "Zone"), &config, "", &why));
	assert_int_equal(config.zone, 0);
	assert_true(key_set(key_find("Daemon", "User"), &config, "", &why));
	assert_string_equal(config.user, "");
}

static void repeated_keys_are_bounded(void **state)
{
	const struct key *expose = key_find("Firewall", "Expose");
	struct config config;
	struct why why;

	keys_set_defaults(&config);
	for (int i = 0; i < CONFIG_EXPOSED; i++)
		assert_true(key_set(expose, &config, "tcp/80", &why));
	assert_false(key_set(expose, &config, "tcp/80", &why));
	assert_true(key_set(expose, &config, "", &why));
	assert_int_equal(config.exposed_count, 0);
	for (int i = 0; i < CONFIG_LINKS; i++)
		assert_true(keys_add_link(&config, &why));
	assert_false(keys_add_link(&config, &why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_those_of_the_manual),
		cmocka_unit_test(names_are_exact),
		cmocka_unit_test(a_misspelt_key_finds_its_neighbour),
		cmocka_unit_test(an_empty_value_asks_for_the_default),
		cmocka_unit_test(repeated_keys_are_bounded),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config/keys", tests, NULL, NULL);
}
