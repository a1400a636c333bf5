/* Messages of the Varlink wire format. A call is owned by whoever read it. Anything that is not
 * exactly a call is refused: duplicate or ill-typed members as well as bad JSON. */
#include "daemon/varlink.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* True if brackets outside of strings nest no deeper than VARLINK_DEPTH. */
static bool depth_bounded(const char *text, size_t size)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < size; i++) {
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted && (text[i] == '{' || text[i] == '['))
			depth++;
		else if (!quoted && (text[i] == '}' || text[i] == ']'))
			depth--;
		if (depth > VARLINK_DEPTH)
			return false;
	}
	return true;
}

static bool member_is_bool(const json_t *member)
{
	return member == NULL || json_is_boolean(member);
}

bool varlink_read(struct varlink_call *call, const char *text, size_t size)
{
	json_t *message, *parameters, *method;

	if (!depth_bounded(text, size))
		return false;
	message = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
	method = json_object_get(message, "method");
	parameters = json_object_get(message, "parameters");
	if (!json_is_string(method) || (parameters != NULL && !json_is_object(parameters)) ||
	    !member_is_bool(json_object_get(message, "more")) ||
	    !member_is_bool(json_object_get(message, "oneway"))) {
		json_decref(message);
		return false;
	}
	*call = (struct varlink_call){
		.message = message,
		.method = json_string_value(method),
		.parameters = parameters,
		.more = json_is_true(json_object_get(message, "more")),
		.oneway = json_is_true(json_object_get(message, "oneway")),
	};
	return true;
}

void varlink_forget(struct varlink_call *call)
{
	json_decref(call->message);
	*call = (struct varlink_call){.message = NULL};
}

const char *varlink_stray(const struct varlink_call *call, const char *const *names)
{
	void *at = json_object_iter((json_t *)(uintptr_t)call->parameters);

	for (; at != NULL; at = json_object_iter_next((json_t *)(uintptr_t)call->parameters, at)) {
		size_t i = 0;

		while (names[i] != NULL && strcmp(names[i], json_object_iter_key(at)) != 0)
			i++;
		if (names[i] == NULL)
			return json_object_iter_key(at);
	}
	return NULL;
}

json_t *varlink_reply(json_t *parameters)
{
	return json_pack("{s:o}", "parameters", parameters);
}

json_t *varlink_continues(json_t *parameters)
{
	return json_pack("{s:o, s:b}", "parameters", parameters, "continues", true);
}

json_t *varlink_invalid(const char *parameter)
{
	return varlink_error("org.varlink.service.InvalidParameter",
			     json_pack("{s:s}", "parameter", parameter));
}

json_t *varlink_error(const char *error, json_t *parameters)
{
	return json_pack("{s:s, s:o}", "error", error, "parameters", parameters);
}

char *varlink_text(json_t *message, size_t *size)
{
	char *text = json_dumps(message, JSON_COMPACT);

	json_decref(message);
	if (text != NULL)
		*size = strlen(text) + 1;
	return text;
}
