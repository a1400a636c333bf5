/* A node driven by a script: the input is a run of steps, each an operation and its arguments. An
 * honest neighbour answers on the same wire; the fuzzer decides what of its frames arrives, how
 * often and how changed, sends frames and packets of its own, flaps the link and lets time pass.
 * After every step the outbox is whole, frames fit the link, packets for the host are the honest
 * neighbour's or errors of our own, and the next deadline is never in the past. */
#include "node/node.h"

#include "base/bytes.h"
#include "crypto/aead.h"
#include "meshp/packet.h"
#include "meshp/wire.h"
#include "tests/fuzz/fuzz.h"

#include <sodium.h>

enum {
	KEPT = 16, /* frames remembered for delivery and replay */
	MTU = 1500,
	STEPS = 400,
};

enum step {
	STEP_TIME,
	STEP_FRAME,
	STEP_DELIVER,
	STEP_MUTATE,
	STEP_ANSWER,
	STEP_PACKET,
	STEP_LINK,
	STEP_KINDS,
};

struct kept {
	size_t size;
	uint8_t bytes[MTU];
};

/* One end and the last frames it sent. */
struct end {
	struct node *node;
	struct lladdr lladdr;
	struct kept kept[KEPT];
	uint32_t sent;
};

static const struct node_limits limits = {.links = 1, .neighbours = 8, .peers = 8, .staged = 4};

static void end_start(struct end *end, void *memory, struct outbox *outbox, uint8_t name)
{
	struct node_secrets secrets = {
		.identity_seed = {name}, .session_secret = {name, 1}, .random_seed = {name, 2}};
	struct node_settings settings = {.boot_epoch = 1,
					 .suites = SUITE_BIT(SUITE_CHACHA20_POLY1305),
					 .rekey = duration_s(120)};

	end->node = node_init(memory, &limits, &secrets, &settings);
	end->lladdr = (struct lladdr){{2, 0, 0, 0, 0, name}};
	outbox_clear(outbox);
}

static void end_link(struct end *end, instant now, bool running, struct outbox *outbox)
{
	struct node_link facts = {.running = running, .mtu = MTU, .lladdr = end->lladdr};

	node_link_event(end->node, now, 0, &facts, outbox);
}

/* Looks at all that a node wants done, keeps its frames, and empties the outbox. */
static void end_collect(struct end *end, struct outbox *outbox)
{
	EXPECT(outbox->count <= OUTBOX_ACTIONS && outbox->used <= OUTBOX_BYTES);
	for (uint32_t i = 0; i < outbox->count; i++) {
		const struct action *action = &outbox->actions[i];
		const uint8_t *bytes = outbox->bytes + action->offset;
		struct packet packet;

		EXPECT(action->offset + action->size <= outbox->used);
		if (action->kind == ACTION_FRAME) {
			struct kept *kept = &end->kept[end->sent++ % KEPT];
			EXPECT(action->size >= WIRE_FRAME_LEAST && action->size <= MTU);
			EXPECT(action->link == 0);
			kept->size = action->size;
			memcpy(kept->bytes, bytes, action->size);
		} else if (action->kind == ACTION_PACKET) {
			EXPECT(packet_read(bytes, action->size, &packet) == DROP_NONE);
		}
	}
	outbox_clear(outbox);
}

static void end_time(struct end *end, instant now, struct outbox *outbox)
{
	for (int i = 0; i < 8 && instant_reached(now, node_deadline(end->node)); i++) {
		node_time(end->node, now, outbox);
		end_collect(end, outbox);
	}
	EXPECT(!instant_reached(now, node_deadline(end->node)));
}

static void end_frame(struct end *end, instant now, struct lladdr from, bool group,
		      const uint8_t *bytes, size_t size, struct outbox *outbox)
{
	node_frame(end->node, now, 0, from, group, bytes, size, outbox);
	end_collect(end, outbox);
}

/* A frame one end sent a while ago, as the other gets it. */
static void deliver(struct end *from, struct end *to, instant now, uint8_t which, uint8_t flip,
		    struct outbox *outbox)
{
	struct kept copy = from->kept[which % KEPT];

	if (copy.size == 0)
		return;
	if (flip != 0)
		copy.bytes[flip % copy.size] ^= (uint8_t)(1 + which / KEPT);
	end_frame(to, now, from->lladdr, copy.bytes[1] == FRAME_HELLO, copy.bytes, copy.size,
		  outbox);
}

static void step(struct end ends[2], instant *now, struct reader *script, struct outbox *outbox)
{
	uint8_t operation = reader_u8(script), argument = reader_u8(script);
	size_t size = argument < script->left ? argument : script->left;
	const uint8_t *bytes;

	switch ((enum step)(operation % STEP_KINDS)) {
	case STEP_TIME:
		*now = instant_after(*now, duration_ms(1 << argument % 18));
		break;
	case STEP_FRAME:
		bytes = reader_take(script, size);
		end_frame(&ends[0], *now, ends[1].lladdr, argument & 1, bytes, size, outbox);
		break;
	case STEP_DELIVER:
		deliver(&ends[1], &ends[0], *now, argument, 0, outbox);
		break;
	case STEP_MUTATE:
		deliver(&ends[1], &ends[0], *now, argument, reader_u8(script), outbox);
		break;
	case STEP_ANSWER:
		deliver(&ends[0], &ends[1], *now, argument, 0, outbox);
		break;
	case STEP_PACKET:
		bytes = reader_take(script, size);
		node_packet(ends[0].node, *now, bytes, size, outbox);
		end_collect(&ends[0], outbox);
		break;
	case STEP_LINK:
		end_link(&ends[0], *now, argument & 1, outbox);
		end_collect(&ends[0], outbox);
		break;
	case STEP_KINDS:
		break;
	}
	end_time(&ends[0], *now, outbox);
	end_time(&ends[1], *now, outbox);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct end *ends = calloc(2, sizeof(*ends));
	struct outbox *outbox = malloc(sizeof(*outbox));
	void *memory[2] = {NULL, NULL};
	struct reader script = reader_of(bytes, size);
	instant now = {1};

	for (uint8_t i = 0; i < 2; i++) {
		memory[i] = calloc(1, node_size(&limits));
		end_start(&ends[i], memory[i], outbox, (uint8_t)(i + 1));
		end_link(&ends[i], now, true, outbox);
		end_collect(&ends[i], outbox);
	}
	for (int i = 0; i < STEPS && script.left > 1; i++)
		step(ends, &now, &script, outbox);
	free(memory[0]);
	free(memory[1]);
	free(outbox);
	free(ends);
	return 0;
}
