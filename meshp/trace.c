/* Both messages begin alike. What a field cannot mean in its message must be zero there, so that an
 * answer has one form; the signature covers all of it but itself. */
#include "meshp/trace.h"

#include "meshp/wire.h"

/* Bits of byte 1 of TRACED. */
enum {
	TRACED_ARRIVED = 0x80,
	TRACED_NO_WAY = 0x40,
	SIGNED = WIRE_TRACED - SIGNATURE, /* bytes the signature covers */
	LOSS_MOST = 1000000,		  /* millionths */
};

static void node_write(const struct address *address, struct writer *out)
{
	writer_copy(out, address->bytes + ADDRESS_PREFIX, ADDRESS_HASH);
}

static struct address node_read(struct reader *in)
{
	uint8_t hash[ADDRESS_HASH];

	reader_copy(in, hash, sizeof(hash));
	return address_of_hash(hash);
}

static bool is_nobody(const struct address *address)
{
	return address_is_this_node(address->bytes);
}

struct traced_way traced_way_end(bool arrived)
{
	const struct address nobody = address_of_hash((const uint8_t[ADDRESS_HASH]){0});

	return (struct traced_way){.arrived = arrived,
				   .no_way = !arrived,
				   .next = nobody,
				   .queued = TRACE_QUEUE_UNKNOWN,
				   .back = nobody};
}

static void question_write(const struct trace *trace, struct writer *out)
{
	writer_copy(out, trace->nonce, TRACE_NONCE);
	node_write(&trace->destination, out);
	node_write(&trace->origin, out);
}

static void question_read(struct reader *in, struct trace *trace)
{
	reader_copy(in, trace->nonce, TRACE_NONCE);
	trace->destination = node_read(in);
	trace->origin = node_read(in);
}

static bool question_good(const struct trace *trace)
{
	return !is_nobody(&trace->destination) && !is_nobody(&trace->origin);
}

void trace_write(const struct trace *trace, struct writer *out)
{
	writer_u8(out, SEALED_TRACE);
	writer_u8(out, trace->lane);
	question_write(trace, out);
	writer_u16(out, 0);
}

bool trace_read(const uint8_t *bytes, size_t size, struct trace *trace)
{
	struct reader in = reader_of(bytes, size);
	struct trace read = {0};
	uint8_t type = reader_u8(&in);

	read.lane = reader_u8(&in);
	question_read(&in, &read);
	uint16_t zero = reader_u16(&in);
	if (!reader_done(&in) || type != SEALED_TRACE || read.lane >= WIRE_LANES || zero != 0 ||
	    !question_good(&read))
		return false;
	*trace = read;
	return true;
}

static void body_write(const struct traced *traced, struct writer *out)
{
	const struct traced_way *way = &traced->way;
	uint8_t flags = traced->question.lane;

	flags |= way->arrived ? TRACED_ARRIVED : 0;
	flags |= way->no_way ? TRACED_NO_WAY : 0;
	writer_u8(out, SEALED_TRACED);
	writer_u8(out, flags);
	question_write(&traced->question, out);
	node_write(&traced->from, out);
	node_write(&way->next, out);
	writer_u32(out, way->interface);
	writer_u16(out, way->mtu);
	writer_u32(out, way->rtt_us);
	writer_u32(out, way->loss_ppm);
	writer_u32(out, way->metric_us);
	writer_u32(out, way->queued);
	node_write(&way->back, out);
	writer_u16(out, 0);
}

void traced_write(const struct traced *traced, struct writer *out)
{
	body_write(traced, out);
	writer_copy(out, traced->signature, SIGNATURE);
}

/* Without a next hop there is nothing to say of a link. */
static bool way_good(const struct traced_way *way)
{
	bool ends = way->arrived || way->no_way;

	if (way->arrived && way->no_way)
		return false;
	if (!ends)
		return !is_nobody(&way->next) && way->interface != 0 &&
		       way->mtu >= WIRE_MTU_LEAST && way->loss_ppm <= LOSS_MOST;
	return is_nobody(&way->next) && way->interface == 0 && way->mtu == 0 && way->rtt_us == 0 &&
	       way->loss_ppm == 0 && way->metric_us == 0 && way->queued == TRACE_QUEUE_UNKNOWN;
}

bool traced_read(const uint8_t *bytes, size_t size, struct traced *traced)
{
	struct reader in = reader_of(bytes, size);
	struct traced read = {0};
	struct traced_way *way = &read.way;
	uint8_t type = reader_u8(&in);
	uint8_t flags = reader_u8(&in);

	read.question.lane = flags & WIRE_LANE;
	way->arrived = flags & TRACED_ARRIVED;
	way->no_way = flags & TRACED_NO_WAY;
	question_read(&in, &read.question);
	read.from = node_read(&in);
	way->next = node_read(&in);
	way->interface = reader_u32(&in);
	way->mtu = reader_u16(&in);
	way->rtt_us = reader_u32(&in);
	way->loss_ppm = reader_u32(&in);
	way->metric_us = reader_u32(&in);
	way->queued = reader_u32(&in);
	way->back = node_read(&in);
	uint16_t zero = reader_u16(&in);
	reader_copy(&in, read.signature, SIGNATURE);
	flags &= (uint8_t) ~(WIRE_LANE | TRACED_ARRIVED | TRACED_NO_WAY);
	if (!reader_done(&in) || type != SEALED_TRACED || flags != 0 || zero != 0 ||
	    !question_good(&read.question) || is_nobody(&read.from) || !way_good(way))
		return false;
	*traced = read;
	return true;
}

static struct purpose purpose_of(const uint8_t network_id[NETWORK_ID])
{
	return (struct purpose){"meshp trace 1", network_id, SEALED_TRACED};
}

void traced_sign(struct traced *traced, const struct identity *identity,
		 const uint8_t network_id[NETWORK_ID])
{
	uint8_t body[SIGNED];
	struct writer out = writer_of(body, sizeof(body));

	body_write(traced, &out);
	identity_sign(identity, purpose_of(network_id), body, out.used, traced->signature);
}

bool traced_verify(const struct traced *traced, const uint8_t public_key[IDENTITY_PUBLIC],
		   const uint8_t network_id[NETWORK_ID])
{
	uint8_t body[SIGNED];
	struct writer out = writer_of(body, sizeof(body));

	body_write(traced, &out);
	return identity_verify(public_key, purpose_of(network_id), body, out.used,
			       traced->signature);
}
