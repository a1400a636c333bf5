/* mac1, mac2 and COOKIE. A COOKIE of our own draws its nonce, so the frame of the vector is opened,
 * and one of ours agrees with it up to the nonce and opens to the same. docs/protocol/meshp.md,
 * section 6. */
#include "meshp/cookie.h"

#include "meshp/handshake.h"
#include "tests/vectors/checks.h"

static struct cookie_keys keys_of(struct vector *vector)
{
	const struct network network = vector_network(vector);
	uint8_t session_key[AGREE_KEY];
	struct cookie_keys keys;

	vector_bytes(vector, "session_public", session_key, AGREE_KEY);
	cookie_keys_of(&keys, session_key, network.key);
	return keys;
}

void check_keys(struct vector *vector)
{
	const struct cookie_keys keys = keys_of(vector);

	vector_expect(vector, "mac1_key", keys.mac1, sizeof(keys.mac1));
	vector_expect(vector, "cookie_key", keys.seal, sizeof(keys.seal));
}

/* The COOKIE of the vector answers the INITIATION and carries the cookie; so does one of ours. */
static void check_reply(struct vector *vector, const struct cookie_keys *keys,
			const struct initiation *asked, const uint8_t cookie[WIRE_COOKIE])
{
	enum { NONCE_AT = WIRE_CONTROL_HEADER + 8 };
	struct hex frame = vector_hex(vector, "frame");
	uint8_t opened[WIRE_COOKIE], own[WIRE_COOKIE_REPLY];
	struct writer out = writer_of(own, sizeof(own));
	struct cookie_reply reply;
	struct rng rng = {{1}};

	assert_int_equal(cookie_reply_read(frame.bytes, frame.size, &reply), DROP_NONE);
	assert_int_equal(reply.number, asked->number);
	assert_true(node_id_equal(&reply.destination, &asked->source));
	assert_true(node_id_equal(&reply.source, &asked->destination));
	vector_expect(vector, "nonce", frame.bytes + NONCE_AT, WIRE_COOKIE_NONCE);
	assert_true(cookie_reply_open(frame.bytes, keys, asked->mac1, opened));
	assert_memory_equal(opened, cookie, WIRE_COOKIE);

	cookie_reply_write(&reply, keys, &rng, asked->mac1, cookie, &out);
	assert_true(writer_ok(&out) && out.used == frame.size);
	assert_memory_equal(own, frame.bytes, NONCE_AT);
	memset(opened, 0, sizeof(opened));
	assert_true(cookie_reply_open(own, keys, asked->mac1, opened));
	assert_memory_equal(opened, cookie, WIRE_COOKIE);
}

void check_cookie(struct vector *vector)
{
	const struct cookie_keys keys = keys_of(vector);
	const uint32_t interface = vector_number(vector, "interface");
	struct hex initiation = vector_hex(vector, "initiation");
	uint8_t cookie[WIRE_COOKIE], *mac2 = initiation.bytes + INITIATION_MAC2;
	struct cookie_jar jar = {.renewed = {1}};
	struct initiation asked;
	struct rng rng = {{1}};
	struct lladdr from;

	vector_bytes(vector, "secret", jar.secret[0], sizeof(jar.secret[0]));
	vector_bytes(vector, "link_address", from.bytes, LLADDR);
	cookie_bake(&jar, jar.renewed, &rng, interface, from, cookie);
	vector_expect(vector, "cookie", cookie, WIRE_COOKIE);
	assert_int_equal(initiation_read(initiation.bytes, initiation.size, &asked), DROP_NONE);
	assert_true(cookie_mac1_good(&keys, initiation.bytes, INITIATION_MAC1, asked.mac1));
	check_reply(vector, &keys, &asked, cookie);
	assert_false(cookie_mac2_good(&jar, jar.renewed, &rng, interface, from, initiation.bytes,
				      INITIATION_MAC2, mac2));
	cookie_mac2(cookie, initiation.bytes, INITIATION_MAC2, mac2);
	vector_expect(vector, "initiation_with_mac2", initiation.bytes, initiation.size);
	assert_true(cookie_mac2_good(&jar, jar.renewed, &rng, interface, from, initiation.bytes,
				     INITIATION_MAC2, mac2));
}
