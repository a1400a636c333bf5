/* A node driven by a journal: the input is one as `meshpd --journal` and `meshsim run --journal`
 * write it, so a journal that is short enough becomes a seed by being copied. The node is made of
 * the journal's secrets and settings, within small limits of the fuzzer's own, and gets every event
 * that can be read; time that goes back stands still instead. What is read is written back byte for
 * byte, and after every event the node is consistent in itself and its outbox whole. */
#include "crypto/aead.h"
#include "node/check.h"
#include "node/journal.h"
#include "tests/fuzz/fuzz.h"

enum { EVENTS = 1000 };

static const struct node_limits limits = {
	.links = 4,
	.neighbours = 8,
	.peers = 8,
	.staged = 4,
	.route = {.nodes = 12, .fragments = 20, .cells = 160, .adjacent = 8}};

static bool head_take(struct reader *reader, struct journal_head *head)
{
	const uint8_t *begin = reader->at;
	uint8_t again[JOURNAL_HEAD];
	struct writer writer = writer_of(again, sizeof(again));

	if (journal_head_read(reader, head) != JOURNAL_WHOLE)
		return false;
	journal_head_write(&writer, head);
	EXPECT(writer_ok(&writer) && memcmp(begin, again, writer.used) == 0);
	return (head->settings.suites & ~aead_suites()) == 0;
}

static bool event_take(struct reader *reader, struct journal_event *event, uint8_t *again)
{
	const uint8_t *begin = reader->at;
	struct writer writer = writer_of(again, JOURNAL_EVENT);
	uint8_t answer[JOURNAL_ANSWER];

	if (journal_event_read(reader, &limits, event) != JOURNAL_WHOLE)
		return false;
	journal_event_write(&writer, event);
	EXPECT(writer_ok(&writer) && writer.used == (size_t)(reader->at - begin));
	EXPECT(memcmp(begin, again, writer.used) == 0);
	if (journal_answer_read(reader, answer) == JOURNAL_CUT)
		reader->left = 0;
	return (event->settings.suites & ~aead_suites()) == 0;
}

static void outbox_look(struct outbox *outbox)
{
	EXPECT(outbox->count <= OUTBOX_ACTIONS && outbox->used <= OUTBOX_BYTES);
	for (uint32_t i = 0; i < outbox->count; i++) {
		const struct action *action = &outbox->actions[i];
		EXPECT(action->offset + action->size <= outbox->used);
		EXPECT(action->kind != ACTION_FRAME || action->link < limits.links);
	}
	outbox_clear(outbox);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reader reader = reader_of(bytes, size);
	struct journal_head head;
	struct journal_event event;
	instant now = {0};

	if (!head_take(&reader, &head))
		return 0;
	struct outbox *outbox = malloc(sizeof(*outbox));
	uint8_t *again = malloc(JOURNAL_EVENT);
	void *memory = calloc(1, node_size(&limits));
	struct node *node = node_init(memory, &limits, &head.secrets, &head.settings);
	outbox_clear(outbox);
	for (int i = 0; i < EVENTS && event_take(&reader, &event, again); i++) {
		now = event.now.us > now.us ? event.now : now;
		event.now = now;
		journal_apply(node, &event, outbox);
		outbox_look(outbox);
		node_check(node);
	}
	free(memory);
	free(again);
	free(outbox);
	return 0;
}
