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

static const struct {
	const char *method;
	json_t *(*answer)(struct deeds *deeds, const struct varlink_call *call);
} table[] = {
	{MESHPD ".Reload", reload_answer},
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

	REQUIRE(deed < DEEDS);
	if (caller != 0)
		return varlink_error("org.varlink.service.PermissionDenied", json_object());
	return table[deed].answer(deeds, call);
}
