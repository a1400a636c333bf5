/* JSON is written as it goes; the only strings in it that are not ours, names and expectations, are
 * escaped. */
#include "sim/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *const kinds[KIND_COUNT] = {
	[KIND_HELLO] = "hello",	    [KIND_INITIATION] = "initiation", [KIND_RESPONSE] = "response",
	[KIND_COOKIE] = "cookie",   [KIND_EMPTY] = "empty",	      [KIND_PROBE] = "probe",
	[KIND_ROUTING] = "routing", [KIND_ERROR] = "error",	      [KIND_PACKET] = "packet",
	[KIND_RELAYED] = "relayed",
};

/* Bytes of the nodes' memory that are in use, for each of them. */
static uint64_t resident(const struct world *world)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t pages = (world->node_bytes * world->topology.nodes + page - 1) / page, used = 0;
	unsigned char *in = calloc(pages, 1);

	if (in != NULL && mincore(world->memory, pages * page, in) == 0)
		for (size_t i = 0; i < pages; i++)
			used += in[i] & 1;
	free(in);
	return used * page / world->topology.nodes;
}

static void print_hash(const struct world *world)
{
	for (size_t i = 0; i < sizeof(world->hash); i++)
		printf("%02x", world->hash[i]);
}

static uint64_t sum(const uint64_t counts[KIND_COUNT])
{
	uint64_t all = 0;

	for (uint32_t i = 0; i < KIND_COUNT; i++)
		all += counts[i];
	return all;
}

static void found_text(const struct expectation *expectation, const struct standing *standing)
{
	if (!standing->judged)
		printf("not reached");
	else if (expectation->kind == EXPECT_FULL || expectation->kind == EXPECT_PING ||
		 expectation->kind == EXPECT_REACH || expectation->kind == EXPECT_PATHS)
		printf("%llu of %llu", (unsigned long long)standing->found,
		       (unsigned long long)standing->wanted);
	else
		printf("%llu", (unsigned long long)standing->found);
}

void report_text(const struct world *world, uint64_t real_ms)
{
	const struct scenario *scenario = world->scenario;
	int64_t us = instant_since(world->now, SCENARIO_BEGIN).us;

	printer_text(world);
	for (size_t i = 0; i < scenario->expectation_count; i++) {
		printf("%s %s: %s: ", world->standings[i].passed ? "pass" : "FAIL", scenario->name,
		       scenario->expectations[i].text);
		found_text(&scenario->expectations[i], &world->standings[i]);
		printf("\n");
	}
	for (uint32_t i = 0; i < world->broken && i < WORLD_BROKEN; i++)
		printf("FAIL %s: broken: %s\n", scenario->name, world->breaches[i]);
	printf("%s %s: seed %llu, %u nodes, %lld.%03lld s in %llu ms, %llu frames of %llu bytes, "
	       "%llu bytes a node, %llu in use, hash ",
	       world_passed(world) ? "pass" : "FAIL", scenario->name,
	       (unsigned long long)world->seed, world->topology.nodes, (long long)us / 1000000,
	       (long long)us / 1000 % 1000, (unsigned long long)real_ms,
	       (unsigned long long)sum(world->tally.frames),
	       (unsigned long long)sum(world->tally.bytes), (unsigned long long)world->node_bytes,
	       (unsigned long long)resident(world));
	print_hash(world);
	printf("\n");
}

static void json_string(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;
		if (byte == '"' || byte == '\\')
			printf("\\%c", byte);
		else if (byte < ' ')
			printf("\\u%04x", byte);
		else
			putchar(byte);
	}
	putchar('"');
}

static void json_kinds(const char *name, const uint64_t counts[KIND_COUNT])
{
	printf("\"%s\":{\"all\":%llu", name, (unsigned long long)sum(counts));
	for (uint32_t i = 0; i < KIND_COUNT; i++)
		printf(",\"%s\":%llu", kinds[i], (unsigned long long)counts[i]);
	printf("},");
}

static void json_expectations(const struct world *world)
{
	const struct scenario *scenario = world->scenario;

	printf("\"expectations\":[");
	for (size_t i = 0; i < scenario->expectation_count; i++) {
		const struct standing *standing = &world->standings[i];
		printf("%s{\"text\":", i > 0 ? "," : "");
		json_string(scenario->expectations[i].text);
		printf(",\"passed\":%s,\"judged\":%s,\"found\":%llu,\"wanted\":%llu}",
		       standing->passed ? "true" : "false", standing->judged ? "true" : "false",
		       (unsigned long long)standing->found, (unsigned long long)standing->wanted);
	}
	printf("],\"broken\":[");
	for (uint32_t i = 0; i < world->broken && i < WORLD_BROKEN; i++) {
		printf("%s", i > 0 ? "," : "");
		json_string(world->breaches[i]);
	}
	printf("],");
}

static void json_drops(const struct world *world)
{
	struct drops all = {{0}}, one;
	const char *comma = "";

	for (uint32_t node = 0; node < world->topology.nodes; node++) {
		world_drops(world, node, &one);
		for (uint32_t i = 0; i < DROP_COUNT; i++)
			all.counts[i] += one.counts[i];
	}
	printf("\"drops\":{");
	for (uint32_t i = DROP_NONE + 1; i < DROP_COUNT; i++) {
		if (all.counts[i] == 0)
			continue;
		printf("%s\"%s\":%llu", comma, drop_name((enum drop)i),
		       (unsigned long long)all.counts[i]);
		comma = ",";
	}
	printf("}");
}

void report_json(const struct world *world, uint64_t real_ms)
{
	const struct tally *tally = &world->tally;

	printf("{\"schema\":1,\"scenario\":");
	json_string(world->scenario->name);
	printf(",\"seed\":%llu,\"passed\":%s,\"hash\":\"", (unsigned long long)world->seed,
	       world_passed(world) ? "true" : "false");
	print_hash(world);
	printf("\",");
	json_expectations(world);
	printf("\"nodes\":%u,\"wires\":%u,\"ports\":%llu,", world->topology.nodes,
	       world->topology.wires, (unsigned long long)world->topology.port_count);
	printf("\"virtual_ms\":%lld,\"real_ms\":%llu,\"last_full_ms\":%lld,",
	       (long long)instant_since(world->now, SCENARIO_BEGIN).us / 1000,
	       (unsigned long long)real_ms,
	       (long long)instant_since(world->last_full, SCENARIO_BEGIN).us / 1000);
	printf("\"node_bytes\":%llu,\"node_bytes_in_use\":%llu,",
	       (unsigned long long)world->node_bytes, (unsigned long long)resident(world));
	printf("\"events\":%llu,", (unsigned long long)tally->events);
	json_kinds("frames", tally->frames);
	json_kinds("bytes", tally->bytes);
	printf("\"medium\":{\"delivered\":%llu,\"lost\":%llu,\"cut\":%llu,\"corrupted\":%llu,"
	       "\"duplicated\":%llu,\"held\":%llu,\"queue_full\":%llu,\"lies\":%llu},",
	       (unsigned long long)tally->delivered, (unsigned long long)tally->lost,
	       (unsigned long long)tally->cut, (unsigned long long)tally->corrupted,
	       (unsigned long long)tally->duplicated, (unsigned long long)tally->held,
	       (unsigned long long)tally->queued_out, (unsigned long long)tally->lies);
	printf("\"loops\":%llu,", (unsigned long long)tally->loops);
	printf("\"packets\":{\"sent\":%llu,\"delivered\":%llu},",
	       (unsigned long long)world->traffic.count,
	       (unsigned long long)world->traffic.delivered);
	stack_json(world);
	printer_json(world);
	json_drops(world);
	printf("}\n");
}

void report_ended(const struct scenario *scenario, uint64_t seed, const struct progress *progress,
		  int signal, bool json)
{
	int64_t us = progress->us - SCENARIO_BEGIN.us;
	char text[WORLD_TEXT];

	snprintf(text, sizeof(text), "%lld.%06lld s, node %u: ended by signal %d",
		 (long long)us / 1000000, (long long)us % 1000000, progress->node, signal);
	if (!json) {
		printf("FAIL %s: broken: %s\n", scenario->name, text);
		printf("FAIL %s: seed %llu\n", scenario->name, (unsigned long long)seed);
		return;
	}
	printf("{\"schema\":1,\"scenario\":");
	json_string(scenario->name);
	printf(",\"seed\":%llu,\"passed\":false,\"expectations\":[],\"broken\":[\"%s\"]}\n",
	       (unsigned long long)seed, text);
}
