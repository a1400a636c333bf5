/* What is found when links carry less than they should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "patient.h"

#include <string.h>

static void all_is_well(void **state)
{
	static check *const checks[] = {check_links, check_mtu, check_neighbours, check_bypass,
					check_losses};
	struct facts *facts = patient_new();

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		patient_shows(facts, checks[i], RESULT_OK, "", "");
	patient_discharge(facts);
}

static void without_the_daemon_nothing_is_said(void **state)
{
	struct facts *facts = patient_new();

	json_decref(facts->links);
	json_decref(facts->status);
	facts->links = facts->status = NULL;
	patient_shows(facts, check_links, RESULT_SKIPPED, "does not answer", "");
	patient_shows(facts, check_mtu, RESULT_SKIPPED, "does not answer", "");
	patient_shows(facts, check_neighbours, RESULT_SKIPPED, "does not answer", "");
	patient_shows(facts, check_losses, RESULT_SKIPPED, "does not answer", "");
	patient_discharge(facts);
}

static void there_must_be_a_link_with_a_carrier(void **state)
{
	struct facts *facts = patient_new();

	patient_link_says(facts, "running", json_false());
	patient_shows(facts, check_links, RESULT_FAILED, "carrier", "ip link set");
	json_array_clear(json_object_get(facts->links, "links"));
	patient_shows(facts, check_links, RESULT_FAILED, "en* eth*", "Match= with their names");
	patient_shows(facts, check_links, RESULT_FAILED, "", " eth0");
	patient_discharge(facts);
}

static void a_small_mtu_is_named(void **state)
{
	struct facts *facts = patient_new();

	patient_link_says(facts, "mtu", json_integer(1499));
	patient_shows(facts, check_mtu, RESULT_WARNING, "eth0 carries 1499",
		      "ip link set dev eth0 mtu 1500");
	patient_discharge(facts);
}

/* The daemon faces the network; what it calls a link must not become a command of root's. */
static void no_name_becomes_a_command(void **state)
{
	static const char *const names[] = {"x;id|sh", "$(id)", "-w", "", "a\nb", "eth0 "};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct facts *facts = patient_new();

		patient_link_says(facts, "name", json_string(names[i]));
		patient_link_says(facts, "mtu", json_integer(1400));
		patient_shows(facts, check_mtu, RESULT_WARNING, "1400", "# give that link an MTU");
		patient_link_says(
			facts, "neighbours",
			json_pack("[{s:s,s:s}]", "address", "beef:9::", "state", "ONEWAY"));
		patient_shows(facts, check_neighbours, RESULT_WARNING, "", "# look with tcpdump");
		patient_link_says(facts, "neighbours", json_array());
		patient_shows(facts, check_neighbours, RESULT_WARNING, "", "# look with tcpdump");
		patient_discharge(facts);
	}
}

static void silence_has_reasons(void **state)
{
	struct facts *facts = patient_new();

	patient_link_says(facts, "neighbours", json_array());
	patient_shows(facts, check_neighbours, RESULT_WARNING, "EtherType 0x88b5", "tcpdump");
	patient_link_says(facts, "radio", json_true());
	patient_shows(facts, check_neighbours, RESULT_WARNING, "client isolation", "tcpdump");
	patient_says(facts, "drops", json_pack("{s:i}", "network", 5));
	patient_shows(facts, check_neighbours, RESULT_WARNING, "5 frames of another mesh",
		      "NetworkKeyFile");
	patient_link_says(facts, "running", json_false());
	patient_shows(facts, check_neighbours, RESULT_OK, "", "");
	patient_says(facts, "uptime_ms", json_integer(9999));
	patient_shows(facts, check_neighbours, RESULT_SKIPPED, "less than 10 s", "");
	patient_discharge(facts);
}

static void who_is_heard_and_does_not_answer(void **state)
{
	struct facts *facts = patient_new();

	patient_link_says(facts, "neighbours",
			  json_pack("[{s:s,s:s}]", "address", "beef:9::", "state", "BLOCKED"));
	patient_shows(facts, check_neighbours, RESULT_WARNING, "beef:9:: is heard on eth0",
		      "tcpdump -c 20 -eni eth0");
	patient_discharge(facts);
}

static void the_relay_that_was_asked_for(void **state)
{
	struct facts *facts = patient_new();

	facts->config.links[0].bypass = true;
	patient_shows(facts, check_bypass, RESULT_WARNING, "eth0 has no relay", "journalctl");
	patient_link_says(facts, "bypass", json_pack("{s:s}", "mode", "native"));
	patient_shows(facts, check_bypass, RESULT_OK, "", "");
	patient_discharge(facts);
}

static void losses_count_by_the_second(void **state)
{
	struct facts *facts = patient_new();

	patient_says(facts, "drops", json_pack("{s:i}", "link_not_taken", 60));
	patient_shows(facts, check_losses, RESULT_OK, "", "");
	patient_says(facts, "drops", json_pack("{s:i}", "link_not_taken", 61));
	patient_shows(facts, check_losses, RESULT_WARNING, "61 times (link_not_taken)", "Workers");
	patient_discharge(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_well),
		cmocka_unit_test(without_the_daemon_nothing_is_said),
		cmocka_unit_test(there_must_be_a_link_with_a_carrier),
		cmocka_unit_test(a_small_mtu_is_named),
		cmocka_unit_test(no_name_becomes_a_command),
		cmocka_unit_test(silence_has_reasons),
		cmocka_unit_test(who_is_heard_and_does_not_answer),
		cmocka_unit_test(the_relay_that_was_asked_for),
		cmocka_unit_test(losses_count_by_the_second),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("doctor/wires", tests, NULL, NULL);
}
