/* Tests of config/show.c: what is shown, read again, gives the same value. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/keys.h"

#include <stdlib.h>
#include <string.h>

/* Something else than the default for each key, as a file has it. */
static const char *const others[][3] = {
	{"Mesh", "Zone", "7"},
	{"Mesh", "NetworkKeyFile", "/etc/meshpd/network.key"},
	{"Mesh", "AllowFile", "/etc/meshpd/allow"},
	{"Mesh", "Transit", "no"},
	{"Mesh", "EtherType", "0x88B6"},
	{"Session", "RekeySec", "3"},
	{"Session", "Suites", "chacha20-poly1305"},
	{"Tun", "Name", "mesh0"},
	{"Tun", "Loopback", "lo7"},
	{"Link", "Match", "eth* [a-c]?"},
	{"Link", "Cost", "65535"},
	{"Link", "Bypass", "yes"},
	{"Daemon", "User", ""},
	{"Daemon", "Workers", "3"},
	{"Paths", "StateDirectory", "/srv/meshpd"},
	{"Paths", "ControlSocket", "/srv/meshpd/socket"},
	{"Firewall", "Inbound", "allow"},
	{"Firewall", "Expose", "tcp/80"},
};

static char *shown(const struct key *key, const struct config *config)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	key->show(config, 0, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void defaults(struct config *config)
{
	struct why why;

	keys_set_defaults(config);
	assert_true(keys_add_link(config, &why));
}

/* The key set to text in one configuration, and to what that shows in another. */
static void check(const struct key *key, const char *text)
{
	struct config set, again;
	struct why why;

	defaults(&set);
	defaults(&again);
	assert_true(key_set(key, &set, text, &why));
	char *value = shown(key, &set);
	assert_true(key_set(key, &again, value, &why));
	assert_memory_equal(&set, &again, sizeof(set));
	free(value);
}

static void what_is_shown_can_be_read(void **state)
{
	size_t count = 0;

	for (const struct key *key = key_first(); key != NULL; key = key_next(key), count++) {
		check(key, key->standard);
		assert_string_equal(key->name, others[count][1]);
		check(key, others[count][2]);
	}
	assert_int_equal(count, sizeof(others) / sizeof(others[0]));
}

static void several_ports_are_one_text(void **state)
{
	const struct key *expose = key_find("Firewall", "Expose");
	struct config config;
	struct why why;

	defaults(&config);
	assert_true(key_set(expose, &config, "tcp/80", &why));
	assert_true(key_set(expose, &config, "udp/5353", &why));
	char *text = shown(expose, &config);
	assert_string_equal(text, "tcp/80, udp/5353");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_shown_can_be_read),
		cmocka_unit_test(several_ports_are_one_text),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config/show", tests, NULL, NULL);
}
