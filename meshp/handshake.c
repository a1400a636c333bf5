/* The handshake, message by message, in the order of the Noise tokens: Noise_IKpsk2 (revision 34,
 * sections 7.5 and 9). Nothing is kept here: what a step learns is in locals, wiped on every way
 * out, until it may be handed over whole. docs/protocol/meshp.md, section 5. */
#include "meshp/handshake.h"

#include "meshp/header.h"

#include <sodium.h>
#include <string.h>

enum {
	PROLOGUE = 5 + 1 + NODE_ID + ADDRESS_HASH,
	SEALED = WIRE_CONTROL_HEADER + 8, /* where the Noise message begins in either frame */
};

/* Both ends' state before message 1. */
static void state_begin(struct noise *noise, const struct node_id *initiator,
			const struct address *responder, const uint8_t responder_key[AGREE_KEY])
{
	uint8_t prologue[PROLOGUE];
	struct writer out = writer_of(prologue, sizeof(prologue));

	writer_copy(&out, "MESHP", 5);
	writer_u8(&out, WIRE_VERSION);
	writer_copy(&out, initiator->bytes, NODE_ID);
	writer_copy(&out, responder->bytes + ADDRESS_PREFIX, ADDRESS_HASH);
	REQUIRE(writer_ok(&out));
	noise_init(noise, "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2b",
		   (struct span){prologue, sizeof(prologue)});
	noise_mix_hash(noise, responder_key, AGREE_KEY); /* <- s */
}

/* The e token; in handshakes with a psk the key is stirred too (section 9.2). */
static void mix_ephemeral(struct noise *noise, const uint8_t public_key[AGREE_KEY])
{
	noise_mix_hash(noise, public_key, AGREE_KEY);
	noise_mix_key(noise, public_key, AGREE_KEY);
}

/* The tokens of two letters. False if the public key is of low order. */
static bool mix_agreement(struct noise *noise, const uint8_t secret_key[AGREE_KEY],
			  const uint8_t public_key[AGREE_KEY])
{
	uint8_t shared[AGREE_KEY];
	bool good = agree(shared, secret_key, public_key);

	if (good)
		noise_mix_key(noise, shared, sizeof(shared));
	sodium_memzero(shared, sizeof(shared));
	return good;
}

/* The payload of either message; sequence is NULL in the second. */
static void payload_write(const struct handshake_self *self, uint8_t suites, uint32_t epoch,
			  const uint32_t *sequence, struct writer *out)
{
	writer_u8(out, WIRE_VERSION);
	writer_u8(out, WIRE_VERSION);
	writer_u16(out, 0);
	writer_u8(out, suites);
	certificate_write(self->certificate, out);
	writer_u32(out, epoch);
	writer_u32(out, self->boot_epoch);
	if (sequence)
		writer_u32(out, *sequence);
	writer_u32(out, self->instance);
	writer_copy(out, self->lladdr.bytes, LLADDR);
	writer_u32(out, self->interface);
	REQUIRE(writer_ok(out));
}

/* Reads the payload of either message; suites are offered ones or the number of one, as it is. */
static enum drop payload_read(struct reader *in, bool sequenced, uint8_t *suites,
			      struct handshake_peer *peer)
{
	uint8_t least = reader_u8(in);
	uint8_t greatest = reader_u8(in);
	uint16_t features = reader_u16(in);

	*suites = reader_u8(in);
	certificate_read(&peer->certificate, in);
	peer->address = certificate_address(&peer->certificate);
	peer->epoch = reader_u32(in);
	peer->boot_epoch = reader_u32(in);
	if (sequenced)
		peer->sequence = reader_u32(in);
	peer->instance = reader_u32(in);
	reader_copy(in, peer->lladdr.bytes, LLADDR);
	peer->interface = reader_u32(in);
	REQUIRE(reader_done(in));
	if (least > WIRE_VERSION || greatest < WIRE_VERSION)
		return DROP_VERSION;
	if (features != 0 || (sequenced && peer->epoch == UINT32_MAX))
		return DROP_MALFORMED;
	return DROP_NONE;
}

/* True if the certificate is for the static key of the handshake and the id in the clear. */
static bool peer_agrees(const struct handshake_peer *peer, const uint8_t static_key[AGREE_KEY],
			const struct node_id *source)
{
	struct node_id id = address_id(&peer->address);

	return memcmp(peer->certificate.session_key, static_key, AGREE_KEY) == 0 &&
	       node_id_equal(&id, source);
}

static void clear_write(const struct handshake_self *self, enum frame_type type,
			const struct address *peer, uint64_t number, struct writer *out)
{
	const struct control_header header = {
		.type = type,
		.hop_limit = self->remote ? WIRE_HOP_LIMIT_REMOTE : WIRE_HOP_LIMIT,
		.destination = address_id(peer),
		.source = address_id(self->address),
	};

	control_header_write(&header, out);
	writer_u64(out, number);
}

/* -> e, es, s, ss */
static bool message_1_write(const struct handshake_self *self, const struct address *peer,
			    const struct handshake_offer *offer, struct handshake_pending *made,
			    struct writer *out)
{
	const struct node_id id = address_id(self->address);
	uint8_t bytes[WIRE_INITIATION_PAYLOAD];
	struct writer payload = writer_of(bytes, sizeof(bytes));
	struct noise *noise = &made->noise;

	payload_write(self, self->suites, offer->last_epoch, &offer->sequence, &payload);
	state_begin(noise, &id, peer, made->responder);
	writer_copy(out, made->ephemeral.public_key, AGREE_KEY);
	mix_ephemeral(noise, made->ephemeral.public_key);			/* e */
	if (!mix_agreement(noise, made->ephemeral.secret_key, made->responder)) /* es */
		return false;
	noise_seal(noise, self->session->public_key, AGREE_KEY, out);	       /* s */
	if (!mix_agreement(noise, self->session->secret_key, made->responder)) /* ss */
		return false;
	noise_seal(noise, bytes, sizeof(bytes), out);
	return true;
}

/* Appends mac1, keyed for the holder of a session key, over all of the frame so far. */
static void mac1_write(const struct handshake_self *self, const uint8_t receiver_key[AGREE_KEY],
		       uint8_t mac1[WIRE_MAC], struct writer *out)
{
	struct cookie_keys keys;

	cookie_keys_of(&keys, receiver_key, self->network_key);
	cookie_mac1(&keys, out->start, out->used, mac1);
	writer_copy(out, mac1, WIRE_MAC);
	sodium_memzero(&keys, sizeof(keys));
}

static void mac2_write(const uint8_t *cookie, struct writer *out)
{
	uint8_t mac2[WIRE_MAC] = {0};

	if (cookie)
		cookie_mac2(cookie, out->start, out->used, mac2);
	writer_copy(out, mac2, WIRE_MAC);
}

/* Hands a whole frame over. False if there is no room for it. */
static bool frame_hand_over(const struct writer *frame, size_t size, struct writer *out)
{
	REQUIRE(writer_ok(frame) && frame->used == size);
	writer_copy(out, frame->start, size);
	return writer_ok(out);
}

bool handshake_begin(const struct handshake_self *self, const struct address *peer,
		     const uint8_t peer_session_key[AGREE_KEY], const struct handshake_offer *offer,
		     struct handshake_pending *pending, struct writer *out)
{
	struct handshake_pending made = {.number = offer->number};
	uint8_t bytes[WIRE_INITIATION];
	struct writer frame = writer_of(bytes, sizeof(bytes));
	bool good;

	agree_pair_of(&made.ephemeral, offer->ephemeral);
	memcpy(made.responder, peer_session_key, AGREE_KEY);
	clear_write(self, FRAME_INITIATION, peer, offer->number, &frame);
	good = message_1_write(self, peer, offer, &made, &frame);
	if (good) {
		mac1_write(self, peer_session_key, made.mac1, &frame);
		mac2_write(offer->cookie, &frame);
		good = frame_hand_over(&frame, WIRE_INITIATION, out);
	}
	if (good)
		*pending = made;
	sodium_memzero(&made, sizeof(made));
	return good;
}

enum drop initiation_read(const uint8_t *frame, size_t size, struct initiation *initiation)
{
	struct reader in = reader_of(frame, size);
	struct control_header header;
	enum drop drop = control_frame_read(&in, FRAME_INITIATION, WIRE_INITIATION, &header);

	if (drop)
		return drop;
	*initiation = (struct initiation){
		.destination = header.destination,
		.source = header.source,
		.hop_limit = header.hop_limit,
		.number = reader_u64(&in),
		.mac1 = frame + INITIATION_MAC1,
		.mac2 = frame + INITIATION_MAC2,
	};
	return DROP_NONE;
}

/* -> e, es, s, ss */
static enum drop message_1_read(const struct handshake_self *self, const struct initiation *clear,
				struct reader *in, struct handshake_asked *opened)
{
	uint8_t static_key[AGREE_KEY];
	uint8_t bytes[WIRE_INITIATION_PAYLOAD];
	struct reader payload = reader_of(bytes, sizeof(bytes));
	struct noise *noise = &opened->noise;
	enum drop drop;

	state_begin(noise, &clear->source, self->address, self->session->public_key);
	reader_copy(in, opened->ephemeral, AGREE_KEY);
	mix_ephemeral(noise, opened->ephemeral);				 /* e */
	if (!mix_agreement(noise, self->session->secret_key, opened->ephemeral)) /* es */
		return DROP_HANDSHAKE;
	if (!noise_open(noise, in, static_key, AGREE_KEY)) /* s */
		return DROP_HANDSHAKE;
	if (!mix_agreement(noise, self->session->secret_key, static_key)) /* ss */
		return DROP_HANDSHAKE;
	if (!noise_open(noise, in, bytes, sizeof(bytes)))
		return DROP_HANDSHAKE;
	drop = payload_read(&payload, true, &opened->peer.suites, &opened->peer);
	if (drop)
		return drop;
	return peer_agrees(&opened->peer, static_key, &clear->source) ? DROP_NONE
								      : DROP_CERTIFICATE;
}

enum drop handshake_open(const struct handshake_self *self, const uint8_t *frame, size_t size,
			 struct handshake_asked *asked)
{
	struct handshake_asked opened = {0};
	struct initiation clear;
	struct reader in;
	enum drop drop = initiation_read(frame, size, &clear);

	if (drop)
		return drop;
	in = reader_of(frame + SEALED, INITIATION_MAC1 - SEALED);
	opened.number = clear.number;
	drop = message_1_read(self, &clear, &in, &opened);
	if (!drop)
		*asked = opened;
	sodium_memzero(&opened, sizeof(opened));
	return drop;
}

/* The suite of a set that is used, rule 5. False if there is none. */
static bool suite_choose(uint8_t common, enum suite *suite)
{
	*suite =
		common & SUITE_BIT(SUITE_AES_256_GCM) ? SUITE_AES_256_GCM : SUITE_CHACHA20_POLY1305;
	return common & SUITE_BIT(*suite);
}

/* <- e, ee, se, psk */
static bool message_2_write(const struct handshake_self *self, const struct handshake_asked *asked,
			    const struct agree_pair *ephemeral, const struct handshake_keys *keys,
			    struct noise *noise, struct writer *out)
{
	uint8_t bytes[WIRE_RESPONSE_PAYLOAD];
	struct writer payload = writer_of(bytes, sizeof(bytes));

	payload_write(self, (uint8_t)keys->suite, keys->epoch, NULL, &payload);
	writer_copy(out, ephemeral->public_key, AGREE_KEY);
	mix_ephemeral(noise, ephemeral->public_key);			    /* e */
	if (!mix_agreement(noise, ephemeral->secret_key, asked->ephemeral)) /* ee */
		return false;
	if (!mix_agreement(noise, ephemeral->secret_key,
			   asked->peer.certificate.session_key)) /* se */
		return false;
	noise_mix_key_and_hash(noise, self->network_key, 32); /* psk */
	noise_seal(noise, bytes, sizeof(bytes), out);
	return true;
}

/* Writes the frame and completes keys, whose suite and epoch are chosen. */
static enum drop answer(const struct handshake_self *self, const struct handshake_asked *asked,
			const struct agree_pair *ephemeral, struct noise *noise,
			struct handshake_keys *keys, struct writer *out)
{
	uint8_t bytes[WIRE_RESPONSE];
	uint8_t mac1[WIRE_MAC];
	struct writer frame = writer_of(bytes, sizeof(bytes));

	clear_write(self, FRAME_RESPONSE, &asked->peer.address, asked->number, &frame);
	if (!message_2_write(self, asked, ephemeral, keys, noise, &frame))
		return DROP_HANDSHAKE;
	mac1_write(self, asked->peer.certificate.session_key, mac1, &frame);
	noise_split(noise, keys->receive, keys->send);
	return frame_hand_over(&frame, WIRE_RESPONSE, out) ? DROP_NONE : DROP_OUTBOX_FULL;
}

enum drop handshake_answer(const struct handshake_self *self, const struct handshake_asked *asked,
			   uint32_t epoch, const uint8_t ephemeral[AGREE_KEY],
			   struct handshake_keys *keys, struct writer *out)
{
	struct handshake_keys made = {.epoch = epoch};
	struct noise noise = asked->noise;
	struct agree_pair pair;
	enum drop drop = DROP_SUITE;

	agree_pair_of(&pair, ephemeral);
	if (suite_choose(self->suites & asked->peer.suites, &made.suite))
		drop = answer(self, asked, &pair, &noise, &made, out);
	if (!drop)
		*keys = made;
	sodium_memzero(&made, sizeof(made));
	sodium_memzero(&noise, sizeof(noise));
	sodium_memzero(&pair, sizeof(pair));
	return drop;
}

enum drop response_read(const uint8_t *frame, size_t size, struct response *response)
{
	struct reader in = reader_of(frame, size);
	struct control_header header;
	enum drop drop = control_frame_read(&in, FRAME_RESPONSE, WIRE_RESPONSE, &header);

	if (drop)
		return drop;
	*response = (struct response){
		.destination = header.destination,
		.source = header.source,
		.hop_limit = header.hop_limit,
		.number = reader_u64(&in),
		.mac1 = frame + RESPONSE_MAC1,
	};
	return DROP_NONE;
}

/* <- e, ee, se, psk */
static bool message_2_open(const struct handshake_self *self,
			   const struct handshake_pending *pending, struct noise *noise,
			   struct reader *in, uint8_t payload[WIRE_RESPONSE_PAYLOAD])
{
	uint8_t ephemeral[AGREE_KEY];

	reader_copy(in, ephemeral, AGREE_KEY);
	mix_ephemeral(noise, ephemeral);				     /* e */
	if (!mix_agreement(noise, pending->ephemeral.secret_key, ephemeral)) /* ee */
		return false;
	if (!mix_agreement(noise, self->session->secret_key, ephemeral)) /* se */
		return false;
	noise_mix_key_and_hash(noise, self->network_key, 32); /* psk */
	return noise_open(noise, in, payload, WIRE_RESPONSE_PAYLOAD);
}

/* Opens the sealed part and checks who answered and what was chosen; no keys yet. */
static enum drop message_2_read(const struct handshake_self *self,
				const struct handshake_pending *pending,
				const struct response *clear, struct noise *noise,
				struct reader *in, struct handshake_peer *peer, uint8_t *suite)
{
	uint8_t bytes[WIRE_RESPONSE_PAYLOAD];
	struct reader payload = reader_of(bytes, sizeof(bytes));
	enum drop drop;

	if (!message_2_open(self, pending, noise, in, bytes))
		return DROP_HANDSHAKE;
	drop = payload_read(&payload, false, suite, peer);
	if (drop)
		return drop;
	if (!peer_agrees(peer, pending->responder, &clear->source))
		return DROP_CERTIFICATE;
	if (*suite >= SUITE_COUNT || !(self->suites & SUITE_BIT(*suite)))
		return DROP_SUITE;
	return DROP_NONE;
}

enum drop handshake_finish(const struct handshake_self *self,
			   const struct handshake_pending *pending, const struct address *expected,
			   const uint8_t *frame, size_t size, struct handshake_peer *peer,
			   struct handshake_keys *keys)
{
	struct handshake_peer read = {.sequence = 0};
	struct noise noise = pending->noise;
	struct response clear;
	struct reader in;
	uint8_t suite;
	enum drop drop = response_read(frame, size, &clear);

	if (!drop && clear.number != pending->number)
		drop = DROP_HANDSHAKE;
	if (!drop) {
		in = reader_of(frame + SEALED, RESPONSE_MAC1 - SEALED);
		drop = message_2_read(self, pending, &clear, &noise, &in, &read, &suite);
	}
	if (!drop && !address_equal(&read.address, expected))
		drop = DROP_CERTIFICATE;
	if (!drop) {
		*peer = read;
		keys->suite = (enum suite)suite;
		keys->epoch = read.epoch;
		noise_split(&noise, keys->send, keys->receive);
	}
	sodium_memzero(&noise, sizeof(noise));
	return drop;
}
