/* The keys of one worker made ready: for each destination the one it seals with, and one of each
 * parity that it opens with. Each is known by its serial and prepared when a serial is met that is
 * not there; what a snapshot does not hold any more is wiped when the worker goes over to it.
 * Nothing here outlives the process or is saved: all of it follows from the snapshot. */
#ifndef NODE_KEYRING_H
#define NODE_KEYRING_H

#include "node/forwarding.h"

struct keyring;

/* Bytes of memory for so many destinations. */
size_t keyring_size(uint32_t destinations);

/* Makes an empty keyring in zero-filled memory of keyring_size bytes, aligned to 16;
 * keys lie on cache lines of their own if it is aligned to 64. */
struct keyring *keyring_init(void *memory, uint32_t destinations);

/* Keys are prepared by this provider from now on, which is lent; NULL, as at first: libsodium.
 * Forgets all there are. */
void keyring_provide(struct keyring *keyring, const struct aead_provider *provider);

/* The destination's sealing key, or its opening key of that parity, made ready; good until the next
 * call for the same. key->serial is not 0 and never belongs to another key. */
const struct aead_key *keyring_seal(struct keyring *keyring, uint32_t index,
				    const struct forwarding_key *key);
const struct aead_key *keyring_open(struct keyring *keyring, uint32_t index,
				    const struct forwarding_key *key);

/* Wipes all keys that the snapshot does not hold, sealing keys that it would not seal with
 * included. O(destinations that ever had keys), nothing to do for the snapshot
 * it followed last. */
void keyring_follow(struct keyring *keyring, const struct forwarding *forwarding);

/* Wipes all keys, whatever the process that made them was at when it was stopped; by libsodium from
 * now on. */
void keyring_resume(struct keyring *keyring);

/* Wipes everything, touching only what was used; the memory is zero again. */
void keyring_wipe(struct keyring *keyring);

#endif
