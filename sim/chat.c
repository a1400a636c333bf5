/* A line is its turn in digits and a sentence. A datagram between the ports of a chat that holds
 * another line than it must breaks an invariant, for nobody else sends any. */
#include "sim/chat.h"

#include "sim/world.h"

#include <stdio.h>
#include <string.h>

enum {
	LINE_MOST = 64,
	TURNS = 10,
	TURNS_MOST = 1000000,
};

static size_t line_write(uint32_t from, uint32_t turn, bool answer, char text[LINE_MOST])
{
	static const char *const sentences[] = {
		"is anybody there?",	    "yes, loud and clear",    "how is the weather?",
		"the wind comes from west", "which way did it come?", "over the hill, as always",
		"shall we go on?",
	};
	uint32_t which = (from + 2 * turn + answer) % (sizeof(sentences) / sizeof(sentences[0]));

	return (size_t)snprintf(text, LINE_MOST, "%u %s", turn, sentences[which]);
}

static void say(struct world *world, uint32_t node, struct datagram *datagram, uint32_t turn,
		bool answer)
{
	char text[LINE_MOST];

	datagram->payload.size = line_write(node, turn, answer, text);
	datagram->payload.bytes = (const uint8_t *)text;
	stack_send(world, node, datagram);
}

/* Checks a line that was heard; false if it is wrong. */
static bool heard(struct world *world, uint32_t node, const struct datagram *datagram, bool answer,
		  uint32_t *turn)
{
	char said[LINE_MOST] = "", right[LINE_MOST];
	const char *at = said;
	uint64_t number;

	if (datagram->payload.size < LINE_MOST)
		memcpy(said, datagram->payload.bytes, datagram->payload.size);
	*turn = line_digits(&at, &number) && number < TURNS_MOST ? (uint32_t)number : 0;
	size_t size = line_write(datagram->from, *turn, answer, right);
	if (size == datagram->payload.size && memcmp(said, right, size) == 0)
		return true;
	world_breach(world, node, "node %u chats \"%s\" instead of \"%s\"", datagram->from, said,
		     right);
	return false;
}

void chat_read(struct line *line, uint32_t nodes, struct program *program)
{
	program->turns = TURNS;
	program->every = duration_s(1);
	program->asks = line_more(line);
	if (!program->asks)
		return;
	program->peer = (uint32_t)line_number(line, 0, nodes - 1);
	while (line_more(line)) {
		if (line_took(line, "via"))
			via_read(line, nodes, &program->via);
		else if (line_took(line, "turns"))
			program->turns = (uint32_t)line_number(line, 1, TURNS_MOST);
		else if (line_took(line, "every"))
			program->every = line_time(line);
		else
			break;
	}
	if (program->every.us == 0)
		line_refuse(line, "a line needs time until it is repeated");
}

void chat_start(struct world *world, uint32_t node)
{
	struct running *chat = program_at(world, node, PROGRAM_CHAT);

	chat->turn = 0;
	if (chat->program->asks)
		program_arm(world, node, PROGRAM_CHAT, chat->program->every);
}

void chat_time(struct world *world, uint32_t node)
{
	struct running *chat = program_at(world, node, PROGRAM_CHAT);
	struct datagram question = {.from = node,
				    .to = chat->program->peer,
				    .source_port = PORT_ASK,
				    .destination_port = PORT_CHAT,
				    .via = chat->program->via};

	if (chat->turn == chat->program->turns)
		return;
	program_arm(world, node, PROGRAM_CHAT, chat->program->every);
	say(world, node, &question, chat->turn, false);
}

/* An answer that comes again, or late, is one to a turn that is over. */
static void take_answer(struct world *world, uint32_t node, const struct datagram *datagram)
{
	struct running *chat = program_at(world, node, PROGRAM_CHAT);
	uint32_t turn;

	if (!chat->program->asks || datagram->from != chat->program->peer ||
	    !heard(world, node, datagram, true, &turn) || turn != chat->turn)
		return;
	chat->turn++;
	chat->did++;
}

void chat_packet(struct world *world, uint32_t node, const struct datagram *datagram)
{
	struct datagram answer = datagram_answer(datagram, (struct span){0});
	uint32_t turn;

	if (datagram->source_port == PORT_CHAT && datagram->destination_port == PORT_ASK)
		take_answer(world, node, datagram);
	if (datagram->source_port != PORT_ASK || datagram->destination_port != PORT_CHAT ||
	    !heard(world, node, datagram, false, &turn))
		return;
	program_at(world, node, PROGRAM_CHAT)->did++;
	say(world, node, &answer, turn, true);
}
