/* A hop is shown with the link it is reached by, of which the hop before it tells: the first is
 * told of by this node. What a hop that was silent or lied would have told is not known. */
#include "daemon/trace.h"

#include "daemon/values.h"
#include "daemon/views.h"
#include "meshp/packet.h"
#include "meshp/wire.h"

#include <stdio.h>

bool trace_lane(const struct mesh *mesh, const struct varlink_call *call, const struct address *to,
		uint8_t *lane)
{
	const json_t *named = json_object_get(call->parameters, "lane");
	struct packet ping = {.next_header = PROTOCOL_ICMPV6, .destination = *to};
	struct node_status status;

	node_status(mesh->node, loop_now(), &status);
	ping.source = status.address;
	if (named == NULL)
		*lane = packet_lane(&ping);
	else if (json_is_integer(named) && json_integer_value(named) >= 0 &&
		 json_integer_value(named) < WIRE_LANES)
		*lane = (uint8_t)json_integer_value(named);
	else
		return false;
	return true;
}

static const char *result_name(enum node_trace_state state)
{
	switch (state) {
	case TRACE_NONE:
		break;
	case TRACE_UNDER_WAY:
		return "under_way";
	case TRACE_REACHED:
		return "reached";
	case TRACE_NO_ROUTE:
		return "no_route";
	case TRACE_LOST:
		return "lost";
	case TRACE_LOOP:
		return "loop";
	case TRACE_TIMEOUT:
		return "timeout";
	}
	return "none";
}

static const char *state_name(enum node_hop_state state)
{
	switch (state) {
	case HOP_ASKED:
		break;
	case HOP_TRUE:
		return "ok";
	case HOP_SILENT:
		return "silent";
	case HOP_LIE:
		return "LIE";
	}
	return "asked";
}

static const char *lie_name(enum node_hop_lie lie)
{
	switch (lie) {
	case LIE_NONE:
		break;
	case LIE_SIGNATURE:
		return "its signature is not good";
	case LIE_END:
		return "it does not say whether it is the destination";
	case LIE_NEIGHBOUR:
		return "its next hop is not its neighbour";
	case LIE_TWICE:
		return "it answered twice, and differently";
	}
	return "";
}

/* A link of ours by its name, one of another node by its interface id; null if it is not known. */
static json_t *link_of(const struct mesh *mesh, uint32_t hop, const struct node_hop *before)
{
	char text[16];

	if (before->way.interface == 0)
		return json_null();
	if (hop == 1)
		return json_string(view_link_name(mesh, before->way.interface - 1));
	snprintf(text, sizeof(text), "#%u", before->way.interface);
	return json_string(text);
}

/* True if what the hop before says is about the link this hop was reached by. */
static bool told_of(const struct node_hop *before, const struct node_hop *hop)
{
	return before->state == HOP_TRUE && address_equal(&before->way.next, &hop->address);
}

static json_t *number_or_null(bool known, uint32_t number)
{
	return known ? json_integer(number) : json_null();
}

static void put_link(json_t *shown, const struct mesh *mesh, uint32_t number,
		     const struct node_hop *before, const struct node_hop *hop)
{
	bool known = told_of(before, hop);
	const struct traced_way *way = &before->way;

	json_object_set_new(shown, "link", known ? link_of(mesh, number, before) : json_null());
	json_object_set_new(shown, "mtu", number_or_null(known, way->mtu));
	json_object_set_new(shown, "link_rtt_us", number_or_null(known, way->rtt_us));
	json_object_set_new(shown, "loss", known ? json_real(way->loss_ppm / 1e6) : json_null());
	json_object_set_new(shown, "metric", number_or_null(known, way->metric_us));
	json_object_set_new(
		shown, "queue",
		number_or_null(known && way->queued != TRACE_QUEUE_UNKNOWN, way->queued));
}

static json_t *node_or_null(bool known, const struct address *address)
{
	known = known && !address_is_this_node(address->bytes);
	return known ? value_address(address) : json_null();
}

static json_t *hop_view(const struct mesh *mesh, uint32_t number, const struct node_hop *before,
			const struct node_hop *hop)
{
	bool answered =
		hop->state == HOP_TRUE || (hop->state == HOP_LIE && hop->lie != LIE_SIGNATURE);
	json_t *shown = json_pack("{s:i, s:o, s:o, s:s, s:b, s:s, s:o}", "hop", (int)number,
				  "address", value_address(&hop->address), "id",
				  value_id(&hop->address), "state", state_name(hop->state),
				  "verified", hop->state == HOP_TRUE, "lie", lie_name(hop->lie),
				  "rtt_us", number_or_null(hop->rtt_us > 0, hop->rtt_us));

	put_link(shown, mesh, number, before, hop);
	json_object_set_new(shown, "next", node_or_null(answered, &hop->way.next));
	json_object_set_new(shown, "back", node_or_null(answered, &hop->way.back));
	json_object_set_new(shown, "symmetric",
			    answered ? json_boolean(address_equal(&hop->way.back, &before->address))
				     : json_null());
	return shown;
}

/* The hops whose links are the narrowest, the dearest and the lossiest, and how much they are; 0 if
 * there is none. */
struct bottleneck {
	uint32_t mtu, metric, loss;
	uint32_t least_mtu, most_metric, most_loss;
};

static void bottleneck_look(struct bottleneck *found, uint32_t number, const struct traced_way *way)
{
	if (found->mtu == 0 || way->mtu < found->least_mtu) {
		found->mtu = number;
		found->least_mtu = way->mtu;
	}
	if (way->metric_us > found->most_metric) {
		found->metric = number;
		found->most_metric = way->metric_us;
	}
	if (way->loss_ppm > found->most_loss) {
		found->loss = number;
		found->most_loss = way->loss_ppm;
	}
}

static json_t *hops_view(const struct mesh *mesh, uint32_t number, uint32_t hops,
			 struct bottleneck *found)
{
	json_t *list = json_array();
	struct node_hop before, hop;

	node_traced_hop(mesh->node, number, 0, &before);
	for (uint32_t i = 1; i <= hops; i++) {
		node_traced_hop(mesh->node, number, i, &hop);
		json_array_append_new(list, hop_view(mesh, i, &before, &hop));
		if (told_of(&before, &hop))
			bottleneck_look(found, i, &before.way);
		before = hop;
	}
	return list;
}

json_t *trace_view(const struct mesh *mesh, uint32_t number)
{
	struct bottleneck found = {0};
	struct node_trace trace;
	struct node_hop origin;

	node_traced(mesh->node, number, &trace);
	node_traced_hop(mesh->node, number, 0, &origin);
	json_t *hops = hops_view(mesh, number, trace.hops, &found);
	return json_pack("{s:i, s:o, s:o, s:o, s:i, s:s, s:o, s:{s:i, s:i, s:i}}", "schema", 1,
			 "address", value_address(&trace.destination), "id",
			 value_id(&trace.destination), "origin", value_address(&origin.address),
			 "lane", (int)trace.lane, "result", result_name(trace.state), "hops", hops,
			 "bottleneck", "mtu", (int)found.mtu, "metric", (int)found.metric, "loss",
			 (int)found.loss);
}
