/* mac1, mac2 and cookies. The owner holds the jar and the keys; every secret made on the way is
 * wiped. A secret of the jar is used for 120 s and honoured for 120 s more, never longer, even if
 * nobody asked in between. docs/protocol/meshp.md, section 6; XChaCha20-Poly1305 as in
 * draft-irtf-cfrg-xchacha. */
#include "meshp/cookie.h"

#include "crypto/hash.h"

#include <sodium.h>
#include <string.h>

enum {
	SECRET = 32,
	PLACE = 4 + LLADDR, /* interface id and link address */
};

static void key_of(const char *context, const uint8_t session_key[AGREE_KEY],
		   const uint8_t network_key[32], uint8_t key[32])
{
	const struct span parts[] = {
		{(const uint8_t *)context, strlen(context)},
		{session_key, AGREE_KEY},
		{network_key, 32},
	};

	hash_parts(key, 32, (struct span){NULL, 0}, parts, 3);
}

void cookie_keys_of(struct cookie_keys *keys, const uint8_t session_key[AGREE_KEY],
		    const uint8_t network_key[32])
{
	key_of("meshp mac1", session_key, network_key, keys->mac1);
	key_of("meshp cookie", session_key, network_key, keys->seal);
}

/* A MAC over the beginning of a frame as it leaves for a neighbour: relays count its hop limit
 * down. */
static void mac_of(struct span key, const uint8_t *bytes, size_t size, uint8_t mac[WIRE_MAC])
{
	const uint8_t hop_limit = WIRE_HOP_LIMIT;
	const struct span parts[] = {
		{bytes, WIRE_CONTROL_HOP_LIMIT},
		{&hop_limit, 1},
		{bytes + WIRE_CONTROL_HOP_LIMIT + 1, size - WIRE_CONTROL_HOP_LIMIT - 1},
	};

	hash_parts(mac, WIRE_MAC, key, parts, 3);
}

void cookie_mac1(const struct cookie_keys *keys, const uint8_t *bytes, size_t size,
		 uint8_t mac1[WIRE_MAC])
{
	mac_of((struct span){keys->mac1, sizeof(keys->mac1)}, bytes, size, mac1);
}

bool cookie_mac1_good(const struct cookie_keys *keys, const uint8_t *bytes, size_t size,
		      const uint8_t mac1[WIRE_MAC])
{
	uint8_t expected[WIRE_MAC];

	cookie_mac1(keys, bytes, size, expected);
	return sodium_memcmp(expected, mac1, WIRE_MAC) == 0;
}

void cookie_mac2(const uint8_t cookie[WIRE_COOKIE], const uint8_t *bytes, size_t size,
		 uint8_t mac2[WIRE_MAC])
{
	mac_of((struct span){cookie, WIRE_COOKIE}, bytes, size, mac2);
}

/* A secret of all zeros stands for none. */
static bool secret_made(const uint8_t secret[SECRET])
{
	return !sodium_is_zero(secret, SECRET);
}

static void jar_renew(struct cookie_jar *jar, instant now, struct rng *rng)
{
	int64_t age = instant_since(now, jar->renewed).us;

	if (secret_made(jar->secret[0]) && age < duration_ms(WIRE_COOKIE_LIFE_MS).us)
		return;
	if (age < 2 * duration_ms(WIRE_COOKIE_LIFE_MS).us)
		memcpy(jar->secret[1], jar->secret[0], SECRET);
	else
		sodium_memzero(jar->secret[1], SECRET);
	rng_fill(rng, jar->secret[0], SECRET);
	jar->renewed = now;
}

static void cookie_of(const uint8_t secret[SECRET], uint32_t interface, struct lladdr from,
		      uint8_t cookie[WIRE_COOKIE])
{
	uint8_t place[PLACE];
	struct writer out = writer_of(place, sizeof(place));

	writer_u32(&out, interface);
	writer_copy(&out, from.bytes, LLADDR);
	REQUIRE(writer_ok(&out));
	hash_of(cookie, WIRE_COOKIE, (struct span){secret, SECRET}, place, sizeof(place));
}

void cookie_bake(struct cookie_jar *jar, instant now, struct rng *rng, uint32_t interface,
		 struct lladdr from, uint8_t cookie[WIRE_COOKIE])
{
	jar_renew(jar, now, rng);
	cookie_of(jar->secret[0], interface, from, cookie);
}

bool cookie_mac2_good(struct cookie_jar *jar, instant now, struct rng *rng, uint32_t interface,
		      struct lladdr from, const uint8_t *bytes, size_t size,
		      const uint8_t mac2[WIRE_MAC])
{
	uint8_t cookie[WIRE_COOKIE];
	uint8_t expected[WIRE_MAC];
	bool good = false;

	jar_renew(jar, now, rng);
	for (size_t i = 0; i < 2 && !good; i++) {
		cookie_of(jar->secret[i], interface, from, cookie);
		cookie_mac2(cookie, bytes, size, expected);
		good = secret_made(jar->secret[i]) && sodium_memcmp(expected, mac2, WIRE_MAC) == 0;
	}
	sodium_memzero(cookie, sizeof(cookie));
	sodium_memzero(expected, sizeof(expected));
	return good;
}

void cookie_reply_write(const struct cookie_reply *reply, const struct cookie_keys *own,
			struct rng *rng, const uint8_t mac1[WIRE_MAC],
			const uint8_t cookie[WIRE_COOKIE], struct writer *out)
{
	const struct control_header header = {
		.type = FRAME_COOKIE,
		.hop_limit = reply->remote ? WIRE_HOP_LIMIT_REMOTE : WIRE_HOP_LIMIT,
		.destination = reply->destination,
		.source = reply->source,
	};
	uint8_t nonce[WIRE_COOKIE_NONCE];
	uint8_t sealed[WIRE_COOKIE + WIRE_TAG];

	rng_fill(rng, nonce, sizeof(nonce));
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, cookie, WIRE_COOKIE, mac1,
						   WIRE_MAC, NULL, nonce, own->seal);
	control_header_write(&header, out);
	writer_u64(out, reply->number);
	writer_copy(out, nonce, sizeof(nonce));
	writer_copy(out, sealed, sizeof(sealed));
}

enum drop cookie_reply_read(const uint8_t *frame, size_t size, struct cookie_reply *reply)
{
	struct reader in = reader_of(frame, size);
	struct control_header header;
	enum drop drop = control_frame_read(&in, FRAME_COOKIE, WIRE_COOKIE_REPLY, &header);

	if (drop)
		return drop;
	reply->remote = header.hop_limit != WIRE_HOP_LIMIT;
	reply->destination = header.destination;
	reply->source = header.source;
	reply->number = reader_u64(&in);
	return DROP_NONE;
}

bool cookie_reply_open(const uint8_t *frame, const struct cookie_keys *keys,
		       const uint8_t mac1[WIRE_MAC], uint8_t cookie[WIRE_COOKIE])
{
	struct reader in = reader_of(frame, WIRE_COOKIE_REPLY);
	uint8_t opened[WIRE_COOKIE];
	const uint8_t *nonce, *sealed;
	bool good;

	reader_take(&in, WIRE_CONTROL_HEADER + sizeof(uint64_t));
	nonce = reader_take(&in, WIRE_COOKIE_NONCE);
	sealed = reader_take(&in, WIRE_COOKIE + WIRE_TAG);
	REQUIRE(reader_done(&in));
	good = crypto_aead_xchacha20poly1305_ietf_decrypt(opened, NULL, NULL, sealed,
							  WIRE_COOKIE + WIRE_TAG, mac1, WIRE_MAC,
							  nonce, keys->seal) == 0;
	if (good)
		memcpy(cookie, opened, WIRE_COOKIE);
	sodium_memzero(opened, sizeof(opened));
	return good;
}
