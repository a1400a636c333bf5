/* A trace goes from hop to hop by the answers; past a hop that is silent or lies it goes by our own
 * graph, if that has the hop on the path. Nothing that is answered changes anything but the trace.
 */
#include "node/trace.h"

#include "node/peers.h"
#include "node/sealed.h"

#include <string.h>

/* The next hop of a lane to a node as the FIB has it; NULL if there is none. */
static const struct fib_hop *trace_hop_to(const struct node *node, const struct address *to,
					  uint8_t lane)
{
	const struct fib *fib = node_fib(node);
	uint32_t number = fib_by_address(fib, to);

	if (number == FIB_NONE || fib_node(fib, number)->lost)
		return NULL;
	return fib_hop(fib, fib_node(fib, number)->next[lane]);
}

/* How a lane goes on from this node. */
static struct traced_way trace_way(const struct node *node, const struct trace *question)
{
	bool arrived = address_equal(&question->destination, &node->own);
	const struct fib_hop *hop = trace_hop_to(node, &question->destination, question->lane);
	const struct fib_hop *back = trace_hop_to(node, &question->origin, question->lane);
	struct traced_way way = traced_way_end(arrived);
	struct mesharp_entry entry;

	if (back != NULL)
		way.back = back->address;
	if (arrived || hop == NULL)
		return way;
	way.no_way = false;
	way.next = hop->address;
	way.interface = mesharp_interface(hop->link);
	way.mtu = hop->mtu < UINT16_MAX ? (uint16_t)hop->mtu : UINT16_MAX;
	if (mesharp_best(node_mesharp(node), &hop->address, &entry)) {
		way.rtt_us = entry.rtt_us;
		way.loss_ppm = entry.loss_ppm;
		way.metric_us = entry.metric_us;
	}
	return way;
}

enum drop trace_answer(struct node *node, instant now, uint32_t index, struct span message,
		       struct outbox *outbox)
{
	struct peer *peer = node_peer(node, index);
	struct traced traced = {.from = node->own};
	uint8_t bytes[WIRE_TRACED];
	struct writer out = writer_of(bytes, sizeof(bytes));

	if (!trace_read(message.bytes, message.size, &traced.question) ||
	    !address_equal(&traced.question.origin, &peer->address))
		return DROP_MALFORMED;
	if (!bucket_take(&peer->traces, RATE_TRACE, now) ||
	    !bucket_take(&node->traces_all, RATE_TRACE_ALL, now))
		return DROP_RATE_TRACE;
	traced.way = trace_way(node, &traced.question);
	traced_sign(&traced, &node->identity, node->network_id);
	traced_write(&traced, &out);
	sealed_tell(node, now, index, (struct span){bytes, out.used}, outbox);
	return DROP_NONE;
}

/* Adds a hop to be asked. */
static struct trace_hop *trace_add(struct node *node, instant now, struct trace_run *run,
				   const struct address *address)
{
	struct trace_hop *hop = &run->hop[++run->hops];

	memset(hop, 0, sizeof(*hop));
	hop->shown.address = *address;
	hop->shown.way = traced_way_end(false);
	hop->since = now;
	hop->due = now;
	rng_fill(&node->rng, hop->nonce, sizeof(hop->nonce));
	return hop;
}

void trace_begin(struct node *node, instant now, uint32_t number, uint8_t lane,
		 const struct address *destination)
{
	const struct trace question = {
		.lane = lane, .destination = *destination, .origin = node->own};
	struct trace_run *run = node_trace_run(node, number);

	if (run->state != TRACE_UNDER_WAY)
		node->traces_under_way++;
	memset(run, 0, sizeof(*run));
	run->state = TRACE_UNDER_WAY;
	run->lane = lane;
	run->destination = *destination;
	run->began = now;
	run->hop[0].shown.address = node->own;
	run->hop[0].shown.state = HOP_TRUE;
	run->hop[0].shown.way = trace_way(node, &question);
}

static void trace_end(struct node *node, uint32_t number, enum node_trace_state state,
		      struct outbox *outbox)
{
	struct trace_run *run = node_trace_run(node, number);

	run->state = state;
	node->traces_under_way--;
	outbox_notice(outbox, &(struct notice){.kind = NOTICE_TRACE,
					       .address = run->destination,
					       .trace = number});
}

/* Who follows that node on our own path of the lane; NULL if it is not on it. */
static const struct address *trace_successor(const struct node *node, const struct trace_run *run,
					     const struct address *address)
{
	const struct database *database = route_database(node_route(node));
	const struct paths *paths = route_paths(node_route(node));
	uint32_t number = database_find(database, &run->destination);

	for (uint32_t i = 0; i < TRACE_HOPS && number != DATABASE_NONE; i++) {
		uint32_t before = paths_before(paths, run->lane, number);
		if (before == DATABASE_NONE)
			return NULL;
		if (address_equal(database_address(database, before), address))
			return database_address(database, number);
		number = before;
	}
	return NULL;
}

static bool trace_met(const struct trace_run *run, const struct address *address)
{
	for (uint32_t i = 0; i <= run->hops; i++)
		if (address_equal(&run->hop[i].shown.address, address))
			return true;
	return false;
}

/* Goes on from the last hop, of which all is known that will be. */
static void trace_follow(struct node *node, instant now, uint32_t number, struct outbox *outbox)
{
	struct trace_run *run = node_trace_run(node, number);
	const struct node_hop *last = &run->hop[run->hops].shown;
	bool believed = last->state == HOP_TRUE;
	const struct address *next =
		believed ? &last->way.next : trace_successor(node, run, &last->address);

	if (believed && last->way.arrived)
		trace_end(node, number, TRACE_REACHED, outbox);
	else if (believed && last->way.no_way)
		trace_end(node, number, TRACE_NO_ROUTE, outbox);
	else if (next == NULL || run->hops == TRACE_HOPS)
		trace_end(node, number, TRACE_LOST, outbox);
	else if (trace_met(run, next))
		trace_end(node, number, TRACE_LOOP, outbox);
	else
		trace_add(node, now, run, next);
}

static void trace_send(struct node *node, instant now, const struct trace_run *run,
		       struct trace_hop *hop, uint32_t index, struct outbox *outbox)
{
	struct trace question = {
		.lane = run->lane, .destination = run->destination, .origin = node->own};
	uint8_t bytes[WIRE_TRACE];
	struct writer out = writer_of(bytes, sizeof(bytes));

	memcpy(question.nonce, hop->nonce, TRACE_NONCE);
	question.nonce[TRACE_NONCE - 1] += (uint8_t)hop->tries;
	trace_write(&question, &out);
	hop->asked[hop->tries++] = now;
	sealed_tell(node, now, index, (struct span){bytes, out.used}, outbox);
}

/* Asks the last hop if it is time, with a session first if there is none. False if it is not. */
static bool trace_ask(struct node *node, instant now, const struct trace_run *run,
		      struct trace_hop *hop, struct outbox *outbox)
{
	uint32_t index = peers_meet(node, &hop->shown.address);
	bool usable = index != POOL_NONE && session_usable(&node_peer(node, index)->session);
	bool first = usable && hop->tries == 0;

	if (hop->tries == TRACE_TRIES || (!first && !instant_reached(now, hop->due)))
		return false;
	hop->due = instant_after(now, duration_ms(TRACE_TRY_MS));
	if (usable)
		trace_send(node, now, run, hop, index, outbox);
	else if (index != POOL_NONE)
		sealed_want(node, now, index, outbox);
	return true;
}

static bool trace_run_step(struct node *node, instant now, uint32_t number, struct outbox *outbox)
{
	struct trace_run *run = node_trace_run(node, number);
	struct trace_hop *hop = &run->hop[run->hops];

	if (run->state != TRACE_UNDER_WAY)
		return false;
	if (instant_reached(now, instant_after(run->began, duration_ms(TRACE_MS)))) {
		trace_end(node, number, TRACE_TIMEOUT, outbox);
		return true;
	}
	if (hop->shown.state != HOP_ASKED) {
		trace_follow(node, now, number, outbox);
		return true;
	}
	if (instant_reached(now, instant_after(hop->since, duration_ms(TRACE_HOP_MS)))) {
		hop->shown.state = HOP_SILENT;
		return true;
	}
	return trace_ask(node, now, run, hop, outbox);
}

bool trace_step(struct node *node, instant now, struct outbox *outbox)
{
	for (uint32_t i = 0; i < TRACES && node->traces_under_way > 0; i++)
		if (trace_run_step(node, now, i, outbox))
			return true;
	return false;
}

static instant earlier(instant a, instant b)
{
	return a.us < b.us ? a : b;
}

instant trace_deadline(const struct node *node)
{
	instant deadline = INSTANT_NEVER;

	for (uint32_t i = 0; i < TRACES && node->traces_under_way > 0; i++) {
		const struct trace_run *run = node_trace_run(node, i);
		const struct trace_hop *hop = &run->hop[run->hops];
		if (run->state != TRACE_UNDER_WAY)
			continue;
		deadline = earlier(deadline, instant_after(run->began, duration_ms(TRACE_MS)));
		deadline = earlier(deadline, instant_after(hop->since, duration_ms(TRACE_HOP_MS)));
		if (hop->tries < TRACE_TRIES)
			deadline = earlier(deadline, hop->due);
	}
	return deadline;
}

/* The hop that was asked just that, and as which of its tries; NULL if none was. */
static struct trace_hop *trace_asked(struct trace_run *run, const struct traced *traced,
				     uint32_t *try)
{
	const uint8_t *nonce = traced->question.nonce;

	for (uint32_t i = 1; i <= run->hops; i++) {
		struct trace_hop *hop = &run->hop[i];
		*try = (uint8_t)(nonce[TRACE_NONCE - 1] - hop->nonce[TRACE_NONCE - 1]);
		if (memcmp(nonce, hop->nonce, TRACE_NONCE - 1) == 0 && *try < hop->tries &&
		    address_equal(&traced->from, &hop->shown.address) &&
		    address_equal(&traced->question.destination, &run->destination) &&
		    traced->question.lane == run->lane)
			return hop;
	}
	return NULL;
}

/* True if the graph has a link between them. */
static bool trace_linked(const struct node *node, const struct address *a, const struct address *b)
{
	const struct route *route = node_route(node);
	uint32_t from = database_find(route_database(route), a);
	uint32_t to = database_find(route_database(route), b);
	struct paths_link link;
	uint32_t cursor = 0;

	while (from != DATABASE_NONE && to != DATABASE_NONE &&
	       paths_link(route_paths(route), from, &cursor, &link))
		if (link.to == to)
			return true;
	return false;
}

static enum node_hop_lie trace_lie(const struct node *node, const struct trace_run *run,
				   const struct peer *peer, const struct traced *traced)
{
	const struct traced_way *way = &traced->way;

	if (!traced_verify(traced, peer->certificate.identity, node->network_id))
		return LIE_SIGNATURE;
	if (way->arrived != address_equal(&traced->from, &run->destination))
		return LIE_END;
	if (way->arrived || way->no_way)
		return LIE_NONE;
	return trace_linked(node, &traced->from, &way->next) ? LIE_NONE : LIE_NEIGHBOUR;
}

/* A second answer must say the same of the way; figures may have changed. */
static bool trace_same(const struct traced_way *a, const struct traced_way *b)
{
	return a->arrived == b->arrived && a->no_way == b->no_way &&
	       address_equal(&a->next, &b->next) && a->interface == b->interface;
}

enum drop trace_take(struct node *node, instant now, uint32_t index, struct span message)
{
	const struct peer *peer = node_peer(node, index);
	struct trace_hop *hop = NULL;
	struct trace_run *run = NULL;
	struct traced traced;
	uint32_t try;

	if (!traced_read(message.bytes, message.size, &traced) ||
	    !address_equal(&traced.from, &peer->address) ||
	    !address_equal(&traced.question.origin, &node->own))
		return DROP_MALFORMED;
	for (uint32_t i = 0; i < TRACES && hop == NULL; i++) {
		run = node_trace_run(node, i);
		if (run->state == TRACE_UNDER_WAY)
			hop = trace_asked(run, &traced, &try);
	}
	if (hop == NULL || hop->shown.state == HOP_SILENT)
		return DROP_TRACE_UNASKED;
	if (hop->shown.state != HOP_ASKED) {
		if (hop->shown.state == HOP_TRUE && !trace_same(&hop->shown.way, &traced.way)) {
			hop->shown.state = HOP_LIE;
			hop->shown.lie = LIE_TWICE;
		}
		return DROP_NONE;
	}
	hop->shown.lie = trace_lie(node, run, peer, &traced);
	hop->shown.state = hop->shown.lie == LIE_NONE ? HOP_TRUE : HOP_LIE;
	hop->shown.rtt_us = (uint32_t)instant_since(now, hop->asked[try]).us;
	if (hop->shown.lie != LIE_SIGNATURE)
		hop->shown.way = traced.way;
	return DROP_NONE;
}

void node_traced(const struct node *node, uint32_t number, struct node_trace *trace)
{
	const struct trace_run *run = node_trace_run(node, number);

	*trace = (struct node_trace){.state = run->state,
				     .lane = run->lane,
				     .destination = run->destination,
				     .hops = run->hops};
}

void node_traced_hop(const struct node *node, uint32_t number, uint32_t hop, struct node_hop *shown)
{
	const struct trace_run *run = node_trace_run(node, number);

	REQUIRE(hop <= run->hops);
	*shown = run->hop[hop].shown;
}
