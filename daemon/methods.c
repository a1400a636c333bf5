/* What can be asked at the control socket. One table names every method; the description that
 * GetInterfaceDescription gives is written by hand beside it, in Varlink's own language. */
#include "daemon/methods.h"

#include "daemon/destination.h"
#include "daemon/views.h"
#include "daemon/zone.h"

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
	"error InvalidParameter (parameter: string)\n"
	"error PermissionDenied ()\n";

static const char meshpd_description[] =
	"# What meshpd knows of itself and its mesh. Times end in their unit.\n"
	"interface " MESHPD "\n\n"
	"type Link (\n"
	"  name: string,\n  ifindex: int,\n  lladdr: string,\n  mtu: int,\n"
	"  running: bool,\n  radio: bool,\n  watched: bool,\n  shaped: bool,\n  way: string,\n"
	"  rate_bps: int,\n  cost_us: int\n)\n\n"
	"type Neighbour (\n"
	"  address: string,\n  id: string,\n  link: string,\n  lladdr: string,\n"
	"  state: string,\n  since_ms: int,\n  rtt_us: int,\n  loss: float,\n  metric: int\n)\n\n"
	"type Session (\n"
	"  address: string,\n  state: string,\n  suite: string,\n  epoch: int,\n"
	"  age_ms: int,\n  tx_packets: int,\n  rx_packets: int,\n  tx_frames: int,\n"
	"  rx_frames: int,\n  rx_replay: int\n)\n\n"
	"type Route (\n"
	"  address: string,\n  id: string,\n  next_hop: string,\n  link: string,\n"
	"  metric: int,\n  hops: int,\n  mtu: int\n)\n\n"
	"# A node of the zone; without a path its metric, hops and mtu are 0.\n"
	"type Node (\n"
	"  address: string,\n  id: string,\n  own: bool,\n  connected: bool,\n"
	"  reached: bool,\n  flags: []string,\n  metric: int,\n  hops: int,\n  mtu: int,\n"
	"  next_hop: string\n)\n\n"
	"# A link between two nodes, as the first of them says it is.\n"
	"type Edge (\n"
	"  from: string,\n  to: string,\n  cost: int,\n  mtu: int,\n  quality: float,\n"
	"  medium: string\n)\n\n"
	"# Frames of others that came in by a link: relayed in the kernel, or passed to meshpd;\n"
	"# mode: off, native (in the driver) or generic.\n"
	"type Bypass (mode: string, frames: int, bytes: int, passed: int)\n\n"
	"# A link of our own; carries: nodes that packets are sent to over it.\n"
	"type LinkInUse (\n"
	"  name: string,\n  ifindex: int,\n  lladdr: string,\n  mtu: int,\n"
	"  running: bool,\n  radio: bool,\n  watched: bool,\n  shaped: bool,\n  way: string,\n"
	"  rate_bps: int,\n  cost_us: int,\n"
	"  neighbours: [](\n    address: string,\n    lladdr: string,\n    state: string,\n"
	"    metric: int\n  ),\n  carries: int,\n  bypass: Bypass\n)\n\n"
	"type Path (lanes: []int, links: []Edge)\n\n"
	"# A way over one of our neighbours: what the link there costs now, by part, and as it\n"
	"# counts; the metric from there on; and why lanes take it or not.\n"
	"type Candidate (\n"
	"  address: string,\n  id: string,\n  link: string,\n  lladdr: string,\n"
	"  parts: (\n    fixed_us: int,\n    transmit_us: int,\n    loss_us: int,\n"
	"    rtt_us: int,\n    operator_us: int,\n    total_us: int\n  ),\n"
	"  cost: int,\n  beyond: int,\n  total: int,\n  hops: int,\n  lanes: []int,\n"
	"  won: bool,\n  loop_free: bool,\n  alternate: bool,\n  dearer: int,\n"
	"  reason: string\n)\n\n"
	"method Status() -> (\n"
	"  schema: int,\n  address: string,\n  id: string,\n  public_key: string,\n"
	"  network_id: string,\n  closed: bool,\n  duplicate: bool,\n"
	"  database_full: bool,\n  synced: bool,\n  flags: []string,\n  nodes: int,\n"
	"  zone: int,\n  epoch: int,\n  generation: int,\n  version: string,\n  uptime_ms: int,\n"
	"  mtu: int,\n  tun: string,\n  loopback: string,\n  loopback_kind: string,\n"
	"  firewall: string,\n  crypto: (provider: string, suites: []string),\n  peers: int,\n  "
	"neighbours: int,\n  staged: int,\n"
	"  drops: [string]int,\n  links: []Link,\n  members: ?int\n)\n\n"
	"method Neighbours() -> (schema: int, neighbours: []Neighbour)\n\n"
	"method Sessions() -> (schema: int, sessions: []Session)\n\n"
	"method Routes() -> (schema: int, routes: []Route)\n\n"
	"method Topology() -> (schema: int, nodes: []Node, links: []Edge)\n\n"
	"method Links() -> (schema: int, links: []LinkInUse)\n\n"
	"# address: that of a node, or the first digits of its id\n"
	"method Explain(address: string) -> (\n"
	"  schema: int,\n  address: string,\n  id: string,\n  own: bool,\n  known: bool,\n"
	"  connected: bool,\n  reached: bool,\n  synced: bool,\n  metric: int,\n"
	"  hops: int,\n  mtu: int,\n  paths: []Path,\n  candidates: []Candidate\n)\n\n"
	"# A hop of a trace, and the link it is reached by, as the hop before says.\n"
	"type Hop (\n"
	"  hop: int,\n  address: string,\n  id: string,\n  state: string,\n"
	"  verified: bool,\n  lie: string,\n  rtt_us: ?int,\n  link: ?string,\n"
	"  mtu: ?int,\n  link_rtt_us: ?int,\n  loss: ?float,\n  metric: ?int,\n"
	"  queue: ?int,\n  next: ?string,\n  back: ?string,\n  symmetric: ?bool\n)\n\n"
	"# The way a lane takes, each hop asked; without lane that of ping. The reply comes when\n"
	"# the trace has ended, within 5 s.\n"
	"method Trace(address: string, lane: ?int) -> (\n"
	"  schema: int,\n  address: string,\n  id: string,\n  origin: string,\n"
	"  lane: int,\n  result: string,\n  hops: []Hop,\n"
	"  bottleneck: (mtu: int, metric: int, loss: int)\n)\n\n"
	"# Ports that are open to the mesh, by the configuration or by command; from: whom alone, "
	"an\n"
	"# address, a prefix or a public key; what: all of it in the words of Expose.\n"
	"type Exposure (\n"
	"  what: string,\n  protocol: string,\n  first: int,\n  last: int,\n"
	"  from: string,\n  by: string\n)\n\n"
	"# inbound: deny; allow: all may come in; none: there is no firewall\n"
	"method Exposed() -> (\n"
	"  schema: int,\n  inbound: string,\n  address: string,\n  exposed: []Exposure\n)\n\n"
	"# Opens ports until Unexpose, restarts included: tcp/80, udp/8000-8010, tcp/22 from X\n"
	"method Expose(what: string) -> (schema: int)\n"
	"method Unexpose(what: string) -> (schema: int)\n\n"
	"# Nothing has changed.\n"
	"error ExposureRefused (reason: string)\n\n"
	"# A setting that differs from what ran, as text; null: there is no such [Link] section.\n"
	"# live: it has taken effect, else it will at the next start.\n"
	"type Change (key: string, before: ?string, after: ?string, live: bool)\n\n"
	"# Reads the configuration again. For root; so is every method that changes something.\n"
	"method Reload() -> (\n"
	"  schema: int,\n  changes: []Change,\n  warnings: string\n)\n\n"
	"# Nothing has changed. reason: lines FILE:LINE: what is wrong\n"
	"error ConfigurationRefused (reason: string)\n\n"
	"# As many traces as may be are under way.\n"
	"error Busy ()\n\n"
	"# There is no node whose id begins so, or more than one.\n"
	"error NoSuchNode (address: string)\n"
	"error Ambiguous (address: string)\n\n"
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

static json_t *topology(const struct mesh *mesh, const struct varlink_call *call)
{
	return varlink_reply(zone_topology(mesh));
}

static json_t *links(const struct mesh *mesh, const struct varlink_call *call)
{
	return varlink_reply(zone_links(mesh));
}

static json_t *exposed(const struct mesh *mesh, const struct varlink_call *call)
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
	return varlink_error(SERVICE ".InvalidParameter",
			     json_pack("{s:s}", "parameter", "address"));
}

static json_t *explain(const struct mesh *mesh, const struct varlink_call *call)
{
	struct address address;
	json_t *refusal = misnamed(mesh, call, &address);

	return refusal != NULL ? refusal : varlink_reply(zone_explain(mesh, &address));
}

/* What is to be traced, or the reply that says why not. */
static json_t *trace(const struct mesh *mesh, const struct varlink_call *call,
		     struct trace_wish *later)
{
	json_t *refusal = misnamed(mesh, call, &later->to);

	if (refusal != NULL)
		return refusal;
	later->wanted = trace_lane(mesh, call, &later->to, &later->lane);
	if (later->wanted)
		return NULL;
	return varlink_error(SERVICE ".InvalidParameter", json_pack("{s:s}", "parameter", "lane"));
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
	{MESHPD ".Topology", topology},
	{MESHPD ".Links", links},
	{MESHPD ".Exposed", exposed},
	{MESHPD ".Explain", explain},
};

static bool interface_known(const char *name, size_t size)
{
	return (size == strlen(MESHPD) && memcmp(name, MESHPD, size) == 0) ||
	       (size == strlen(SERVICE) && memcmp(name, SERVICE, size) == 0);
}

json_t *methods_answer(const struct mesh *mesh, const struct varlink_call *call,
		       struct trace_wish *later)
{
	const char *dot = strrchr(call->method, '.');

	if (strcmp(call->method, MESHPD ".Trace") == 0)
		return trace(mesh, call, later);

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i].method, call->method) == 0)
			return methods[i].answer(mesh, call);
	if (dot == NULL || !interface_known(call->method, (size_t)(dot - call->method)))
		return varlink_error(SERVICE ".InterfaceNotFound",
				     json_pack("{s:s}", "interface", call->method));
	return varlink_error(SERVICE ".MethodNotFound", json_pack("{s:s}", "method", call->method));
}

json_t *methods_busy(void)
{
	return varlink_error(MESHPD ".Busy", json_object());
}

json_t *methods_malformed(const char *reason)
{
	return varlink_error(MESHPD ".Malformed", json_pack("{s:s}", "reason", reason));
}
