/* Journals: what is written is read back, what is read is written back, what ends in the middle is
 * told from what is nonsense, and an event handed over as a value does what its function does. */
#include "node/journal.h"

#include "crypto/aead.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct node_limits limits = {
	.links = 2,
	.neighbours = 8,
	.peers = 8,
	.staged = 4,
	.route = {.nodes = 12, .fragments = 20, .cells = 160, .adjacent = 8},
};

static struct journal_head head_sample(void)
{
	struct journal_head head = {.limits = limits,
				    .settings = {.zone = 7,
						 .boot_epoch = 9,
						 .suites = SUITE_BIT(SUITE_CHACHA20_POLY1305),
						 .rekey = duration_s(120),
						 .no_transit = true}};

	memset(head.secrets.identity_seed, 1, 32);
	memset(head.secrets.session_secret, 2, 32);
	memset(head.secrets.random_seed, 4, 32);
	return head;
}

static const uint8_t secret[AGREE_KEY] = {5, 6, 7};
static const uint8_t two[2 * ADDRESS] = {0xbe, 0xef, 1};
static const uint8_t noise[] = {0x60, 1, 2, 3, 4, 5, 6, 7, 8, 9};

/* One of each kind, and the edges of some. */
static const struct journal_event samples[] = {
	{.kind = JOURNAL_LINK,
	 .now = {1},
	 .link = 1,
	 .facts = {.running = true, .mtu = 1500, .cost = 3, .lladdr = {{2, 0, 0, 0, 0, 9}}}},
	{.kind = JOURNAL_LINK, .now = {1}, .facts = {.running = true, .radio = true, .mtu = 1280}},
	{.kind = JOURNAL_TIME, .now = {2000000}},
	{.kind = JOURNAL_FRAME,
	 .now = {2000001},
	 .link = 1,
	 .from = {{2, 1, 1, 1, 1, 1}},
	 .group = true,
	 .bytes = {noise, sizeof(noise)}},
	{.kind = JOURNAL_FRAME, .now = {2000002}, .link = 70, .bytes = {noise, 0}},
	{.kind = JOURNAL_PACKET, .now = {2000003}, .bytes = {noise, sizeof(noise)}},
	{.kind = JOURNAL_SESSION_KEY,
	 .now = {2500000},
	 .generation = 10,
	 .bytes = {secret, sizeof(secret)}},
	{.kind = JOURNAL_TRACE, .now = {2500001}, .trace = TRACES - 1, .lane = 7, .to = {{0xbe}}},
	{.kind = JOURNAL_LEAVE, .now = {2500002}},
	{.kind = JOURNAL_CARRIED, .now = {2500003}, .link = 1, .from = {{2, 1, 1, 1, 1, 1}}},
	{.kind = JOURNAL_CHANGE,
	 .now = {2500004},
	 .settings = {.suites = 1, .rekey = {1000000}, .no_transit = true}},
	{.kind = JOURNAL_ALLOW, .now = {2500005}, .listed = true, .bytes = {two, sizeof(two)}},
	{.kind = JOURNAL_ALLOW, .now = {2500006}, .bytes = {noise, 0}},
	{.kind = JOURNAL_TIME, .now = {((int64_t)1 << 50) - 1}},
};

enum { NO_TRANSIT_AT = JOURNAL_HEAD - 4 * 32 - 1 }; /* before four secrets */

enum { SAMPLES = sizeof(samples) / sizeof(samples[0]) };

static size_t written(const struct journal_event *event, uint8_t *bytes, size_t size)
{
	struct writer writer = writer_of(bytes, size);

	journal_event_write(&writer, event);
	assert_true(writer_ok(&writer));
	return writer.used;
}

static void check_equal(const struct journal_event *a, const struct journal_event *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->now.us, b->now.us);
	assert_int_equal(a->link, b->link);
	assert_int_equal(a->group, b->group);
	assert_int_equal(a->generation, b->generation);
	assert_int_equal(a->trace, b->trace);
	assert_int_equal(a->lane, b->lane);
	assert_memory_equal(a->to.bytes, b->to.bytes, ADDRESS);
	assert_memory_equal(a->from.bytes, b->from.bytes, LLADDR);
	assert_int_equal(a->facts.running, b->facts.running);
	assert_int_equal(a->facts.radio, b->facts.radio);
	assert_int_equal(a->facts.mtu, b->facts.mtu);
	assert_int_equal(a->facts.cost, b->facts.cost);
	assert_memory_equal(a->facts.lladdr.bytes, b->facts.lladdr.bytes, LLADDR);
	assert_int_equal(a->bytes.size, b->bytes.size);
	if (a->bytes.size > 0)
		assert_memory_equal(a->bytes.bytes, b->bytes.bytes, a->bytes.size);
}

static void an_event_is_read_as_it_was_written(void **state)
{
	uint8_t bytes[200];

	for (size_t i = 0; i < SAMPLES; i++) {
		struct reader reader = reader_of(bytes, written(&samples[i], bytes, 200));
		struct journal_event read;
		assert_int_equal(journal_event_read(&reader, &limits, &read), JOURNAL_WHOLE);
		assert_true(reader_done(&reader));
		check_equal(&samples[i], &read);
	}
}

static void the_longest_event_fits(void **state)
{
	uint8_t *most = calloc(1, UINT16_MAX), *bytes = malloc(JOURNAL_EVENT);
	struct journal_event event = {.kind = JOURNAL_FRAME, .bytes = {most, UINT16_MAX}}, read;

	assert_int_equal(written(&event, bytes, JOURNAL_EVENT), JOURNAL_EVENT);
	struct reader reader = reader_of(bytes, JOURNAL_EVENT);
	assert_int_equal(journal_event_read(&reader, &limits, &read), JOURNAL_WHOLE);
	check_equal(&event, &read);
	free(bytes);
	free(most);
}

static void what_an_event_cannot_have_is_not_written(void **state)
{
	const struct journal_event beyond[] = {
		{.kind = JOURNAL_TIME, .now = {-1}},
		{.kind = JOURNAL_TIME, .now = {(int64_t)1 << 50}},
		{.kind = JOURNAL_PACKET, .bytes = {noise, UINT16_MAX + 1}},
	};
	uint8_t bytes[200];

	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
		struct writer writer = writer_of(bytes, sizeof(bytes));
		journal_event_write(&writer, &beyond[i]);
		assert_false(writer_ok(&writer));
	}
}

static void every_beginning_of_an_event_is_cut(void **state)
{
	uint8_t bytes[200];

	for (size_t i = 0; i < SAMPLES; i++) {
		size_t size = written(&samples[i], bytes, sizeof(bytes));
		for (size_t left = 0; left < size; left++) {
			struct reader reader = reader_of(bytes, left);
			struct journal_event read = {.link = 77};
			assert_int_equal(journal_event_read(&reader, &limits, &read), JOURNAL_CUT);
			assert_int_equal(reader.left, left);
			assert_int_equal(read.link, 77);
		}
	}
}

/* Any byte changed: what is still an event is written back as it stands, the rest is refused. */
static void what_is_read_is_written_back(void **state)
{
	uint8_t bytes[200], again[200];

	for (size_t i = 0; i < SAMPLES; i++) {
		size_t size = written(&samples[i], bytes, sizeof(bytes));
		for (size_t at = 0; at < size * 255; at++) {
			uint8_t change = (uint8_t)(1 + at % 255);
			struct reader reader = reader_of(bytes, size);
			struct journal_event read;
			bytes[at / 255] ^= change;
			if (journal_event_read(&reader, &limits, &read) == JOURNAL_WHOLE) {
				size_t used = written(&read, again, sizeof(again));
				assert_int_equal(used, size - reader.left);
				assert_memory_equal(again, bytes, used);
			}
			bytes[at / 255] ^= change;
		}
	}
}

/* The sample with one byte set to a value. */
static enum journal_found found_with(size_t sample, size_t at, uint8_t value)
{
	uint8_t bytes[200];
	size_t size = written(&samples[sample], bytes, sizeof(bytes));
	struct reader reader = reader_of(bytes, size);
	struct journal_event read;

	assert_in_range(at, 0, size - 1);
	bytes[at] = value;
	return journal_event_read(&reader, &limits, &read);
}

static void nonsense_is_malformed(void **state)
{
	assert_int_equal(found_with(2, 0, 0), JOURNAL_MALFORMED);    /* no such kind */
	assert_int_equal(found_with(2, 0, 11), JOURNAL_MALFORMED);   /* nor that */
	assert_int_equal(found_with(2, 2, 0x04), JOURNAL_MALFORMED); /* an instant of 2^50 */
	assert_int_equal(found_with(2, 1, 0x80), JOURNAL_MALFORMED); /* a negative one */
	assert_int_equal(found_with(0, 12, 2), JOURNAL_MALFORMED);   /* a link there is not */
	assert_int_equal(found_with(0, 13, 2), JOURNAL_MALFORMED);   /* neither yes nor no */
	assert_int_equal(found_with(0, 14, 255), JOURNAL_MALFORMED);
	assert_int_equal(found_with(3, 19, 2), JOURNAL_MALFORMED);
	assert_int_equal(found_with(3, 12, 2), JOURNAL_WHOLE); /* a frame may come from anywhere */
	assert_int_equal(found_with(7, 12, TRACES), JOURNAL_MALFORMED);
	assert_int_equal(found_with(9, 12, 2), JOURNAL_MALFORMED);
	assert_int_equal(found_with(7, 13, 8), JOURNAL_MALFORMED);
	assert_int_equal(found_with(10, 9, 0), JOURNAL_MALFORMED); /* no suite */
	assert_int_equal(found_with(10, 9, 4), JOURNAL_MALFORMED);
	assert_int_equal(found_with(10, 10, 0x80), JOURNAL_MALFORMED);
	assert_int_equal(found_with(10, 18, 2), JOURNAL_MALFORMED);
	assert_int_equal(found_with(11, 9, 2), JOURNAL_MALFORMED);
	assert_int_equal(found_with(11, 9, 0), JOURNAL_MALFORMED); /* everybody, and a list */
	assert_int_equal(found_with(11, 11, 31), JOURNAL_MALFORMED);
	assert_int_equal(found_with(11, 11, 16), JOURNAL_WHOLE);
}

static void a_head_is_read_as_it_was_written(void **state)
{
	struct journal_head head = head_sample(), read;
	uint8_t bytes[JOURNAL_HEAD], again[JOURNAL_HEAD];
	struct writer writer = writer_of(bytes, sizeof(bytes));

	journal_head_write(&writer, &head);
	assert_true(writer_ok(&writer));
	assert_int_equal(writer.used, JOURNAL_HEAD);
	for (size_t left = 0; left < JOURNAL_HEAD; left++) {
		struct reader reader = reader_of(bytes, left);
		assert_int_equal(journal_head_read(&reader, &read), JOURNAL_CUT);
	}
	struct reader reader = reader_of(bytes, sizeof(bytes));
	assert_int_equal(journal_head_read(&reader, &read), JOURNAL_WHOLE);
	assert_true(reader_done(&reader));
	writer = writer_of(again, sizeof(again));
	journal_head_write(&writer, &read);
	assert_memory_equal(again, bytes, sizeof(bytes));
}

static enum journal_found head_found(const struct journal_head *head)
{
	uint8_t bytes[JOURNAL_HEAD];
	struct writer writer = writer_of(bytes, sizeof(bytes));
	struct reader reader = reader_of(bytes, sizeof(bytes));
	struct journal_head read;

	journal_head_write(&writer, head);
	return journal_head_read(&reader, &read);
}

/* Head fields that node_init would not stand, or that ask for all memory there is. */
static void a_head_of_nonsense_is_malformed(void **state)
{
	const struct journal_head good = head_sample();
	struct journal_head heads[] = {good, good, good, good, good, good, good, good, good, good};
	uint8_t bytes[JOURNAL_HEAD];
	struct writer writer = writer_of(bytes, sizeof(bytes));
	struct reader reader = reader_of(bytes, sizeof(bytes));
	struct journal_head read;

	heads[0].limits.links = 0;
	heads[1].limits.links = LINKS_MAX + 1;
	heads[2].limits.neighbours = 0;
	heads[3].limits.peers = JOURNAL_LIMIT_MOST + 1;
	heads[4].limits.staged = UINT32_MAX;
	heads[5].settings.zone = 65536;
	heads[6].settings.suites = 0;
	heads[7].settings.suites = 1 << SUITE_COUNT;
	heads[8].settings.rekey = duration_us(0);
	heads[9].settings.rekey = duration_s(86401);
	assert_int_equal(head_found(&good), JOURNAL_WHOLE);
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		assert_int_equal(head_found(&heads[i]), JOURNAL_MALFORMED);
	journal_head_write(&writer, &good);
	bytes[NO_TRANSIT_AT] = 2; /* neither yes nor no */
	assert_int_equal(journal_head_read(&reader, &read), JOURNAL_MALFORMED);
}

static void another_file_is_no_journal(void **state)
{
	const struct journal_head head = head_sample();
	uint8_t bytes[JOURNAL_HEAD];
	struct writer writer = writer_of(bytes, sizeof(bytes));

	journal_head_write(&writer, &head);
	for (size_t at = 0; at < 10; at++) { /* the magic and the version */
		struct reader reader = reader_of(bytes, sizeof(bytes));
		struct journal_head read;
		bytes[at] ^= 1;
		assert_int_equal(journal_head_read(&reader, &read), JOURNAL_MALFORMED);
		bytes[at] ^= 1;
	}
}

static void an_answer_is_the_beginning_of_a_hash(void **state)
{
	uint8_t hash[HASH_256], bytes[JOURNAL_ANSWER], answer[JOURNAL_ANSWER];
	struct writer writer = writer_of(bytes, sizeof(bytes));

	for (uint8_t i = 0; i < HASH_256; i++)
		hash[i] = i;
	journal_answer_write(&writer, hash);
	for (size_t left = 0; left < JOURNAL_ANSWER; left++) {
		struct reader reader = reader_of(bytes, left);
		assert_int_equal(journal_answer_read(&reader, answer), JOURNAL_CUT);
	}
	struct reader reader = reader_of(bytes, sizeof(bytes));
	assert_int_equal(journal_answer_read(&reader, answer), JOURNAL_WHOLE);
	assert_true(reader_done(&reader));
	assert_memory_equal(answer, hash, JOURNAL_ANSWER);
}

/* A node made from a head, with an outbox. */
struct one {
	struct node *node;
	struct outbox *outbox;
	uint8_t hash[HASH_256];
	uint32_t actions;
};

static struct one one_new(void)
{
	const struct journal_head head = head_sample();
	struct one one = {.outbox = malloc(sizeof(struct outbox))};
	void *memory = calloc(1, node_size(&head.limits));

	one.node = node_init(memory, &head.limits, &head.secrets, &head.settings);
	outbox_clear(one.outbox);
	return one;
}

static void one_take(struct one *one, instant now)
{
	outbox_hash(one->hash, now, 0, one->outbox);
	one->actions += one->outbox->count;
	outbox_clear(one->outbox);
}

static void one_free(struct one *one)
{
	free(one->node);
	free(one->outbox);
}

/* What journal_apply stands for, said again by hand. */
static void call(struct one *one, const struct journal_event *event)
{
	if (event->kind == JOURNAL_LINK)
		node_link_event(one->node, event->now, event->link, &event->facts, one->outbox);
	else if (event->kind == JOURNAL_FRAME)
		node_frame(one->node, event->now, event->link, event->from, event->group,
			   event->bytes.bytes, event->bytes.size, one->outbox);
	else if (event->kind == JOURNAL_PACKET)
		node_packet(one->node, event->now, event->bytes.bytes, event->bytes.size,
			    one->outbox);
	else if (event->kind == JOURNAL_TIME)
		node_time(one->node, event->now, one->outbox);
	else if (event->kind == JOURNAL_TRACE)
		node_trace(one->node, event->now, event->trace, event->lane, &event->to,
			   one->outbox);
	else if (event->kind == JOURNAL_LEAVE)
		node_leave(one->node, event->now, one->outbox);
	else if (event->kind == JOURNAL_CARRIED)
		node_carried(one->node, event->now, event->link, event->from, one->outbox);
	else if (event->kind == JOURNAL_CHANGE)
		node_change(one->node, event->now, &event->settings, one->outbox);
	else if (event->kind == JOURNAL_ALLOW)
		node_allow(one->node, event->now, event->listed,
			   (const struct address *)event->bytes.bytes,
			   (uint32_t)event->bytes.size / ADDRESS, one->outbox);
	else
		node_session_key(one->node, event->now, event->bytes.bytes, event->generation,
				 one->outbox);
}

static void an_event_does_what_its_function_does(void **state)
{
	struct one called = one_new(), applied = one_new();
	struct node_status status, other;

	for (size_t i = 0; i + 1 < SAMPLES; i++) { /* not the end of time */
		call(&called, &samples[i]);
		one_take(&called, samples[i].now);
		journal_apply(applied.node, &samples[i], applied.outbox);
		one_take(&applied, samples[i].now);
		assert_memory_equal(called.hash, applied.hash, sizeof(called.hash));
		assert_int_equal(node_deadline(called.node).us, node_deadline(applied.node).us);
	}
	assert_true(applied.actions > 0);
	node_status(applied.node, samples[6].now, &status);
	node_status(called.node, samples[6].now, &other);
	assert_int_equal(status.generation, 10);
	assert_memory_equal(&status.drops, &other.drops, sizeof(status.drops));
	one_free(&called);
	one_free(&applied);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_is_read_as_it_was_written),
		cmocka_unit_test(the_longest_event_fits),
		cmocka_unit_test(what_an_event_cannot_have_is_not_written),
		cmocka_unit_test(every_beginning_of_an_event_is_cut),
		cmocka_unit_test(what_is_read_is_written_back),
		cmocka_unit_test(nonsense_is_malformed),
		cmocka_unit_test(a_head_is_read_as_it_was_written),
		cmocka_unit_test(a_head_of_nonsense_is_malformed),
		cmocka_unit_test(another_file_is_no_journal),
		cmocka_unit_test(an_answer_is_the_beginning_of_a_hash),
		cmocka_unit_test(an_event_does_what_its_function_does),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/journal", tests, NULL, NULL);
}
