/* Tests of daemon/message.c: the table is whole, its texts name its fields, and values stand where
 * they belong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/message.h"

#include <string.h>
#include <syslog.h>

static const struct message *kind(int number)
{
	return message_of((enum message_kind)number);
}

static void every_kind_has_a_word_of_its_own(void **state)
{
	for (int i = 0; i < MESSAGE_KINDS; i++) {
		assert_non_null(kind(i)->word);
		assert_non_null(kind(i)->text);
		assert_in_range(kind(i)->priority + 1, 0, LOG_DEBUG + 1);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(kind(i)->word, kind(j)->word);
	}
}

static void ids_are_ids_and_unique(void **state)
{
	for (int i = 0; i < MESSAGE_KINDS; i++) {
		if (kind(i)->id == NULL)
			continue;
		assert_int_equal(strspn(kind(i)->id, "0123456789abcdef"), 32);
		assert_int_equal(strlen(kind(i)->id), 32);
		for (int j = 0; j < i; j++)
			assert_true(kind(j)->id == NULL || strcmp(kind(i)->id, kind(j)->id) != 0);
	}
}

static void what_is_worth_a_warning_is_explained(void **state)
{
	for (int i = 0; i < MESSAGE_KINDS; i++)
		if (kind(i)->priority >= 0 && kind(i)->priority < LOG_WARNING)
			assert_non_null(kind(i)->id);
}

/* True if a field of that name stands in the text between braces. */
static bool named(const struct message *message, const char *name, size_t size)
{
	for (size_t i = 0; i < message_fields(message); i++)
		if (strlen(message->fields[i]) == size &&
		    memcmp(message->fields[i], name, size) == 0)
			return true;
	return false;
}

static void texts_name_fields_there_are(void **state)
{
	for (int i = 0; i < MESSAGE_KINDS; i++) {
		const char *at = strchr(kind(i)->text, '{');

		for (; at != NULL; at = strchr(at + 1, '{'))
			assert_true(named(kind(i), at + 1, strcspn(at + 1, "}")));
	}
}

static void values_stand_in_the_text(void **state)
{
	char text[MESSAGE_TEXT];

	message_text(message_of(MESSAGE_LINK_UP), WORDS("eth0", "running", "02::1", "1500"), text);
	assert_string_equal(text, "link eth0: running, 02::1, MTU 1500");
	message_text(message_of(MESSAGE_RELOADED), NULL, text);
	assert_string_equal(text, "configuration read again");
	message_text(message_of(MESSAGE_FAILED), WORDS("{reason} {x}"), text);
	assert_string_equal(text, "{reason} {x}");
}

static void a_long_text_is_cut(void **state)
{
	char text[MESSAGE_TEXT], long_one[2 * MESSAGE_TEXT];

	memset(long_one, 'x', sizeof(long_one));
	long_one[sizeof(long_one) - 1] = '\0';
	message_text(message_of(MESSAGE_LINK_RENAMED), WORDS(long_one, "eth1"), text);
	assert_int_equal(strlen(text), MESSAGE_TEXT - 1);
	assert_memory_equal(text, "link xxx", 8);
}

static void counts_are_told_from_texts(void **state)
{
	assert_true(message_field_counts("mtu"));
	assert_false(message_field_counts("link"));
	assert_false(message_field_counts(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_has_a_word_of_its_own),
		cmocka_unit_test(ids_are_ids_and_unique),
		cmocka_unit_test(what_is_worth_a_warning_is_explained),
		cmocka_unit_test(texts_name_fields_there_are),
		cmocka_unit_test(values_stand_in_the_text),
		cmocka_unit_test(a_long_text_is_cut),
		cmocka_unit_test(counts_are_told_from_texts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("daemon/message", tests, NULL, NULL);
}
