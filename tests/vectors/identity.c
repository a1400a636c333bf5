/* Who a node is: its address, its network and its certificate. docs/protocol/meshp.md, section 1.
 */
#include "crypto/agree.h"
#include "meshp/certificate.h"
#include "tests/vectors/checks.h"
#include "tests/vectors/side.h"

#include <arpa/inet.h>
#include <stdlib.h>

void check_address(struct vector *vector)
{
	uint8_t seed[IDENTITY_SEED];
	char text[INET6_ADDRSTRLEN];
	struct identity identity;
	struct address address;
	struct node_id id;

	vector_bytes(vector, "identity_seed", seed, sizeof(seed));
	identity_of(&identity, seed);
	address = address_of_key(identity.public_key);
	id = address_id(&address);
	assert_non_null(inet_ntop(AF_INET6, address.bytes, text, sizeof(text)));
	vector_expect(vector, "identity_public", identity.public_key, IDENTITY_PUBLIC);
	vector_expect(vector, "address", address.bytes, ADDRESS);
	vector_expect(vector, "node_id", id.bytes, NODE_ID);
	vector_expect_text(vector, "text", text);
}

void check_network(struct vector *vector)
{
	const struct network network = vector_network(vector);
	struct node_secrets secrets = {.identity_seed = {1}, .session_secret = {2}};
	struct node_status status;
	struct node *node;

	memcpy(secrets.network_key, network.key, sizeof(secrets.network_key));
	node = side_node(&secrets);
	node_status(node, SIDE_NOW, &status);
	assert_int_equal(status.closed, network.closed);
	vector_expect(vector, "network_id", status.network_id, NETWORK_ID);
	free(node);
}

/* The bytes that the signature of a certificate covers are those of the vector. */
static void check_signed(struct vector *vector, const struct certificate *certificate)
{
	struct hex message = vector_hex(vector, "signed");

	assert_int_equal(crypto_sign_ed25519_verify_detached(certificate->signature, message.bytes,
							     message.size, certificate->identity),
			 0);
}

void check_certificate(struct vector *vector)
{
	const struct network network = vector_network(vector);
	uint8_t seed[IDENTITY_SEED], secret[AGREE_KEY], bytes[WIRE_CERTIFICATE];
	struct writer out = writer_of(bytes, sizeof(bytes));
	struct certificate certificate, read;
	struct reader in = reader_of(bytes, sizeof(bytes));
	struct identity identity;
	struct agree_pair pair;

	vector_bytes(vector, "identity_seed", seed, sizeof(seed));
	vector_bytes(vector, "session_private", secret, sizeof(secret));
	identity_of(&identity, seed);
	agree_pair_of(&pair, secret);
	vector_expect(vector, "session_public", pair.public_key, AGREE_KEY);
	certificate_make(&certificate, &identity, pair.public_key,
			 vector_number(vector, "generation"), network.id);
	certificate_write(&certificate, &out);
	assert_true(writer_ok(&out));
	vector_expect(vector, "certificate", bytes, out.used);
	certificate_read(&read, &in);
	assert_true(reader_done(&in));
	assert_memory_equal(&read, &certificate, sizeof(read));
	assert_true(certificate_verify(&read, network.id));
	check_signed(vector, &read);
}
