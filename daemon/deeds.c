/* The methods that change something, in one table beside that of methods.c. */
#include "daemon/deeds.h"

#include <string.h>

#define MESHPD "io.meshpd"

static json_t *reload_answer(struct deeds *deeds, const struct varlink_call *call)
{
	json_t *changes, *report;

	if (reload(&deeds->reload, &changes, &report))
		return varlink_reply(json_pack("{s:i, s:o, s:o}", "schema", 1, "changes", changes,
					       "warnings", report));
	return varlink_error(MESHPD ".ConfigurationRefused", json_pack("{s:o}", "reason", report));
}

static json_t *exposure_answer(struct deeds *deeds, const struct varlink_call *call,
			       int (*change)(struct mesh *mesh, const struct config_expose *expose,
					     struct failure *failure))
{
	const char *what = json_string_value(json_object_get(call->parameters, "what"));
	struct config_expose expose;
	struct failure failure;
	struct why why;

	if (what == NULL)
		return varlink_invalid("what");
	if (!expose_read(what, &expose, &why))
		return varlink_error(MESHPD ".ExposureRefused",
				     json_pack("{s:s}", "reason", why.text));
	if (change(deeds->reload.mesh, &expose, &failure) != 0)
		return varlink_error(MESHPD ".ExposureRefused",
				     json_pack("{s:s}", "reason", failure.text));
	return varlink_reply(json_pack("{s:i}", "schema", 1));
}

static json_t *expose_answer(struct deeds *deeds, const struct varlink_call *call)
{
	return exposure_answer(deeds, call, inbound_expose);
}

static json_t *unexpose_answer(struct deeds *deeds, const struct varlink_call *call)
{
	return exposure_answer(deeds, call, inbound_unexpose);
}

static const struct {
	const char *method;
	json_t *(*answer)(struct deeds *deeds, const struct varlink_call *call);
	const char *parameters[2];
} table[] = {
	{MESHPD ".Reload", reload_answer, {NULL}},
	{MESHPD ".Expose", expose_answer, {"what"}},
	{MESHPD ".Unexpose", unexpose_answer, {"what"}},
};

enum { DEEDS = sizeof(table) / sizeof(table[0]) };

/* The number of a method, DEEDS if it is none of these. */
static size_t deed_find(const char *method)
{
	size_t i = 0;

	while (i < DEEDS && strcmp(table[i].method, method) != 0)
		i++;
	return i;
}

bool deeds_hold(const char *method)
{
	return deed_find(method) < DEEDS;
}

json_t *deeds_answer(struct deeds *deeds, const struct varlink_call *call, uid_t caller)
{
	size_t deed = deed_find(call->method);
	const char *stray;

	REQUIRE(deed < DEEDS);
	if (caller != 0)
		return varlink_error("org.varlink.service.PermissionDenied", json_object());
	stray = varlink_stray(call, table[deed].parameters);
	if (stray != NULL)
		return varlink_invalid(stray);
	return table[deed].answer(deeds, call);
}
