/* Somebody who is no host of the mesh and speaks by hand: an identity with a certificate, and the
 * frames it can make with what everybody may know. The caller owns the struct. */
#ifndef TESTS_UNIT_NODE_STRANGER_H
#define TESTS_UNIT_NODE_STRANGER_H

#include "mesh.h"

#include "meshp/handshake.h"

struct stranger {
	struct identity identity;
	struct agree_pair pair;
	struct address address;
	struct certificate certificate;
	uint8_t network_key[32];
	uint8_t network_id[NETWORK_ID];
	struct lladdr lladdr;
	bool remote; /* it is no neighbour: its INITIATIONs are relayed */
	uint32_t instance;
	uint32_t sequence; /* of its last INITIATION */
};

/* Draws a stranger; network as in struct making. */
void stranger_draw(struct stranger *stranger, struct rng *rng, uint8_t network);

/* One with the identity of a host, of that generation, with a session key of its own. */
void stranger_clone(struct stranger *stranger, struct mesh *mesh, uint32_t host,
		    uint32_t generation);

/* Writes its HELLO; bytes has room for WIRE_HELLO. */
void stranger_hello(const struct stranger *stranger, uint8_t *bytes);

/* Writes a good INITIATION to a host; bytes has room for WIRE_INITIATION. cookie may be NULL. */
void stranger_initiation(struct stranger *stranger, struct mesh *mesh, uint32_t host,
			 const uint8_t *cookie, struct handshake_pending *pending, uint8_t *bytes);

/* Writes one whose mac1 is good and whose rest is junk. */
void stranger_junk(const struct stranger *stranger, struct mesh *mesh, uint32_t host,
		   uint8_t *bytes);

#endif
