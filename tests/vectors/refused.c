/* Frames that must not be taken, each by whoever would take it: a node that has met nobody, or the
 * receiving end of a session whose key opens it. Nothing is answered. docs/protocol. */
#include "node/receive.h"
#include "node/sealed.h"
#include "tests/vectors/checks.h"
#include "tests/vectors/side.h"

#include <stdlib.h>

/* The name of the only refusal a node has counted. */
static const char *only_refusal(const struct node *node)
{
	enum drop found = DROP_NONE;
	struct node_status status;

	node_status(node, SIDE_NOW, &status);
	for (uint32_t i = 0; i < DROP_COUNT; i++) {
		if (status.drops.counts[i] == 0)
			continue;
		assert_true(found == DROP_NONE && status.drops.counts[i] == 1);
		found = (enum drop)i;
	}
	return drop_name(found);
}

/* True if nothing is to be sent or handed to the host. */
static bool silent(const struct outbox *outbox)
{
	for (uint32_t i = 0; i < outbox->count; i++)
		if (outbox->actions[i].kind != ACTION_NOTICE)
			return false;
	return true;
}

void check_refused(struct vector *vector)
{
	const struct network network = vector_network(vector);
	struct hex frame = vector_hex(vector, "frame");
	struct outbox *outbox = side_outbox();
	struct node_secrets secrets = {.random_seed = {1}};
	struct lladdr from;
	struct node *node;

	memcpy(secrets.network_key, network.key, sizeof(secrets.network_key));
	vector_bytes(vector, "reader_identity_seed", secrets.identity_seed, IDENTITY_SEED);
	vector_bytes(vector, "reader_session_private", secrets.session_secret, AGREE_KEY);
	vector_bytes(vector, "link_address", from.bytes, LLADDR);
	node = side_node(&secrets);
	node_frame(node, SIDE_NOW, 0, from, false, frame.bytes, frame.size, outbox);
	vector_expect_text(vector, "refusal", only_refusal(node));
	assert_true(silent(outbox));
	free(node);
	free(outbox);
}

/* What the control side says of a message that opened; the refusals do not depend on the peer. */
static enum drop message_refusal(struct span message)
{
	const struct node_secrets secrets = {.identity_seed = {1}, .session_secret = {2}};
	struct node *node = side_node(&secrets);
	struct outbox *outbox = side_outbox();
	enum drop drop = sealed_receive(node, SIDE_NOW, 0, &(struct way){0}, message, outbox);

	assert_int_equal(outbox->count, 0);
	free(outbox);
	free(node);
	return drop;
}

static enum drop data_refusal(const struct direction *way, const struct hex *frame)
{
	struct side receiver = side_new(way, false, false);
	struct reader in = reader_of(frame->bytes, frame->size);
	uint8_t message[RECEIVE_SEALED];
	struct data_header header;
	struct verdict verdict;
	size_t size;

	assert_int_equal(data_header_read(&in, &header), DROP_NONE);
	struct worker *worker = side_worker(&receiver, header.lane);
	const struct span sealed = {in.at, in.left};
	if (header.lane == WIRE_LANE_CONTROL)
		verdict = receive_sealed(receiver.forwarding, worker, SIDE_NOW, &header, sealed,
					 message, &size, NULL);
	else
		verdict = receive_packet(receiver.forwarding, worker, SIDE_NOW, &header, sealed,
					 receiver.outbox);
	if (verdict.kind == VERDICT_SEALED)
		verdict.drop = message_refusal((struct span){message, size});
	assert_int_equal(receiver.outbox->count, 0);
	side_free(&receiver);
	return verdict.drop;
}

void check_refused_sealed(struct vector *vector)
{
	struct hex frame = vector_hex(vector, "frame");
	struct direction way = {
		.source = vector_address(vector, "source"),
		.destination = vector_address(vector, "destination"),
		.suite = (enum suite)vector_number(vector, "suite"),
		.epoch = vector_number(vector, "epoch"),
	};

	vector_bytes(vector, "key", way.key, AEAD_KEY);
	vector_expect_text(vector, "refusal", drop_name(data_refusal(&way, &frame)));
}
