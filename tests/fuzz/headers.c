/* Clear headers: what is read is written back byte for byte, and the sealed part that is left lies
 * inside the frame. docs/protocol/meshp.md, sections 2 to 4. */
#include "meshp/header.h"
#include "tests/fuzz/fuzz.h"

static void fuzz_control(const uint8_t *bytes, size_t size)
{
	struct reader in = reader_of(bytes, size);
	uint8_t again[WIRE_CONTROL_HEADER];
	struct writer out = writer_of(again, sizeof(again));
	struct control_header header;

	if (control_header_read(&in, &header) != DROP_NONE)
		return;
	control_header_write(&header, &out);
	EXPECT(writer_ok(&out) && out.used == WIRE_CONTROL_HEADER);
	EXPECT(memcmp(again, bytes, out.used) == 0);
}

static void fuzz_data(const uint8_t *bytes, size_t size)
{
	struct reader in = reader_of(bytes, size);
	uint8_t again[WIRE_EXT_CLEAR + WIRE_EXT_ADDRESS_PAIR];
	uint8_t associated[ASSOCIATED_MAX], nonce[AEAD_NONCE];
	struct writer out = writer_of(again, sizeof(again));
	struct data_header header;

	if (data_header_read(&in, &header) != DROP_NONE)
		return;
	data_header_write(&header, &out);
	EXPECT(writer_ok(&out) && memcmp(again, bytes, out.used) == 0);
	EXPECT(in.at == bytes + out.used && in.left > WIRE_TAG && in.left <= size - out.used);
	EXPECT(data_header_associated(&header, associated) <= ASSOCIATED_MAX);
	data_header_nonce(&header, nonce);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	fuzz_control(bytes, size);
	fuzz_data(bytes, size);
	return 0;
}
