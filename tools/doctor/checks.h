/* The checks of `meshctl doctor`: each a pure function from facts to findings. One that says
 * nothing has found all well. */
#ifndef TOOLS_DOCTOR_CHECKS_H
#define TOOLS_DOCTOR_CHECKS_H

#include "tools/doctor/facts.h"
#include "tools/doctor/report.h"

/* The program and what it runs under. */
void check_configuration(const struct facts *facts, struct report *report);
void check_service(const struct facts *facts, struct report *report);
void check_rights(const struct facts *facts, struct report *report);
void check_identity(const struct facts *facts, struct report *report);
void check_conflict(const struct facts *facts, struct report *report);
void check_clock(const struct facts *facts, struct report *report);

/* What the kernel has. */
void check_kernel_tun(const struct facts *facts, struct report *report);
void check_kernel_ipv6(const struct facts *facts, struct report *report);
void check_kernel_nftables(const struct facts *facts, struct report *report);
void check_kernel_xdp(const struct facts *facts, struct report *report);
void check_kernel_bpf(const struct facts *facts, struct report *report);
void check_memory(const struct facts *facts, struct report *report);

/* What of the host is the mesh's. */
void check_loopback(const struct facts *facts, struct report *report);
void check_tun(const struct facts *facts, struct report *report);
void check_routes(const struct facts *facts, struct report *report);
void check_source(const struct facts *facts, struct report *report);
void check_ipv6(const struct facts *facts, struct report *report);
void check_managers(const struct facts *facts, struct report *report);

/* Links, and who is on them. */
void check_links(const struct facts *facts, struct report *report);
void check_mtu(const struct facts *facts, struct report *report);
void check_neighbours(const struct facts *facts, struct report *report);
void check_bypass(const struct facts *facts, struct report *report);
void check_losses(const struct facts *facts, struct report *report);

/* What stands in the way of packets, and who waits for them. */
void check_firewall(const struct facts *facts, struct report *report);
void check_ruleset(const struct facts *facts, struct report *report);
void check_servers(const struct facts *facts, struct report *report);

/* Runs every check. The report's list is the caller's to release. */
struct report checks_run(const struct facts *facts);

#endif
