/* The stream of what happens. Events are numbered from 0 on; that of number n lies at n modulo
 * MONITOR_EVENTS. Routes and drops are compared with what they were at the last look, so what came
 * and went between two looks is not told. */
#include "daemon/monitor.h"

#include "daemon/text.h"
#include "daemon/varlink.h"
#include "daemon/views.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	LOOK_MS = 250,
	ROUTES = 2048, /* as many as NODE_LIMITS_DAEMON has nodes */
};

struct event {
	char *text; /* NULL: there was no memory for it */
	size_t size;
};

struct monitor {
	struct mesh *mesh;
	void (*fresh)(void *owner);
	void *owner;
	struct loop_source *look;
	uint32_t watchers;
	uint64_t next;	 /* number of the next event */
	uint64_t serial; /* of the paths at the last look */
	json_t *drops;	 /* at the last look */
	size_t count;
	struct node_route routes[ROUTES]; /* at the last look, by address */
	struct node_route found[ROUTES];
	struct event events[MONITOR_EVENTS];
};

/* µs since 1970 */
static json_int_t wall_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* Names of interfaces and programs may be anything, JSON is UTF-8. */
static json_t *words(const char *text)
{
	json_t *string = json_string(text);

	return string != NULL ? string : json_string("(not UTF-8)");
}

static json_t *field_value(const char *name, const char *value)
{
	return message_field_counts(name) ? json_integer(strtoll(value, NULL, 10)) : words(value);
}

/* A message as the parameters of a reply. */
static json_t *event_make(enum message_kind kind, const char *const *values)
{
	const struct message *message = message_of(kind);
	size_t fields = message_fields(message);
	char text[MESSAGE_TEXT];
	json_t *event = json_pack("{s:i, s:s, s:I}", "schema", 1, "event", message->word, "time_us",
				  wall_clock());

	json_object_set_new(event, "text", words(message_text(message, values, text)));
	for (size_t i = 0; i < fields; i++)
		json_object_set_new(event, message->fields[i],
				    field_value(message->fields[i], values[i]));
	return event;
}

/* A message as a reply with more to come. */
static char *event_text(enum message_kind kind, const char *const *values, size_t *size)
{
	return varlink_text(varlink_continues(event_make(kind, values)), size);
}

static void message_heard(void *owner, enum message_kind kind, const char *const *values)
{
	struct monitor *monitor = owner;
	struct event *event = &monitor->events[monitor->next % MONITOR_EVENTS];

	if (monitor->watchers == 0)
		return;
	free(event->text);
	event->text = event_text(kind, values, &event->size);
	monitor->next++;
	monitor->fresh(monitor->owner);
}

static int routes_order(const struct node_route *a, const struct node_route *b)
{
	return memcmp(a->address.bytes, b->address.bytes, ADDRESS);
}

/* Shell's sort: qsort(3) asks the kernel how much memory there is, which the filter forbids. */
static void routes_sort(struct node_route *routes, size_t count)
{
	for (size_t gap = count / 2; gap > 0; gap /= 2)
		for (size_t i = gap; i < count; i++) {
			struct node_route moved = routes[i];
			size_t at = i;

			for (; at >= gap && routes_order(&routes[at - gap], &moved) > 0; at -= gap)
				routes[at] = routes[at - gap];
			routes[at] = moved;
		}
}

static size_t routes_find(const struct mesh *mesh, struct node_route routes[ROUTES])
{
	uint32_t cursor = 0;
	size_t count = 0;

	while (count < ROUTES && node_routes(mesh->node, &cursor, &routes[count]))
		count++;
	routes_sort(routes, count);
	return count;
}

static bool route_same(const struct node_route *a, const struct node_route *b)
{
	return a->link == b->link && address_equal(&a->next_hop, &b->next_hop);
}

/* Tells a route; was is what it was before, NULL: there was none. */
static void route_tell(struct mesh *mesh, const struct node_route *route,
		       const struct node_route *was)
{
	char address[TEXT_ADDRESS], hop[TEXT_ADDRESS], before[TEXT_ADDRESS] = "";
	char metric[16], hops[16];

	text_address(&route->address, address);
	text_address(&route->next_hop, hop);
	if (was != NULL)
		text_address(&was->next_hop, before);
	snprintf(metric, sizeof(metric), "%u", route->metric_us);
	snprintf(hops, sizeof(hops), "%u", route->hops);
	log_tell(mesh->parts.log, was != NULL ? MESSAGE_ROUTE_CHANGED : MESSAGE_ROUTE_GAINED,
		 WORDS(address, hop, view_link_name(mesh, route->link), metric, hops, before));
}

static void route_lost(struct mesh *mesh, const struct node_route *route)
{
	char address[TEXT_ADDRESS];

	log_tell(mesh->parts.log, MESSAGE_ROUTE_LOST,
		 WORDS(text_address(&route->address, address)));
}

/* Tells how the routes differ from those of the last look: both lists are in order. */
static void routes_compare(struct monitor *monitor, size_t found)
{
	const struct node_route *was = monitor->routes, *is = monitor->found;
	const struct node_route *was_end = was + monitor->count, *is_end = is + found;

	while (was < was_end || is < is_end) {
		int order = was < was_end && is < is_end ? routes_order(was, is) : 0;

		if (was == was_end || is == is_end)
			order = was == was_end ? 1 : -1;
		if (order < 0)
			route_lost(monitor->mesh, was);
		else if (order > 0)
			route_tell(monitor->mesh, is, NULL);
		else if (!route_same(was, is))
			route_tell(monitor->mesh, is, was);
		was += order <= 0;
		is += order >= 0;
	}
}

static void routes_look(struct monitor *monitor)
{
	uint64_t serial = node_transit_serial(monitor->mesh->node);
	size_t found;

	if (serial == monitor->serial)
		return;
	monitor->serial = serial;
	found = routes_find(monitor->mesh, monitor->found);
	routes_compare(monitor, found);
	memcpy(monitor->routes, monitor->found, found * sizeof(monitor->found[0]));
	monitor->count = found;
}

static void drops_look(struct monitor *monitor)
{
	json_t *drops = view_drops(monitor->mesh), *count;
	const char *name;
	char text[24];

	json_object_foreach(drops, name, count)
	{
		if (json_object_get(monitor->drops, name) != NULL)
			continue;
		snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, json_integer_value(count));
		log_tell(monitor->mesh->parts.log, MESSAGE_DROPS_BEGAN, WORDS(name, text));
	}
	json_decref(monitor->drops);
	monitor->drops = drops;
}

static void look_due(void *owner)
{
	struct monitor *monitor = owner;

	if (monitor->watchers == 0)
		return;
	routes_look(monitor);
	drops_look(monitor);
	loop_timer_set(monitor->look, instant_after(loop_now(), duration_ms(LOOK_MS)));
}

int monitor_open(struct monitor **result, struct mesh *mesh, void (*fresh)(void *owner),
		 void *owner)
{
	struct monitor *monitor = calloc(1, sizeof(*monitor));
	int status;

	if (monitor == NULL)
		return -ENOMEM;
	monitor->mesh = mesh;
	monitor->fresh = fresh;
	monitor->owner = owner;
	status = loop_timer(mesh->parts.loop, look_due, monitor, &monitor->look);
	if (status != 0) {
		free(monitor);
		return status;
	}
	mesh->parts.log->heard = message_heard;
	mesh->parts.log->owner = monitor;
	*result = monitor;
	return 0;
}

/* Nobody watches: what is held is of no use. */
static void events_forget(struct monitor *monitor)
{
	for (size_t i = 0; i < MONITOR_EVENTS; i++) {
		free(monitor->events[i].text);
		monitor->events[i].text = NULL;
	}
	json_decref(monitor->drops);
	monitor->drops = NULL;
	loop_timer_set(monitor->look, INSTANT_NEVER);
}

void monitor_close(struct monitor *monitor)
{
	if (monitor == NULL)
		return;
	monitor->mesh->parts.log->heard = NULL;
	events_forget(monitor);
	loop_forget(monitor->look);
	free(monitor);
}

char *monitor_join(struct monitor *monitor, uint64_t *place, size_t *size)
{
	if (monitor->watchers++ == 0) {
		monitor->serial = node_transit_serial(monitor->mesh->node);
		monitor->count = routes_find(monitor->mesh, monitor->routes);
		monitor->drops = view_drops(monitor->mesh);
		loop_timer_set(monitor->look, instant_after(loop_now(), duration_ms(LOOK_MS)));
	}
	*place = monitor->next;
	return event_text(MESSAGE_MONITOR_BEGAN, NULL, size);
}

void monitor_leave(struct monitor *monitor)
{
	if (--monitor->watchers == 0)
		events_forget(monitor);
}

char *monitor_next(struct monitor *monitor, uint64_t *place, size_t *size)
{
	uint64_t missed = 0;
	const struct event *event;
	char count[24], *text;

	if (monitor->next - *place > MONITOR_EVENTS)
		missed = monitor->next - *place - MONITOR_EVENTS;
	*place += missed;
	snprintf(count, sizeof(count), "%llu", (unsigned long long)missed);
	if (missed > 0)
		return event_text(MESSAGE_MONITOR_MISSED, WORDS(count), size);
	if (*place == monitor->next)
		return NULL;
	event = &monitor->events[(*place)++ % MONITOR_EVENTS];
	*size = event->size;
	text = event->text != NULL ? malloc(event->size) : NULL;
	return text != NULL ? memcpy(text, event->text, event->size) : NULL;
}
