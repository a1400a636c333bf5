/* TRACE and TRACED, written, signed and read. docs/protocol/route.md, section 9. */
#include "meshp/trace.h"

#include "meshp/wire.h"
#include "tests/vectors/checks.h"

static struct trace question_of(struct vector *vector)
{
	struct trace trace = {.lane = (uint8_t)vector_number(vector, "lane"),
			      .destination = vector_address(vector, "destination"),
			      .origin = vector_address(vector, "origin")};

	vector_bytes(vector, "nonce", trace.nonce, TRACE_NONCE);
	return trace;
}

static void questions_equal(const struct trace *a, const struct trace *b)
{
	assert_int_equal(a->lane, b->lane);
	assert_memory_equal(a->nonce, b->nonce, TRACE_NONCE);
	assert_true(address_equal(&a->destination, &b->destination));
	assert_true(address_equal(&a->origin, &b->origin));
}

void check_trace(struct vector *vector)
{
	const struct trace trace = question_of(vector);
	uint8_t bytes[WIRE_TRACE];
	struct writer out = writer_of(bytes, sizeof(bytes));
	struct trace read;

	trace_write(&trace, &out);
	assert_true(writer_ok(&out));
	vector_expect(vector, "message", bytes, out.used);
	assert_true(trace_read(bytes, out.used, &read));
	questions_equal(&read, &trace);
}

static struct traced_way way_of(struct vector *vector)
{
	return (struct traced_way){
		.arrived = vector_flag(vector, "arrived"),
		.no_way = vector_flag(vector, "no_way"),
		.next = vector_address(vector, "next"),
		.back = vector_address(vector, "back"),
		.interface = vector_number(vector, "interface"),
		.mtu = (uint16_t)vector_number(vector, "mtu"),
		.rtt_us = vector_number(vector, "rtt"),
		.loss_ppm = vector_number(vector, "loss"),
		.metric_us = vector_number(vector, "metric"),
		.queued = vector_number(vector, "queued"),
	};
}

static void ways_equal(const struct traced_way *a, const struct traced_way *b)
{
	assert_int_equal(a->arrived, b->arrived);
	assert_int_equal(a->no_way, b->no_way);
	assert_true(address_equal(&a->next, &b->next));
	assert_true(address_equal(&a->back, &b->back));
	assert_int_equal(a->interface, b->interface);
	assert_int_equal(a->mtu, b->mtu);
	assert_int_equal(a->rtt_us, b->rtt_us);
	assert_int_equal(a->loss_ppm, b->loss_ppm);
	assert_int_equal(a->metric_us, b->metric_us);
	assert_int_equal(a->queued, b->queued);
}

void check_traced(struct vector *vector)
{
	const struct network network = vector_network(vector);
	uint8_t seed[IDENTITY_SEED], bytes[WIRE_TRACED];
	struct writer out = writer_of(bytes, sizeof(bytes));
	struct traced read, traced = {.question = question_of(vector),
				      .from = vector_address(vector, "answerer"),
				      .way = way_of(vector)};
	struct identity identity;

	vector_bytes(vector, "identity_seed", seed, sizeof(seed));
	identity_of(&identity, seed);
	traced_sign(&traced, &identity, network.id);
	vector_expect(vector, "signature", traced.signature, SIGNATURE);
	traced_write(&traced, &out);
	assert_true(writer_ok(&out));
	vector_expect(vector, "message", bytes, out.used);
	assert_true(traced_read(bytes, out.used, &read));
	assert_true(traced_verify(&read, identity.public_key, network.id));
	questions_equal(&read.question, &traced.question);
	assert_true(address_equal(&read.from, &traced.from));
	ways_equal(&read.way, &traced.way);
}
