/* The HELLO frame, written and read field by field. A frame read is written as the same bytes
 * again. The code that ends it proves knowledge of the network key and nothing more: it keeps
 * strangers to the network out, not replays. docs/protocol/mesharp.md, section 1. */
#include "mesharp/hello.h"

#include "crypto/hash.h"
#include "meshp/header.h"

#include <sodium.h>
#include <string.h>

enum {
	NETWORK_KEY = 32,
	HELLO_CODED = WIRE_HELLO - WIRE_MAC, /* bytes that the code covers */
};

static void hello_code(const uint8_t *frame, const uint8_t *network_key, uint8_t code[WIRE_MAC])
{
	if (network_key)
		hash_of(code, WIRE_MAC, (struct span){network_key, NETWORK_KEY}, frame,
			HELLO_CODED);
	else
		memset(code, 0, WIRE_MAC);
}

void hello_write(const struct hello *hello, const uint8_t *network_key, struct writer *out)
{
	const struct control_header header = {
		.type = FRAME_HELLO,
		.hop_limit = WIRE_HOP_LIMIT,
		.destination = hello->destination,
		.source = hello->source,
	};
	uint8_t *frame = writer_take(out, WIRE_HELLO);
	struct writer writer;

	if (frame == NULL)
		return;
	writer = writer_of(frame, WIRE_HELLO);
	control_header_write(&header, &writer);
	writer_u8(&writer, hello->version_least);
	writer_u8(&writer, hello->version_greatest);
	writer_u16(&writer, hello->features);
	writer_copy(&writer, hello->network_id, sizeof(hello->network_id));
	writer_u32(&writer, hello->zone);
	writer_u16(&writer, hello->zone_size);
	writer_u32(&writer, hello->boot_epoch);
	writer_u32(&writer, hello->instance);
	writer_u32(&writer, hello->interface);
	writer_copy(&writer, hello->digest, sizeof(hello->digest));
	writer_copy(&writer, hello->certificate, sizeof(hello->certificate));
	hello_code(frame, network_key, writer_take(&writer, WIRE_MAC));
	REQUIRE(writer_ok(&writer) && writer.used == WIRE_HELLO);
}

static void body_read(struct reader *in, struct hello *hello)
{
	hello->version_least = reader_u8(in);
	hello->version_greatest = reader_u8(in);
	hello->features = reader_u16(in);
	reader_copy(in, hello->network_id, sizeof(hello->network_id));
	hello->zone = reader_u32(in);
	hello->zone_size = reader_u16(in);
	hello->boot_epoch = reader_u32(in);
	hello->instance = reader_u32(in);
	hello->interface = reader_u32(in);
	reader_copy(in, hello->digest, sizeof(hello->digest));
	reader_copy(in, hello->certificate, sizeof(hello->certificate));
}

static enum drop header_check(struct reader *in, struct hello *hello)
{
	struct control_header header;
	enum drop drop = control_header_read(in, &header);

	if (drop != DROP_NONE)
		return drop;
	if (header.type != FRAME_HELLO)
		return DROP_TYPE;
	if (header.hop_limit != WIRE_HOP_LIMIT)
		return DROP_HOP_LIMIT;
	hello->destination = header.destination;
	hello->source = header.source;
	return DROP_NONE;
}

enum drop hello_read(const uint8_t *frame, size_t size, const uint8_t *network_key,
		     const uint8_t network_id[NETWORK_ID], struct hello *hello)
{
	struct reader in = reader_of(frame, size);
	struct hello read;
	uint8_t code[WIRE_MAC];
	enum drop drop;

	if (size != WIRE_HELLO)
		return size < WIRE_HELLO ? DROP_FRAME_SHORT : DROP_FRAME_LONG;
	drop = header_check(&in, &read);
	if (drop != DROP_NONE)
		return drop;
	body_read(&in, &read);
	if (read.version_least > WIRE_VERSION || read.version_greatest < WIRE_VERSION)
		return DROP_VERSION;
	hello_code(frame, network_key, code);
	if (memcmp(read.network_id, network_id, NETWORK_ID) != 0 ||
	    sodium_memcmp(code, reader_take(&in, WIRE_MAC), WIRE_MAC) != 0)
		return DROP_NETWORK;
	if (read.interface == 0)
		return DROP_MALFORMED;
	REQUIRE(reader_done(&in));
	*hello = read;
	return DROP_NONE;
}
