/* What is found of firewalls, and of servers nobody reaches. How a chain is followed is tested with
 * filter.c; here, who is asked about what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "patient.h"

#include <arpa/inet.h>
#include <string.h>

/* Adds a base chain that drops everything. */
static void chain_add(struct facts *facts, const char *family, const char *hook, json_t *devices)
{
	json_t *chain =
		json_pack("{s:{s:s,s:s,s:s,s:s,s:s,s:o*}}", "chain", "family", family, "table",
			  "mine", "name", "c", "hook", hook, "policy", "drop", "dev", devices);

	assert_non_null(chain);
	json_array_append_new(json_object_get(facts->ruleset, "nftables"), chain);
}

/* What a host with one such chain is told. */
static void chain_shows(const char *family, const char *hook, const char *device,
			enum result result, const char *detail, const char *fix)
{
	struct facts *facts = patient_new();

	chain_add(facts, family, hook, device != NULL ? json_pack("[s]", device) : NULL);
	patient_shows(facts, check_ruleset, result, detail, fix);
	patient_discharge(facts);
}

static void all_is_well(void **state)
{
	static check *const checks[] = {check_firewall, check_ruleset, check_servers};
	struct facts *facts = patient_new();

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		patient_shows(facts, checks[i], RESULT_OK, "", "");
	patient_discharge(facts);
}

static void a_chain_is_judged_by_what_passes_it(void **state)
{
	chain_shows("inet", "input", NULL, RESULT_FAILED, "chain c (hook input) drops replies",
		    "nft 'insert rule inet mine c iifname \"tun0\" accept'");
	chain_shows("ip6", "output", NULL, RESULT_FAILED, "this host sends",
		    "oifname \"tun0\" accept");
	chain_shows("netdev", "ingress", "eth0", RESULT_FAILED, "frames of the mesh that come in",
		    "nft 'insert rule netdev mine c meta protocol 0x88b5 accept'");
	chain_shows("netdev", "egress", "eth0", RESULT_FAILED, "frames of the mesh that go out",
		    "0x88b5");
	chain_shows("netdev", "ingress", "tun0", RESULT_FAILED, "replies", "meta protocol ip6");
	chain_shows("netdev", "ingress", "wlan0", RESULT_OK, "", "");
	chain_shows("ip", "input", NULL, RESULT_OK, "", "");
	chain_shows("inet", "forward", NULL, RESULT_OK, "", "");
	chain_shows("bridge", "input", NULL, RESULT_OK, "", "");
}

/* nft takes only names that are plain, the kernel any. */
static void no_name_of_a_chain_becomes_a_command(void **state)
{
	struct facts *facts = patient_new();
	json_t *entries = json_object_get(facts->ruleset, "nftables");
	json_t *chain;

	chain_add(facts, "inet", "input", NULL);
	chain = json_object_get(json_array_get(entries, json_array_size(entries) - 1), "chain");
	json_object_set_new(chain, "name", json_string("c';id'"));
	patient_shows(facts, check_ruleset, RESULT_FAILED, "c';id'",
		      "# accept in front of that chain: iifname \"tun0\"");
	patient_discharge(facts);
}

static void a_bridge_has_chains_of_its_own(void **state)
{
	struct facts *facts = patient_new();

	strcpy(patient_interface(facts, "eth0")->kind, "bridge");
	chain_add(facts, "bridge", "input", NULL);
	patient_shows(facts, check_ruleset, RESULT_FAILED, "frames of the mesh", "0x88b5");
	patient_discharge(facts);
}

static void what_is_exposed_must_come_in(void **state)
{
	struct facts *facts = patient_new();
	json_t *rule = json_loads("{\"rule\":{\"family\":\"inet\",\"table\":\"mine\",\"chain\":"
				  "\"c\",\"expr\":[{\"match\":{\"op\":\"!=\",\"left\":{\"ct\":{"
				  "\"key\":\"state\"}},\"right\":\"new\"}},{\"accept\":null}]}}",
				  0, NULL);
	json_t *echo = json_loads("{\"rule\":{\"family\":\"inet\",\"table\":\"mine\",\"chain\":"
				  "\"c\",\"expr\":[{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{"
				  "\"key\":\"l4proto\"}},\"right\":\"ipv6-icmp\"}},{\"accept\":"
				  "null}]}}",
				  0, NULL);

	chain_add(facts, "inet", "input", NULL);
	json_array_append_new(json_object_get(facts->ruleset, "nftables"), rule);
	patient_shows(facts, check_ruleset, RESULT_WARNING, "ping from the mesh", "accept");
	json_array_append_new(json_object_get(facts->ruleset, "nftables"), echo);
	patient_shows(facts, check_ruleset, RESULT_OK, "", "");
	json_array_append_new(json_object_get(facts->exposed, "exposed"),
			      json_pack("{s:s,s:s,s:i,s:i}", "what", "tcp/80", "protocol", "tcp",
					"first", 80, "last", 80));
	patient_shows(facts, check_ruleset, RESULT_FAILED, "connections to tcp/80", "accept");
	patient_discharge(facts);
}

static void who_may_not_look_is_told(void **state)
{
	struct facts *facts = patient_new();

	facts->ruleset_read = PRESENCE_UNKNOWN;
	patient_shows(facts, check_ruleset, RESULT_SKIPPED, "only root", "");
	patient_shows(facts, check_firewall, RESULT_OK, "", "");
	patient_discharge(facts);
}

static void our_own_table_must_be_there(void **state)
{
	struct facts *facts = patient_new();

	json_array_clear(json_object_get(facts->ruleset, "nftables"));
	patient_shows(facts, check_firewall, RESULT_FAILED, "inet meshpd is gone", "restart");
	patient_says(facts, "firewall", json_string("none"));
	patient_shows(facts, check_firewall, RESULT_WARNING, "there is none", "Inbound=allow");
	patient_discharge(facts);
}

static void servers_nobody_reaches(void **state)
{
	struct facts *facts = patient_new();
	struct listener *listener = &facts->listeners.list[0];

	facts->listeners.count = 1;
	*listener = (struct listener){.tcp = true, .port = 80, .pid = 5, .program = "httpd"};
	patient_shows(facts, check_servers, RESULT_OK, "", "");
	inet_pton(AF_INET6, PATIENT, listener->address.bytes);
	patient_shows(facts, check_servers, RESULT_OK, "", "");
	inet_pton(AF_INET6, "beef::", listener->address.bytes);
	patient_shows(facts, check_servers, RESULT_WARNING, "httpd listens at [beef::]:80",
		      "meshctl expose tcp/80");
	json_array_append_new(
		json_object_get(facts->exposed, "exposed"),
		json_pack("{s:s,s:i,s:i}", "protocol", "tcp", "first", 79, "last", 80));
	patient_shows(facts, check_servers, RESULT_OK, "", "");
	inet_pton(AF_INET6, "beef:9::1", listener->address.bytes);
	patient_shows(facts, check_servers, RESULT_WARNING, "not this node's address", "#");
	patient_discharge(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_well),
		cmocka_unit_test(a_chain_is_judged_by_what_passes_it),
		cmocka_unit_test(no_name_of_a_chain_becomes_a_command),
		cmocka_unit_test(a_bridge_has_chains_of_its_own),
		cmocka_unit_test(what_is_exposed_must_come_in),
		cmocka_unit_test(who_may_not_look_is_told),
		cmocka_unit_test(our_own_table_must_be_there),
		cmocka_unit_test(servers_nobody_reaches),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("doctor/barriers", tests, NULL, NULL);
}
