/* Checks of links: what the daemon says of them, beside what the kernel knows. */
#include "tools/doctor/checks.h"

#include <string.h>

enum {
	FULL_PACKET = 1500,  /* what every wire of the mesh should carry */
	LISTENED_MS = 10000, /* after that somebody would have been heard */
	STUCK_MS = 10000,    /* a neighbour that does not answer for so long */
};

static const char *text_of(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	return text != NULL ? text : "";
}

static json_int_t number_of(const json_t *object, const char *member)
{
	return json_integer_value(json_object_get(object, member));
}

static bool is_so(const json_t *object, const char *member)
{
	return json_is_true(json_object_get(object, member));
}

/* The line that sets a link's MTU. No name is given to a shell that may be more than a name. */
static void mtu_line(const char *name, char fix[REPORT_TEXT])
{
	if (facts_plain(name))
		snprintf(fix, REPORT_TEXT, "ip link set dev %s mtu %d", name, FULL_PACKET);
	else
		snprintf(fix, REPORT_TEXT, "# give that link an MTU of %d", FULL_PACKET);
}

/* The line that shows the mesh's frames on a link. */
static void frames_line(const char *name, int ethertype, char fix[REPORT_TEXT])
{
	if (facts_plain(name))
		snprintf(fix, REPORT_TEXT, "tcpdump -c 20 -eni %s ether proto 0x%04x", name,
			 ethertype);
	else
		snprintf(fix, REPORT_TEXT, "# look with tcpdump for EtherType 0x%04x on that link",
			 ethertype);
}

/* False, with a finding, if the daemon did not say what links it has. */
static bool links_known(const struct facts *facts, struct report *report)
{
	if (facts->links != NULL)
		return true;
	report_say(report, RESULT_SKIPPED, "", "meshpd does not answer");
	return false;
}

/* Interfaces that could be links and are not, into names. */
static void candidates_write(const struct facts *facts, char *names, size_t size)
{
	size_t used = 0;

	names[0] = '\0';
	for (uint32_t i = 0; i < facts->interface_count; i++) {
		const struct interface_facts *interface = &facts->interfaces[i];

		if (strcmp(interface->name, "lo") == 0 || used + 20 > size ||
		    strcmp(interface->name, facts->tun) == 0 ||
		    strcmp(interface->name, facts->loopback) == 0)
			continue;
		used += (size_t)snprintf(names + used, size - used, " %s", interface->name);
	}
}

void check_links(const struct facts *facts, struct report *report)
{
	const json_t *links = json_object_get(facts->links, "links"), *link;
	char names[256], fix[REPORT_TEXT];
	size_t running = 0, i;

	if (!links_known(facts, report))
		return;
	if (json_array_size(links) == 0) {
		candidates_write(facts, names, sizeof(names));
		snprintf(fix, sizeof(fix), "# write Match= with their names under [Link]%s%s",
			 names[0] != '\0' ? "; there are:" : "", names);
		report_say(report, RESULT_FAILED, fix, "no interface is a link: [Link] Match=%s",
			   facts->config.links[0].match);
		return;
	}
	json_array_foreach(links, i, link) running += is_so(link, "running");
	if (running == 0)
		report_say(report, RESULT_FAILED, "# plug in a cable, or: ip link set dev LINK up",
			   "no link has a carrier");
}

void check_mtu(const struct facts *facts, struct report *report)
{
	const json_t *link;
	char fix[REPORT_TEXT];
	size_t i;

	if (!links_known(facts, report))
		return;
	json_array_foreach(json_object_get(facts->links, "links"), i, link)
	{
		json_int_t mtu = number_of(link, "mtu");

		if (mtu >= FULL_PACKET)
			continue;
		mtu_line(text_of(link, "name"), fix);
		report_say(report, RESULT_WARNING, fix,
			   "%s carries %d bytes: larger packets whose way leads over it are "
			   "refused with 'packet too big'",
			   text_of(link, "name"), (int)mtu);
	}
}

/* True if a neighbour has heard nothing from us for a while. */
static bool is_deaf(const json_t *neighbour)
{
	const char *state = text_of(neighbour, "state");

	return strcmp(state, "BLOCKED") == 0 || strcmp(state, "ONEWAY") == 0;
}

static void deaf_say(const struct facts *facts, const json_t *link, struct report *report)
{
	const char *name = text_of(link, "name");
	const json_t *neighbour;
	char fix[REPORT_TEXT];
	size_t i;

	frames_line(name, facts->config.ethertype, fix);
	json_array_foreach(json_object_get(link, "neighbours"), i, neighbour)
	{
		if (is_deaf(neighbour))
			report_say(report, RESULT_WARNING, fix,
				   "%s is heard on %s and does not answer: a switch, a bridge or a "
				   "firewall there may drop what we send",
				   text_of(neighbour, "address"), name);
	}
}

/* Nobody at all is heard by a link that has a carrier. */
static void silence_say(const struct facts *facts, const json_t *link, struct report *report)
{
	const char *name = text_of(link, "name");
	const json_t *drops = json_object_get(facts->status, "drops");
	char fix[REPORT_TEXT];

	frames_line(name, facts->config.ethertype, fix);
	if (number_of(drops, "network") > 0)
		report_say(report, RESULT_WARNING,
			   "# give all hosts the same [Mesh] Zone= and NetworkKeyFile=",
			   "%s has no neighbour, but %d frames of another mesh were heard: a "
			   "network key or zone that differs?",
			   name, (int)number_of(drops, "network"));
	else if (is_so(link, "radio"))
		report_say(report, RESULT_WARNING, fix,
			   "nobody is heard on %s: nobody else is there, or the access point keeps "
			   "its clients apart (client isolation)",
			   name);
	else
		report_say(report, RESULT_WARNING, fix,
			   "nobody is heard on %s: nobody else is there, or a managed switch or a "
			   "hypervisor drops EtherType 0x%04x or multicast",
			   name, facts->config.ethertype);
}

void check_neighbours(const struct facts *facts, struct report *report)
{
	const json_t *links = json_object_get(facts->links, "links"), *link;
	size_t heard = 0, i;

	if (!links_known(facts, report))
		return;
	if (number_of(facts->status, "uptime_ms") < LISTENED_MS) {
		report_say(report, RESULT_SKIPPED, "", "meshpd has run for less than %d s",
			   LISTENED_MS / 1000);
		return;
	}
	json_array_foreach(links, i, link)
	{
		heard += json_array_size(json_object_get(link, "neighbours"));
		deaf_say(facts, link, report);
	}
	/* Where others are heard, a link without any may just lead elsewhere; not so on radio. */
	json_array_foreach(links, i, link)
	{
		if (is_so(link, "running") &&
		    json_array_size(json_object_get(link, "neighbours")) == 0 &&
		    (heard == 0 || is_so(link, "radio")))
			silence_say(facts, link, report);
	}
}

void check_bypass(const struct facts *facts, struct report *report)
{
	const json_t *link;
	size_t i;

	if (!config_bypass(&facts->config)) {
		report_say(report, RESULT_OK, "", "is not asked for: [Link] Bypass=no");
		return;
	}
	if (!links_known(facts, report))
		return;
	json_array_foreach(json_object_get(facts->links, "links"), i, link)
	{
		const struct config_link *wanted =
			config_link_of(&facts->config, text_of(link, "name"));
		const char *mode = text_of(json_object_get(link, "bypass"), "mode");

		if (wanted != NULL && wanted->bypass && strcmp(mode, "off") == 0)
			report_say(report, RESULT_WARNING, "journalctl -xu meshpd",
				   "%s has no relay in the kernel, though [Link] Bypass=yes; the "
				   "journal says why",
				   text_of(link, "name"));
	}
}

void check_losses(const struct facts *facts, struct report *report)
{
	static const struct {
		const char *drop;
		const char *what;
		const char *fix;
	} losses[] = {
		{"link_not_taken", "frames came faster than they were taken",
		 "# give [Daemon] Workers= more processors"},
		{"not_handed", "carriers had more to hand over than there was room for", ""},
		{"link_no_room", "frames found the queue of their link full",
		 "# a link is slower than what is sent: see meshctl links"},
	};
	const json_t *drops = json_object_get(facts->status, "drops");
	json_int_t uptime = number_of(facts->status, "uptime_ms");

	if (facts->status == NULL) {
		report_say(report, RESULT_SKIPPED, "", "meshpd does not answer");
		return;
	}
	/* More than one a second since the start. */
	for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++) {
		json_int_t count = number_of(drops, losses[i].drop);

		if (count > uptime / 1000 && count > 0)
			report_say(report, RESULT_WARNING, losses[i].fix,
				   "%s: %" JSON_INTEGER_FORMAT " times (%s)", losses[i].what, count,
				   losses[i].drop);
	}
}
