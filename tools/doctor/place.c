/* Checks of what of the host is the mesh's: the two interfaces, their addresses, routes and
 * settings. While meshpd runs it mends most of it by itself; what is found then is what it cannot.
 */
#include "tools/doctor/checks.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
	QUEUE_PACKETS = 10000, /* of tun0: what waits while meshpd restarts */
	NO_LINK_LOCAL = 1,     /* addr_gen_mode */
};

static const struct address this_node = {{0xbe, 0xef}};

static bool carries(const struct interface_facts *interface, const struct address *address)
{
	for (uint32_t i = 0; i < interface->address_count; i++)
		if (address_equal(&interface->addresses[i], address))
			return true;
	return false;
}

static void unread_say(struct report *report)
{
	report_say(report, RESULT_SKIPPED, "", "the kernel does not list its interfaces");
}

void check_loopback(const struct facts *facts, struct report *report)
{
	static const char fix[] = "meshpd-lo2";
	const struct interface_facts *loopback = facts_loopback(facts);
	char text[INET6_ADDRSTRLEN] = "";
	struct address own;

	if (!facts->interfaces_read) {
		unread_say(report);
		return;
	}
	if (loopback == NULL) {
		report_say(report, RESULT_FAILED, fix,
			   "there is no %s: servers have no mesh address to listen at",
			   facts->loopback);
		return;
	}
	if (!loopback->up)
		report_say(report, RESULT_FAILED, fix, "%s is down", loopback->name);
	if (facts_own(facts, &own))
		inet_ntop(AF_INET6, own.bytes, text, sizeof(text));
	if (!facts_own(facts, &own) || !carries(loopback, &own))
		report_say(report, RESULT_FAILED, fix, "%s has not the node's address %s",
			   loopback->name, text);
	else if (!carries(loopback, &this_node))
		report_say(report, RESULT_FAILED, fix, "%s has no address beef::", loopback->name);
}

/* tun0 while meshpd does not run, or says nothing. True if there is nothing more to look at. */
static bool tun_absent(const struct facts *facts, const struct interface_facts *tun,
		       struct report *report)
{
	if (!facts->interfaces_read) {
		unread_say(report);
		return true;
	}
	if (facts->answers == VERDICT_ABSENT) {
		report_say(report, RESULT_SKIPPED, "", "meshpd does not run, which makes %s",
			   facts->tun);
		return true;
	}
	if (tun != NULL)
		return false;
	report_say(report, facts->status != NULL ? RESULT_FAILED : RESULT_SKIPPED,
		   facts->status != NULL ? "systemctl restart meshpd" : "", "there is no %s",
		   facts->tun);
	return true;
}

/* tun0 with all that belongs to it. */
static void tun_line(const struct facts *facts, const char *own, json_int_t mtu,
		     char fix[REPORT_TEXT])
{
	const char *tun = facts->tun;

	snprintf(fix, REPORT_TEXT,
		 "ip link set dev %s mtu %d txqueuelen %d up && ip -6 address replace %s/128 dev "
		 "%s nodad noprefixroute && ip -6 route replace beef::/16 dev %s src %s proto 190",
		 tun, (int)mtu, QUEUE_PACKETS, own, tun, tun, own);
}

void check_tun(const struct facts *facts, struct report *report)
{
	const struct interface_facts *tun = facts_interface(facts, facts->tun);
	json_int_t mtu = json_integer_value(json_object_get(facts->status, "mtu"));
	char own_text[INET6_ADDRSTRLEN] = "", fix[REPORT_TEXT] = "";
	struct address own;

	if (tun_absent(facts, tun, report))
		return;
	if (facts_own(facts, &own)) {
		inet_ntop(AF_INET6, own.bytes, own_text, sizeof(own_text));
		tun_line(facts, own_text, mtu != 0 ? mtu : tun->mtu, fix);
		if (!carries(tun, &own))
			report_say(report, RESULT_FAILED, fix, "%s has not the node's address %s",
				   tun->name, own_text);
	}
	if (!tun->up)
		report_say(report, RESULT_FAILED, fix, "%s is down", tun->name);
	else if (!tun->running)
		report_say(report, RESULT_FAILED, "systemctl restart meshpd",
			   "%s has no carrier: no program holds it open", tun->name);
	if (mtu != 0 && tun->mtu != (uint32_t)mtu)
		report_say(report, RESULT_FAILED, fix, "%s has MTU %u, meshpd gave it %d",
			   tun->name, tun->mtu, (int)mtu);
	if (tun->queue < QUEUE_PACKETS)
		report_say(report, RESULT_WARNING, fix,
			   "%s lets %u packets wait: too few while meshpd restarts", tun->name,
			   tun->queue);
}

/* The route into the mesh, while meshpd runs. */
static void mesh_route_check(const struct facts *facts, struct report *report)
{
	char own_text[INET6_ADDRSTRLEN], fix[REPORT_TEXT];
	struct address own;

	if (facts->status == NULL || !facts_own(facts, &own))
		return;
	inet_ntop(AF_INET6, own.bytes, own_text, sizeof(own_text));
	snprintf(fix, sizeof(fix), "ip -6 route replace beef::/16 dev %s src %s proto 190",
		 facts->tun, own_text);
	if (!facts->routes.mesh)
		report_say(report, RESULT_FAILED, fix,
			   "there is no route beef::/16 by %s: nothing gets into the mesh",
			   facts->tun);
	else if (!facts->routes.source)
		report_say(report, RESULT_WARNING, fix,
			   "the route beef::/16 by %s does not name %s as source", facts->tun,
			   own_text);
}

/* The line that removes another's route. Its device, the last word, may be called anything. */
static void removal_line(const char *route, char fix[REPORT_TEXT])
{
	const char *device = strstr(route, " dev ");

	if (device == NULL || facts_plain(device + strlen(" dev ")))
		snprintf(fix, REPORT_TEXT, "ip -6 route del %s", route);
	else
		snprintf(fix, REPORT_TEXT, "# remove that route");
}

void check_routes(const struct facts *facts, struct report *report)
{
	char fix[REPORT_TEXT];

	if (!facts->routes.read) {
		report_say(report, RESULT_SKIPPED, "", "the kernel does not list its routes");
		return;
	}
	mesh_route_check(facts, report);
	if (!facts->routes.unreachable)
		report_say(report, RESULT_FAILED,
			   "ip -6 route replace unreachable beef::/16 metric 4294967295 proto 190",
			   "there is no route 'unreachable beef::/16': while meshpd is down "
			   "packets for the mesh leave by the default route");
	if (facts->routes.other[0] == '\0')
		return;
	removal_line(facts->routes.other, fix);
	report_say(report, RESULT_FAILED, fix,
		   "another program's route takes packets for the mesh: %s", facts->routes.other);
}

void check_source(const struct facts *facts, struct report *report)
{
	char own_text[INET6_ADDRSTRLEN], chosen[INET6_ADDRSTRLEN], fix[REPORT_TEXT];
	struct address own;

	if (facts->status == NULL || !facts_own(facts, &own)) {
		report_say(report, RESULT_SKIPPED, "", "meshpd does not answer");
		return;
	}
	inet_ntop(AF_INET6, own.bytes, own_text, sizeof(own_text));
	inet_ntop(AF_INET6, facts->source.chosen.bytes, chosen, sizeof(chosen));
	snprintf(fix, sizeof(fix),
		 "ip -6 route replace beef::/16 dev %s src %s proto 190; ip addrlabel add prefix "
		 "beef::/16 label 48879",
		 facts->tun, own_text);
	if (facts->source.error != 0)
		report_say(report, RESULT_FAILED, fix, "the kernel sends nothing to beef::/16: %s",
			   strerror(facts->source.error));
	else if (!address_equal(&facts->source.chosen, &own))
		report_say(report, RESULT_FAILED, fix,
			   "programs get the source %s, which the mesh refuses; it must be %s",
			   chosen, own_text);
}

/* The settings of one interface of ours. again is what puts back what was lost with IPv6. */
static void settings_check(const struct interface_facts *interface, const char *again,
			   struct report *report)
{
	static const char set[] = "sysctl -w net.ipv6.conf.%s.%s=%d%s%s";
	char fix[2 * REPORT_TEXT];

	if (interface->disable_ipv6 > 0) {
		snprintf(fix, sizeof(fix), set, interface->name, "disable_ipv6", 0, " && ", again);
		report_say(report, RESULT_FAILED, fix, "IPv6 is disabled on %s", interface->name);
	}
	if (strcmp(interface->name, "lo") == 0)
		return;
	if (interface->accept_ra > 0) {
		snprintf(fix, sizeof(fix), set, interface->name, "accept_ra", 0, "", "");
		report_say(report, RESULT_WARNING, fix, "%s listens to routers", interface->name);
	}
	if (interface->addr_gen_mode != SETTING_UNKNOWN &&
	    interface->addr_gen_mode != NO_LINK_LOCAL) {
		snprintf(fix, sizeof(fix), set, interface->name, "addr_gen_mode", NO_LINK_LOCAL, "",
			 "");
		report_say(report, RESULT_WARNING, fix,
			   "%s gives itself a link-local address and solicits routers",
			   interface->name);
	}
}

void check_ipv6(const struct facts *facts, struct report *report)
{
	const struct interface_facts *loopback = facts_loopback(facts);
	const struct interface_facts *tun = facts_interface(facts, facts->tun);
	char own_text[INET6_ADDRSTRLEN], again[REPORT_TEXT] = "systemctl restart meshpd";
	struct address own;

	if (loopback == NULL && tun == NULL)
		report_say(report, RESULT_SKIPPED, "", "neither %s nor %s is there", facts->tun,
			   facts->loopback);
	if (loopback != NULL)
		settings_check(loopback, "meshpd-lo2", report);
	if (facts_own(facts, &own) && tun != NULL) {
		inet_ntop(AF_INET6, own.bytes, own_text, sizeof(own_text));
		tun_line(facts, own_text, tun->mtu, again);
	}
	if (tun != NULL)
		settings_check(tun, again, report);
}

static void manager_check(const struct interface_facts *interface, struct report *report)
{
	char fix[REPORT_TEXT];

	switch (interface->manager) {
	case MANAGER_NONE:
		break;
	case MANAGER_NETWORKD:
		snprintf(fix, sizeof(fix),
			 "printf '[Match]\\nName=%s\\n[Link]\\nUnmanaged=yes\\n' "
			 ">/etc/systemd/network/05-meshpd-%s.network && networkctl reload",
			 interface->name, interface->name);
		report_say(report, RESULT_WARNING, fix,
			   "systemd-networkd configures %s: it may take its addresses away",
			   interface->name);
		break;
	case MANAGER_NETWORK_MANAGER:
		snprintf(fix, sizeof(fix),
			 "printf '[keyfile]\\nunmanaged-devices+=interface-name:%s\\n' "
			 ">/etc/NetworkManager/conf.d/meshpd-%s.conf && nmcli general reload",
			 interface->name, interface->name);
		report_say(report, RESULT_WARNING, fix,
			   "NetworkManager manages %s: it may take its addresses away",
			   interface->name);
		break;
	}
}

void check_managers(const struct facts *facts, struct report *report)
{
	const struct interface_facts *loopback = facts_loopback(facts);
	const struct interface_facts *tun = facts_interface(facts, facts->tun);

	if (loopback != NULL && strcmp(loopback->name, "lo") != 0)
		manager_check(loopback, report);
	if (tun != NULL)
		manager_check(tun, report);
}
