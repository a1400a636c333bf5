/* The HELLO frame: a hint that somebody is there. docs/protocol/mesharp.md, section 1. */
#ifndef MESHARP_HELLO_H
#define MESHARP_HELLO_H

#include "base/bytes.h"
#include "crypto/identity.h"
#include "meshp/address.h"
#include "meshp/drop.h"
#include "meshp/wire.h"

struct hello {
	struct node_id destination; /* zeros: the group */
	struct node_id source;
	uint8_t version_least, version_greatest;
	uint16_t features;
	uint8_t network_id[NETWORK_ID];
	uint32_t zone;
	uint16_t zone_size;
	uint32_t boot_epoch;
	uint32_t instance;
	uint32_t interface;
	uint8_t digest[8];
	uint8_t certificate[WIRE_CERTIFICATE];
};

/* Appends a whole HELLO frame, hop limit 255, code keyed with network_key (32 bytes), or zeros if
 * that is NULL: an open mesh. */
void hello_write(const struct hello *hello, const uint8_t *network_key, struct writer *out);

/* Reads a whole HELLO frame and checks its length, hop limit, versions, network id and code, in
 * that order; network_key as above, network_id is our own. The certificate is not looked at. */
MUST_USE enum drop hello_read(const uint8_t *frame, size_t size, const uint8_t *network_key,
			      const uint8_t network_id[NETWORK_ID], struct hello *hello);

#endif
