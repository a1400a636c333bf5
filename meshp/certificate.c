/* Certificates: made, written, read, verified. The struct holds just what the 132 bytes hold, so
 * writing what was read gives the same bytes. docs/protocol/meshp.md, section 1. */
#include "meshp/certificate.h"

#include <string.h>

enum {
	CERTIFICATE_TYPE = 1,
	CERTIFICATE_SIGNED = WIRE_CERTIFICATE - SIGNATURE, /* what the signature covers */
};

static struct purpose certificate_purpose(const uint8_t network_id[NETWORK_ID])
{
	return (struct purpose){"meshp certificate", network_id, CERTIFICATE_TYPE};
}

/* The bytes the signature covers. */
static void signed_write(const struct certificate *certificate, struct writer *out)
{
	writer_copy(out, certificate->identity, IDENTITY_PUBLIC);
	writer_copy(out, certificate->session_key, AGREE_KEY);
	writer_u32(out, certificate->generation);
}

void certificate_make(struct certificate *certificate, const struct identity *identity,
		      const uint8_t session_key[AGREE_KEY], uint32_t generation,
		      const uint8_t network_id[NETWORK_ID])
{
	struct certificate made = {.generation = generation};
	uint8_t message[CERTIFICATE_SIGNED];
	struct writer out = writer_of(message, sizeof(message));

	memcpy(made.identity, identity->public_key, IDENTITY_PUBLIC);
	memcpy(made.session_key, session_key, AGREE_KEY);
	signed_write(&made, &out);
	REQUIRE(writer_ok(&out));
	identity_sign(identity, certificate_purpose(network_id), message, sizeof(message),
		      made.signature);
	*certificate = made;
}

void certificate_write(const struct certificate *certificate, struct writer *out)
{
	signed_write(certificate, out);
	writer_copy(out, certificate->signature, SIGNATURE);
}

void certificate_read(struct certificate *certificate, struct reader *in)
{
	reader_copy(in, certificate->identity, IDENTITY_PUBLIC);
	reader_copy(in, certificate->session_key, AGREE_KEY);
	certificate->generation = reader_u32(in);
	reader_copy(in, certificate->signature, SIGNATURE);
}

bool certificate_verify(const struct certificate *certificate, const uint8_t network_id[NETWORK_ID])
{
	uint8_t message[CERTIFICATE_SIGNED];
	struct writer out = writer_of(message, sizeof(message));

	signed_write(certificate, &out);
	REQUIRE(writer_ok(&out));
	return identity_verify(certificate->identity, certificate_purpose(network_id), message,
			       sizeof(message), certificate->signature);
}

bool certificate_equal(const struct certificate *a, const struct certificate *b)
{
	return a->generation == b->generation &&
	       memcmp(a->identity, b->identity, sizeof(a->identity)) == 0 &&
	       memcmp(a->session_key, b->session_key, sizeof(a->session_key)) == 0 &&
	       memcmp(a->signature, b->signature, sizeof(a->signature)) == 0;
}

struct address certificate_address(const struct certificate *certificate)
{
	return address_of_key(certificate->identity);
}
