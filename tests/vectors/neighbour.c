/* What neighbours say to find and prove each other: HELLO and PROBE. docs/protocol/mesharp.md,
 * sections 1 and 3. */
#include "mesharp/hello.h"
#include "mesharp/probe.h"
#include "meshp/hint.h"
#include "meshp/wire.h"
#include "tests/vectors/checks.h"

void check_hello(struct vector *vector)
{
	const struct network network = vector_network(vector);
	const uint8_t *key = network.closed ? network.key : NULL;
	uint8_t frame[WIRE_HELLO];
	struct writer out = writer_of(frame, sizeof(frame));
	struct hello read, hello = {
				   .version_least = WIRE_VERSION,
				   .version_greatest = WIRE_VERSION,
				   .zone = vector_number(vector, "zone"),
				   .zone_size = (uint16_t)vector_number(vector, "nodes"),
				   .boot_epoch = vector_number(vector, "boot_epoch"),
				   .instance = vector_number(vector, "instance"),
				   .interface = vector_number(vector, "interface"),
			   };

	vector_bytes(vector, "destination_id", hello.destination.bytes, NODE_ID);
	vector_bytes(vector, "source_id", hello.source.bytes, NODE_ID);
	vector_bytes(vector, "network_id", hello.network_id, NETWORK_ID);
	vector_bytes(vector, "certificate", hello.certificate, WIRE_CERTIFICATE);
	vector_bytes(vector, "digest", hello.digest, sizeof(hello.digest));
	hello_write(&hello, key, &out);
	assert_true(writer_ok(&out));
	vector_expect(vector, "frame", frame, out.used);
	assert_int_equal(hello_read(frame, sizeof(frame), key, network.id, &read), DROP_NONE);
	assert_memory_equal(&read.destination, &hello.destination, NODE_ID);
	assert_memory_equal(&read.source, &hello.source, NODE_ID);
	assert_memory_equal(read.network_id, hello.network_id, NETWORK_ID);
	assert_memory_equal(read.certificate, hello.certificate, WIRE_CERTIFICATE);
	assert_memory_equal(read.digest, hello.digest, sizeof(hello.digest));
	assert_int_equal(read.zone, hello.zone);
	assert_int_equal(read.zone_size, hello.zone_size);
	assert_int_equal(read.boot_epoch, hello.boot_epoch);
	assert_int_equal(read.instance, hello.instance);
	assert_int_equal(read.interface, hello.interface);
}

void check_probe(struct vector *vector)
{
	uint8_t bytes[PROBE_SIZE];
	struct writer out = writer_of(bytes, sizeof(bytes));
	struct probe read, probe = {
				   .asks = vector_flag(vector, "asks"),
				   .selects = vector_flag(vector, "selects"),
				   .declines = vector_flag(vector, "declines"),
				   .eager = vector_flag(vector, "eager"),
				   .sequence = vector_number(vector, "sequence"),
				   .echo = vector_number(vector, "echo"),
				   .delay_us = vector_number(vector, "delay"),
				   .heard = vector_number(vector, "heard"),
				   .instance = vector_number(vector, "instance"),
				   .interface = vector_number(vector, "interface"),
				   .zone_size = (uint16_t)vector_number(vector, "nodes"),
			   };

	vector_bytes(vector, "link_address", probe.lladdr.bytes, LLADDR);
	vector_bytes(vector, "digest", probe.digest, sizeof(probe.digest));
	probe_write(&probe, &out);
	assert_true(writer_ok(&out));
	vector_expect(vector, "payload", bytes, out.used);
	assert_true(probe_read(bytes, sizeof(bytes), &read));
	assert_int_equal(read.asks, probe.asks);
	assert_int_equal(read.selects, probe.selects);
	assert_int_equal(read.declines, probe.declines);
	assert_int_equal(read.eager, probe.eager);
	assert_int_equal(read.sequence, probe.sequence);
	assert_int_equal(read.echo, probe.echo);
	assert_int_equal(read.delay_us, probe.delay_us);
	assert_int_equal(read.heard, probe.heard);
	assert_int_equal(read.instance, probe.instance);
	assert_int_equal(read.interface, probe.interface);
	assert_int_equal(read.zone_size, probe.zone_size);
	assert_memory_equal(read.digest, probe.digest, sizeof(probe.digest));
	assert_true(lladdr_equal(&read.lladdr, &probe.lladdr));
}

void check_hint(struct vector *vector)
{
	struct hint read, hint = {.destination = vector_address(vector, "destination")};
	uint8_t bytes[WIRE_HINT];
	struct writer out = writer_of(bytes, sizeof(bytes));

	vector_bytes(vector, "link_address", hint.lladdr.bytes, LLADDR);
	hint_write(&hint, &out);
	assert_true(writer_ok(&out));
	vector_expect(vector, "message", bytes, out.used);
	assert_true(hint_read(bytes, out.used, &read));
	assert_true(address_equal(&read.destination, &hint.destination));
	assert_true(lladdr_equal(&read.lladdr, &hint.lladdr));
}
