/* Certificates: layout, and that every forged bit, every other network and every other key is
 * refused. */
#include "meshp/certificate.h"
#include "tests/unit/meshp/end.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const uint8_t open_mesh[32];
static const uint8_t closed_mesh[32] = {7, 7, 7};

static void write_one(const struct certificate *certificate, uint8_t bytes[WIRE_CERTIFICATE])
{
	struct writer out = writer_of(bytes, WIRE_CERTIFICATE);

	certificate_write(certificate, &out);
	assert_true(writer_ok(&out));
	assert_int_equal(out.used, WIRE_CERTIFICATE);
}

static void test_layout(void **state)
{
	uint8_t bytes[WIRE_CERTIFICATE];
	uint8_t generation[4] = {0, 0, 0, 9};
	struct end end;

	end_init(&end, 9, open_mesh);
	write_one(&end.certificate, bytes);
	assert_memory_equal(bytes, end.identity.public_key, 32);
	assert_memory_equal(bytes + 32, end.pair.public_key, 32);
	assert_memory_equal(bytes + 64, generation, 4);
	assert_memory_equal(bytes + 68, end.certificate.signature, 64);
}

static void test_equal_to_the_byte(void **state)
{
	uint8_t bytes[WIRE_CERTIFICATE];
	struct certificate read;
	struct end end;

	end_init(&end, 9, open_mesh);
	write_one(&end.certificate, bytes);
	for (size_t at = 0; at <= sizeof(bytes); at++) {
		struct reader in = reader_of(bytes, sizeof(bytes));
		if (at < sizeof(bytes))
			bytes[at] ^= 1;
		certificate_read(&read, &in);
		assert_true(reader_done(&in));
		assert_int_equal(certificate_equal(&read, &end.certificate), at == sizeof(bytes));
		if (at < sizeof(bytes))
			bytes[at] ^= 1;
	}
}

/* The signature is checked over bytes laid out here, apart from the code under test. */
static void test_what_is_signed(void **state)
{
	struct end end;
	struct purpose purpose = {"meshp certificate", end.network_id, 1};
	uint8_t bytes[WIRE_CERTIFICATE];

	end_init(&end, 3, closed_mesh);
	write_one(&end.certificate, bytes);
	assert_true(identity_verify(end.identity.public_key, purpose, bytes, 68, bytes + 68));
}

static void test_address(void **state)
{
	struct address expected, found;
	struct end end;

	end_init(&end, 3, closed_mesh);
	expected = address_of_key(end.identity.public_key);
	found = certificate_address(&end.certificate);
	assert_true(address_equal(&found, &expected));
}

static void test_every_forged_bit_is_refused(void **state)
{
	uint8_t bytes[WIRE_CERTIFICATE], again[WIRE_CERTIFICATE];
	struct certificate read;
	struct end end;

	end_init(&end, 5, closed_mesh);
	write_one(&end.certificate, bytes);
	assert_true(certificate_verify(&end.certificate, end.network_id));
	for (size_t bit = 0; bit < 8 * WIRE_CERTIFICATE; bit++) {
		struct reader in = reader_of(bytes, sizeof(bytes));

		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		certificate_read(&read, &in);
		assert_true(reader_done(&in));
		assert_false(certificate_verify(&read, end.network_id));
		write_one(&read, again);
		assert_memory_equal(bytes, again, sizeof(bytes));
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void test_every_other_length_is_noticed(void **state)
{
	uint8_t bytes[WIRE_CERTIFICATE + 1] = {0};
	struct certificate read;

	for (size_t size = 0; size <= sizeof(bytes); size++) {
		struct reader in = reader_of(bytes, size);

		certificate_read(&read, &in);
		assert_int_equal(reader_done(&in), size == WIRE_CERTIFICATE);
	}
}

static void test_other_network_is_refused(void **state)
{
	struct end open, closed;

	end_init(&open, 5, open_mesh);
	end_init(&closed, 5, closed_mesh);
	assert_true(certificate_verify(&open.certificate, open.network_id));
	assert_true(certificate_verify(&closed.certificate, closed.network_id));
	assert_false(certificate_verify(&open.certificate, closed.network_id));
	assert_false(certificate_verify(&closed.certificate, open.network_id));
}

static void test_other_key_is_refused(void **state)
{
	struct certificate mixed;
	struct end a, b;

	end_init(&a, 5, closed_mesh);
	end_init(&b, 6, closed_mesh);
	mixed = a.certificate;
	memcpy(mixed.session_key, b.certificate.session_key, AGREE_KEY);
	assert_false(certificate_verify(&mixed, a.network_id));
	mixed = a.certificate;
	memcpy(mixed.identity, b.certificate.identity, IDENTITY_PUBLIC);
	assert_false(certificate_verify(&mixed, a.network_id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_equal_to_the_byte),
		cmocka_unit_test(test_what_is_signed),
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_every_forged_bit_is_refused),
		cmocka_unit_test(test_every_other_length_is_noticed),
		cmocka_unit_test(test_other_network_is_refused),
		cmocka_unit_test(test_other_key_is_refused),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("meshp/certificate", tests, NULL, NULL);
}
