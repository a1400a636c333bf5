/* What the daemon shows of itself. Nothing is kept: each view is made from the node and the driver
 * as they are at that moment. */
#include "daemon/views.h"

#include "daemon/carriers.h"
#include "daemon/text.h"
#include "daemon/values.h"

#include <sodium.h>
#include <stdio.h>

const char *view_link_name(const struct mesh *mesh, uint32_t slot)
{
	return slot < LINKS_DAEMON ? mesh->links[slot].facts.name : "";
}

static void drop_add(json_t *drops, const char *name, uint64_t count)
{
	if (count > 0)
		json_object_set_new(drops, name, json_integer((json_int_t)count));
}

static void link_drops(json_t *object, const struct ethernet_counters *link)
{
	drop_add(object, "link_cut", link->cut);
	drop_add(object, "link_not_taken", link->not_taken);
	drop_add(object, "link_not_ours", link->not_ours);
	drop_add(object, "link_no_room", link->no_room);
	drop_add(object, "link_gone", link->link_down);
	drop_add(object, "link_too_long", link->too_long);
	drop_add(object, "link_not_sent", link->not_sent);
	drop_add(object, "link_refused", link->refused);
}

/* Every reason that occurred: the node's, the links', the carriers' and the driver's own. */
static json_t *json_drops(const struct mesh *mesh, const struct drops *drops)
{
	struct carrier_counters sum = {.tun_refused = mesh->counters.tun_refused,
				       .tun_malformed = mesh->counters.tun_malformed,
				       .link_unknown = mesh->counters.link_unknown,
				       .not_handed = mesh->counters.not_handed,
				       .link = *ethernet_counters(mesh->ethernet)};
	json_t *object = json_object();

	carriers_count(mesh, &sum);
	for (int i = DROP_NONE + 1; i < DROP_COUNT; i++)
		drop_add(object, drop_name((enum drop)i), drops->counts[i]);
	link_drops(object, &sum.link);
	drop_add(object, "link_unknown", sum.link_unknown);
	drop_add(object, "group_foreign", mesh->counters.group_foreign);
	drop_add(object, "tun_refused", sum.tun_refused);
	drop_add(object, "tun_malformed", sum.tun_malformed);
	drop_add(object, "not_handed", sum.not_handed);
	return object;
}

json_t *view_drops(const struct mesh *mesh)
{
	struct node_status status;

	node_status(mesh->node, loop_now(), &status);
	return json_drops(mesh, &status.drops);
}

json_t *view_link(const struct mesh *mesh, uint32_t slot)
{
	const struct mesh_link *link = &mesh->links[slot];

	return json_pack("{s:s, s:i, s:o, s:i, s:b, s:b, s:b, s:b, s:s, s:I, s:i}", "name",
			 link->facts.name, "ifindex", (int)link->facts.ifindex, "lladdr",
			 value_lladdr(link->facts.lladdr), "mtu", (int)link->facts.mtu, "running",
			 link->facts.running, "radio", link->facts.radio, "watched",
			 link->facts.watched, "shaped", link->facts.shaped, "way",
			 carriers_way(mesh, slot), "rate_bps", (json_int_t)link->facts.rate_bps,
			 "cost_us", (int)link->cost_us);
}

static json_t *json_links(const struct mesh *mesh)
{
	json_t *links = json_array();

	for (uint32_t slot = 0; slot < LINKS_DAEMON; slot++)
		if (mesh->links[slot].used)
			json_array_append_new(links, view_link(mesh, slot));
	return links;
}

/* The suites in the order in which they are preferred, and who does them. */
static json_t *json_crypto(const struct mesh *mesh)
{
	const struct aead_provider *provider = &mesh->provider;
	json_t *suites = json_array();
	char by[64];

	snprintf(by, sizeof(by), "%s %s", mesh->provided ? provider->name : "libsodium",
		 mesh->provided ? provider->version : sodium_version_string());
	if (mesh->suites & SUITE_BIT(SUITE_AES_256_GCM))
		json_array_append_new(suites, json_string(text_suite(SUITE_AES_256_GCM)));
	if (mesh->suites & SUITE_BIT(SUITE_CHACHA20_POLY1305))
		json_array_append_new(suites, json_string(text_suite(SUITE_CHACHA20_POLY1305)));
	return json_pack("{s:s, s:o}", "provider", by, "suites", suites);
}

/* Where the node lies, and whether it is older than the process. */
static json_t *json_node(const struct mesh *mesh)
{
	static const char *const kinds[] = {
		[VAULT_SECRET] = "secret", [VAULT_LOCKED] = "locked", [VAULT_PLAIN] = "plain"};
	static const char *const origins[] = {[VAULT_FIRST] = "first",
					      [VAULT_OTHER] = "other",
					      [VAULT_TORN] = "torn",
					      [VAULT_FAILING] = "failing",
					      [VAULT_ADOPTED] = "adopted"};
	const struct vault *vault = mesh->parts.vault;

	return json_pack("{s:s, s:s, s:b, s:i}", "memory", kinds[vault_kind(vault)], "origin",
			 origins[vault->origin], "kept", vault->kept, "restarts",
			 (int)vault_restarts(vault));
}

json_t *view_status(const struct mesh *mesh)
{
	struct node_status status;

	node_status(mesh->node, loop_now(), &status);
	return json_pack(
		"{s:i, s:o, s:o, s:o, s:o, s:b, s:b, s:b, s:b, s:o, s:i, s:i, s:I, s:I, s:s, "
		"s:I, s:i, s:s, s:s, s:s, "
		"s:s, s:o, s:o, s:i, s:i, s:i, s:o, s:o, s:o}",
		"schema", 1, "address", value_address(&status.address), "id",
		value_id(&status.address), "public_key",
		value_base64(status.public_key, sizeof(status.public_key)), "network_id",
		value_hex(status.network_id, sizeof(status.network_id)), "closed", status.closed,
		"duplicate", status.duplicate, "database_full", status.full, "synced",
		status.synced, "flags", value_flags(status.flags), "nodes", (int)status.nodes,
		"zone", (int)status.zone, "epoch", (json_int_t)status.boot_epoch, "generation",
		(json_int_t)status.generation, "version", MESHPD_VERSION, "uptime_ms",
		(json_int_t)instant_since(loop_now(), mesh->started).us / 1000, "mtu",
		(int)mesh->host.mtu, "tun", mesh->host.tun, "loopback", mesh->loopback.name,
		"loopback_kind", mesh->loopback.kind, "firewall", inbound_says(mesh), "crypto",
		json_crypto(mesh), "node", json_node(mesh), "peers", (int)status.peers,
		"neighbours", (int)status.neighbours, "staged", (int)status.staged, "drops",
		json_drops(mesh, &status.drops), "links", json_links(mesh), "members",
		status.listed ? json_integer(status.members) : json_null());
}

json_t *view_neighbours(const struct mesh *mesh)
{
	json_t *list = json_array();
	struct node_neighbour entry;
	uint32_t cursor = 0;

	while (node_neighbours(mesh->node, loop_now(), &cursor, &entry))
		json_array_append_new(
			list,
			json_pack("{s:o, s:o, s:s, s:o, s:s, s:I, s:i, s:f, s:i}", "address",
				  value_address(&entry.address), "id", value_id(&entry.address),
				  "link", view_link_name(mesh, entry.link), "lladdr",
				  value_lladdr(entry.lladdr.bytes), "state",
				  neighbour_state_name(entry.state), "since_ms",
				  (json_int_t)entry.since.us / 1000, "rtt_us", (int)entry.rtt_us,
				  "loss", entry.loss_ppm / 1e6, "metric", (int)entry.metric_us));
	return value_list("neighbours", list);
}

static const char *session_state(const struct node_session *session)
{
	if (session->usable)
		return session->handshaking ? "REKEYING" : "ESTABLISHED";
	return session->handshaking ? "HANDSHAKE" : "NONE";
}

json_t *view_sessions(const struct mesh *mesh)
{
	json_t *list = json_array();
	struct node_session entry;
	uint32_t cursor = 0;

	while (node_sessions(mesh->node, loop_now(), &cursor, &entry))
		json_array_append_new(
			list,
			json_pack("{s:o, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "address",
				  value_address(&entry.address), "state", session_state(&entry),
				  "suite", entry.usable ? text_suite(entry.suite) : "", "epoch",
				  (json_int_t)entry.epoch, "age_ms",
				  (json_int_t)entry.age.us / 1000, "tx_packets",
				  (json_int_t)entry.tx_packets, "rx_packets",
				  (json_int_t)entry.rx_packets, "tx_frames",
				  (json_int_t)entry.tx_frames, "rx_frames",
				  (json_int_t)entry.rx_frames, "rx_replay",
				  (json_int_t)entry.rx_replay));
	return value_list("sessions", list);
}

json_t *view_routes(const struct mesh *mesh)
{
	json_t *list = json_array();
	struct node_route entry;
	uint32_t cursor = 0;

	while (node_routes(mesh->node, &cursor, &entry))
		json_array_append_new(list, json_pack("{s:o, s:o, s:o, s:s, s:I, s:i, s:i}",
						      "address", value_address(&entry.address),
						      "id", value_id(&entry.address), "next_hop",
						      value_address(&entry.next_hop), "link",
						      view_link_name(mesh, entry.link), "metric",
						      (json_int_t)entry.metric_us, "hops",
						      (int)entry.hops, "mtu", (int)entry.mtu));
	return value_list("routes", list);
}

/* Adds to a list what is exposed, and by what. */
static void exposures_list(json_t *list, const struct config_expose *exposed, uint32_t count,
			   const char *by)
{
	char from[EXPOSE_FROM], text[EXPOSE_TEXT];

	for (uint32_t i = 0; i < count; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:i, s:i, s:s, s:s}", "what",
						expose_write(&exposed[i], text), "protocol",
						exposed[i].tcp ? "tcp" : "udp", "first",
						(int)exposed[i].first, "last", (int)exposed[i].last,
						"from", expose_from(&exposed[i], from), "by", by));
}

json_t *view_exposed(const struct mesh *mesh)
{
	const struct config *config = mesh->parts.config;
	const struct exposures *commanded = &mesh->inbound.commanded;
	const struct address *own = &mesh->inbound.firewall.own;
	json_t *list = json_array();

	exposures_list(list, config->exposed, config->exposed_count, "configuration");
	exposures_list(list, commanded->list, commanded->count, "command");
	return json_pack("{s:i, s:s, s:o, s:o}", "schema", 1, "inbound", inbound_says(mesh),
			 "address", value_address(own), "exposed", list);
}
