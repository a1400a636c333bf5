/* What can be asked at the control socket. One table names every method; what each takes and
 * answers stands in daemon/io.meshpd.varlink. */
#include "daemon/methods.h"

#include "daemon/destination.h"
#include "daemon/interface.h"
#include "daemon/views.h"
#include "daemon/zone.h"

#include <string.h>

#define SERVICE "org.varlink.service"
#define MESHPD "io.meshpd"

static json_t *get_info(const struct mesh *mesh, const struct varlink_call *call,
			struct methods_later *later)
{
	return varlink_reply(json_pack("{s:s, s:s, s:s, s:s, s:[s, s]}", "vendor", "meshpd",
				       "product", "meshpd", "version", MESHPD_VERSION, "url", "",
				       "interfaces", SERVICE, MESHPD));
}

static json_t *description_of(const char *text, const char *end)
{
	return json_pack("{s:s%}", "description", text, (size_t)(end - text));
}

static json_t *get_interface_description(const struct mesh *mesh, const struct varlink_call *call,
					 struct methods_later *later)
{
	const char *name = json_string_value(json_object_get(call->parameters, "interface"));

	if (name == NULL)
		return varlink_invalid("interface");
	if (strcmp(name, SERVICE) == 0)
		return varlink_reply(description_of(service_interface, service_interface_end));
	if (strcmp(name, MESHPD) == 0)
		return varlink_reply(description_of(meshpd_interface, meshpd_interface_end));
	return varlink_error(SERVICE ".InterfaceNotFound", json_pack("{s:s}", "interface", name));
}

static json_t *status(const struct mesh *mesh, const struct varlink_call *call,
		      struct methods_later *later)
{
	return varlink_reply(view_status(mesh));
}

static json_t *neighbours(const struct mesh *mesh, const struct varlink_call *call,
			  struct methods_later *later)
{
	return varlink_reply(view_neighbours(mesh));
}

static json_t *sessions(const struct mesh *mesh, const struct varlink_call *call,
			struct methods_later *later)
{
	return varlink_reply(view_sessions(mesh));
}

static json_t *routes(const struct mesh *mesh, const struct varlink_call *call,
		      struct methods_later *later)
{
	return varlink_reply(view_routes(mesh));
}

static json_t *topology(const struct mesh *mesh, const struct varlink_call *call,
			struct methods_later *later)
{
	return varlink_reply(zone_topology(mesh));
}

static json_t *links(const struct mesh *mesh, const struct varlink_call *call,
		     struct methods_later *later)
{
	return varlink_reply(zone_links(mesh));
}

static json_t *exposed(const struct mesh *mesh, const struct varlink_call *call,
		       struct methods_later *later)
{
	return varlink_reply(view_exposed(mesh));
}

/* The node a call names; NULL if it names one, else the reply that says it does not. */
static json_t *misnamed(const struct mesh *mesh, const struct varlink_call *call,
			struct address *address)
{
	const char *text = json_string_value(json_object_get(call->parameters, "address"));

	switch (destination_find(mesh->node, text, address)) {
	case DESTINATION_ONE:
		return NULL;
	case DESTINATION_NONE:
		return varlink_error(MESHPD ".NoSuchNode", json_pack("{s:s}", "address", text));
	case DESTINATION_SEVERAL:
		return varlink_error(MESHPD ".Ambiguous", json_pack("{s:s}", "address", text));
	case DESTINATION_MALFORMED:
		break;
	}
	return varlink_invalid("address");
}

static json_t *explain(const struct mesh *mesh, const struct varlink_call *call,
		       struct methods_later *later)
{
	struct address address;
	json_t *refusal = misnamed(mesh, call, &address);

	return refusal != NULL ? refusal : varlink_reply(zone_explain(mesh, &address));
}

/* What is to be traced, or the reply that says why not. */
static json_t *trace(const struct mesh *mesh, const struct varlink_call *call,
		     struct methods_later *later)
{
	json_t *refusal = misnamed(mesh, call, &later->trace.to);

	if (refusal != NULL)
		return refusal;
	later->trace.wanted = trace_lane(mesh, call, &later->trace.to, &later->trace.lane);
	if (later->trace.wanted)
		return NULL;
	return varlink_invalid("lane");
}

/* What happens is told as it happens. */
static json_t *monitor(const struct mesh *mesh, const struct varlink_call *call,
		       struct methods_later *later)
{
	later->monitor = call->more;
	return call->more ? NULL : varlink_error(SERVICE ".ExpectedMore", json_object());
}

static const struct {
	const char *method;
	json_t *(*answer)(const struct mesh *mesh, const struct varlink_call *call,
			  struct methods_later *later);
	const char *parameters[3];
} methods[] = {
	{SERVICE ".GetInfo", get_info, {NULL}},
	{SERVICE ".GetInterfaceDescription", get_interface_description, {"interface"}},
	{MESHPD ".Status", status, {NULL}},
	{MESHPD ".Neighbours", neighbours, {NULL}},
	{MESHPD ".Sessions", sessions, {NULL}},
	{MESHPD ".Routes", routes, {NULL}},
	{MESHPD ".Topology", topology, {NULL}},
	{MESHPD ".Links", links, {NULL}},
	{MESHPD ".Exposed", exposed, {NULL}},
	{MESHPD ".Explain", explain, {"address"}},
	{MESHPD ".Trace", trace, {"address", "lane"}},
	{MESHPD ".Monitor", monitor, {NULL}},
};

static bool interface_known(const char *name, size_t size)
{
	return (size == strlen(MESHPD) && memcmp(name, MESHPD, size) == 0) ||
	       (size == strlen(SERVICE) && memcmp(name, SERVICE, size) == 0);
}

/* The error of who calls what there is not: an interface, or a method of one. */
static json_t *unknown(const char *method)
{
	const char *dot = strrchr(method, '.');
	size_t size = dot != NULL ? (size_t)(dot - method) : strlen(method);

	if (dot != NULL && interface_known(method, size))
		return varlink_error(SERVICE ".MethodNotFound",
				     json_pack("{s:s}", "method", method));
	return varlink_error(SERVICE ".InterfaceNotFound",
			     json_pack("{s:s%}", "interface", method, size));
}

json_t *methods_answer(const struct mesh *mesh, const struct varlink_call *call,
		       struct methods_later *later)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		const char *stray;

		if (strcmp(methods[i].method, call->method) != 0)
			continue;
		stray = varlink_stray(call, methods[i].parameters);
		return stray != NULL ? varlink_invalid(stray)
				     : methods[i].answer(mesh, call, later);
	}
	return unknown(call->method);
}

json_t *methods_busy(void)
{
	return varlink_error(MESHPD ".Busy", json_object());
}

json_t *methods_denied(void)
{
	return varlink_error(SERVICE ".PermissionDenied", json_object());
}

json_t *methods_malformed(const char *reason)
{
	return varlink_error(MESHPD ".Malformed", json_pack("{s:s}", "reason", reason));
}
