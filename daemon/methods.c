/* What can be asked at the control socket. One table names every method; the description that
 * GetInterfaceDescription gives is written by hand beside it, in Varlink's own language. */
#include "daemon/methods.h"

#include "daemon/views.h"

#include <string.h>

#define SERVICE "org.varlink.service"
#define MESHPD "io.meshpd"

static const char service_description[] =
	"# Introspection of a Varlink service.\n"
	"interface " SERVICE "\n\n"
	"method GetInfo() -> (\n"
	"  vendor: string,\n  product: string,\n  version: string,\n  url: string,\n"
	"  interfaces: []string\n)\n\n"
	"method GetInterfaceDescription(interface: string) -> (description: string)\n\n"
	"error InterfaceNotFound (interface: string)\n"
	"error MethodNotFound (method: string)\n"
	"error MethodNotImplemented (method: string)\n"
	"error InvalidParameter (parameter: string)\n";

static const char meshpd_description[] =
	"# What meshpd knows of itself and its mesh. Times end in their unit.\n"
	"interface " MESHPD "\n\n"
	"type Link (\n"
	"  name: string,\n  ifindex: int,\n  lladdr: string,\n  mtu: int,\n"
	"  running: bool,\n  radio: bool,\n  cost_us: int\n)\n\n"
	"type Neighbour (\n"
	"  address: string,\n  id: string,\n  link: string,\n  lladdr: string,\n"
	"  state: string,\n  since_ms: int,\n  rtt_us: int,\n  loss: float,\n  metric: int\n)\n\n"
	"type Session (\n"
	"  address: string,\n  state: string,\n  suite: string,\n  epoch: int,\n"
	"  age_ms: int,\n  tx_packets: int,\n  rx_packets: int,\n  rx_replay: int\n)\n\n"
	"type Route (\n"
	"  address: string,\n  id: string,\n  next_hop: string,\n  link: string,\n"
	"  metric: int,\n  hops: int,\n  mtu: int\n)\n\n"
	"method Status() -> (\n"
	"  schema: int,\n  address: string,\n  id: string,\n  public_key: string,\n"
	"  network_id: string,\n  closed: bool,\n  duplicate: bool,\n  zone: int,\n"
	"  epoch: int,\n  generation: int,\n  version: string,\n  uptime_ms: int,\n"
	"  mtu: int,\n  tun: string,\n  loopback: string,\n  loopback_kind: string,\n"
	"  firewall: string,\n  peers: int,\n  neighbours: int,\n  staged: int,\n"
	"  drops: [string]int,\n  links: []Link\n)\n\n"
	"method Neighbours() -> (schema: int, neighbours: []Neighbour)\n\n"
	"method Sessions() -> (schema: int, sessions: []Session)\n\n"
	"method Routes() -> (schema: int, routes: []Route)\n\n"
	"# What was sent is no call.\n"
	"error Malformed (reason: string)\n";

static json_t *get_info(const struct mesh *mesh, const struct varlink_call *call)
{
	return varlink_reply(json_pack("{s:s, s:s, s:s, s:s, s:[s, s]}", "vendor", "meshpd",
				       "product", "meshpd", "version", MESHPD_VERSION, "url", "",
				       "interfaces", SERVICE, MESHPD));
}

static json_t *get_interface_description(const struct mesh *mesh, const struct varlink_call *call)
{
	const char *name = json_string_value(json_object_get(call->parameters, "interface"));

	if (name == NULL)
		return varlink_error(SERVICE ".InvalidParameter",
				     json_pack("{s:s}", "parameter", "interface"));
	if (strcmp(name, SERVICE) == 0)
		return varlink_reply(json_pack("{s:s}", "description", service_description));
	if (strcmp(name, MESHPD) == 0)
		return varlink_reply(json_pack("{s:s}", "description", meshpd_description));
	return varlink_error(SERVICE ".InterfaceNotFound", json_pack("{s:s}", "interface", name));
}

static json_t *status(const struct mesh *mesh, const struct varlink_call *call)
{
	return varlink_reply(view_status(mesh));
}

static json_t *neighbours(const struct mesh *mesh, const struct varlink_call *call)
{
	return varlink_reply(view_neighbours(mesh));
}

static json_t *sessions(const struct mesh *mesh, const struct varlink_call *call)
{
	return varlink_reply(view_sessions(mesh));
}

static json_t *routes(const struct mesh *mesh, const struct varlink_call *call)
{
	return varlink_reply(view_routes(mesh));
}

static const struct {
	const char *method;
	json_t *(*answer)(const struct mesh *mesh, const struct varlink_call *call);
} methods[] = {
	{SERVICE ".GetInfo", get_info},
	{SERVICE ".GetInterfaceDescription", get_interface_description},
	{MESHPD ".Status", status},
	{MESHPD ".Neighbours", neighbours},
	{MESHPD ".Sessions", sessions},
	{MESHPD ".Routes", routes},
};

static bool interface_known(const char *name, size_t size)
{
	return (size == strlen(MESHPD) && memcmp(name, MESHPD, size) == 0) ||
	       (size == strlen(SERVICE) && memcmp(name, SERVICE, size) == 0);
}

json_t *methods_answer(const struct mesh *mesh, const struct varlink_call *call)
{
	const char *dot = strrchr(call->method, '.');

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i].method, call->method) == 0)
			return methods[i].answer(mesh, call);
	if (dot == NULL || !interface_known(call->method, (size_t)(dot - call->method)))
		return varlink_error(SERVICE ".InterfaceNotFound",
				     json_pack("{s:s}", "interface", call->method));
	return varlink_error(SERVICE ".MethodNotFound", json_pack("{s:s}", "method", call->method));
}

json_t *methods_malformed(const char *reason)
{
	return varlink_error(MESHPD ".Malformed", json_pack("{s:s}", "reason", reason));
}
