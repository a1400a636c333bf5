/* Certificates: any 132 bytes read and write back; none the fuzzer makes is good. */
#include "meshp/certificate.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const uint8_t network[NETWORK_ID] = {0xff}; /* nobody signed for it */
	struct reader in = reader_of(bytes, size);
	uint8_t again[WIRE_CERTIFICATE];
	struct writer out = writer_of(again, sizeof(again));
	struct certificate certificate;

	certificate_read(&certificate, &in);
	if (!reader_done(&in))
		return 0;
	certificate_write(&certificate, &out);
	EXPECT(writer_ok(&out) && out.used == size && memcmp(again, bytes, size) == 0);
	EXPECT(!certificate_verify(&certificate, network));
	struct address address = certificate_address(&certificate);
	EXPECT(address_in_mesh(address.bytes));
	return 0;
}
