/* Data frames: what one side seals the other opens, once, unchanged, and nothing else opens.
 * docs/protocol/meshp.md, sections 2 and 3. */
#include "sides.h"

#include "base/rng.h"

#include <string.h>

enum { ROOM = 12000 };

static struct frame_content content_of(const uint8_t *payload, size_t size)
{
	return (struct frame_content){.lane = 5,
				      .hop_limit = 64,
				      .traffic_class = 0xb9,
				      .next_header = 17,
				      .payload = {payload, size}};
}

static void fill(uint8_t *bytes, size_t size)
{
	struct rng rng;

	rng_init(&rng, (const uint8_t[RNG_SEED]){9});
	rng_fill(&rng, bytes, size);
}

/* True if any run of 8 bytes of the payload stands in the frame. */
static bool shows(const uint8_t *frame, size_t size, const uint8_t *payload, size_t payload_size)
{
	for (size_t i = 0; i + 8 <= payload_size; i++) {
		if (memmem(frame, size, payload + i, 8) != NULL)
			return true;
	}
	return false;
}

static size_t size_expected(size_t payload)
{
	if (payload >= WIRE_COMPACT_PAYLOAD)
		return payload + 40;
	return payload + 44 < WIRE_FRAME_LEAST ? WIRE_FRAME_LEAST : payload + 44;
}

static void check_every_size(enum suite suite)
{
	struct side *sides = sides_new(suite);
	uint8_t payload[1600], frame[ROOM], plain[ROOM];
	struct frame_opened opened;

	fill(payload, sizeof(payload));
	for (size_t size = 0; size <= sizeof(payload); size++) {
		struct frame_content content = content_of(payload, size);
		size_t used = side_seal(&sides[0], &content, frame);
		assert_int_equal(used, size_expected(size));
		assert_false(shows(frame, used, payload, size < 64 ? size : 64));
		assert_int_equal(side_open(&sides[1], frame, used, plain, &opened), DROP_NONE);
		assert_int_equal(opened.size, 1 + size);
		assert_int_equal(plain[0], 17);
		assert_memory_equal(plain + 1, payload, size);
		assert_int_equal(opened.index, SIDE_INDEX);
		assert_int_equal(opened.header.hop_limit, 64);
		assert_int_equal(opened.header.traffic_class, 0xb9);
	}
	sides_free(sides);
}

static void every_size_comes_through(void **state)
{
	check_every_size(SUITE_CHACHA20_POLY1305);
	if (aead_suites() & SUITE_BIT(SUITE_AES_256_GCM))
		check_every_size(SUITE_AES_256_GCM);
}

static void a_frame_opens_once(void **state)
{
	struct side *sides = sides_new(SUITE_CHACHA20_POLY1305);
	uint8_t payload[20] = {1}, early[ROOM], frame[ROOM], plain[ROOM];
	struct frame_content content = content_of(payload, sizeof(payload));
	struct frame_opened opened;
	size_t size = side_seal(&sides[0], &content, early);

	for (uint32_t i = 1; i <= WIRE_WINDOW; i++) {
		assert_int_equal(side_seal(&sides[0], &content, frame), size);
		if (i == WIRE_WINDOW)
			break;
		assert_int_equal(side_open(&sides[1], frame, size, plain, &opened), DROP_NONE);
		assert_int_equal(side_open(&sides[1], frame, size, plain, &opened), DROP_REPLAY);
	}
	assert_int_equal(worker_look(sides[1].packets, SIDE_INDEX, 1).rx_replay, WIRE_WINDOW - 1);
	assert_int_equal(side_open(&sides[1], early, size, plain, &opened), DROP_NONE);
	assert_int_equal(side_open(&sides[1], frame, size, plain, &opened), DROP_NONE);
	assert_int_equal(side_open(&sides[1], early, size, plain, &opened), DROP_REPLAY);
	sides_free(sides);
}

static void what_fell_out_of_the_window_is_refused(void **state)
{
	struct side *sides = sides_new(SUITE_CHACHA20_POLY1305);
	uint8_t payload[20] = {1}, early[ROOM], frame[ROOM], plain[ROOM];
	struct frame_content content = content_of(payload, sizeof(payload));
	struct frame_opened opened;
	size_t size = side_seal(&sides[0], &content, early);

	for (uint32_t i = 0; i <= WIRE_WINDOW; i++)
		side_seal(&sides[0], &content, frame);
	assert_int_equal(side_open(&sides[1], frame, size, plain, &opened), DROP_NONE);
	assert_int_equal(side_open(&sides[1], early, size, plain, &opened), DROP_REPLAY);
	sides_free(sides);
}

/* Hop limit and ECN may change on the way; every other bit is refused, and the frame itself still
 * opens afterwards. */
static void check_bits(struct side *sides, size_t payload_size, size_t covered)
{
	uint8_t payload[64], frame[ROOM], plain[ROOM];
	struct frame_opened opened;

	fill(payload, sizeof(payload));
	struct frame_content content = content_of(payload, payload_size);
	bool compact = payload_size >= WIRE_COMPACT_PAYLOAD && !sides[0].peer.id_conflict;
	size_t size = side_seal(&sides[0], &content, frame);
	size_t hop_limit = compact ? 1 : 2, class = compact ? 2 : 20;
	for (size_t bit = 0; bit < 8 * covered; bit++) {
		if (bit / 8 == hop_limit || (bit / 8 == class && bit % 8 < 2))
			continue;
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_not_equal(side_open(&sides[1], frame, size, plain, &opened), DROP_NONE);
		frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	frame[hop_limit]--;
	frame[class] ^= WIRE_ECN;
	assert_int_equal(side_open(&sides[1], frame, size, plain, &opened), DROP_NONE);
	assert_memory_equal(plain + 1, payload, payload_size);
}

static void every_bit_is_authenticated(void **state)
{
	struct side *sides = sides_new(SUITE_CHACHA20_POLY1305);

	check_bits(sides, 10, 50);
	check_bits(sides, 64, 104);
	check_bits(sides, 0, 44); /* two bytes of padding follow */
	check_bits(sides, 9, 53);
	for (uint32_t i = 0; i < 2; i++) {
		sides[i].peer.id_conflict = true;
		side_publish(&sides[i]);
	}
	check_bits(sides, 30, 44 + 28 + 30);
	sides_free(sides);
}

static void others_frames_are_told_apart(void **state)
{
	struct side *sides = sides_new(SUITE_CHACHA20_POLY1305);
	uint8_t payload[20] = {1}, frame[ROOM], plain[ROOM];
	struct frame_content content = content_of(payload, sizeof(payload));
	struct frame_opened opened;
	size_t size = side_seal(&sides[0], &content, frame);

	assert_int_equal(side_open(&sides[0], frame, size, plain, &opened), DROP_OWN);
	frame[3] ^= 1;
	assert_int_equal(side_open(&sides[1], frame, size, plain, &opened), DROP_NOT_FOR_US);
	frame[3] ^= 1;
	frame[11] ^= 0x40;
	assert_int_equal(side_open(&sides[1], frame, size, plain, &opened), DROP_NO_SESSION);
	frame[11] ^= 0x40;
	frame[size - 1] ^= 1;
	assert_int_equal(side_open(&sides[1], frame, size, plain, &opened), DROP_AUTHENTICATION);
	frame[size - 1] ^= 1;
	frame[0] ^= WIRE_PARITY;
	assert_int_equal(side_open(&sides[1], frame, size, plain, &opened), DROP_NO_SESSION);
	sides_free(sides);
}

/* A frame is tried with the keys of its parity, wherever they stand; each has its own window. */
static void each_of_three_keys_opens_its_frames(void **state)
{
	struct side *sides = sides_new(SUITE_CHACHA20_POLY1305);
	uint8_t payload[20] = {1}, frame[ROOM], plain[ROOM];
	struct frame_content content = content_of(payload, sizeof(payload));
	struct frame_opened opened;

	for (uint32_t place = 0; place < SESSION_PLACES; place++) {
		struct forwarding_key *key = &sides[1].peer.open[place];
		*key = sides[1].peer.open[0];
		key->serial = 10 + place;
		key->parity = place == 1;
		key->key[0] = (uint8_t)(100 + place);
	}
	side_publish(&sides[1]);
	for (uint32_t i = 0; i < 12; i++) {
		uint32_t place = i % SESSION_PLACES;
		sides[0].peer.seal = sides[1].peer.open[place];
		sides[0].peer.seal.serial = 100 + i;
		side_publish(&sides[0]);
		/* Counters begin anew with the serial: later rounds send what was opened before. */
		size_t size = side_seal(&sides[0], &content, frame);
		enum drop expected = i < SESSION_PLACES ? DROP_NONE : DROP_REPLAY;
		assert_int_equal(side_open(&sides[1], frame, size, plain, &opened), expected);
		if (expected == DROP_NONE)
			assert_int_equal(opened.serial, 10 + place);
	}
	sides_free(sides);
}

static void without_a_key_nothing_is_sealed(void **state)
{
	struct side *sides = sides_new(SUITE_CHACHA20_POLY1305);
	uint8_t payload[20] = {1}, frame[ROOM];
	struct frame_content content = content_of(payload, sizeof(payload));
	struct writer out = writer_of(frame, sizeof(frame));
	struct culprit as;

	sides[0].peer.seal.serial = 0;
	side_publish(&sides[0]);
	assert_int_equal(frame_seal(sides[0].forwarding, sides[0].packets, (instant){0}, SIDE_INDEX,
				    &content, &as, &out),
			 DROP_NO_SESSION);
	assert_int_equal(out.used, 0);
	sides_free(sides);
}

/* What an ERROR would call the frame is what a relay reads off it. */
static void the_sealer_knows_its_culprit(void **state)
{
	struct side *sides = sides_new(SUITE_CHACHA20_POLY1305);
	uint8_t payload[64] = {1}, frame[ROOM];

	for (uint32_t i = 0; i < 40; i++) {
		struct frame_content content = content_of(payload, i);
		struct writer out = writer_of(frame, sizeof(frame));
		struct data_header header;
		struct culprit as;
		content.lane = (uint8_t)(1 + i % 7);
		sides[0].peer.seal.parity = i % 3 == 0;
		sides[0].peer.id_conflict = i % 5 == 0;
		side_publish(&sides[0]);
		assert_int_equal(frame_seal(sides[0].forwarding, sides[0].packets, (instant){0},
					    SIDE_INDEX, &content, &as, &out),
				 DROP_NONE);
		frame[i % 5 == 0 || i < WIRE_COMPACT_PAYLOAD ? 2 : 1] -= 3; /* hops on the way */
		struct reader reader = reader_of(frame, out.used);
		assert_int_equal(data_header_read(&reader, &header), DROP_NONE);
		struct culprit seen = culprit_of(&header, reader.at);
		assert_true(culprit_equal(&as, &seen));
	}
	sides_free(sides);
}

/* The two ends of a session see of a frame the same, but for the way it goes. */
static void both_ends_show_an_eye_the_same(void **state)
{
	_Alignas(64) uint8_t memory[REEL_HEAD + 4096] = {0};
	struct side *sides = sides_new(SUITE_CHACHA20_POLY1305);
	uint8_t payload[20] = {1, 2, 3}, frame[ROOM], plain[ROOM], bytes[2][256];
	struct frame_content content = content_of(payload, sizeof(payload));
	struct writer out = writer_of(frame, sizeof(frame));
	struct eye eye = {.opened = true};
	struct eye_record seen[2];
	struct frame_opened opened;
	struct culprit as;

	eye.reel = reel_of(memory, 4096);
	struct reel reel = reel_of(memory, 4096);
	assert_int_equal(frame_seal(sides[0].forwarding, sides[0].packets, (instant){0}, SIDE_INDEX,
				    &content, &as, &out),
			 DROP_NONE);
	frame_show_sealed(&eye, sides[0].forwarding, SIDE_INDEX, &content, &as);
	assert_int_equal(side_open(&sides[1], frame, out.used, plain, &opened), DROP_NONE);
	frame_show_opened(&eye, sides[1].forwarding, &opened, plain);
	for (int i = 0; i < 2; i++) {
		size_t size = reel_take(&reel, bytes[i], sizeof(bytes[i]));
		assert_true(size > 0 && size < sizeof(bytes[i]));
		assert_true(eye_read((struct span){bytes[i], size}, &seen[i]));
		assert_int_equal(seen[i].opened.payload.size, sizeof(payload));
		assert_memory_equal(seen[i].opened.payload.bytes, payload, sizeof(payload));
	}
	assert_int_equal(seen[0].kind, EYE_OPENED_OUT);
	assert_int_equal(seen[1].kind, EYE_OPENED_IN);
	assert_true(address_equal(&seen[0].opened.source, &sides[0].address));
	assert_true(address_equal(&seen[0].opened.destination, &sides[1].address));
	seen[0].opened.out = false;
	assert_memory_equal(&seen[0].opened, &seen[1].opened, offsetof(struct eye_opened, payload));
	sides_free(sides);
}

/* Two nodes of one id among all that can be reached: the caller says so. */
static void whole_addresses_if_the_caller_says_so(void **state)
{
	struct side *sides = sides_new(SUITE_CHACHA20_POLY1305);
	uint8_t payload[40] = {1}, frame[ROOM], plain[ROOM];
	struct frame_content content = content_of(payload, sizeof(payload));
	struct frame_opened opened;

	content.addressed = true;
	size_t size = side_seal(&sides[0], &content, frame);
	assert_int_equal(size, WIRE_EXT_CLEAR + WIRE_EXT_ADDRESS_PAIR + 1 + 40 + WIRE_TAG);
	assert_int_equal(side_open(&sides[1], frame, size, plain, &opened), DROP_NONE);
	assert_true(opened.header.addressed);
	assert_true(address_equal(&opened.header.to, &sides[1].address));
	assert_true(address_equal(&opened.header.from, &sides[0].address));
	sides_free(sides);
}

/* Two nodes of one id: whole addresses go with every frame to one of them, and a compact one may be
 * from either. */
static void an_id_of_two_nodes_takes_whole_addresses(void **state)
{
	struct side *sides = sides_new(SUITE_CHACHA20_POLY1305);
	uint8_t payload[40] = {1}, compact[ROOM], frame[ROOM], plain[ROOM];
	struct frame_content content = content_of(payload, sizeof(payload));
	struct destination other = sides[1].peer;
	const struct destination third = {.address = {{0xbe, 0xef, 9}}, .generation = 1};
	struct frame_opened opened;
	size_t compact_size = side_seal(&sides[0], &content, compact);

	other.address.bytes[ADDRESS - 1] ^= 1;
	memset(&other.open, 0, sizeof(other.open));
	forwarding_put(sides[1].forwarding, SIDE_INDEX + 1, &other);
	forwarding_put(sides[1].forwarding, SIDE_INDEX - 1, &third);
	assert_int_equal(side_open(&sides[1], compact, compact_size, plain, &opened), DROP_NONE);
	assert_int_equal(opened.index, SIDE_INDEX);
	assert_int_equal(side_open(&sides[1], compact, compact_size, plain, &opened), DROP_REPLAY);
	sides[0].peer.id_conflict = true;
	side_publish(&sides[0]);
	size_t size = side_seal(&sides[0], &content, frame);
	assert_int_equal(size, WIRE_EXT_CLEAR + WIRE_EXT_ADDRESS_PAIR + 1 + 40 + WIRE_TAG);
	assert_int_equal(side_open(&sides[1], frame, size, plain, &opened), DROP_NONE);
	assert_int_equal(opened.index, SIDE_INDEX);
	frame[27 + ADDRESS_HASH - 1] ^= 1;
	assert_int_equal(side_open(&sides[1], frame, size, plain, &opened), DROP_NOT_FOR_US);
	sides_free(sides);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_comes_through),
		cmocka_unit_test(a_frame_opens_once),
		cmocka_unit_test(what_fell_out_of_the_window_is_refused),
		cmocka_unit_test(every_bit_is_authenticated),
		cmocka_unit_test(others_frames_are_told_apart),
		cmocka_unit_test(each_of_three_keys_opens_its_frames),
		cmocka_unit_test(without_a_key_nothing_is_sealed),
		cmocka_unit_test(the_sealer_knows_its_culprit),
		cmocka_unit_test(both_ends_show_an_eye_the_same),
		cmocka_unit_test(whole_addresses_if_the_caller_says_so),
		cmocka_unit_test(an_id_of_two_nodes_takes_whole_addresses),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("node/frame", tests, NULL, NULL);
}
