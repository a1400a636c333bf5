/* Tests of daemon/varlink.c: what is a call and what is not, and the bytes of a reply. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "daemon/varlink.h"

#include <stdlib.h>
#include <string.h>

static bool is_call(const char *text)
{
	struct varlink_call call;

	if (!varlink_read(&call, text, strlen(text)))
		return false;
	varlink_forget(&call);
	return true;
}

static void a_call_is_read(void **state)
{
	const char *text = "{\"method\":\"a.B\",\"parameters\":{\"x\":1},\"more\":true}";
	struct varlink_call call;

	assert_true(varlink_read(&call, text, strlen(text)));
	assert_string_equal(call.method, "a.B");
	assert_int_equal(json_integer_value(json_object_get(call.parameters, "x")), 1);
	assert_true(call.more);
	assert_false(call.oneway);
	varlink_forget(&call);
}

static void what_is_no_call_is_refused(void **state)
{
	assert_true(is_call("{\"method\":\"a.B\"}"));
	assert_false(is_call(""));
	assert_false(is_call("{}"));
	assert_false(is_call("{\"method\":1}"));
	assert_false(is_call("{\"method\":\"a.B\",\"parameters\":[]}"));
	assert_false(is_call("{\"method\":\"a.B\",\"more\":1}"));
	assert_false(is_call("{\"method\":\"a.B\",\"oneway\":\"\"}"));
	assert_false(is_call("{\"method\":\"a.B\",\"method\":\"a.C\"}"));
	assert_false(is_call("{\"method\":\"a.B\"} {}"));
	assert_false(is_call("{\"method\":\"a.B\",\"x\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}"));
}

static void a_nul_within_is_no_call(void **state)
{
	struct varlink_call call;

	assert_false(varlink_read(&call, "{\"method\":\"a.B\"}\0", 17));
}

static void a_stray_parameter_is_named(void **state)
{
	const char *text = "{\"method\":\"a.B\",\"parameters\":{\"x\":1,\"y\":2}}";
	static const char *const both[] = {"x", "y", NULL}, *const one[] = {"x", NULL};
	struct varlink_call call;

	assert_true(varlink_read(&call, text, strlen(text)));
	assert_null(varlink_stray(&call, both));
	assert_string_equal(varlink_stray(&call, one), "y");
	call.parameters = NULL;
	assert_null(varlink_stray(&call, one));
	varlink_forget(&call);
}

static void reply_is(json_t *reply, const char *text)
{
	size_t size;
	char *bytes = varlink_text(reply, &size);

	assert_int_equal(size, strlen(text) + 1);
	assert_memory_equal(bytes, text, size);
	free(bytes);
}

static void replies_are_these_bytes(void **state)
{
	reply_is(varlink_reply(json_object()), "{\"parameters\":{}}");
	reply_is(varlink_continues(json_object()), "{\"parameters\":{},\"continues\":true}");
	reply_is(varlink_error("a.E", json_object()), "{\"error\":\"a.E\",\"parameters\":{}}");
	reply_is(varlink_invalid("x"), "{\"error\":\"org.varlink.service.InvalidParameter\","
				       "\"parameters\":{\"parameter\":\"x\"}}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_read),
		cmocka_unit_test(what_is_no_call_is_refused),
		cmocka_unit_test(a_nul_within_is_no_call),
		cmocka_unit_test(a_stray_parameter_is_named),
		cmocka_unit_test(replies_are_these_bytes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("daemon/varlink", tests, NULL, NULL);
}
