/* The healthy host of patient.h. What a daemon says is written down here as it says it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "patient.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static struct interface_facts interface_of(const char *name, uint32_t index)
{
	struct interface_facts interface = {
		.there = true,
		.up = true,
		.running = true,
		.index = index,
		.mtu = 1500,
		.queue = 10000,
		.addr_gen_mode = 1,
	};

	snprintf(interface.name, sizeof(interface.name), "%s", name);
	return interface;
}

void patient_give(struct interface_facts *interface, const char *address)
{
	struct address *to = &interface->addresses[interface->address_count++];

	assert_int_equal(inet_pton(AF_INET6, address, to->bytes), 1);
}

void patient_strip(struct interface_facts *interface)
{
	interface->address_count = 0;
}

static void host_fill(struct facts *facts)
{
	facts->interfaces_read = true;
	facts->interfaces[0] = interface_of("lo", 1);
	facts->interfaces[1] = interface_of("eth0", 2);
	facts->interfaces[2] = interface_of("lo2", 3);
	facts->interfaces[3] = interface_of("tun0", 4);
	facts->interface_count = 4;
	patient_give(&facts->interfaces[2], PATIENT);
	patient_give(&facts->interfaces[2], "beef::");
	patient_give(&facts->interfaces[3], PATIENT);
	facts->routes = (struct route_facts){
		.read = true, .mesh = true, .source = true, .unreachable = true};
	inet_pton(AF_INET6, PATIENT, facts->source.chosen.bytes);
}

static void daemon_fill(struct facts *facts)
{
	facts->answers = VERDICT_YES;
	facts->status = json_pack("{s:s,s:i,s:i,s:s,s:{},s:{s:s}}", "address", PATIENT, "mtu", 1500,
				  "uptime_ms", 60000, "firewall", "deny", "drops", "node", "memory",
				  "secret");
	facts->links = json_pack("{s:[{s:s,s:i,s:b,s:b,s:{s:s},s:[{s:s,s:s}]}]}", "links", "name",
				 "eth0", "mtu", 1500, "running", 1, "radio", 0, "bypass", "mode",
				 "off", "neighbours", "address", "beef:9::", "state", "FULL");
	facts->exposed = json_pack("{s:[]}", "exposed");
	assert_non_null(facts->status);
	assert_non_null(facts->links);
	facts->process = (struct process_facts){
		.pid = 7, .read = true, .no_new_privileges = 1, .seccomp = 2};
}

struct facts *patient_new(void)
{
	struct facts *facts = calloc(1, sizeof(*facts));
	struct config_source source = {.file = "/dev/null"};

	assert_non_null(facts);
	facts->config_good = config_load(&facts->config, &source, stderr);
	assert_true(facts->config_good);
	strcpy(facts->tun, "tun0");
	strcpy(facts->loopback, "lo2");
	strcpy(facts->socket, "/run/socket");
	host_fill(facts);
	daemon_fill(facts);
	facts->kernel = (struct kernel_facts){PRESENCE_YES, PRESENCE_YES, PRESENCE_YES,
					      PRESENCE_YES, PRESENCE_YES, PRESENCE_YES};
	facts->identity = (struct identity_facts){
		.path = "/state/identity", .user = "meshpd", .file = STATE_FILE_GOOD, .mode = 0600};
	inet_pton(AF_INET6, PATIENT, facts->identity.address.bytes);
	facts->ruleset_read = PRESENCE_YES;
	facts->ruleset = json_pack("{s:[{s:{s:s,s:s}}]}", "nftables", "table", "family", "inet",
				   "name", "meshpd");
	facts->now_s = facts->made_s = 1000000;
	return facts;
}

void patient_discharge(struct facts *facts)
{
	json_decref(facts->status);
	json_decref(facts->links);
	json_decref(facts->exposed);
	json_decref(facts->ruleset);
	free(facts);
}

struct interface_facts *patient_interface(struct facts *facts, const char *name)
{
	for (uint32_t i = 0; i < facts->interface_count; i++)
		if (strcmp(facts->interfaces[i].name, name) == 0)
			return &facts->interfaces[i];
	fail();
	return NULL;
}

void patient_says(struct facts *facts, const char *member, json_t *value)
{
	assert_int_equal(json_object_set_new(facts->status, member, value), 0);
}

void patient_link_says(struct facts *facts, const char *member, json_t *value)
{
	json_t *link = json_array_get(json_object_get(facts->links, "links"), 0);

	assert_int_equal(json_object_set_new(link, member, value), 0);
}

static const char *text_of(const json_t *finding, const char *member)
{
	return json_string_value(json_object_get(finding, member));
}

void patient_shows(const struct facts *facts, check *run, enum result result, const char *detail,
		   const char *fix)
{
	static const char *const results[] = {[RESULT_OK] = "ok",
					      [RESULT_SKIPPED] = "skipped",
					      [RESULT_WARNING] = "warning",
					      [RESULT_FAILED] = "failed"};
	struct report report = {.checks = json_array(), .name = "it"};
	const json_t *finding;

	run(facts, &report);
	if (result == RESULT_OK && json_array_size(report.checks) == 0) {
		json_decref(report.checks);
		return;
	}
	assert_int_equal(json_array_size(report.checks), 1);
	finding = json_array_get(report.checks, 0);
	assert_string_equal(text_of(finding, "result"), results[result]);
	assert_non_null(strstr(text_of(finding, "detail"), detail));
	assert_non_null(strstr(text_of(finding, "fix"), fix));
	json_decref(report.checks);
}
