/* The codec of journals. Every field is read without looking; then the reader is asked whether it
 * was all there, and the values whether they are such as a driver hands over. */
#include "node/journal.h"

#include "crypto/aead.h"
#include "meshp/wire.h"

#include <sodium.h>
#include <string.h>

enum { VERSION = 3 };

static const uint8_t magic[8] = "meshp.ev";

static const int64_t instant_most = INT64_C(0x3ffffffffffff); /* 2^50 - 1 */
static const int64_t rekey_most = INT64_C(24) * 3600 * 1000000;

/* The settings that node_change may replace. */
static void conduct_write(struct writer *writer, const struct node_settings *settings)
{
	writer_u8(writer, settings->suites);
	writer_u64(writer, (uint64_t)settings->rekey.us);
	writer_u8(writer, settings->no_transit);
}

void journal_head_write(struct writer *writer, const struct journal_head *head)
{
	writer_copy(writer, magic, sizeof(magic));
	writer_u16(writer, VERSION);
	writer_u32(writer, head->limits.links);
	writer_u32(writer, head->limits.neighbours);
	writer_u32(writer, head->limits.peers);
	writer_u32(writer, head->limits.staged);
	writer_u32(writer, head->limits.route.nodes);
	writer_u32(writer, head->limits.route.fragments);
	writer_u32(writer, head->limits.route.cells);
	writer_u32(writer, head->limits.route.adjacent);
	writer_u32(writer, head->settings.zone);
	writer_u32(writer, head->settings.boot_epoch);
	conduct_write(writer, &head->settings);
	writer_copy(writer, head->secrets.identity_seed, sizeof(head->secrets.identity_seed));
	writer_copy(writer, head->secrets.session_secret, sizeof(head->secrets.session_secret));
	writer_copy(writer, head->secrets.network_key, sizeof(head->secrets.network_key));
	writer_copy(writer, head->secrets.random_seed, sizeof(head->secrets.random_seed));
}

static bool capacity_good(uint32_t capacity, uint32_t most)
{
	return capacity >= 1 && capacity <= most;
}

static bool route_good(const struct route_limits *limits)
{
	return capacity_good(limits->nodes, JOURNAL_LIMIT_MOST) &&
	       capacity_good(limits->fragments, JOURNAL_LIMIT_MOST) &&
	       capacity_good(limits->cells, JOURNAL_LIMIT_MOST) &&
	       capacity_good(limits->adjacent, ROUTE_ADJACENT_MAX);
}

static bool settings_good(const struct node_settings *settings)
{
	const uint8_t suites = SUITE_BIT(SUITE_COUNT) - 1;

	return settings->zone <= UINT16_MAX && settings->suites != 0 &&
	       (settings->suites & ~suites) == 0 && settings->rekey.us > 0 &&
	       settings->rekey.us <= rekey_most;
}

static bool head_good(const struct journal_head *head)
{
	return capacity_good(head->limits.links, LINKS_MAX) &&
	       capacity_good(head->limits.neighbours, JOURNAL_LIMIT_MOST) &&
	       capacity_good(head->limits.peers, JOURNAL_LIMIT_MOST) &&
	       capacity_good(head->limits.staged, JOURNAL_LIMIT_MOST) &&
	       route_good(&head->limits.route) && settings_good(&head->settings);
}

/* A byte that says yes or no; anything else spoils *good. */
static bool bool_read(struct reader *reader, bool *good)
{
	uint8_t value = reader_u8(reader);

	*good = *good && value <= 1;
	return value == 1;
}

static bool conduct_read(struct reader *reader, struct node_settings *settings)
{
	bool good = true;

	settings->suites = reader_u8(reader);
	settings->rekey = duration_us((int64_t)reader_u64(reader));
	settings->no_transit = bool_read(reader, &good);
	return good;
}

enum journal_found journal_head_read(struct reader *reader, struct journal_head *head)
{
	struct reader ahead = *reader;
	struct journal_head read = {.limits.workers = 0}; /* all lanes are the control side's */
	uint8_t begins[sizeof(magic)];
	bool good = true;

	reader_copy(&ahead, begins, sizeof(begins));
	uint16_t version = reader_u16(&ahead);
	if (!ahead.failed && (memcmp(begins, magic, sizeof(magic)) != 0 || version != VERSION))
		return JOURNAL_MALFORMED;
	read.limits.links = reader_u32(&ahead);
	read.limits.neighbours = reader_u32(&ahead);
	read.limits.peers = reader_u32(&ahead);
	read.limits.staged = reader_u32(&ahead);
	read.limits.route.nodes = reader_u32(&ahead);
	read.limits.route.fragments = reader_u32(&ahead);
	read.limits.route.cells = reader_u32(&ahead);
	read.limits.route.adjacent = reader_u32(&ahead);
	read.settings.zone = reader_u32(&ahead);
	read.settings.boot_epoch = reader_u32(&ahead);
	good = conduct_read(&ahead, &read.settings);
	reader_copy(&ahead, read.secrets.identity_seed, sizeof(read.secrets.identity_seed));
	reader_copy(&ahead, read.secrets.session_secret, sizeof(read.secrets.session_secret));
	reader_copy(&ahead, read.secrets.network_key, sizeof(read.secrets.network_key));
	reader_copy(&ahead, read.secrets.random_seed, sizeof(read.secrets.random_seed));
	good = good && head_good(&read);
	enum journal_found found = ahead.failed ? JOURNAL_CUT
				   : good	? JOURNAL_WHOLE
						: JOURNAL_MALFORMED;
	if (found == JOURNAL_WHOLE) {
		*head = read;
		*reader = ahead;
	}
	sodium_memzero(&read, sizeof(read));
	return found;
}

static void bytes_write(struct writer *writer, struct span bytes)
{
	writer_u16(writer, (uint16_t)bytes.size);
	if (bytes.size > 0)
		writer_copy(writer, bytes.bytes, bytes.size);
}

static struct span bytes_read(struct reader *reader)
{
	size_t size = reader_u16(reader);

	return (struct span){reader_take(reader, size), size};
}

static void facts_write(struct writer *writer, const struct node_link *facts)
{
	writer_u8(writer, facts->running);
	writer_u8(writer, facts->radio);
	writer_u32(writer, facts->mtu);
	writer_u32(writer, facts->cost);
	writer_u64(writer, facts->rate_bps);
	writer_copy(writer, facts->lladdr.bytes, LLADDR);
}

static bool facts_read(struct reader *reader, struct node_link *facts)
{
	bool good = true;

	facts->running = bool_read(reader, &good);
	facts->radio = bool_read(reader, &good);
	facts->mtu = reader_u32(reader);
	facts->cost = reader_u32(reader);
	facts->rate_bps = reader_u64(reader);
	reader_copy(reader, facts->lladdr.bytes, LLADDR);
	return good;
}

void journal_event_write(struct writer *writer, const struct journal_event *event)
{
	bool sayable = event->now.us >= 0 && event->now.us <= instant_most &&
		       event->bytes.size <= UINT16_MAX;

	writer->failed = writer->failed || !sayable;
	writer_u8(writer, (uint8_t)event->kind);
	writer_u64(writer, (uint64_t)event->now.us);
	switch (event->kind) {
	case JOURNAL_LINK:
		writer_u32(writer, event->link);
		facts_write(writer, &event->facts);
		break;
	case JOURNAL_FRAME:
		writer_u32(writer, event->link);
		writer_copy(writer, event->from.bytes, LLADDR);
		writer_u8(writer, event->group);
		bytes_write(writer, event->bytes);
		break;
	case JOURNAL_PACKET:
		bytes_write(writer, event->bytes);
		break;
	case JOURNAL_TIME:
	case JOURNAL_LEAVE:
		break;
	case JOURNAL_SESSION_KEY:
		REQUIRE(event->bytes.size == AGREE_KEY);
		writer_u32(writer, event->generation);
		writer_copy(writer, event->bytes.bytes, AGREE_KEY);
		break;
	case JOURNAL_TRACE:
		writer_u32(writer, event->trace);
		writer_u8(writer, event->lane);
		writer_copy(writer, event->to.bytes, ADDRESS);
		break;
	case JOURNAL_CARRIED:
		writer_u32(writer, event->link);
		writer_copy(writer, event->from.bytes, LLADDR);
		break;
	case JOURNAL_CHANGE:
		conduct_write(writer, &event->settings);
		break;
	case JOURNAL_ALLOW:
		writer_u8(writer, event->listed);
		bytes_write(writer, event->bytes);
		break;
	}
}

/* The arguments of an event of a kind that there is. False if no driver hands over such. */
static bool arguments_read(struct reader *reader, const struct node_limits *limits,
			   struct journal_event *event)
{
	bool good = true;

	switch (event->kind) {
	case JOURNAL_LINK:
		event->link = reader_u32(reader);
		return facts_read(reader, &event->facts) && event->link < limits->links;
	case JOURNAL_FRAME:
		event->link = reader_u32(reader);
		reader_copy(reader, event->from.bytes, LLADDR);
		event->group = bool_read(reader, &good);
		event->bytes = bytes_read(reader);
		return good;
	case JOURNAL_PACKET:
		event->bytes = bytes_read(reader);
		return true;
	case JOURNAL_TIME:
	case JOURNAL_LEAVE:
		return true;
	case JOURNAL_SESSION_KEY:
		event->generation = reader_u32(reader);
		event->bytes = (struct span){reader_take(reader, AGREE_KEY), AGREE_KEY};
		return true;
	case JOURNAL_TRACE:
		event->trace = reader_u32(reader);
		event->lane = reader_u8(reader);
		reader_copy(reader, event->to.bytes, ADDRESS);
		return event->trace < TRACES && event->lane < WIRE_LANES;
	case JOURNAL_CARRIED:
		event->link = reader_u32(reader);
		reader_copy(reader, event->from.bytes, LLADDR);
		return event->link < limits->links;
	case JOURNAL_CHANGE:
		return conduct_read(reader, &event->settings) && settings_good(&event->settings);
	case JOURNAL_ALLOW:
		event->listed = bool_read(reader, &good);
		event->bytes = bytes_read(reader);
		return good && (event->listed || event->bytes.size == 0) &&
		       event->bytes.size % ADDRESS == 0 &&
		       event->bytes.size / ADDRESS <= limits->route.nodes;
	}
	return false;
}

enum journal_found journal_event_read(struct reader *reader, const struct node_limits *limits,
				      struct journal_event *event)
{
	struct reader ahead = *reader;
	uint8_t kind = reader_u8(&ahead);
	uint64_t us = reader_u64(&ahead);
	struct journal_event read = {.kind = (enum journal_kind)kind};

	if (reader->left > 0 && (kind < JOURNAL_LINK || kind > JOURNAL_ALLOW))
		return JOURNAL_MALFORMED;
	bool good = arguments_read(&ahead, limits, &read);
	if (ahead.failed)
		return JOURNAL_CUT;
	if (!good || us > (uint64_t)instant_most)
		return JOURNAL_MALFORMED;
	read.now = (instant){(int64_t)us};
	*event = read;
	*reader = ahead;
	return JOURNAL_WHOLE;
}

void journal_answer_write(struct writer *writer, const uint8_t hash[HASH_256])
{
	writer_copy(writer, hash, JOURNAL_ANSWER);
}

enum journal_found journal_answer_read(struct reader *reader, uint8_t answer[JOURNAL_ANSWER])
{
	if (reader->left < JOURNAL_ANSWER)
		return JOURNAL_CUT;
	reader_copy(reader, answer, JOURNAL_ANSWER);
	return JOURNAL_WHOLE;
}

void journal_apply(struct node *node, const struct journal_event *event, struct outbox *outbox)
{
	switch (event->kind) {
	case JOURNAL_LINK:
		node_link_event(node, event->now, event->link, &event->facts, outbox);
		break;
	case JOURNAL_FRAME:
		node_frame(node, event->now, event->link, event->from, event->group,
			   event->bytes.bytes, event->bytes.size, outbox);
		break;
	case JOURNAL_PACKET:
		node_packet(node, event->now, event->bytes.bytes, event->bytes.size, outbox);
		break;
	case JOURNAL_TIME:
		node_time(node, event->now, outbox);
		break;
	case JOURNAL_SESSION_KEY:
		node_session_key(node, event->now, event->bytes.bytes, event->generation, outbox);
		break;
	case JOURNAL_TRACE:
		node_trace(node, event->now, event->trace, event->lane, &event->to, outbox);
		break;
	case JOURNAL_LEAVE:
		node_leave(node, event->now, outbox);
		break;
	case JOURNAL_CARRIED:
		node_carried(node, event->now, event->link, event->from, outbox);
		break;
	case JOURNAL_CHANGE:
		node_change(node, event->now, &event->settings, outbox);
		break;
	case JOURNAL_ALLOW:
		node_allow(node, event->now, event->listed,
			   (const struct address *)event->bytes.bytes,
			   (uint32_t)(event->bytes.size / ADDRESS), outbox);
		break;
	}
}
