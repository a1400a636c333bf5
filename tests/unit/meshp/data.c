/* Sealing and opening by header: what one end seals the other opens, in place and apart, and any
 * change to what the header authenticates, to the key or to the bytes is noticed. */
#include "meshp/data.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { SIZE = 40 };

static struct aead_key key_of(uint8_t number)
{
	struct aead_key key;

	aead_prepare(NULL, SUITE_CHACHA20_POLY1305, (const uint8_t[AEAD_KEY]){number}, &key);
	return key;
}

static struct data_header header_of(bool extended)
{
	return (struct data_header){.extended = extended,
				    .lane = 3,
				    .hop_limit = 64,
				    .traffic_class = 0x2e << 2,
				    .destination = {{1}},
				    .source = {{2}},
				    .counter = 5,
				    .length = SIZE};
}

static bool opens(const struct data_header *header, const uint8_t *sealed)
{
	const struct aead_key key = key_of(7);
	uint8_t plain[SIZE];

	return data_open(header, &key, (struct span){sealed, SIZE + WIRE_TAG}, plain);
}

static void test_what_is_sealed_opens(void **state)
{
	const struct aead_key key = key_of(7);

	for (int extended = 0; extended < 2; extended++) {
		struct data_header header = header_of(extended);
		uint8_t plain[SIZE], apart[SIZE + WIRE_TAG], place[SIZE + WIRE_TAG], opened[SIZE];

		memset(plain, 0xa5, SIZE);
		memcpy(place, plain, SIZE);
		data_seal(&header, &key, plain, SIZE, apart);
		data_seal(&header, &key, place, SIZE, place);
		assert_memory_equal(apart, place, sizeof(apart));
		assert_memory_not_equal(apart, plain, SIZE);
		assert_true(data_open(&header, &key, (struct span){apart, sizeof(apart)}, opened));
		assert_memory_equal(opened, plain, SIZE);
	}
}

static void test_hop_limit_and_ecn_may_change_on_the_way(void **state)
{
	const struct aead_key key = key_of(7);
	struct data_header header = header_of(false);
	uint8_t sealed[SIZE + WIRE_TAG] = {0};

	data_seal(&header, &key, sealed, SIZE, sealed);
	header.hop_limit--;
	header.traffic_class |= WIRE_ECN;
	assert_true(opens(&header, sealed));
}

static void test_nothing_else_may(void **state)
{
	const struct data_header header = header_of(false);
	uint8_t sealed[SIZE + WIRE_TAG] = {0}, plain[SIZE];
	const struct aead_key key = key_of(7), other = key_of(8);
	struct data_header changed[] = {header, header, header, header, header, header, header};

	data_seal(&header, &key, sealed, SIZE, sealed);
	changed[0].lane = 4;
	changed[1].counter++;
	changed[2].parity = true;
	changed[3].partial = true;
	changed[4].source.bytes[7] ^= 1;
	changed[5].traffic_class ^= 4;
	changed[6].extended = true;
	for (size_t i = 0; i < sizeof(changed) / sizeof(*changed); i++)
		assert_false(opens(&changed[i], sealed));
	assert_false(data_open(&header, &other, (struct span){sealed, sizeof(sealed)}, plain));
	for (size_t byte = 0; byte < sizeof(sealed); byte++) {
		sealed[byte] ^= 1;
		assert_false(opens(&header, sealed));
		sealed[byte] ^= 1;
	}
	assert_true(opens(&header, sealed));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_sealed_opens),
		cmocka_unit_test(test_hop_limit_and_ecn_may_change_on_the_way),
		cmocka_unit_test(test_nothing_else_may),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/data", tests, NULL, NULL);
}
