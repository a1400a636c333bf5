/* What is found when the daemon, its settings or its key are not well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "patient.h"

#include <string.h>

static void all_is_well(void **state)
{
	static check *const checks[] = {check_configuration, check_service,  check_rights,
					check_identity,	     check_conflict, check_clock};
	struct facts *facts = patient_new();

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		patient_shows(facts, checks[i], RESULT_OK, "", "");
	patient_discharge(facts);
}

static void a_configuration_has_its_line(void **state)
{
	struct facts *facts = patient_new();

	strcpy(facts->config_said, "x.conf:3: warning: no such key");
	patient_shows(facts, check_configuration, RESULT_WARNING, "x.conf:3", "config check");
	facts->config_good = false;
	patient_shows(facts, check_configuration, RESULT_FAILED, "x.conf:3", "config check");
	facts->config_denied = true;
	patient_shows(facts, check_configuration, RESULT_SKIPPED, "x.conf:3", "");
	patient_discharge(facts);
}

static void a_service_is_told_how_to_start(void **state)
{
	struct facts *facts = patient_new();

	facts->answers = VERDICT_ABSENT;
	patient_shows(facts, check_service, RESULT_FAILED, "/run/socket", "# start meshpd");
	facts->unit = (struct unit_facts){.systemd = true, .load = "loaded", .active = "inactive"};
	patient_shows(facts, check_service, RESULT_FAILED, "/run/socket", "systemctl start meshpd");
	strcpy(facts->unit.active, "failed");
	strcpy(facts->unit.result, "exit-code");
	patient_shows(facts, check_service, RESULT_FAILED, "exit-code", "reset-failed");
	facts->answers = VERDICT_TIMEOUT;
	patient_shows(facts, check_service, RESULT_FAILED, "does not answer", "restart meshpd");
	facts->answers = VERDICT_DENIED;
	patient_shows(facts, check_service, RESULT_SKIPPED, "not be opened", "# ask as root");
	facts->answers = VERDICT_NO;
	patient_shows(facts, check_service, RESULT_FAILED, "no meshpd", "one version");
	facts->answers = VERDICT_YES;
	strcpy(facts->unit.enabled, "disabled");
	patient_shows(facts, check_service, RESULT_WARNING, "next boot", "systemctl enable meshpd");
	patient_discharge(facts);
}

static void a_right_that_was_kept_is_noticed(void **state)
{
	struct facts *facts = patient_new();

	facts->process.capabilities = 1U << 12;
	patient_shows(facts, check_rights, RESULT_FAILED, "0000000000001000", "");
	facts->process.capabilities = 0;
	facts->process.no_new_privileges = 0;
	patient_shows(facts, check_rights, RESULT_FAILED, "NoNewPrivs 0", "");
	facts->process.no_new_privileges = 1;
	facts->process.seccomp = 0;
	patient_shows(facts, check_rights, RESULT_WARNING, "Seccomp 0", "");
	facts->process.read = false;
	patient_shows(facts, check_rights, RESULT_SKIPPED, "not to be seen", "");
	patient_discharge(facts);
}

static void an_identity_is_its_owners_and_the_nodes(void **state)
{
	struct facts *facts = patient_new();

	facts->identity.file = STATE_FILE_EXPOSED;
	facts->identity.mode = 0640;
	patient_shows(facts, check_identity, RESULT_FAILED, "mode 640",
		      "chmod 600 '/state/identity'");
	facts->identity.file = STATE_FILE_FOREIGN;
	patient_shows(facts, check_identity, RESULT_FAILED, "belongs to user 0",
		      "chown 'meshpd' '/state/identity'");
	facts->identity.file = STATE_FILE_MALFORMED;
	patient_shows(facts, check_identity, RESULT_FAILED, "not an identity", "#");
	facts->identity.file = STATE_FILE_UNKNOWN;
	patient_shows(facts, check_identity, RESULT_SKIPPED, "only root and meshpd", "");
	facts->identity.file = STATE_FILE_GOOD;
	facts->identity.address.bytes[15] ^= 1;
	patient_shows(facts, check_identity, RESULT_FAILED, "lo2 has " PATIENT, "restart");
	facts->identity.file = STATE_FILE_ABSENT;
	patient_shows(facts, check_identity, RESULT_FAILED, "another node", "# restore");
	facts->answers = VERDICT_ABSENT;
	patient_shows(facts, check_identity, RESULT_OK, "first start", "");
	patient_discharge(facts);
}

static void two_nodes_with_one_key(void **state)
{
	struct facts *facts = patient_new();

	patient_says(facts, "duplicate", json_true());
	patient_shows(facts, check_conflict, RESULT_FAILED, "cloned", "remove the identity");
	patient_says(facts, "duplicate", json_false());
	patient_says(facts, "database_full", json_true());
	patient_shows(facts, check_conflict, RESULT_WARNING, "room", "Zone=");
	patient_discharge(facts);
}

static void a_clock_that_is_behind(void **state)
{
	struct facts *facts = patient_new();

	facts->now_s = facts->made_s - FACTS_CLOCK_SLACK_S;
	patient_shows(facts, check_clock, RESULT_OK, "", "");
	facts->now_s--;
	patient_shows(facts, check_clock, RESULT_WARNING, "1970-01-11", "# set the clock");
	patient_discharge(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_well),
		cmocka_unit_test(a_configuration_has_its_line),
		cmocka_unit_test(a_service_is_told_how_to_start),
		cmocka_unit_test(a_right_that_was_kept_is_noticed),
		cmocka_unit_test(an_identity_is_its_owners_and_the_nodes),
		cmocka_unit_test(two_nodes_with_one_key),
		cmocka_unit_test(a_clock_that_is_behind),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("doctor/program", tests, NULL, NULL);
}
