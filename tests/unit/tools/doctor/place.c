/* What is found when something of the host that is the mesh's is not as it should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "patient.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

static void all_is_well(void **state)
{
	static check *const checks[] = {check_loopback, check_tun,  check_routes,
					check_source,	check_ipv6, check_managers};
	struct facts *facts = patient_new();

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		patient_shows(facts, checks[i], RESULT_OK, "", "");
	patient_discharge(facts);
}

static void lo2_has_both_addresses(void **state)
{
	struct facts *facts = patient_new();
	struct interface_facts *lo2 = patient_interface(facts, "lo2");

	lo2->up = false;
	patient_shows(facts, check_loopback, RESULT_FAILED, "lo2 is down", "meshpd-lo2");
	lo2->up = true;
	patient_strip(lo2);
	patient_give(lo2, PATIENT);
	patient_shows(facts, check_loopback, RESULT_FAILED, "no address beef::", "meshpd-lo2");
	patient_strip(lo2);
	patient_give(lo2, "beef::");
	patient_shows(facts, check_loopback, RESULT_FAILED, PATIENT, "meshpd-lo2");
	strcpy(lo2->name, "lo3");
	patient_shows(facts, check_loopback, RESULT_FAILED, "there is no lo2", "meshpd-lo2");
	facts->interfaces_read = false;
	patient_shows(facts, check_loopback, RESULT_SKIPPED, "", "");
	patient_discharge(facts);
}

static void addresses_may_lie_on_lo(void **state)
{
	struct facts *facts = patient_new();

	strcpy(patient_interface(facts, "lo2")->name, "eth1");
	patient_give(patient_interface(facts, "lo"), PATIENT);
	patient_give(patient_interface(facts, "lo"), "beef::");
	patient_interface(facts, "lo")->accept_ra = 1;
	patient_shows(facts, check_loopback, RESULT_OK, "", "");
	patient_shows(facts, check_ipv6, RESULT_OK, "", "");
	patient_discharge(facts);
}

static void tun0_is_as_meshpd_made_it(void **state)
{
	struct facts *facts = patient_new();
	struct interface_facts *tun = patient_interface(facts, "tun0");

	tun->mtu = 1400;
	patient_shows(facts, check_tun, RESULT_FAILED, "MTU 1400, meshpd gave it 1500", "mtu 1500");
	tun->mtu = 1500;
	tun->queue = 500;
	patient_shows(facts, check_tun, RESULT_WARNING, "500 packets", "txqueuelen 10000");
	tun->queue = 10000;
	tun->running = false;
	patient_shows(facts, check_tun, RESULT_FAILED, "no carrier", "restart");
	tun->up = false;
	patient_shows(facts, check_tun, RESULT_FAILED, "is down", "ip link set dev tun0");
	tun->up = tun->running = true;
	patient_strip(tun);
	patient_shows(facts, check_tun, RESULT_FAILED, PATIENT, "address replace " PATIENT "/128");
	facts->answers = VERDICT_ABSENT;
	patient_shows(facts, check_tun, RESULT_SKIPPED, "does not run", "");
	patient_discharge(facts);
}

static void routes_lead_into_the_mesh(void **state)
{
	struct facts *facts = patient_new();

	facts->routes.source = false;
	patient_shows(facts, check_routes, RESULT_WARNING, "does not name", "src " PATIENT);
	facts->routes.mesh = false;
	patient_shows(facts, check_routes, RESULT_FAILED, "no route beef::/16",
		      "ip -6 route replace beef::/16 dev tun0 src " PATIENT);
	facts->routes.mesh = facts->routes.source = true;
	facts->routes.unreachable = false;
	patient_shows(facts, check_routes, RESULT_FAILED, "unreachable", "replace unreachable");
	facts->routes.unreachable = true;
	strcpy(facts->routes.other, "beef:9::/32 metric 1 dev wg0");
	patient_shows(facts, check_routes, RESULT_FAILED, "wg0",
		      "ip -6 route del beef:9::/32 metric 1 dev wg0");
	strcpy(facts->routes.other, "beef:9::/32 metric 1 dev x;id|sh");
	patient_shows(facts, check_routes, RESULT_FAILED, "x;id|sh", "# remove that route");
	patient_discharge(facts);
}

static void programs_get_our_source(void **state)
{
	struct facts *facts = patient_new();

	inet_pton(AF_INET6, "2001:db8::1", facts->source.chosen.bytes);
	patient_shows(facts, check_source, RESULT_FAILED, "2001:db8::1", "src " PATIENT);
	facts->source.error = EHOSTUNREACH;
	patient_shows(facts, check_source, RESULT_FAILED, strerror(EHOSTUNREACH), "route replace");
	json_decref(facts->status);
	facts->status = NULL;
	patient_shows(facts, check_source, RESULT_SKIPPED, "", "");
	patient_discharge(facts);
}

static void nothing_is_automatic(void **state)
{
	struct facts *facts = patient_new();
	struct interface_facts *lo2 = patient_interface(facts, "lo2");

	lo2->disable_ipv6 = 1;
	patient_shows(facts, check_ipv6, RESULT_FAILED, "disabled on lo2", "&& meshpd-lo2");
	lo2->disable_ipv6 = SETTING_UNKNOWN;
	lo2->accept_ra = 1;
	patient_shows(facts, check_ipv6, RESULT_WARNING, "listens to routers", "accept_ra=0");
	lo2->accept_ra = 0;
	lo2->addr_gen_mode = 0;
	patient_shows(facts, check_ipv6, RESULT_WARNING, "link-local", "addr_gen_mode=1");
	lo2->addr_gen_mode = SETTING_UNKNOWN;
	patient_shows(facts, check_ipv6, RESULT_OK, "", "");
	patient_discharge(facts);
}

static void nobody_else_sets_them_up(void **state)
{
	struct facts *facts = patient_new();

	patient_interface(facts, "tun0")->manager = MANAGER_NETWORKD;
	patient_shows(facts, check_managers, RESULT_WARNING, "systemd-networkd configures tun0",
		      "networkctl reload");
	patient_interface(facts, "tun0")->manager = MANAGER_NETWORK_MANAGER;
	patient_shows(facts, check_managers, RESULT_WARNING, "NetworkManager manages tun0",
		      "nmcli general reload");
	patient_discharge(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_well),
		cmocka_unit_test(lo2_has_both_addresses),
		cmocka_unit_test(addresses_may_lie_on_lo),
		cmocka_unit_test(tun0_is_as_meshpd_made_it),
		cmocka_unit_test(routes_lead_into_the_mesh),
		cmocka_unit_test(programs_get_our_source),
		cmocka_unit_test(nothing_is_automatic),
		cmocka_unit_test(nobody_else_sets_them_up),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("doctor/place", tests, NULL, NULL);
}
