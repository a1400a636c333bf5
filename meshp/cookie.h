/* What keeps strangers' handshakes cheap to refuse: mac1 shows that the sender knows our key, a
 * cookie that it receives where it claims to be. docs/protocol/meshp.md, section 6. */
#ifndef MESHP_COOKIE_H
#define MESHP_COOKIE_H

#include "base/bytes.h"
#include "base/rng.h"
#include "base/time.h"
#include "crypto/agree.h"
#include "meshp/address.h"
#include "meshp/header.h"
#include "meshp/wire.h"

/* The keys that follow from a receiver's session key and the network key; secret in a closed mesh.
 */
struct cookie_keys {
	uint8_t mac1[32];
	uint8_t seal[32];
};

void cookie_keys_of(struct cookie_keys *keys, const uint8_t session_key[AGREE_KEY],
		    const uint8_t network_key[32]);

void cookie_mac1(const struct cookie_keys *keys, const uint8_t *bytes, size_t size,
		 uint8_t mac1[WIRE_MAC]);
MUST_USE bool cookie_mac1_good(const struct cookie_keys *keys, const uint8_t *bytes, size_t size,
			       const uint8_t mac1[WIRE_MAC]);
void cookie_mac2(const uint8_t cookie[WIRE_COOKIE], const uint8_t *bytes, size_t size,
		 uint8_t mac2[WIRE_MAC]);

/* The responder's secrets: the one in use and the last, renewed every 120 s. Zeroed before first
 * use. */
struct cookie_jar {
	uint8_t secret[2][32];
	instant renewed; /* when secret[0] was made; 0: never */
};

/* The cookie of a place (interface id and link address) under the secret in use; renews when due.
 */
void cookie_bake(struct cookie_jar *jar, instant now, struct rng *rng, uint32_t interface,
		 struct lladdr from, uint8_t cookie[WIRE_COOKIE]);

/* True if mac2 was made over those bytes with a cookie of that place, of the current or last
 * secret. */
MUST_USE bool cookie_mac2_good(struct cookie_jar *jar, instant now, struct rng *rng,
			       uint32_t interface, struct lladdr from, const uint8_t *bytes,
			       size_t size, const uint8_t mac2[WIRE_MAC]);

/* A COOKIE frame. */
struct cookie_reply {
	struct node_id destination, source;
	bool remote;	 /* between nodes that are no neighbours: its hop limit is not 255 */
	uint64_t number; /* of the handshake it answers */
};

/* Appends a COOKIE frame that carries cookie sealed for the sender of an INITIATION with that mac1.
 */
void cookie_reply_write(const struct cookie_reply *reply, const struct cookie_keys *own,
			struct rng *rng, const uint8_t mac1[WIRE_MAC],
			const uint8_t cookie[WIRE_COOKIE], struct writer *out);

/* Reads the clear fields of a COOKIE frame. */
MUST_USE enum drop cookie_reply_read(const uint8_t *frame, size_t size, struct cookie_reply *reply);

/* Opens the cookie in a frame that was read; keys are of the peer's session key. */
MUST_USE bool cookie_reply_open(const uint8_t *frame, const struct cookie_keys *keys,
				const uint8_t mac1[WIRE_MAC], uint8_t cookie[WIRE_COOKIE]);

#endif
