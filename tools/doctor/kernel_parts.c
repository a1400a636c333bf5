/* Checks of the kernel: what is missing, what for, and how it comes back. */
#include "tools/doctor/checks.h"

#include <string.h>

void check_kernel_tun(const struct facts *facts, struct report *report)
{
	if (facts->kernel.tun == PRESENCE_UNKNOWN)
		report_say(report, RESULT_SKIPPED, "", "/dev/net may not be looked into");
	if (facts->kernel.tun == PRESENCE_NO)
		report_say(report, RESULT_FAILED, "modprobe tun",
			   "there is no /dev/net/tun: meshpd cannot make %s; a container has to be "
			   "given it from outside",
			   facts->tun);
}

void check_kernel_ipv6(const struct facts *facts, struct report *report)
{
	if (facts->kernel.ipv6 == PRESENCE_NO)
		report_say(report, RESULT_FAILED,
			   "# take ipv6.disable=1 out of the kernel's command line and reboot",
			   "the kernel was booted without IPv6");
}

void check_kernel_nftables(const struct facts *facts, struct report *report)
{
	if (facts->kernel.nftables != PRESENCE_NO)
		return;
	if (facts->config.inbound_allowed)
		report_say(report, RESULT_WARNING, "modprobe nf_tables",
			   "the kernel has no nftables: there is no firewall towards the mesh");
	else
		report_say(report, RESULT_FAILED, "modprobe nf_tables",
			   "the kernel has no nftables: meshpd does not start without, unless "
			   "[Firewall] Inbound=allow");
}

void check_kernel_xdp(const struct facts *facts, struct report *report)
{
	if (facts->kernel.xdp_sockets == PRESENCE_NO)
		report_say(report, RESULT_WARNING, "# use a kernel with CONFIG_XDP_SOCKETS",
			   "the kernel has no AF_XDP: busy links send by the packet socket, which "
			   "takes more time");
}

void check_kernel_bpf(const struct facts *facts, struct report *report)
{
	if (facts->kernel.bpf == PRESENCE_NO)
		report_say(report, RESULT_WARNING, "# use a kernel with CONFIG_BPF_SYSCALL",
			   "the kernel has no BPF: no relay in the kernel, and one queue of %s for "
			   "all carriers",
			   facts->tun);
}

void check_memory(const struct facts *facts, struct report *report)
{
	static const char boot[] =
		"# add secretmem.enable=1 to the kernel's command line and reboot";
	const json_t *node = json_object_get(facts->status, "node");
	const char *kind = json_string_value(json_object_get(node, "memory"));

	if (kind != NULL && strcmp(kind, "plain") == 0)
		report_say(report, RESULT_WARNING, "# give the unit LimitMEMLOCK=1G",
			   "the node's memory is neither secret nor locked: keys may be swapped to "
			   "disk");
	else if (kind != NULL && strcmp(kind, "locked") == 0)
		report_say(report, RESULT_WARNING,
			   facts->kernel.secret_memory == PRESENCE_NO ? boot : "",
			   "the node's memory is locked, but not secret: root may read keys in it");
	else if (kind == NULL && facts->kernel.secret_memory == PRESENCE_NO)
		report_say(report, RESULT_WARNING, boot,
			   "the kernel has no secret memory (memfd_secret): root may read keys in "
			   "meshpd's");
}
