/* One end of a handshake for the tests of this room: an identity, a session key and a certificate
 * that all grow from one number, so that every run is the same. */
#ifndef TESTS_UNIT_MESHP_END_H
#define TESTS_UNIT_MESHP_END_H

#include "crypto/agree.h"
#include "crypto/hash.h"
#include "crypto/identity.h"
#include "meshp/certificate.h"
#include "meshp/handshake.h"

#include <string.h>

struct end {
	struct identity identity;
	struct agree_pair pair;
	struct certificate certificate;
	struct address address;
	uint8_t network_key[32];
	uint8_t network_id[NETWORK_ID];
	struct handshake_self self;
};

static inline void end_init(struct end *end, uint8_t number, const uint8_t network_key[32])
{
	const uint8_t seed[32] = {number, 'i'};
	const uint8_t secret[32] = {0, number, 's'}; /* X25519 ignores low bits of the first */
	const uint8_t open[32] = {0};

	memset(end, 0, sizeof(*end));
	memcpy(end->network_key, network_key, 32);
	if (memcmp(network_key, open, 32) != 0)
		hash_of(end->network_id, NETWORK_ID, (struct span){NULL, 0}, network_key, 32);
	identity_of(&end->identity, seed);
	agree_pair_of(&end->pair, secret);
	certificate_make(&end->certificate, &end->identity, end->pair.public_key, number,
			 end->network_id);
	end->address = certificate_address(&end->certificate);
	end->self = (struct handshake_self){
		.address = &end->address,
		.session = &end->pair,
		.certificate = &end->certificate,
		.network_key = end->network_key,
		.suites = SUITE_BIT(SUITE_CHACHA20_POLY1305),
		.boot_epoch = 1000U + number,
		.instance = 0xabcd0000U + number,
		.lladdr = {{2, 0, 0, 0, 0, number}},
		.interface = number,
	};
}

#endif
