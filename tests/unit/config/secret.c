/* Tests of config/secret.c: the one text form of a secret, and whose file may hold one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* RFC 4648's alphabet over the bytes 0 … 31, worked out with base64(1). */
#define BYTES_0_31 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static void seed_fill(uint8_t seed[SECRET])
{
	for (int i = 0; i < SECRET; i++)
		seed[i] = (uint8_t)i;
}

static void an_identity_is_one_line(void **state)
{
	uint8_t seed[SECRET], read[SECRET];
	char line[SECRET_LINE];

	seed_fill(seed);
	secret_identity_line(seed, line);
	assert_string_equal(line, "meshpd-identity-1 " BYTES_0_31 "\n");
	assert_true(secret_identity_read(line, strlen(line), read));
	assert_memory_equal(read, seed, SECRET);
	assert_true(secret_identity_read(line, strlen(line) - 1, read));
}

static void identity_refused(const char *text)
{
	uint8_t seed[SECRET] = {7};

	assert_false(secret_identity_read(text, strlen(text), seed));
	assert_int_equal(seed[0], 7);
}

static void anything_else_is_no_identity(void **state)
{
	char line[SECRET_LINE];

	identity_refused("");
	identity_refused("meshpd-identity-1 ");
	identity_refused(BYTES_0_31 "\n");
	identity_refused("meshpd-identity-2 " BYTES_0_31 "\n");
	identity_refused("meshpd-identity-1  " BYTES_0_31 "\n");
	identity_refused("meshpd-identity-1 " BYTES_0_31 "\n\n");
	identity_refused("meshpd-identity-1 " BYTES_0_31 " ");
	identity_refused("meshpd-identity-1 AAEC\n");
	snprintf(line, sizeof(line), "meshpd-identity-1 %s\n", BYTES_0_31);
	for (size_t size = 0; size < strlen(line) - 1; size++) {
		uint8_t seed[SECRET];

		assert_false(secret_identity_read(line, size, seed));
	}
	line[30] = '*';
	identity_refused(line);
	/* The last letter but one holds two bits that must be zero. */
	identity_refused("meshpd-identity-1 AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh9=\n");
}

static void a_network_key_is_base64_alone(void **state)
{
	uint8_t key[SECRET], want[SECRET];

	seed_fill(want);
	assert_true(secret_network_read(BYTES_0_31 "\n", strlen(BYTES_0_31) + 1, key));
	assert_memory_equal(key, want, SECRET);
	assert_false(secret_network_read("AAEC", 4, key));
	assert_false(secret_network_read("", 0, key));
}

static void file_make(char path[32], mode_t mode, size_t size)
{
	int fd;

	strcpy(path, "/tmp/meshpd-secret-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static int file_status(mode_t mode, size_t size, uid_t owner)
{
	char path[32], text[SECRET_LINE], why[256] = "";
	int status;

	file_make(path, mode, size);
	status = secret_file(path, owner, text, why, sizeof(why));
	assert_int_equal(status < 0, why[0] != '\0');
	unlink(path);
	return status;
}

static void a_secret_is_its_owners_alone(void **state)
{
	char text[SECRET_LINE], why[256];
	uid_t self = geteuid();

	assert_int_equal(file_status(0600, 5, self), 5);
	assert_int_equal(file_status(0400, 0, self), 0);
	assert_int_equal(file_status(0640, 5, self), -EACCES);
	assert_int_equal(file_status(0604, 5, self), -EACCES);
	assert_int_equal(file_status(0620, 5, self), -EACCES);
	if (self != 0)
		assert_int_equal(file_status(0600, 5, self + 1), -EACCES);
	assert_int_equal(secret_file("/dev/null", self, text, why, sizeof(why)), -EACCES);
	assert_int_equal(secret_file("/nonexistent/x", self, text, why, sizeof(why)), -ENOENT);
}

static int network_status(const char *text, mode_t mode, uint8_t key[SECRET])
{
	char path[32], why[256] = "";
	int status, fd;

	file_make(path, mode, 0);
	fd = open(path, O_WRONLY);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	status = secret_network_file(path, geteuid(), key, why, sizeof(why));
	assert_int_equal(status < 0, why[0] != '\0');
	unlink(path);
	return status;
}

static void a_network_key_is_read_from_its_file(void **state)
{
	static const char line[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n";
	uint8_t key[SECRET];

	assert_int_equal(network_status(line, 0600, key), 0);
	for (uint8_t i = 0; i < SECRET; i++)
		assert_int_equal(key[i], i);
	assert_int_equal(network_status(line, 0640, key), -EACCES);
	assert_int_equal(network_status(line + 1, 0600, key), -EBADMSG);
	assert_int_equal(network_status("", 0600, key), -EBADMSG);
	assert_int_equal(network_status("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
					"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n",
					0600, key),
			 -EBADMSG);
}

static void a_long_file_is_no_secret(void **state)
{
	assert_int_equal(file_status(0600, SECRET_LINE, geteuid()), SECRET_LINE);
	assert_int_equal(file_status(0600, SECRET_LINE + 1, geteuid()), -EFBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_identity_is_one_line),
		cmocka_unit_test(anything_else_is_no_identity),
		cmocka_unit_test(a_network_key_is_base64_alone),
		cmocka_unit_test(a_secret_is_its_owners_alone),
		cmocka_unit_test(a_network_key_is_read_from_its_file),
		cmocka_unit_test(a_long_file_is_no_secret),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("config/secret", tests, NULL, NULL);
}
