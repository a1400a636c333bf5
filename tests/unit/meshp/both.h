/* A handshake between two ends, step by step, for the tests of this room. The ephemeral secrets
 * are known, so that a test can do by hand what either end does. */
#ifndef TESTS_UNIT_MESHP_BOTH_H
#define TESTS_UNIT_MESHP_BOTH_H

#include "meshp/handshake.h"
#include "tests/unit/meshp/end.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { EPOCH = 12 }; /* of the new keys */

static const uint8_t closed_mesh[32] = {7, 7, 7};
static const uint8_t secret_i[32] = {0, 11}, secret_r[32] = {0, 12};

/* Two ends and all that passes between them. */
struct both {
	struct end i, r;
	uint8_t initiation[WIRE_INITIATION], response[WIRE_RESPONSE];
	struct handshake_pending pending;
	struct handshake_asked asked;
	struct handshake_peer answered;
	struct handshake_keys keys_i, keys_r;
};

static inline void both_init(struct both *both, const uint8_t network_key[32])
{
	memset(both, 0, sizeof(*both));
	end_init(&both->i, 1, network_key);
	end_init(&both->r, 2, network_key);
}

static inline struct handshake_offer offer_of(uint64_t number)
{
	return (struct handshake_offer){
		.number = number,
		.last_epoch = 10,
		.sequence = 77,
		.ephemeral = secret_i,
	};
}

static inline void initiate(struct both *both)
{
	struct handshake_offer offer = offer_of(0x1122334455667788);
	struct writer out = writer_of(both->initiation, WIRE_INITIATION);

	assert_true(handshake_begin(&both->i.self, &both->r.address, both->r.pair.public_key,
				    &offer, &both->pending, &out));
	assert_true(writer_ok(&out));
	assert_int_equal(out.used, WIRE_INITIATION);
}

static inline enum drop ask(struct both *both)
{
	return handshake_open(&both->r.self, both->initiation, WIRE_INITIATION, &both->asked);
}

static inline enum drop answer(struct both *both)
{
	struct writer out = writer_of(both->response, WIRE_RESPONSE);
	enum drop drop =
		handshake_answer(&both->r.self, &both->asked, EPOCH, secret_r, &both->keys_r, &out);

	assert_int_equal(out.used, drop ? 0 : WIRE_RESPONSE);
	return drop;
}

static inline enum drop finish(struct both *both)
{
	return handshake_finish(&both->i.self, &both->pending, &both->r.address, both->response,
				WIRE_RESPONSE, &both->answered, &both->keys_i);
}

static inline void complete(struct both *both)
{
	initiate(both);
	assert_int_equal(ask(both), DROP_NONE);
	assert_int_equal(answer(both), DROP_NONE);
	assert_int_equal(finish(both), DROP_NONE);
}

#endif
