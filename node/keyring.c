/* An array of serials and, behind it, one of prepared keys, each on cache lines of its own if the
 * ring is. Opening keys of one parity share a slot: two of them are tried in turn
 * only for the moment in which a session has three, and then each is prepared again. */
#include "node/keyring.h"

#include "base/shared.h"

#include <sodium.h>
#include <string.h>

enum slot {
	SLOT_SEAL,
	SLOT_OPEN, /* and the next one, by parity */
	SLOTS = 3,
};

enum { LINE = 64 }; /* of the cache, bytes */

struct keyring {
	const struct aead_provider *provider;
	uint32_t destinations;
	uint64_t followed; /* serial of the snapshot gone over to last */
	uint32_t used;	   /* destinations 0 … used − 1 may have keys */
	uint64_t serials[];
};

/* Where the keys begin. */
static size_t keys_at(uint32_t destinations)
{
	size_t serials = sizeof(struct keyring) + destinations * SLOTS * sizeof(uint64_t);

	return (serials + LINE - 1) & ~(size_t)(LINE - 1);
}

size_t keyring_size(uint32_t destinations)
{
	return keys_at(destinations) + destinations * SLOTS * sizeof(struct aead_key);
}

struct keyring *keyring_init(void *memory, uint32_t destinations)
{
	struct keyring *keyring = memory;

	keyring->destinations = destinations;
	return keyring;
}

static struct aead_key *key_at(struct keyring *keyring, uint32_t place)
{
	return (struct aead_key *)((uintptr_t)keyring + keys_at(keyring->destinations)) + place;
}

static void forget(struct keyring *keyring, uint32_t place)
{
	if (keyring->serials[place] == 0)
		return;
	sodium_memzero(key_at(keyring, place), sizeof(struct aead_key));
	keyring->serials[place] = 0;
}

static void forget_all(struct keyring *keyring)
{
	for (uint32_t place = 0; place < keyring->used * SLOTS; place++)
		forget(keyring, place);
	keyring->used = 0;
}

void keyring_provide(struct keyring *keyring, const struct aead_provider *provider)
{
	forget_all(keyring);
	keyring->provider = provider;
}

static const struct aead_key *ready(struct keyring *keyring, uint32_t index, uint32_t slot,
				    const struct forwarding_key *key)
{
	uint32_t place = index * SLOTS + slot;
	struct aead_key *at = key_at(keyring, place);

	REQUIRE(index < keyring->destinations && key->serial != 0);
	if (keyring->serials[place] == key->serial)
		return at;
	forget(keyring, place);
	/* Before the key is there, so that keyring_resume finds one that was half made. */
	if (index >= keyring->used)
		SHARED_RELEASE(keyring->used, index + 1);
	aead_prepare(keyring->provider, (enum suite)key->suite, key->key, at);
	keyring->serials[place] = key->serial;
	return at;
}

const struct aead_key *keyring_seal(struct keyring *keyring, uint32_t index,
				    const struct forwarding_key *key)
{
	return ready(keyring, index, SLOT_SEAL, key);
}

const struct aead_key *keyring_open(struct keyring *keyring, uint32_t index,
				    const struct forwarding_key *key)
{
	return ready(keyring, index, SLOT_OPEN + key->parity, key);
}

static bool opens_with(const struct destination *destination, uint64_t serial)
{
	for (uint32_t place = 0; place < SESSION_PLACES; place++)
		if (destination->open[place].serial == serial)
			return true;
	return false;
}

void keyring_follow(struct keyring *keyring, const struct forwarding *forwarding)
{
	if (keyring->followed == forwarding_serial(forwarding))
		return;
	keyring->followed = forwarding_serial(forwarding);
	for (uint32_t index = 0; index < keyring->used; index++) {
		const struct destination *destination = forwarding_find(forwarding, index);
		uint32_t place = index * SLOTS;
		const uint64_t *serials = keyring->serials + place;

		if (!destination || destination->seal.serial != serials[SLOT_SEAL])
			forget(keyring, place + SLOT_SEAL);
		for (uint32_t slot = SLOT_OPEN; slot < SLOTS; slot++)
			if (!destination || !opens_with(destination, serials[slot]))
				forget(keyring, place + slot);
	}
}

void keyring_resume(struct keyring *keyring)
{
	uint32_t places = keyring->used * SLOTS;

	sodium_memzero(key_at(keyring, 0), places * sizeof(struct aead_key));
	memset(keyring->serials, 0, places * sizeof(*keyring->serials));
	keyring->used = 0;
	keyring->followed = 0;
	keyring->provider = NULL;
}

void keyring_wipe(struct keyring *keyring)
{
	forget_all(keyring);
	*keyring = (struct keyring){0};
}
