/* Redaction: what tells who somebody is goes, what does not stays, and the same gets the same name.
 * Addresses are those of documentation (RFC 3849, RFC 5737, RFC 7042). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tools/doctor/redaction.h"

#include <stdlib.h>

/* Redacts text and compares. */
static void becomes(const char *text, const char *expected)
{
	struct redaction *redaction = redaction_new();
	char *got = NULL;
	size_t size;
	FILE *out = open_memstream(&got, &size);

	assert_non_null(redaction);
	assert_non_null(out);
	redaction_add_host(redaction, "barrel.example.org");
	redaction_add_host(redaction, "barrel");
	redaction_add_host(redaction, "localhost");
	redaction_write(redaction, text, out);
	fclose(out);
	assert_string_equal(got, expected);
	free(got);
	redaction_release(redaction);
}

static void an_address_and_its_id_are_one_node(void **state)
{
	becomes("beef:102:304:506:708:90a:b0c:d0e is 0102030405060708", "node-1 is node-1");
	becomes("0102030405060708, 1112131415161718; [beef:1112:1314:1516:1718::1]:80",
		"node-1, node-2; [node-2]:80");
	becomes("BEEF:102:304:506:708:90A:B0C:D0E/128%tun0", "node-1/128%tun0");
	becomes("1111222233334444", "node-1");
}

static void what_was_cut_is_hidden(void **state)
{
	becomes("beef:102:304:50", "node-?");
	becomes("beef: cattle", "node-? cattle");
}

static void other_addresses_and_keys(void **state)
{
	becomes("2001:db8::1 192.0.2.7 2001:db8:0::1 00:00:5e:00:53:01",
		"address-1 address-2 address-1 mac-1");
	becomes("fe80::200:5eff:fe00:5301%eth0", "address-1%eth0");
	becomes("\"public_key\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"",
		"\"public_key\":\"key-1\"");
	becomes("/+ECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "key-1");
	becomes("enx00005e005301: hex 00112233445566778899aabb", "enxhex-1: hex hex-2");
	becomes("wwx00005e005301 wlx00005e005302", "wwxhex-1 wlxhex-2");
	becomes("eth0 00:00:5e:00:53:01: message, 00:00:5e:00:53:01:",
		"eth0 mac-1: message, mac-1:");
	becomes("0x0102030405060708 0102030405060708 0X00005e005301", "0xnode-1 node-1 0Xhex-1");
}

static void what_everybody_has_stays(void **state)
{
	static const char *const texts[] = {
		"beef::/16 dev tun0",
		"beef::",
		"::1 :: ff02::1 127.0.0.1 0.0.0.0",
		"12:34:56 2026-01-02T03:04:05+0000",
		"123456789012345 packets, 1.2.3, CapEff 0000000000000000",
		"localhost dead beef cafe",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		becomes(texts[i], texts[i]);
}

static void host_names_are_words(void **state)
{
	becomes("barrel, Barrel.example.org barrels", "host-2, host-1 barrels");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_and_its_id_are_one_node),
		cmocka_unit_test(what_was_cut_is_hidden),
		cmocka_unit_test(other_addresses_and_keys),
		cmocka_unit_test(what_everybody_has_stays),
		cmocka_unit_test(host_names_are_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("doctor/redaction", tests, NULL, NULL);
}
