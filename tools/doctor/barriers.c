/* Checks of firewalls and servers: our table, the other tables of the host, and who listens at a
 * mesh address without being reachable. What must get through is a short list of samples, judged in
 * every chain that hangs at a hook they pass. */
#include "tools/doctor/checks.h"
#include "tools/doctor/filter.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* A sample, and where it passes. */
struct crossing {
	struct sample sample;
	const char *families; /* of tables, each between spaces */
	const char *hooks;    /* the same */
	const char *device;   /* whose ingress or egress, for these hooks */
	enum result barred;   /* what it is if it does not get through */
	enum result doubted;  /* if that is not sure */
};

static bool is_listed(const char *list, const char *word)
{
	char spaced[40];

	snprintf(spaced, sizeof(spaced), " %s ", word);
	return strstr(list, spaced) != NULL;
}

static const char *text_of(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	return text != NULL ? text : "";
}

/* True if the sample passes the hook of a base chain. */
static bool is_crossed(const json_t *chain, const struct crossing *crossing)
{
	const json_t *devices = json_object_get(chain, "dev"), *device;
	size_t i;

	if (!is_listed(crossing->hooks, text_of(chain, "hook")) ||
	    !is_listed(crossing->families, text_of(chain, "family")))
		return false;
	if (devices == NULL)
		return true;
	json_array_foreach(devices, i, device)
	{
		if (strcmp(json_string_value(device), crossing->device) == 0)
			return true;
	}
	return false;
}

/* The line that lets a sample through in front of everything else in a chain. */
static void passage_line(const json_t *chain, const struct sample *sample, char fix[REPORT_TEXT])
{
	const char *family = text_of(chain, "family"), *table = text_of(chain, "table");
	const char *name = text_of(chain, "name");
	char match[64];

	if (sample->ethertype != 0)
		snprintf(match, sizeof(match), "meta protocol 0x%04x", sample->ethertype);
	else if (sample->incoming != NULL && strcmp(text_of(chain, "hook"), "ingress") != 0)
		snprintf(match, sizeof(match), "iifname \"%s\"", sample->incoming);
	else if (sample->incoming != NULL)
		snprintf(match, sizeof(match), "meta protocol ip6");
	else
		snprintf(match, sizeof(match), "oifname \"%s\"", sample->outgoing);
	if (strcmp(table, "firewalld") == 0 && sample->ethertype == 0)
		snprintf(fix, REPORT_TEXT,
			 "firewall-cmd --permanent --zone=trusted --add-interface=%s && "
			 "firewall-cmd --reload",
			 sample->incoming != NULL ? sample->incoming : sample->outgoing);
	else if (facts_plain(table) && facts_plain(name))
		snprintf(fix, REPORT_TEXT, "nft 'insert rule %s %s %s %s accept'", family, table,
			 name, match);
	else
		snprintf(fix, REPORT_TEXT, "# accept in front of that chain: %s", match);
}

/* True if a finding was made. */
static bool crossing_judge(const json_t *ruleset, const json_t *chain,
			   const struct crossing *crossing, struct report *report)
{
	enum result result = RESULT_OK;
	const char *by = "", *sure = "drops";
	char fix[REPORT_TEXT];

	switch (filter_pass(ruleset, chain, &crossing->sample, &by)) {
	case PASSAGE_FREE:
		return false;
	case PASSAGE_DOUBTED:
		result = crossing->doubted;
		sure = "may drop";
		break;
	case PASSAGE_BARRED:
		result = crossing->barred;
		break;
	}
	if (result == RESULT_OK)
		return false;
	passage_line(chain, &crossing->sample, fix);
	report_say(report, result, fix,
		   "table %s %s, chain %s%s%s (hook %s) %s %s; the fix lasts until that firewall "
		   "is loaded again, so write it there, too",
		   text_of(chain, "family"), text_of(chain, "table"), text_of(chain, "name"),
		   strcmp(by, text_of(chain, "name")) != 0 ? " by its chain " : "",
		   strcmp(by, text_of(chain, "name")) != 0 ? by : "", text_of(chain, "hook"), sure,
		   crossing->sample.what);
	return true;
}

/* Everything that passes a chain, until one does not get through. */
static void chain_judge(const struct facts *facts, const json_t *chain,
			const struct crossing *crossings, size_t count, struct report *report)
{
	for (size_t i = 0; i < count; i++)
		if (is_crossed(chain, &crossings[i]) &&
		    crossing_judge(facts->ruleset, chain, &crossings[i], report))
			return;
}

/* All chains of others with a hook. */
static void chains_judge(const struct facts *facts, const struct crossing *crossings, size_t count,
			 struct report *report)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(facts->ruleset, "nftables"), i, entry)
	{
		const json_t *chain = json_object_get(entry, "chain");
		bool ours = strcmp(text_of(chain, "family"), "inet") == 0 &&
			    strcmp(text_of(chain, "table"), "meshpd") == 0;

		if (json_object_get(chain, "hook") != NULL && !ours)
			chain_judge(facts, chain, crossings, count, report);
	}
}

/* Frames over a link. */
static void link_judge(const struct facts *facts, const char *name, struct report *report)
{
	const struct interface_facts *interface = facts_interface(facts, name);
	bool bridge = interface != NULL && strcmp(interface->kind, "bridge") == 0;
	const char *families = bridge ? " netdev bridge " : " netdev ";
	struct crossing crossings[] = {
		{{.what = "frames of the mesh that come in",
		  .incoming = name,
		  .ethertype = facts->config.ethertype},
		 families,
		 " ingress input prerouting ",
		 name,
		 RESULT_FAILED,
		 RESULT_WARNING},
		{{.what = "frames of the mesh that go out",
		  .outgoing = name,
		  .ethertype = facts->config.ethertype},
		 families,
		 " egress output postrouting ",
		 name,
		 RESULT_FAILED,
		 RESULT_WARNING},
	};

	chains_judge(facts, crossings, sizeof(crossings) / sizeof(crossings[0]), report);
}

#define INWARD " ingress prerouting input "
#define OUTWARD " egress output postrouting "
#define PACKETS " inet ip6 netdev "

/* Packets between the host and the mesh. */
static void packets_judge(const struct facts *facts, const char *own, struct report *report)
{
	const char *tun = facts->tun;
	const struct crossing crossings[] = {
		{{.what = "replies from the mesh",
		  .incoming = tun,
		  .protocol = "tcp",
		  .state = "established",
		  .own = own},
		 PACKETS,
		 INWARD,
		 tun,
		 RESULT_FAILED,
		 RESULT_OK},
		{{.what = "what this host sends into the mesh",
		  .outgoing = tun,
		  .protocol = "tcp",
		  .state = "new",
		  .own = own},
		 PACKETS,
		 OUTWARD,
		 tun,
		 RESULT_FAILED,
		 RESULT_OK},
		{{.what = "replies of this host's servers to the mesh",
		  .outgoing = tun,
		  .protocol = "tcp",
		  .state = "established",
		  .own = own},
		 PACKETS,
		 OUTWARD,
		 tun,
		 RESULT_FAILED,
		 RESULT_OK},
		{{.what = "ping from the mesh",
		  .incoming = tun,
		  .protocol = "ipv6-icmp",
		  .icmp_type = "echo-request",
		  .state = "new",
		  .own = own},
		 PACKETS,
		 INWARD,
		 tun,
		 RESULT_WARNING,
		 RESULT_OK},
	};

	chains_judge(facts, crossings, sizeof(crossings) / sizeof(crossings[0]), report);
}

/* Connections to ports that are open to the mesh. */
static void exposed_judge(const struct facts *facts, const char *own, struct report *report)
{
	const json_t *exposure;
	char what[128];
	size_t i;

	json_array_foreach(json_object_get(facts->exposed, "exposed"), i, exposure)
	{
		struct crossing crossing = {
			{.what = what,
			 .incoming = facts->tun,
			 .protocol = text_of(exposure, "protocol"),
			 .state = "new",
			 .port = (int)json_integer_value(json_object_get(exposure, "first")),
			 .own = own},
			PACKETS,
			INWARD,
			facts->tun,
			RESULT_FAILED,
			RESULT_WARNING};

		snprintf(what, sizeof(what), "connections to %s, which is open to the mesh",
			 text_of(exposure, "what"));
		chains_judge(facts, &crossing, 1, report);
	}
}

void check_ruleset(const struct facts *facts, struct report *report)
{
	char text[INET6_ADDRSTRLEN];
	struct address own;
	const char *address = NULL;
	const json_t *link;
	size_t i;

	if (facts->ruleset_read != PRESENCE_YES) {
		report_say(report, RESULT_SKIPPED, "",
			   facts->ruleset_read == PRESENCE_NO ? "the kernel has no nftables"
							      : "only root may see the ruleset");
		return;
	}
	if (facts_own(facts, &own))
		address = inet_ntop(AF_INET6, own.bytes, text, sizeof(text));
	json_array_foreach(json_object_get(facts->links, "links"), i, link)
		link_judge(facts, text_of(link, "name"), report);
	packets_judge(facts, address, report);
	exposed_judge(facts, address, report);
}

/* True if our table is among them. */
static bool table_there(const json_t *ruleset)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(ruleset, "nftables"), i, entry)
	{
		const json_t *table = json_object_get(entry, "table");

		if (strcmp(text_of(table, "family"), "inet") == 0 &&
		    strcmp(text_of(table, "name"), "meshpd") == 0)
			return true;
	}
	return false;
}

void check_firewall(const struct facts *facts, struct report *report)
{
	const char *inbound = text_of(facts->status, "firewall");

	if (facts->status == NULL)
		report_say(report, RESULT_SKIPPED, "", "meshpd does not answer");
	else if (strcmp(inbound, "none") == 0)
		report_say(report, RESULT_WARNING,
			   "# load nf_tables, or leave it so: [Firewall] Inbound=allow",
			   "there is none: the mesh reaches whatever listens on ::");
	else if (facts->ruleset_read == PRESENCE_YES && !table_there(facts->ruleset))
		report_say(
			report, RESULT_FAILED, "systemctl restart meshpd",
			"the table inet meshpd is gone: the mesh reaches whatever listens on ::");
	else if (strcmp(inbound, "allow") == 0)
		report_say(report, RESULT_OK, "",
			   "is in place; [Firewall] Inbound=allow lets the mesh reach whatever "
			   "listens on ::");
}

/* True if a listener's port is open to the mesh. */
static bool is_exposed(const struct facts *facts, const struct listener *listener)
{
	const json_t *exposure;
	size_t i;

	json_array_foreach(json_object_get(facts->exposed, "exposed"), i, exposure)
	{
		bool tcp = strcmp(text_of(exposure, "protocol"), "tcp") == 0;

		if (tcp == listener->tcp &&
		    listener->port >= json_integer_value(json_object_get(exposure, "first")) &&
		    listener->port <= json_integer_value(json_object_get(exposure, "last")))
			return true;
	}
	return false;
}

static void listener_judge(const struct facts *facts, const struct listener *listener,
			   const struct address *own, struct report *report)
{
	const char *program = listener->pid != 0 ? listener->program : "a program";
	char text[INET6_ADDRSTRLEN], fix[REPORT_TEXT];

	if (!address_in_mesh(listener->address.bytes) || address_equal(&listener->address, own))
		return;
	inet_ntop(AF_INET6, listener->address.bytes, text, sizeof(text));
	if (!address_is_this_node(listener->address.bytes)) {
		report_say(
			report, RESULT_WARNING,
			"# have it listen at beef::, or at the address that meshctl status shows",
			"%s listens at [%s]:%d, which is not this node's address", program, text,
			listener->port);
	} else if (!is_exposed(facts, listener)) {
		snprintf(fix, sizeof(fix), "meshctl expose %s/%d", listener->tcp ? "tcp" : "udp",
			 listener->port);
		report_say(report, RESULT_WARNING, fix,
			   "%s listens at [beef::]:%d, which is not open to the mesh", program,
			   listener->port);
	}
}

void check_servers(const struct facts *facts, struct report *report)
{
	struct address own;

	if (facts->exposed == NULL || !facts_own(facts, &own)) {
		report_say(report, RESULT_SKIPPED, "", "meshpd does not answer");
		return;
	}
	for (size_t i = 0; i < facts->listeners.count; i++)
		listener_judge(facts, &facts->listeners.list[i], &own, report);
}
