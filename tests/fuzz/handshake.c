/* Handshake frames at both ends. The first byte chooses what is done to a frame that an honest end
 * made: the rest of the input is laid over it at an offset. Nothing but the honest frame may pass.
 */
#include "meshp/handshake.h"
#include "tests/fuzz/fuzz.h"

/* One end, made of a byte. */
struct end {
	struct address address;
	struct agree_pair pair;
	struct certificate certificate;
	struct handshake_self self;
};

enum { NOISE_AT = 27 }; /* where the Noise message begins in either frame */

static const uint8_t network_key[32] = {0};

static void end_make(struct end *end, uint8_t name)
{
	uint8_t seed[32] = {name};
	struct identity identity;

	identity_of(&identity, seed);
	seed[1] = 1;
	agree_pair_of(&end->pair, seed);
	certificate_make(&end->certificate, &identity, end->pair.public_key, 1, network_key);
	end->address = certificate_address(&end->certificate);
	end->self = (struct handshake_self){.address = &end->address,
					    .session = &end->pair,
					    .certificate = &end->certificate,
					    .network_key = network_key,
					    .suites = SUITE_BIT(SUITE_CHACHA20_POLY1305),
					    .boot_epoch = 1,
					    .instance = name,
					    .interface = 1};
}

/* Lays the input over the frame; true if that changed it. */
static bool overlay(uint8_t *frame, size_t frame_size, const uint8_t *bytes, size_t size)
{
	uint8_t before[WIRE_INITIATION];
	size_t offset = size > 0 ? bytes[0] : 0;

	memcpy(before, frame, frame_size);
	for (size_t i = 1; i < size && offset + i - 1 < frame_size; i++)
		frame[offset + i - 1] ^= bytes[i];
	return memcmp(before, frame, frame_size) != 0;
}

static void fuzz_raw(const struct end *end, const struct handshake_pending *pending,
		     const struct address *peer, const uint8_t *bytes, size_t size)
{
	struct handshake_asked asked;
	struct handshake_peer learned;
	struct handshake_keys keys;
	struct cookie_reply reply;

	EXPECT(handshake_open(&end->self, bytes, size, &asked) != DROP_NONE);
	EXPECT(handshake_finish(&end->self, pending, peer, bytes, size, &learned, &keys) !=
	       DROP_NONE);
	if (cookie_reply_read(bytes, size, &reply) == DROP_NONE)
		EXPECT(size == WIRE_COOKIE_REPLY);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct end a, b;
	uint8_t first[WIRE_INITIATION], second[WIRE_RESPONSE];
	const uint8_t ephemeral_a[32] = {7}, ephemeral_b[32] = {8};
	struct handshake_offer offer = {.number = 9, .sequence = 1, .ephemeral = ephemeral_a};
	struct handshake_pending pending;
	struct handshake_asked asked;
	struct handshake_peer learned;
	struct handshake_keys keys;

	end_make(&a, 1);
	end_make(&b, 2);
	struct writer out = writer_of(first, sizeof(first));
	EXPECT(handshake_begin(&a.self, &b.address, b.pair.public_key, &offer, &pending, &out));
	fuzz_raw(&a, &pending, &b.address, bytes, size);
	EXPECT(handshake_open(&b.self, first, sizeof(first), &asked) == DROP_NONE);
	out = writer_of(second, sizeof(second));
	EXPECT(handshake_answer(&b.self, &asked, 1, ephemeral_b, &keys, &out) == DROP_NONE);

	/* What lies before the ephemeral key, and the MACs, are the caller's to check. */
	if (overlay(first + NOISE_AT, INITIATION_MAC1 - NOISE_AT, bytes, size))
		EXPECT(handshake_open(&b.self, first, sizeof(first), &asked) != DROP_NONE);
	if (overlay(second + NOISE_AT, RESPONSE_MAC1 - NOISE_AT, bytes, size))
		EXPECT(handshake_finish(&a.self, &pending, &b.address, second, sizeof(second),
					&learned, &keys) != DROP_NONE);
	return 0;
}
