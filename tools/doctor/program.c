/* Checks of the daemon itself: settings, unit, rights, key, and the clock of the host. */
#include "tools/doctor/checks.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

enum { SECCOMP_FILTER = 2 }; /* proc(5), Seccomp in /proc/PID/status */

void check_configuration(const struct facts *facts, struct report *report)
{
	if (facts->config_denied)
		report_say(report, RESULT_SKIPPED, "", "%s", facts->config_said);
	else if (!facts->config_good)
		report_say(report, RESULT_FAILED, "# correct that line; then: meshctl config check",
			   "%s", facts->config_said);
	else if (facts->config_said[0] != '\0')
		report_say(report, RESULT_WARNING,
			   "# correct or remove that line; then: meshctl config check", "%s",
			   facts->config_said);
}

/* How a daemon that does not run is started. */
static const char *start_line(const struct unit_facts *unit)
{
	if (!unit->systemd || strcmp(unit->load, "loaded") != 0)
		return "# start meshpd as root";
	if (strcmp(unit->active, "failed") == 0)
		return "systemctl reset-failed meshpd; systemctl start meshpd";
	return "systemctl start meshpd";
}

static void absence_say(const struct facts *facts, struct report *report)
{
	const struct unit_facts *unit = &facts->unit;

	if (unit->systemd && strcmp(unit->active, "failed") == 0)
		report_say(
			report, RESULT_FAILED, start_line(unit),
			"meshpd does not run: its unit failed (%s); journalctl -u meshpd says why",
			unit->result);
	else
		report_say(report, RESULT_FAILED, start_line(unit),
			   "meshpd does not run: nobody answers at %s", facts->socket);
}

void check_service(const struct facts *facts, struct report *report)
{
	const struct unit_facts *unit = &facts->unit;

	switch (facts->answers) {
	case VERDICT_YES:
		break;
	case VERDICT_ABSENT:
		absence_say(facts, report);
		return;
	case VERDICT_DENIED:
		report_say(report, RESULT_SKIPPED,
			   "# ask as root, or as a member of the group meshpd",
			   "%s may not be opened by this user", facts->socket);
		return;
	case VERDICT_TIMEOUT:
		report_say(report, RESULT_FAILED,
			   unit->systemd ? "systemctl restart meshpd" : "# restart meshpd",
			   "meshpd does not answer at %s", facts->socket);
		return;
	case VERDICT_NO:
	case VERDICT_USAGE:
	case VERDICTS:
		report_say(report, RESULT_FAILED, "# install meshpd and meshctl of one version",
			   "what answers at %s is no meshpd this meshctl understands",
			   facts->socket);
		return;
	}
	if (unit->systemd && strcmp(unit->enabled, "disabled") == 0)
		report_say(report, RESULT_WARNING, "systemctl enable meshpd",
			   "meshpd runs, but will not be started at the next boot");
}

void check_rights(const struct facts *facts, struct report *report)
{
	const struct process_facts *process = &facts->process;

	if (!process->read) {
		report_say(report, RESULT_SKIPPED, "",
			   facts->answers == VERDICT_YES
				   ? "the process of meshpd is not to be seen from here"
				   : "meshpd does not answer, so its process is not known");
		return;
	}
	if (process->capabilities != 0)
		report_say(report, RESULT_FAILED, "# reinstall meshpd: the program was changed",
			   "process %d still has rights: CapEff %016" PRIx64, (int)process->pid,
			   process->capabilities);
	if (process->no_new_privileges != 1)
		report_say(report, RESULT_FAILED, "# reinstall meshpd: the program was changed",
			   "process %d may gain rights (NoNewPrivs %d)", (int)process->pid,
			   process->no_new_privileges);
	if (process->seccomp != SECCOMP_FILTER)
		report_say(report, RESULT_WARNING,
			   "# use a build without sanitizers, on a kernel with seccomp filters",
			   "process %d has no filter of system calls (Seccomp %d)",
			   (int)process->pid, process->seccomp);
}

/* A key that is not that of the address in use. */
static void key_compare(const struct facts *facts, struct report *report)
{
	const struct interface_facts *loopback = facts_loopback(facts);
	char key[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, facts->identity.address.bytes, key, sizeof(key));
	for (uint32_t i = 0; loopback != NULL && i < loopback->address_count; i++) {
		const struct address *address = &loopback->addresses[i];
		char text[INET6_ADDRSTRLEN];

		if (!address_in_mesh(address->bytes) || address_is_this_node(address->bytes) ||
		    address_equal(address, &facts->identity.address))
			continue;
		inet_ntop(AF_INET6, address->bytes, text, sizeof(text));
		report_say(report, RESULT_FAILED,
			   facts->answers == VERDICT_YES ? "systemctl restart meshpd-lo2 meshpd"
							 : "meshpd-lo2",
			   "%s has %s, but the address of the key in %s is %s", loopback->name,
			   text, facts->identity.path, key);
	}
}

void check_identity(const struct facts *facts, struct report *report)
{
	const struct identity_facts *identity = &facts->identity;
	char fix[REPORT_TEXT];

	switch (identity->file) {
	case STATE_FILE_UNKNOWN:
		report_say(report, RESULT_SKIPPED, "", "only root and %s may look at %s",
			   identity->user[0] != '\0' ? identity->user : "the user of meshpd",
			   identity->path);
		return;
	case STATE_FILE_ABSENT:
		if (facts->answers == VERDICT_YES)
			report_say(report, RESULT_FAILED,
				   "# restore it from a backup before meshpd restarts",
				   "%s is gone: from the next start on this is another node",
				   identity->path);
		else
			report_say(report, RESULT_OK, "", "%s is made at the first start",
				   identity->path);
		return;
	case STATE_FILE_MALFORMED:
		report_say(report, RESULT_FAILED,
			   "# restore it from a backup, or remove it to become a new node",
			   "%s is not an identity", identity->path);
		return;
	case STATE_FILE_FOREIGN:
		snprintf(fix, sizeof(fix), "chown '%s' '%s' && chmod 600 '%s'", identity->user,
			 identity->path, identity->path);
		report_say(report, RESULT_FAILED, fix, "%s belongs to user %u, not to %s",
			   identity->path, identity->owner, identity->user);
		break;
	case STATE_FILE_EXPOSED:
		snprintf(fix, sizeof(fix), "chmod 600 '%s'", identity->path);
		report_say(report, RESULT_FAILED, fix,
			   "%s has mode %03o: others may have read the key; a key that was read "
			   "should be replaced",
			   identity->path, identity->mode);
		break;
	case STATE_FILE_GOOD:
		break;
	}
	key_compare(facts, report);
}

void check_conflict(const struct facts *facts, struct report *report)
{
	if (facts->status == NULL) {
		report_say(report, RESULT_SKIPPED, "", "meshpd does not answer");
		return;
	}
	if (json_is_true(json_object_get(facts->status, "duplicate")))
		report_say(
			report, RESULT_FAILED,
			"# on one of the two hosts stop meshpd, remove the identity, start meshpd",
			"another live node has this identity: was the machine cloned?");
	if (json_is_true(json_object_get(facts->status, "database_full")))
		report_say(report, RESULT_WARNING, "# give part of the hosts another [Mesh] Zone=",
			   "the zone has more nodes than there is room for: some are out of reach");
}

void check_clock(const struct facts *facts, struct report *report)
{
	time_t now = (time_t)facts->now_s;
	char text[32] = "";
	struct tm when;

	if (facts->now_s + FACTS_CLOCK_SLACK_S >= facts->made_s)
		return;
	if (gmtime_r(&now, &when) != NULL)
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &when);
	report_say(report, RESULT_WARNING,
		   facts->unit.systemd ? "timedatectl set-ntp true" : "# set the clock: date -s",
		   "it says %s, before this program was made; the mesh does not go by it, but "
		   "certificates of servers and times in the journal do",
		   text);
}
