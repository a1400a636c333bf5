/* The table of programs, and those of a few lines. */
#include "sim/program.h"

#include "sim/chat.h"
#include "sim/world.h"

#include <stdio.h>
#include <string.h>

/* It answers from its own port and answers nobody's there: two of them would never end. */
static void echo_packet(struct world *world, uint32_t node, const struct datagram *datagram)
{
	struct datagram answer = datagram_answer(datagram, datagram->payload);

	if (datagram->source_port == PORT_ECHO)
		return;
	answer.source_port = PORT_ECHO;
	program_at(world, node, PROGRAM_ECHO)->did++;
	stack_send(world, node, &answer);
}

/* Text is what needs no escaping in JSON. */
static bool is_text(struct span payload)
{
	for (size_t i = 0; i < payload.size; i++) {
		uint8_t byte = payload.bytes[i];
		if (byte < ' ' || byte > '~' || byte == '"' || byte == '\\')
			return false;
	}
	return true;
}

static void printer_packet(struct world *world, uint32_t node, const struct datagram *datagram)
{
	struct printed line = {.when = world->now,
			       .node = node,
			       .from = datagram->from,
			       .size = datagram_size(datagram),
			       .source_port = datagram->source_port,
			       .destination_port = datagram->destination_port};
	struct printer *printer = &world->printer;

	program_at(world, node, PROGRAM_PRINTER)->did++;
	if (printer->count++ >= PRINTER_LINES)
		return;
	if (is_text(datagram->payload))
		snprintf(line.text, PRINTER_TEXT, "%.*s", (int)datagram->payload.size,
			 (const char *)datagram->payload.bytes);
	printer->lines[printer->count - 1] = line;
}

static void switch_relay(struct world *world, uint32_t node, const struct datagram *datagram)
{
	struct datagram on = *datagram;

	on.passed++;
	program_at(world, node, PROGRAM_SWITCH)->did++;
	stack_send(world, node, &on);
}

static const struct program_type types[PROGRAM_COUNT] = {
	[PROGRAM_ECHO] = {.name = "echo", .packet = echo_packet},
	[PROGRAM_PRINTER] = {.name = "printer", .packet = printer_packet},
	[PROGRAM_SWITCH] = {.name = "switch", .relay = switch_relay},
	[PROGRAM_CHAT] = {.name = "chat",
			  .read = chat_read,
			  .start = chat_start,
			  .packet = chat_packet,
			  .time = chat_time},
};

const struct program_type *program_type(enum program_kind kind)
{
	return &types[kind];
}

enum program_kind program_named(const char *name)
{
	uint32_t kind = 0;

	while (kind < PROGRAM_COUNT && strcmp(types[kind].name, name) != 0)
		kind++;
	return (enum program_kind)kind;
}

void program_read(struct line *line, uint32_t nodes, struct program *program)
{
	const char *word = line_word(line, "a program");

	*program = (struct program){.kind = program_named(word)};
	if (program->kind == PROGRAM_COUNT)
		line_refuse(line, "\"%s\" is no program", word);
	else if (types[program->kind].read != NULL)
		types[program->kind].read(line, nodes, program);
}

struct running *program_at(struct world *world, uint32_t node, enum program_kind kind)
{
	return &world->stacks[node].programs[kind];
}

void program_arm(struct world *world, uint32_t node, enum program_kind kind, duration after)
{
	instant when = instant_after(world->now, after);

	program_at(world, node, kind)->armed = when;
	heap_push(&world->heap,
		  &(struct event){
			  .kind = EVENT_PROGRAM, .subject = node, .round = kind, .when = when});
}

void program_time(struct world *world, uint32_t node, enum program_kind kind)
{
	struct running *running = program_at(world, node, kind);

	if (world->hosts[node].node == NULL || running->armed.us != world->now.us)
		return;
	running->armed = INSTANT_NEVER;
	types[kind].time(world, node);
}

static uint64_t printer_more(const struct printer *printer)
{
	return printer->count > PRINTER_LINES ? printer->count - PRINTER_LINES : 0;
}

void printer_text(const struct world *world)
{
	for (uint64_t i = 0; i < world->printer.count && i < PRINTER_LINES; i++) {
		const struct printed *line = &world->printer.lines[i];
		int64_t us = instant_since(line->when, SCENARIO_BEGIN).us;
		printf("print %s: %lld.%06lld s, node %u: %u bytes from node %u, port %u to %u"
		       "%s%s\n",
		       world->scenario->name, (long long)us / 1000000, (long long)us % 1000000,
		       line->node, line->size, line->from, line->source_port,
		       line->destination_port, line->text[0] == '\0' ? "" : ": ", line->text);
	}
	if (printer_more(&world->printer) > 0)
		printf("print %s: and %llu more\n", world->scenario->name,
		       (unsigned long long)printer_more(&world->printer));
}

void printer_json(const struct world *world)
{
	printf("\"printed\":[");
	for (uint64_t i = 0; i < world->printer.count && i < PRINTER_LINES; i++) {
		const struct printed *line = &world->printer.lines[i];
		printf("%s{\"us\":%lld,\"node\":%u,\"from\":%u,\"source_port\":%u,"
		       "\"destination_port\":%u,\"size\":%u,\"text\":\"%s\"}",
		       i > 0 ? "," : "", (long long)instant_since(line->when, SCENARIO_BEGIN).us,
		       line->node, line->from, line->source_port, line->destination_port,
		       line->size, line->text);
	}
	printf("],\"printed_more\":%llu,", (unsigned long long)printer_more(&world->printer));
}
