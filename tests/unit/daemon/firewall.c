/* Tests of daemon/firewall.c: what becomes of an exposure, which values are refused, and what
 * stands in the text. That the kernel takes it and acts on it, tests/host/test_firewall.py shows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/expose.h"
#include "daemon/firewall.h"

#include <stdlib.h>
#include <string.h>

static struct firewall plain(void)
{
	return (struct firewall){.tun = "tun0", .own = {{0xbe, 0xef, [15] = 1}}};
}

static struct firewall_exposure exposure_of(const char *text)
{
	struct config_expose expose;
	struct why why;

	assert_true(expose_read(text, &expose, &why));
	return firewall_exposure_of(&expose);
}

/* The text, the caller's to free. */
static char *text_of(const struct firewall *firewall)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	firewall_write(firewall, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static uint32_t count_of(const char *text, const char *words)
{
	uint32_t count = 0;

	for (; (text = strstr(text, words)) != NULL; text += strlen(words))
		count++;
	return count;
}

static void an_exposure_is_one_of_addresses(void **state)
{
	static const uint8_t key[32] = {1,  2,	3,  4,	5,  6,	7,  8,	9,  10, 11,
					12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22,
					23, 24, 25, 26, 27, 28, 29, 30, 31, 32};
	struct address of_key = address_of_key(key);
	struct firewall_exposure made = exposure_of("tcp/80-90");

	assert_int_equal(made.tcp, 1);
	assert_int_equal(made.first, 80);
	assert_int_equal(made.last, 90);
	assert_int_equal(made.bits, 16);
	made = exposure_of("udp/53 from beef:1::/32");
	assert_int_equal(made.tcp, 0);
	assert_int_equal(made.bits, 32);
	assert_memory_equal(made.from.bytes, "\xbe\xef\0\x01\0", 5);
	made = exposure_of("tcp/22 from AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=");
	assert_int_equal(made.bits, 128);
	assert_true(address_equal(&made.from, &of_key));
}

static void what_is_no_firewall_is_refused(void **state)
{
	struct firewall firewall = plain();

	assert_true(firewall_valid(&firewall));
	strcpy(firewall.tun, "a\"; flush #");
	assert_false(firewall_valid(&firewall));
	strcpy(firewall.tun, "tun*");
	assert_false(firewall_valid(&firewall));
	strcpy(firewall.tun, "");
	assert_false(firewall_valid(&firewall));
	memset(firewall.tun, 'a', sizeof(firewall.tun));
	assert_false(firewall_valid(&firewall));
	firewall = plain();
	firewall.own.bytes[0] = 0xfe;
	assert_false(firewall_valid(&firewall));
	firewall = plain();
	firewall.inbound_allowed = 2;
	assert_false(firewall_valid(&firewall));
	firewall = plain();
	firewall.count = FIREWALL_EXPOSED + 1;
	assert_false(firewall_valid(&firewall));
}

static void what_is_no_exposure_is_refused(void **state)
{
	struct firewall firewall = plain();
	struct firewall_exposure *last = &firewall.exposed[FIREWALL_EXPOSED - 1];
	const struct firewall_exposure good = exposure_of("udp/53");

	for (uint32_t i = 0; i < FIREWALL_EXPOSED; i++)
		firewall.exposed[i] = good;
	firewall.count = FIREWALL_EXPOSED;
	assert_true(firewall_valid(&firewall));
	last->tcp = 2;
	assert_false(firewall_valid(&firewall));
	*last = good;
	last->first = 0;
	assert_false(firewall_valid(&firewall));
	*last = good;
	last->first = 54;
	assert_false(firewall_valid(&firewall));
	*last = good;
	last->bits = 15;
	assert_false(firewall_valid(&firewall));
	last->bits = 129;
	assert_false(firewall_valid(&firewall));
	*last = good;
	last->from.bytes[1] = 0;
	assert_false(firewall_valid(&firewall));
	firewall.count--;
	assert_true(firewall_valid(&firewall));
}

static void the_table_is_replaced_at_once(void **state)
{
	struct firewall firewall = plain();
	char *text = text_of(&firewall);

	assert_ptr_equal(strstr(text, "define own = beef::1\ndefine tun = \"tun0\"\n"
				      "add table inet meshpd\ndelete table inet meshpd\n"
				      "table inet meshpd {\n"),
			 text);
	assert_int_equal(count_of(text, "table inet"), 3);
	free(text);
}

static void what_is_exposed_may_come_in_and_is_aimed(void **state)
{
	struct firewall firewall = plain();
	char *text;

	firewall.count = 2;
	firewall.exposed[0] = exposure_of("tcp/80");
	firewall.exposed[1] = exposure_of("udp/5000-6000 from beef:1::/32");
	text = text_of(&firewall);
	assert_non_null(strstr(text, "ip6 saddr beef::/16 tcp dport 80-80 accept\n"));
	assert_non_null(strstr(text, "ip6 saddr beef:1::/32 udp dport 5000-6000 accept\n"));
	assert_non_null(strstr(text, "ip6 saddr beef::/16 tcp dport 80-80 dnat ip6 to beef::\n"));
	assert_int_equal(count_of(text, " dport "), 4);
	assert_int_equal(count_of(text, "{"), count_of(text, "}"));
	free(text);
}

static void closed_and_open_differ_in_one_chain(void **state)
{
	struct firewall firewall = plain();
	char *closed = text_of(&firewall), *open;

	firewall.inbound_allowed = 1;
	open = text_of(&firewall);
	assert_non_null(strstr(closed, "socket wildcard 0 accept\n"));
	assert_null(strstr(open, "socket wildcard 0 accept\n"));
	assert_non_null(strstr(open, "chain inbound {\n	accept\n}\n"));
	assert_non_null(strstr(open, "ip6 daddr != $own counter name foreign drop\n"));
	free(closed);
	free(open);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_exposure_is_one_of_addresses),
		cmocka_unit_test(what_is_no_firewall_is_refused),
		cmocka_unit_test(what_is_no_exposure_is_refused),
		cmocka_unit_test(the_table_is_replaced_at_once),
		cmocka_unit_test(what_is_exposed_may_come_in_and_is_aimed),
		cmocka_unit_test(closed_and_open_differ_in_one_chain),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("daemon/firewall", tests, NULL, NULL);
}
