/* Tests of daemon/exposures.c: the list, its bound, and the text it is kept as. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/exposures.h"

#include <errno.h>
#include <string.h>

static struct config_expose expose_of(const char *text)
{
	struct config_expose expose;
	struct why why;

	assert_true(expose_read(text, &expose, &why));
	return expose;
}

static void each_is_there_once(void **state)
{
	struct exposures exposures = {.count = 0};
	struct config_expose web = expose_of("tcp/80"), some = expose_of("tcp/80 from beef::/32");

	assert_int_equal(exposures_add(&exposures, &web), 0);
	assert_int_equal(exposures_add(&exposures, &web), -EEXIST);
	assert_int_equal(exposures_add(&exposures, &some), 0);
	assert_int_equal(exposures_remove(&exposures, &web), 0);
	assert_int_equal(exposures_remove(&exposures, &web), -ENOENT);
	assert_int_equal(exposures.count, 1);
	assert_true(expose_equal(&exposures.list[0], &some));
}

static void there_are_so_many(void **state)
{
	struct exposures exposures = {.count = 0};
	struct config_expose expose = expose_of("udp/1");

	for (expose.first = 1; expose.first <= CONFIG_EXPOSED; expose.first++)
		assert_int_equal(exposures_add(&exposures, &expose), 0);
	assert_int_equal(exposures_add(&exposures, &expose), -ENOSPC);
	expose.first = 1;
	assert_int_equal(exposures_add(&exposures, &expose), -EEXIST);
	assert_int_equal(exposures_remove(&exposures, &expose), 0);
	assert_int_equal(exposures.count, CONFIG_EXPOSED - 1);
}

static void the_text_of_all_has_room_and_reads_back(void **state)
{
	struct exposures exposures = {.count = 0}, again;
	struct config_expose expose = expose_of("udp/60000-65535 from "
						"beef:1234:1234:1234:1234:1234:1234:1230/124");
	char text[EXPOSURES_TEXT];

	for (uint32_t i = 0; i < CONFIG_EXPOSED; i++) {
		expose.last = (uint16_t)(60000 + i);
		assert_int_equal(exposures_add(&exposures, &expose), 0);
	}
	exposures_write(&exposures, text);
	assert_int_equal(exposures_read(&again, text), 0);
	assert_int_equal(again.count, CONFIG_EXPOSED);
	for (uint32_t i = 0; i < CONFIG_EXPOSED; i++)
		assert_true(expose_equal(&exposures.list[i], &again.list[i]));
}

static void a_bad_line_is_named_and_ends_it(void **state)
{
	struct exposures exposures;
	char text[EXPOSURES_TEXT + 16] = "";

	assert_int_equal(exposures_read(&exposures, ""), 0);
	assert_int_equal(exposures.count, 0);
	assert_int_equal(exposures_read(&exposures, "tcp/80\nudp/53"), 0);
	assert_int_equal(exposures.count, 2);
	assert_int_equal(exposures_read(&exposures, "tcp/80\nnonsense\nudp/53\n"), 2);
	assert_int_equal(exposures.count, 1);
	assert_int_equal(exposures_read(&exposures, "tcp/80\ntcp/80\n"), 2);
	assert_int_equal(exposures_read(&exposures, "\n"), 1);
	memset(text, 'x', EXPOSE_TEXT);
	assert_int_equal(exposures_read(&exposures, text), 1);
	text[0] = '\0';
	for (uint32_t i = 1; i <= CONFIG_EXPOSED + 1; i++)
		snprintf(text + strlen(text), 12, "tcp/%u\n", i);
	assert_int_equal(exposures_read(&exposures, text), CONFIG_EXPOSED + 1);
	assert_int_equal(exposures.count, CONFIG_EXPOSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_there_once),
		cmocka_unit_test(there_are_so_many),
		cmocka_unit_test(the_text_of_all_has_room_and_reads_back),
		cmocka_unit_test(a_bad_line_is_named_and_ends_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("daemon/exposures", tests, NULL, NULL);
}
