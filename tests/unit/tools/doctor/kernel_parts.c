/* What is found when the kernel lacks something. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "patient.h"

static void all_is_well(void **state)
{
	static check *const checks[] = {check_kernel_tun, check_kernel_ipv6, check_kernel_nftables,
					check_kernel_xdp, check_kernel_bpf,  check_memory};
	struct facts *facts = patient_new();

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		patient_shows(facts, checks[i], RESULT_OK, "", "");
	patient_discharge(facts);
}

static void what_it_cannot_do_without_has_failed(void **state)
{
	struct facts *facts = patient_new();

	facts->kernel = (struct kernel_facts){PRESENCE_NO, PRESENCE_NO, PRESENCE_NO,
					      PRESENCE_NO, PRESENCE_NO, PRESENCE_NO};
	patient_shows(facts, check_kernel_tun, RESULT_FAILED, "/dev/net/tun", "modprobe tun");
	patient_shows(facts, check_kernel_ipv6, RESULT_FAILED, "without IPv6", "ipv6.disable=1");
	patient_shows(facts, check_kernel_nftables, RESULT_FAILED, "no nftables", "nf_tables");
	facts->config.inbound_allowed = true;
	patient_shows(facts, check_kernel_nftables, RESULT_WARNING, "no firewall", "nf_tables");
	patient_shows(facts, check_kernel_xdp, RESULT_WARNING, "AF_XDP", "CONFIG_XDP_SOCKETS");
	patient_shows(facts, check_kernel_bpf, RESULT_WARNING, "BPF", "CONFIG_BPF_SYSCALL");
	facts->kernel.tun = PRESENCE_UNKNOWN;
	patient_shows(facts, check_kernel_tun, RESULT_SKIPPED, "/dev/net", "");
	patient_discharge(facts);
}

static void memory_is_judged_by_what_the_daemon_has(void **state)
{
	struct facts *facts = patient_new();

	facts->kernel.secret_memory = PRESENCE_NO;
	patient_shows(facts, check_memory, RESULT_OK, "", "");
	patient_says(facts, "node", json_pack("{s:s}", "memory", "locked"));
	patient_shows(facts, check_memory, RESULT_WARNING, "not secret", "secretmem.enable=1");
	patient_says(facts, "node", json_pack("{s:s}", "memory", "plain"));
	patient_shows(facts, check_memory, RESULT_WARNING, "swapped", "LimitMEMLOCK");
	patient_says(facts, "node", json_null());
	patient_shows(facts, check_memory, RESULT_WARNING, "memfd_secret", "secretmem.enable=1");
	patient_discharge(facts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_well),
		cmocka_unit_test(what_it_cannot_do_without_has_failed),
		cmocka_unit_test(memory_is_judged_by_what_the_daemon_has),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("doctor/kernel_parts", tests, NULL, NULL);
}
