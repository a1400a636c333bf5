/* The table of checks, in the order of the report: what others depend on comes first. The names are
 * an interface, docs/schema/doctor.json. */
#include "tools/doctor/checks.h"

static const struct {
	const char *name;
	void (*run)(const struct facts *facts, struct report *report);
	const char *good; /* what is so if it finds nothing */
} checks[] = {
	{"configuration", check_configuration, "can be read, every key is known"},
	{"service", check_service, "meshpd runs and answers"},
	{"rights", check_rights, "meshpd has given up all of them"},
	{"identity", check_identity, "is its owner's alone and belongs to the node's address"},
	{"conflict", check_conflict, "no other node says it is this one"},
	{"clock", check_clock, "is not behind"},
	{"kernel-tun", check_kernel_tun, "/dev/net/tun is there"},
	{"kernel-ipv6", check_kernel_ipv6, "IPv6 is there"},
	{"kernel-nftables", check_kernel_nftables, "nftables is there"},
	{"kernel-xdp", check_kernel_xdp, "AF_XDP is there"},
	{"kernel-bpf", check_kernel_bpf, "BPF is there"},
	{"memory", check_memory, "what is secret lies in secret memory"},
	{"loopback", check_loopback, "is up with the node's address and beef::"},
	{"tun", check_tun, "is up with the node's address, packet size and queue"},
	{"routes", check_routes, "beef::/16 leads into the mesh, or nowhere while there is none"},
	{"source", check_source, "programs get the node's address"},
	{"ipv6", check_ipv6, "is on where the mesh has addresses, and nothing automatic with it"},
	{"managers", check_managers, "no other program sets up the mesh's interfaces"},
	{"links", check_links, "at least one has a carrier"},
	{"mtu", check_mtu, "every link carries 1500 bytes"},
	{"neighbours", check_neighbours, "somebody is heard, and hears us"},
	{"bypass", check_bypass, "is as configured"},
	{"losses", check_losses, "nothing is lost between the kernel and meshpd to speak of"},
	{"firewall", check_firewall, "is in place"},
	{"ruleset", check_ruleset, "no other table drops what the mesh needs"},
	{"servers", check_servers, "who listens for the mesh can be reached"},
};

struct report checks_run(const struct facts *facts)
{
	struct report report = {.checks = json_array()};

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		size_t before = json_array_size(report.checks);

		report.name = checks[i].name;
		checks[i].run(facts, &report);
		if (json_array_size(report.checks) == before)
			report_say(&report, RESULT_OK, "", "%s", checks[i].good);
	}
	return report;
}
