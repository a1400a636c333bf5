/* Whole handshakes with all randomness given: what each end writes is the vector's to the byte, and
 * each reads what the other wrote. Then the same once more by hand, token for token, for what the
 * ends do not show: prologue, payloads and the hash after each message. docs/protocol/meshp.md,
 * section 5; Noise, revision 34, section 7.5. */
#include "meshp/handshake.h"
#include "meshp/header.h"

#include "meshp/session.h"
#include "tests/vectors/checks.h"

#include <stdio.h>

/* One end with everything it holds and draws; self points into it. */
struct end {
	struct network network;
	struct address address;
	struct agree_pair pair, ephemeral;
	struct certificate certificate;
	struct cookie_keys keys; /* of its session key */
	uint32_t last_epoch;
	struct handshake_self self;
};

enum { FIELD_MAX = 64 };

/* The name of a field of one end. */
static const char *named(char field[FIELD_MAX], const char *role, const char *what)
{
	assert_in_range(snprintf(field, FIELD_MAX, "%s_%s", role, what), 1, FIELD_MAX - 1);
	return field;
}

static void pair_read(struct vector *vector, const char *field, struct agree_pair *pair)
{
	uint8_t secret[AGREE_KEY];

	vector_bytes(vector, field, secret, sizeof(secret));
	agree_pair_of(pair, secret);
}

/* The certificate an end makes of its keys, which is the vector's. */
static void end_certify(struct end *end, struct vector *vector, const char *role)
{
	uint8_t seed[IDENTITY_SEED];
	char field[FIELD_MAX];
	struct hex bytes = vector_hex(vector, named(field, role, "certificate"));
	struct reader in = reader_of(bytes.bytes, bytes.size);
	struct certificate made;
	struct identity identity;

	certificate_read(&end->certificate, &in);
	assert_true(reader_done(&in));
	vector_bytes(vector, named(field, role, "identity_seed"), seed, sizeof(seed));
	identity_of(&identity, seed);
	certificate_make(&made, &identity, end->pair.public_key, end->certificate.generation,
			 end->network.id);
	assert_memory_equal(&made, &end->certificate, sizeof(made));
	end->address = certificate_address(&end->certificate);
	vector_expect(vector, named(field, role, "address"), end->address.bytes, ADDRESS);
}

static void end_read(struct end *end, struct vector *vector, const char *role,
		     const struct network *network)
{
	char field[FIELD_MAX];

	*end = (struct end){.network = *network};
	pair_read(vector, named(field, role, "session_private"), &end->pair);
	pair_read(vector, named(field, role, "ephemeral_private"), &end->ephemeral);
	end_certify(end, vector, role);
	cookie_keys_of(&end->keys, end->pair.public_key, end->network.key);
	end->last_epoch = vector_number(vector, named(field, role, "last_epoch"));
	end->self = (struct handshake_self){.address = &end->address,
					    .session = &end->pair,
					    .certificate = &end->certificate,
					    .network_key = end->network.key};
	end->self.suites = (uint8_t)vector_number(vector, named(field, role, "suites"));
	end->self.boot_epoch = vector_number(vector, named(field, role, "boot_epoch"));
	end->self.instance = vector_number(vector, named(field, role, "instance"));
	end->self.interface = vector_number(vector, named(field, role, "interface"));
	vector_bytes(vector, named(field, role, "link_address"), end->self.lladdr.bytes, LLADDR);
}

/* What one end learned is what the other is; epoch is the one its payload named. */
static void end_is(const struct end *end, const struct handshake_peer *learned, uint32_t epoch)
{
	assert_true(address_equal(&learned->address, &end->address));
	assert_memory_equal(&learned->certificate, &end->certificate, sizeof(end->certificate));
	assert_true(certificate_verify(&learned->certificate, end->network.id));
	assert_int_equal(learned->epoch, epoch);
	assert_int_equal(learned->boot_epoch, end->self.boot_epoch);
	assert_int_equal(learned->instance, end->self.instance);
	assert_int_equal(learned->interface, end->self.interface);
	assert_true(lladdr_equal(&learned->lladdr, &end->self.lladdr));
}

/* A handshake as the vector tells it. */
struct telling {
	struct end initiator, responder;
	uint64_t number;
	uint32_t sequence, suite, epoch;
	struct hex cookie; /* empty: none */
	struct hex initiation, response;
	struct hex hash_1;	      /* after the INITIATION */
	uint8_t sending[2][AEAD_KEY]; /* the initiator's, the responder's */
};

static void telling_read(struct telling *telling, struct vector *vector)
{
	const struct network network = vector_network(vector);
	struct hex number = vector_hex(vector, "number");
	struct reader in = reader_of(number.bytes, number.size);

	end_read(&telling->initiator, vector, "initiator", &network);
	end_read(&telling->responder, vector, "responder", &network);
	telling->initiator.self.remote = vector_number(vector, "hop_limit") != WIRE_HOP_LIMIT;
	telling->responder.self.remote = telling->initiator.self.remote;
	telling->number = reader_u64(&in);
	assert_true(reader_done(&in));
	telling->sequence = vector_number(vector, "sequence");
	telling->suite = vector_number(vector, "suite");
	telling->epoch = vector_number(vector, "epoch");
	telling->cookie = vector_hex(vector, "cookie");
	telling->initiation = vector_hex(vector, "initiation");
	telling->response = vector_hex(vector, "response");
	telling->hash_1 = vector_hex(vector, "hash_after_initiation");
	assert_int_equal(telling->hash_1.size, HASH_512);
	vector_bytes(vector, "initiator_sending_key", telling->sending[0], AEAD_KEY);
	vector_bytes(vector, "responder_sending_key", telling->sending[1], AEAD_KEY);
}

static void initiator_writes(const struct telling *telling, struct handshake_pending *pending)
{
	const struct end *own = &telling->initiator, *other = &telling->responder;
	const struct handshake_offer offer = {
		.number = telling->number,
		.last_epoch = own->last_epoch,
		.sequence = telling->sequence,
		.cookie = telling->cookie.size > 0 ? telling->cookie.bytes : NULL,
		.ephemeral = own->ephemeral.secret_key,
	};
	uint8_t frame[WIRE_INITIATION];
	struct writer out = writer_of(frame, sizeof(frame));

	assert_true(handshake_begin(&own->self, &other->address, other->pair.public_key, &offer,
				    pending, &out));
	assert_int_equal(telling->initiation.size, out.used);
	assert_memory_equal(telling->initiation.bytes, frame, out.used);
	assert_memory_equal(telling->hash_1.bytes, pending->noise.hash, HASH_512);
}

/* The clear part of the INITIATION, and its macs. */
static void responder_checks(const struct telling *telling)
{
	const struct hex *frame = &telling->initiation;
	uint8_t mac2[WIRE_MAC] = {0};
	struct node_id from = address_id(&telling->initiator.address);
	struct node_id to = address_id(&telling->responder.address);
	struct initiation clear;

	assert_int_equal(initiation_read(frame->bytes, frame->size, &clear), DROP_NONE);
	assert_int_equal(clear.number, telling->number);
	assert_int_equal(clear.hop_limit,
			 telling->initiator.self.remote ? WIRE_HOP_LIMIT_REMOTE : WIRE_HOP_LIMIT);
	assert_true(node_id_equal(&clear.source, &from));
	assert_true(node_id_equal(&clear.destination, &to));
	assert_true(cookie_mac1_good(&telling->responder.keys, frame->bytes, INITIATION_MAC1,
				     clear.mac1));
	if (telling->cookie.size > 0)
		cookie_mac2(telling->cookie.bytes, frame->bytes, INITIATION_MAC2, mac2);
	assert_memory_equal(clear.mac2, mac2, WIRE_MAC);
}

static void responder_answers(const struct telling *telling)
{
	const struct end *own = &telling->responder, *other = &telling->initiator;
	const struct session session = {.last_epoch = own->last_epoch};
	uint8_t frame[WIRE_RESPONSE];
	struct writer out = writer_of(frame, sizeof(frame));
	struct handshake_asked asked;
	struct handshake_keys keys;

	responder_checks(telling);
	assert_int_equal(handshake_open(&own->self, telling->initiation.bytes,
					telling->initiation.size, &asked),
			 DROP_NONE);
	end_is(other, &asked.peer, other->last_epoch);
	assert_int_equal(asked.peer.sequence, telling->sequence);
	assert_int_equal(asked.peer.suites, other->self.suites);
	assert_int_equal(session_next_epoch(&session, asked.peer.epoch), telling->epoch);
	assert_int_equal(handshake_answer(&own->self, &asked, telling->epoch,
					  own->ephemeral.secret_key, &keys, &out),
			 DROP_NONE);
	assert_int_equal(telling->response.size, out.used);
	assert_memory_equal(telling->response.bytes, frame, out.used);
	assert_int_equal(keys.suite, telling->suite);
	assert_int_equal(keys.epoch, telling->epoch);
	assert_memory_equal(keys.receive, telling->sending[0], AEAD_KEY);
	assert_memory_equal(keys.send, telling->sending[1], AEAD_KEY);
}

static void initiator_finishes(const struct telling *telling,
			       const struct handshake_pending *pending)
{
	const struct end *own = &telling->initiator, *other = &telling->responder;
	const struct hex *frame = &telling->response;
	struct handshake_peer learned;
	struct handshake_keys keys;
	struct response clear;

	assert_int_equal(response_read(frame->bytes, frame->size, &clear), DROP_NONE);
	assert_int_equal(clear.number, telling->number);
	assert_true(cookie_mac1_good(&own->keys, frame->bytes, RESPONSE_MAC1, clear.mac1));
	assert_int_equal(handshake_finish(&own->self, pending, &other->address, frame->bytes,
					  frame->size, &learned, &keys),
			 DROP_NONE);
	end_is(other, &learned, telling->epoch);
	assert_int_equal(keys.suite, telling->suite);
	assert_int_equal(keys.epoch, telling->epoch);
	assert_memory_equal(keys.send, telling->sending[0], AEAD_KEY);
	assert_memory_equal(keys.receive, telling->sending[1], AEAD_KEY);
}

static void mix_agreement(struct noise *noise, const struct agree_pair *own,
			  const struct agree_pair *other)
{
	uint8_t shared[AGREE_KEY];

	assert_true(agree(shared, own->secret_key, other->public_key));
	noise_mix_key(noise, shared, sizeof(shared));
}

/* The e token, read from a message. */
static void mix_ephemeral(struct noise *noise, struct reader *in, const struct agree_pair *pair)
{
	uint8_t public_key[AGREE_KEY];

	reader_copy(in, public_key, AGREE_KEY);
	assert_memory_equal(public_key, pair->public_key, AGREE_KEY);
	noise_mix_hash(noise, public_key, AGREE_KEY);
	noise_mix_key(noise, public_key, AGREE_KEY);
}

/* -> e, es, s, ss */
static void first_by_hand(const struct telling *telling, struct vector *vector, struct noise *noise)
{
	const struct end *i = &telling->initiator, *r = &telling->responder;
	struct hex prologue = vector_hex(vector, "prologue");
	uint8_t static_key[AGREE_KEY], payload[WIRE_INITIATION_PAYLOAD];
	struct reader in = reader_of(telling->initiation.bytes, INITIATION_MAC1);

	reader_take(&in, WIRE_CONTROL_HEADER + sizeof(uint64_t));
	noise_init(noise, "Noise_IKpsk2_25519_ChaChaPoly_BLAKE2b",
		   (struct span){prologue.bytes, prologue.size});
	noise_mix_hash(noise, r->pair.public_key, AGREE_KEY);	    /* <- s */
	mix_ephemeral(noise, &in, &i->ephemeral);		    /* e */
	mix_agreement(noise, &r->pair, &i->ephemeral);		    /* es */
	assert_true(noise_open(noise, &in, static_key, AGREE_KEY)); /* s */
	assert_memory_equal(static_key, i->pair.public_key, AGREE_KEY);
	mix_agreement(noise, &r->pair, &i->pair); /* ss */
	assert_true(noise_open(noise, &in, payload, sizeof(payload)));
	assert_true(reader_done(&in));
	vector_expect(vector, "initiation_payload", payload, sizeof(payload));
	assert_memory_equal(noise->hash, telling->hash_1.bytes, HASH_512);
}

/* <- e, ee, se, psk */
static void second_by_hand(const struct telling *telling, struct vector *vector,
			   struct noise *noise)
{
	const struct end *i = &telling->initiator, *r = &telling->responder;
	uint8_t payload[WIRE_RESPONSE_PAYLOAD], sending[2][AEAD_KEY];
	struct reader in = reader_of(telling->response.bytes, RESPONSE_MAC1);

	reader_take(&in, WIRE_CONTROL_HEADER + sizeof(uint64_t));
	mix_ephemeral(noise, &in, &r->ephemeral);			       /* e */
	mix_agreement(noise, &i->ephemeral, &r->ephemeral);		       /* ee */
	mix_agreement(noise, &i->pair, &r->ephemeral);			       /* se */
	noise_mix_key_and_hash(noise, i->network.key, sizeof(i->network.key)); /* psk */
	assert_true(noise_open(noise, &in, payload, sizeof(payload)));
	assert_true(reader_done(&in));
	vector_expect(vector, "response_payload", payload, sizeof(payload));
	vector_expect(vector, "hash_after_response", noise->hash, HASH_512);
	noise_split(noise, sending[0], sending[1]);
	assert_memory_equal(sending, telling->sending, sizeof(sending));
}

/* A frame with its destination's address behind it is that frame and names that address. */
static void check_addressed(struct vector *vector, const char *name, const struct hex *frame,
			    const struct end *to)
{
	struct hex addressed = vector_hex(vector, name);
	struct reader in = reader_of(addressed.bytes, addressed.size);
	struct control_header header;
	struct address said;

	assert_int_equal(addressed.size, frame->size + ADDRESS_HASH);
	assert_memory_equal(addressed.bytes, frame->bytes, frame->size);
	assert_int_equal(control_header_read(&in, &header), DROP_NONE);
	assert_true(control_addressed(&header, addressed.bytes, addressed.size, &said));
	assert_true(address_equal(&said, &to->address));
	assert_false(control_addressed(&header, frame->bytes, frame->size, &said));
	addressed.bytes[frame->size + NODE_ID - 1] ^= 1;
	assert_false(control_addressed(&header, addressed.bytes, addressed.size, &said));
}

void check_handshake(struct vector *vector)
{
	struct handshake_pending pending;
	struct telling telling;
	struct noise noise;

	telling_read(&telling, vector);
	initiator_writes(&telling, &pending);
	responder_answers(&telling);
	initiator_finishes(&telling, &pending);
	first_by_hand(&telling, vector, &noise);
	second_by_hand(&telling, vector, &noise);
	check_addressed(vector, "initiation_addressed", &telling.initiation, &telling.responder);
	check_addressed(vector, "response_addressed", &telling.response, &telling.initiator);
}
