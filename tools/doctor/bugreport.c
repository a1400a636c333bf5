/* `meshctl bugreport`: what somebody who is asked for help needs to know, as one text. It is
 * gathered whole and redacted whole, so that no part can be forgotten. Settings are shown, what is
 * in the files they name is not: secrets are never read here. */
#include "tools/doctor/doctor.h"

#include "config/keys.h"
#include "tools/doctor/checks.h"
#include "tools/doctor/redaction.h"

#include <ctype.h>
#include <netlink/version.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void heading(FILE *out, const char *title)
{
	fprintf(out, "\n== %s\n", title);
}

/* Adds what a command says, as far as it can. */
static void command_write(FILE *out, const char *command)
{
	char block[4096];
	FILE *said;
	size_t size;

	fprintf(out, "$ %s\n", command);
	fflush(out);
	said = popen(command, "re");
	if (said == NULL)
		return;
	while ((size = fread(block, 1, sizeof(block), said)) > 0)
		fwrite(block, 1, size, out);
	pclose(said);
}

static void versions_write(const struct facts *facts, FILE *out)
{
	const char *daemon = json_string_value(json_object_get(facts->status, "version"));
	struct utsname system;

	heading(out, "versions");
	fprintf(out, "meshctl %s\nmeshpd %s\n", MESHPD_VERSION, daemon != NULL ? daemon : "?");
	if (uname(&system) == 0)
		fprintf(out, "%s %s %s\n", system.sysname, system.release, system.machine);
	fprintf(out, "libsodium %s, jansson %s, %s\n", sodium_version_string(),
		jansson_version_str(), LIBNL_STRING);
	command_write(out, "grep PRETTY_NAME /etc/os-release");
	command_write(out, "dpkg-query -W meshpd systemd nftables 'libnftables*' 'libnl-*' "
			   "'libbpf*' 'libipsec-mb*' 2>/dev/null");
}

static void settings_write(const struct facts *facts, FILE *out)
{
	const struct config *config = &facts->config;

	heading(out, "configuration");
	fprintf(out, "%s\n", facts->config_said[0] != '\0' ? facts->config_said : "good");
	for (const struct key *key = key_first(); key != NULL; key = key_next(key)) {
		uint32_t count = key_repeats(key) ? config->link_count : 1;

		for (uint32_t i = 0; i < count; i++) {
			fprintf(out, "%s.%s=", key->section, key->name);
			key->show(config, i, out);
			fputc('\n', out);
		}
	}
}

static void doctor_write(const struct facts *facts, FILE *out)
{
	struct report report = checks_run(facts);

	heading(out, "doctor");
	report_print(&report, out, false);
	json_decref(report.checks);
}

/* A member a line, and of lists an element a line. */
static void answer_write(FILE *out, json_t *answer)
{
	const char *name;
	json_t *member;
	const json_t *element;
	size_t i;

	json_object_foreach(answer, name, member)
	{
		fprintf(out, "%s: ", name);
		if (!json_is_array(member))
			json_dumpf(member, out, JSON_COMPACT | JSON_ENCODE_ANY);
		json_array_foreach(member, i, element)
		{
			fputs("\n  ", out);
			json_dumpf(element, out, JSON_COMPACT | JSON_ENCODE_ANY);
		}
		fputc('\n', out);
	}
}

static void daemon_write(const struct facts *facts, FILE *out)
{
	static const char *const methods[] = {"Status", "Links",    "Neighbours",
					      "Routes", "Sessions", "Exposed"};
	char method[64];
	json_t *answer;

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		snprintf(method, sizeof(method), "io.meshpd.%s", methods[i]);
		heading(out, method);
		if (client_ask(facts->socket, method, &answer) == VERDICT_YES)
			answer_write(out, answer);
		else
			fputs("no answer\n", out);
		json_decref(answer);
	}
}

static void host_write(const struct facts *facts, FILE *out)
{
	char command[128];

	heading(out, "host");
	command_write(out, "ip -6 rule 2>&1");
	command_write(out, "ip -6 route show root beef::/16 2>&1");
	command_write(out, "ip -6 addrlabel 2>&1");
	for (uint32_t i = 0; i < facts->interface_count; i++) {
		const char *name = facts->interfaces[i].name;

		if (strcmp(name, facts->tun) != 0 && strcmp(name, facts->loopback) != 0)
			continue;
		snprintf(command, sizeof(command), "ip -s -d address show dev '%s' 2>&1", name);
		command_write(out, command);
	}
	command_write(out, "nft list table inet meshpd 2>&1");
}

static void journal_write(const struct facts *facts, FILE *out)
{
	heading(out, "journal");
	if (facts->unit.systemd)
		command_write(out, "journalctl -q --no-pager --no-hostname -o short-iso -n 200 -u "
				   "meshpd -u meshpd-lo2 -u meshpd-warden 2>&1");
	else
		fputs("this host does not run under systemd\n", out);
}

/* All of it, the caller's to free; NULL for want of memory. */
static char *text_gather(const struct facts *facts)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	fputs("meshpd bug report\n", out);
	versions_write(facts, out);
	doctor_write(facts, out);
	settings_write(facts, out);
	daemon_write(facts, out);
	host_write(facts, out);
	journal_write(facts, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

/* The host's name, with its domain and without. */
static void hosts_add(struct redaction *redaction)
{
	char name[256] = "";

	if (gethostname(name, sizeof(name) - 1) != 0)
		return;
	redaction_add_host(redaction, name);
	name[strcspn(name, ".")] = '\0';
	redaction_add_host(redaction, name);
}

static enum verdict text_redact(const char *text)
{
	struct redaction *redaction = redaction_new();

	if (redaction == NULL)
		return VERDICT_NO;
	hosts_add(redaction);
	redaction_write(redaction, text, stdout);
	redaction_release(redaction);
	return VERDICT_YES;
}

enum verdict bugreport_run(const struct request *request)
{
	struct facts *facts = facts_gather(request->given[CHOICE_SOCKET]);
	char *text = facts != NULL ? text_gather(facts) : NULL;
	enum verdict verdict = VERDICT_NO;

	if (text != NULL && request->given[CHOICE_FULL] != NULL)
		verdict = fputs(text, stdout) >= 0 ? VERDICT_YES : VERDICT_NO;
	else if (text != NULL)
		verdict = text_redact(text);
	free(text);
	facts_release(facts);
	return fflush(stdout) == 0 ? verdict : VERDICT_NO;
}
