/* What a stranger can say, made with the same codecs as a node's own frames. */
#include "stranger.h"

#include "mesharp/hello.h"
#include "node/value.h"

#include <string.h>

/* Key pair and certificate, the identity being there. */
static void certify(struct stranger *stranger, struct rng *rng, uint8_t network,
		    uint32_t generation)
{
	uint8_t secret[AGREE_KEY];

	memset(stranger->network_key, network, sizeof(stranger->network_key));
	if (network != 0)
		hash_of(stranger->network_id, NETWORK_ID, (struct span){0}, stranger->network_key,
			sizeof(stranger->network_key));
	rng_fill(rng, secret, sizeof(secret));
	agree_pair_of(&stranger->pair, secret);
	certificate_make(&stranger->certificate, &stranger->identity, stranger->pair.public_key,
			 generation, stranger->network_id);
	stranger->address = certificate_address(&stranger->certificate);
	rng_fill(rng, stranger->lladdr.bytes, LLADDR);
	stranger->lladdr.bytes[0] = 0x0a;
	stranger->instance = rng_u32(rng);
}

void stranger_draw(struct stranger *stranger, struct rng *rng, uint8_t network)
{
	uint8_t seed[IDENTITY_SEED];

	*stranger = (struct stranger){0};
	rng_fill(rng, seed, sizeof(seed));
	identity_of(&stranger->identity, seed);
	certify(stranger, rng, network, 1);
}

void stranger_clone(struct stranger *stranger, struct mesh *mesh, uint32_t host,
		    uint32_t generation)
{
	const struct making *making = &mesh->hosts[host].making;
	const uint8_t seed[IDENTITY_SEED] = {making->identity};

	*stranger = (struct stranger){0};
	identity_of(&stranger->identity, seed);
	certify(stranger, &mesh->rng, making->network, generation);
}

static const uint8_t *key_of(const struct stranger *stranger)
{
	static const uint8_t none[32];

	return memcmp(stranger->network_key, none, sizeof(none)) == 0 ? NULL
								      : stranger->network_key;
}

void stranger_hello(const struct stranger *stranger, uint8_t *bytes)
{
	struct hello hello = {
		.source = address_id(&stranger->address),
		.version_least = WIRE_VERSION,
		.version_greatest = WIRE_VERSION,
		.zone = 1,
		.zone_size = 1,
		.boot_epoch = stranger->certificate.generation,
		.instance = stranger->instance,
		.interface = 1,
	};
	struct writer certificate = writer_of(hello.certificate, sizeof(hello.certificate));
	struct writer out = writer_of(bytes, WIRE_HELLO);

	memcpy(hello.network_id, stranger->network_id, NETWORK_ID);
	certificate_write(&stranger->certificate, &certificate);
	hello_write(&hello, key_of(stranger), &out);
	assert_true(writer_ok(&out));
}

void stranger_initiation(struct stranger *stranger, struct mesh *mesh, uint32_t host,
			 const uint8_t *cookie, struct handshake_pending *pending, uint8_t *bytes)
{
	const struct own_key *key = &mesh->hosts[host].node->keys[0];
	struct handshake_self self = {.address = &stranger->address,
				      .session = &stranger->pair,
				      .certificate = &stranger->certificate,
				      .network_key = stranger->network_key,
				      .suites = SUITE_BIT(SUITE_CHACHA20_POLY1305),
				      .boot_epoch = stranger->certificate.generation,
				      .instance = stranger->instance,
				      .remote = stranger->remote};
	uint8_t ephemeral[AGREE_KEY];
	struct handshake_offer offer = {.number = rng_u32(&mesh->rng),
					.sequence = ++stranger->sequence,
					.cookie = cookie,
					.ephemeral = ephemeral};
	struct writer out = writer_of(bytes, WIRE_INITIATION);

	if (!stranger->remote) {
		self.lladdr = stranger->lladdr;
		self.interface = 1;
	}
	rng_fill(&mesh->rng, ephemeral, sizeof(ephemeral));
	assert_true(handshake_begin(&self, &mesh->hosts[host].address, key->pair.public_key, &offer,
				    pending, &out));
}

void stranger_junk(const struct stranger *stranger, struct mesh *mesh, uint32_t host,
		   uint8_t *bytes)
{
	const struct own_key *key = &mesh->hosts[host].node->keys[0];
	struct writer out = writer_of(bytes, WIRE_CONTROL_HEADER);

	rng_fill(&mesh->rng, bytes, WIRE_INITIATION);
	control_header_write(
		&(struct control_header){.type = FRAME_INITIATION,
					 .hop_limit = WIRE_HOP_LIMIT,
					 .destination = address_id(&mesh->hosts[host].address),
					 .source = address_id(&stranger->address)},
		&out);
	cookie_mac1(&key->cookies, bytes, INITIATION_MAC1, bytes + INITIATION_MAC1);
}
