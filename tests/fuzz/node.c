/* Two honest nodes with the fuzzer as the wire, on toy cryptography, so that all the time goes to
 * the nodes. The input is a run of steps: which of the frames sent arrive, when, how often and how
 * changed; frames of the fuzzer's own, with a good mac1 if it wants; packets of the hosts; a link
 * that goes down; a node that begins anew; time. After every step both nodes are consistent and at
 * rest, frames fit a running link, and a host is handed nothing but errors of its own node and
 * packets that were sent to it, each once. When the fuzzer has no more to say the wire becomes a
 * good one, and the two must find each other. A changed frame has one chance in 2^64 to
 * authenticate, which is taken for never. */
#include "node/check.h"
#include "node/node.h"

#include "base/bytes.h"
#include "crypto/aead.h"
#include "meshp/cookie.h"
#include "meshp/handshake.h"
#include "meshp/packet.h"
#include "tests/fuzz/fuzz.h"

enum {
	KEPT = 32, /* frames of each end that are remembered */
	MTU = 1500,
	HOP_LIMIT_AT = 7, /* in an IPv6 header */
	STEPS = 400,
	PEACE = 500,	     /* rounds of a good wire in all steps */
	ROUNDS = 16,	     /* of node_time until a node must be at rest */
	HEALED_S = 300,	     /* so long after the last step the two know each other again */
	HEALED_MOST = 20000, /* rounds of the good wire until then; more: something runs hot */
};

enum step {
	STEP_TIME,    /* passes */
	STEP_PEACE,   /* the wire is a good one for a few rounds */
	STEP_NEXT,    /* the next frames arrive */
	STEP_LOSE,    /* the next frame is lost */
	STEP_AGAIN,   /* one that is remembered arrives: late, twice, out of order */
	STEP_CHANGED, /* one that is remembered arrives with some bytes changed */
	STEP_FORGED,  /* a handshake frame with some bytes changed and a good mac1 */
	STEP_MADE_UP, /* bytes of the input arrive */
	STEP_PACKET,  /* a host sends a packet to the other */
	STEP_BYTES,   /* a host sends bytes of the input */
	STEP_LINK,    /* goes down or comes up */
	STEP_RESTART, /* a node ends without a word and begins anew */
	STEP_KINDS,
};

struct kept {
	size_t size;
	uint8_t bytes[MTU];
};

/* A node, and the last frames it sent; those from `arrived` on are still under way. */
struct end {
	uint8_t name;
	struct node *node;
	struct address address;
	struct lladdr lladdr;
	struct cookie_keys keys; /* that whoever heard its HELLO knows */
	uint32_t boot_epoch;
	bool running; /* its link */
	struct kept kept[KEPT];
	uint32_t sent, arrived;
};

/* A packet a host sent, by its hash without flow label and hop limit. */
struct sent {
	bool delivered;
	uint8_t hash[HASH_256];
};

struct run {
	struct end ends[2];
	instant now;
	struct reader script;
	struct outbox outbox;
	struct sent packets[STEPS]; /* a step sends one at most */
	uint32_t packet_count;
	uint32_t peace; /* rounds of the good wire that the script had */
};

static const struct node_limits limits = {
	.links = 1,
	.neighbours = 4,
	.peers = 4,
	.staged = 4,
	.route = {.nodes = 4, .fragments = 6, .cells = 48, .adjacent = 4}};
static const uint8_t network_key[32] = {0};

static struct end *other_of(struct run *run, const struct end *end)
{
	return end == &run->ends[0] ? &run->ends[1] : &run->ends[0];
}

static void packet_hash(const uint8_t *bytes, size_t size, uint8_t hash[HASH_256])
{
	const uint8_t head[4] = {bytes[0], bytes[1] & 0xf0};
	const struct span parts[] = {
		{head, sizeof(head)},
		{bytes + 4, HOP_LIMIT_AT - 4},
		{bytes + HOP_LIMIT_AT + 1, size - HOP_LIMIT_AT - 1},
	};

	hash_parts(hash, HASH_256, (struct span){0}, parts, 3);
}

/* A packet for the host: an error of its own node, or one that was sent and not delivered yet. */
static void check_packet(struct run *run, const struct end *end, const uint8_t *bytes, size_t size)
{
	uint8_t hash[HASH_256];
	struct packet packet;
	uint32_t i = 0;

	EXPECT(packet_read(bytes, size, &packet) == DROP_NONE);
	packet_hash(bytes, size, hash);
	while (i < run->packet_count &&
	       (run->packets[i].delivered || memcmp(run->packets[i].hash, hash, HASH_256) != 0))
		i++;
	if (i < run->packet_count) {
		run->packets[i].delivered = true;
		EXPECT(address_equal(&packet.destination, &end->address) ||
		       address_is_this_node(packet.destination.bytes));
		return;
	}
	EXPECT(packet.next_header == PROTOCOL_ICMPV6);
	EXPECT(address_equal(&packet.source, &end->address) ||
	       address_equal(&packet.source, &other_of(run, end)->address));
	EXPECT(packet_checksum(&packet.source, &packet.destination, PROTOCOL_ICMPV6,
			       packet.payload.bytes, packet.payload.size) == 0);
}

/* Looks at all that a node wants done, keeps its frames, and empties the outbox. */
static void end_collect(struct run *run, struct end *end)
{
	struct outbox *outbox = &run->outbox;

	EXPECT(outbox->count <= OUTBOX_ACTIONS && outbox->used <= OUTBOX_BYTES);
	for (uint32_t i = 0; i < outbox->count; i++) {
		const struct action *action = &outbox->actions[i];
		const uint8_t *bytes = outbox->bytes + action->offset;

		EXPECT(action->offset + action->size <= outbox->used);
		if (action->kind == ACTION_FRAME) {
			struct kept *kept = &end->kept[end->sent++ % KEPT];
			EXPECT(action->size >= WIRE_FRAME_LEAST && action->size <= MTU);
			EXPECT(action->link == 0 && end->running);
			kept->size = action->size;
			memcpy(kept->bytes, bytes, action->size);
		} else if (action->kind == ACTION_PACKET) {
			check_packet(run, end, bytes, action->size);
		}
	}
	if (end->sent - end->arrived > KEPT)
		end->arrived = end->sent - KEPT;
	outbox_clear(outbox);
}

/* Lets a node do what is due, and looks at it. */
static void end_rest(struct run *run, struct end *end)
{
	for (int i = 0; i < ROUNDS && instant_reached(run->now, node_deadline(end->node)); i++) {
		node_time(end->node, run->now, &run->outbox);
		end_collect(run, end);
	}
	EXPECT(!instant_reached(run->now, node_deadline(end->node)));
	node_check(end->node);
}

static void end_link(struct run *run, struct end *end, bool running)
{
	struct node_link facts = {.running = running, .mtu = MTU, .lladdr = end->lladdr};

	end->running = running;
	node_link_event(end->node, run->now, 0, &facts, &run->outbox);
	end_collect(run, end);
}

/* Makes the node, or makes it anew with its identity and the next boot epoch; its link stays. */
static void end_start(struct run *run, struct end *end, bool running)
{
	uint8_t epoch = (uint8_t)++end->boot_epoch;
	struct node_secrets secrets = {.identity_seed = {end->name},
				       .session_secret = {end->name, 1, epoch},
				       .random_seed = {end->name, 2, epoch}};
	struct node_settings settings = {.boot_epoch = end->boot_epoch,
					 .suites = SUITE_BIT(SUITE_CHACHA20_POLY1305),
					 .rekey = duration_s(120)};
	struct agree_pair pair;
	struct node_status status;

	memset(end->node, 0, node_size(&limits));
	node_init(end->node, &limits, &secrets, &settings);
	agree_pair_of(&pair, secrets.session_secret);
	cookie_keys_of(&end->keys, pair.public_key, network_key);
	node_status(end->node, run->now, &status);
	end->address = status.address;
	end_link(run, end, running);
}

static void end_frame(struct run *run, struct end *to, bool group, const uint8_t *bytes,
		      size_t size)
{
	node_frame(to->node, run->now, 0, other_of(run, to)->lladdr, group, bytes, size,
		   &run->outbox);
	end_collect(run, to);
}

static bool frame_is(const struct kept *frame, enum frame_type type)
{
	return frame->bytes[0] == WIRE_CONTROL_BYTE && frame->bytes[1] == type;
}

static void end_take(struct run *run, struct end *to, const struct kept *frame)
{
	if (frame->size > 0)
		end_frame(run, to, frame_is(frame, FRAME_HELLO), frame->bytes, frame->size);
}

/* Up to so many frames under way to an end arrive, in order. */
static void end_next(struct run *run, struct end *to, uint32_t most)
{
	struct end *from = other_of(run, to);

	while (from->arrived != from->sent && most-- > 0) {
		struct kept frame = from->kept[from->arrived++ % KEPT];
		end_take(run, to, &frame);
	}
}

/* One round of a good wire: all that is under way arrives, or else time passes to the next
 * deadline, at most to `end`. False at the end. */
static bool peace(struct run *run, instant end)
{
	struct end *one = &run->ends[0], *two = &run->ends[1];
	instant next = node_deadline(one->node);

	if (one->arrived == one->sent && two->arrived == two->sent) {
		if (node_deadline(two->node).us < next.us)
			next = node_deadline(two->node);
		if (instant_is_never(next) || next.us > end.us)
			return false;
		run->now = next;
	}
	end_next(run, one, KEPT);
	end_next(run, two, KEPT);
	end_rest(run, one);
	end_rest(run, two);
	return true;
}

/* Lays bytes of the script over a frame at an offset the script says, and may cut it. */
static void frame_change(struct run *run, struct kept *frame)
{
	uint8_t cut = reader_u8(&run->script), offset = reader_u8(&run->script);
	uint8_t count = 1 + reader_u8(&run->script) % 8;

	for (uint32_t i = 0; i < count; i++)
		frame->bytes[(offset * 2 + i) % frame->size] ^= reader_u8(&run->script);
	if (cut & 1)
		frame->size = 1 + frame->size * cut / 256;
}

static void end_changed(struct run *run, struct end *to, uint8_t which, bool good_mac1)
{
	struct kept frame = other_of(run, to)->kept[which % KEPT];

	if (frame.size == 0)
		return;
	frame_change(run, &frame);
	if (good_mac1 && frame_is(&frame, FRAME_INITIATION) && frame.size == WIRE_INITIATION)
		cookie_mac1(&to->keys, frame.bytes, INITIATION_MAC1, frame.bytes + INITIATION_MAC1);
	if (good_mac1 && frame_is(&frame, FRAME_RESPONSE) && frame.size == WIRE_RESPONSE)
		cookie_mac1(&to->keys, frame.bytes, RESPONSE_MAC1, frame.bytes + RESPONSE_MAC1);
	end_take(run, to, &frame);
}

static void end_sends(struct run *run, struct end *end, const uint8_t *bytes, size_t size)
{
	struct sent *sent = &run->packets[run->packet_count];

	if (size >= WIRE_IPV6_HEADER) {
		packet_hash(bytes, size, sent->hash);
		run->packet_count++;
	}
	node_packet(end->node, run->now, bytes, size, &run->outbox);
	end_collect(run, end);
}

/* A packet of UDP's protocol number to the other host that differs from all others. */
static void end_sends_packet(struct run *run, struct end *end, uint8_t length)
{
	uint8_t payload[255 * 6] = {(uint8_t)(run->packet_count >> 8), (uint8_t)run->packet_count};
	uint8_t bytes[WIRE_IPV6_HEADER + sizeof(payload)];
	struct packet packet = {.next_header = PROTOCOL_UDP,
				.hop_limit = 64,
				.source = end->address,
				.destination = other_of(run, end)->address};
	size_t size = 2 + (size_t)length * 6 % (sizeof(payload) - 1);
	struct writer out = writer_of(bytes, sizeof(bytes));

	packet_header_write(&packet, size, &out);
	writer_copy(&out, payload, size);
	EXPECT(writer_ok(&out));
	end_sends(run, end, bytes, out.used);
}

/* Bytes of the input as a frame or packet. */
static struct span made_up(struct run *run, uint8_t length)
{
	size_t size = length < run->script.left ? length : run->script.left;

	return (struct span){reader_take(&run->script, size), size};
}

static void step(struct run *run)
{
	uint8_t operation = reader_u8(&run->script), argument = reader_u8(&run->script);
	struct end *end = &run->ends[operation >> 7];
	struct end *other = other_of(run, end);
	struct span bytes;
	struct kept again;

	switch ((enum step)((operation & 127) % STEP_KINDS)) {
	case STEP_TIME:
		run->now = instant_after(run->now, duration_ms(1 << argument % 18));
		break;
	case STEP_PEACE:
		for (int i = argument % 32; i >= 0 && run->peace < PEACE; i--)
			run->peace += peace(run, INSTANT_NEVER);
		break;
	case STEP_NEXT:
		end_next(run, end, 1 + argument % 4);
		break;
	case STEP_LOSE:
		other->arrived += other->arrived != other->sent;
		break;
	case STEP_AGAIN:
		again = other->kept[argument % KEPT];
		end_take(run, end, &again);
		break;
	case STEP_CHANGED:
	case STEP_FORGED:
		end_changed(run, end, argument, (operation & 127) % STEP_KINDS == STEP_FORGED);
		break;
	case STEP_MADE_UP:
		bytes = made_up(run, argument);
		end_frame(run, end, argument & 1, bytes.bytes, bytes.size);
		break;
	case STEP_PACKET:
		end_sends_packet(run, end, argument);
		break;
	case STEP_BYTES:
		bytes = made_up(run, argument);
		end_sends(run, end, bytes.bytes, bytes.size);
		break;
	case STEP_LINK:
		end_link(run, end, argument & 1);
		break;
	case STEP_RESTART:
		end_start(run, end, end->running);
		break;
	case STEP_KINDS:
		break;
	}
	end_rest(run, &run->ends[0]);
	end_rest(run, &run->ends[1]);
}

/* True if the end has the other as FULL neighbour. */
static bool end_full(struct run *run, const struct end *end)
{
	struct node_neighbour neighbour;
	uint32_t cursor = 0;

	while (node_neighbours(end->node, run->now, &cursor, &neighbour))
		if (neighbour.state == NEIGHBOUR_FULL)
			return address_equal(&neighbour.address, &other_of(run, end)->address);
	return false;
}

/* Whatever was done to them, on a good wire the two find each other. */
static void heal(struct run *run)
{
	instant end = instant_after(run->now, duration_s(HEALED_S));
	uint32_t rounds = 0;

	for (int i = 0; i < 2; i++) {
		if (!run->ends[i].running)
			end_link(run, &run->ends[i], true);
		end_rest(run, &run->ends[i]);
	}
	while (!(end_full(run, &run->ends[0]) && end_full(run, &run->ends[1]))) {
		EXPECT(peace(run, end));
		EXPECT(rounds++ < HEALED_MOST);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct run *run = calloc(1, sizeof(*run));

	run->now = (instant){1};
	run->script = reader_of(bytes, size);
	outbox_clear(&run->outbox);
	for (uint8_t i = 0; i < 2; i++) {
		struct end *end = &run->ends[i];
		end->name = i + 1;
		end->lladdr = (struct lladdr){{2, 0, 0, 0, 0, end->name}};
		end->node = calloc(1, node_size(&limits));
	}
	for (uint8_t i = 0; i < 2; i++)
		end_start(run, &run->ends[i], true);
	for (int i = 0; i < STEPS && run->script.left > 1; i++)
		step(run);
	heal(run);
	free(run->ends[0].node);
	free(run->ends[1].node);
	free(run);
	return 0;
}
