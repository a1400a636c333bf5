/* `meshctl metrics`: what the daemon counts and measures, as text for monitoring systems: the
 * OpenMetrics format 1.0, or Prometheus' older text format 0.0.4, which node_exporter's textfile
 * collector reads. Names never change their meaning. Labels are links, neighbours and reasons of
 * drops, so there are never more samples than these tables have room for; what is unknown has no
 * sample. */
#include "tools/client.h"
#include "tools/nouns.h"

#include <string.h>

enum kind { GAUGE, COUNTER };

/* A metric: a member of an object the daemon answers, "a.b" of an object within it. */
struct metric {
	const char *name; /* without meshpd_ */
	const char *unit; /* its name's last part, or NULL */
	const char *help;
	const char *member;
	double scale; /* 0: 1; to base units */
	enum kind kind;
	bool measured;	 /* 0 is: not known yet */
	const char *yes; /* the text that is 1, another is 0 */
	const char *no;	 /* the text that is 0, another is 1 */
};

static const struct metric of_status[] = {
	{.name = "uptime_seconds",
	 .unit = "seconds",
	 .help = "Since the daemon started.",
	 .member = "uptime_ms",
	 .scale = 1e-3},
	{.name = "restarts",
	 .help = "Processes the node had before this one.",
	 .member = "node.restarts",
	 .kind = COUNTER},
	{.name = "mtu_bytes",
	 .unit = "bytes",
	 .help = "Packet size of the TUN device.",
	 .member = "mtu"},
	{.name = "nodes",
	 .help = "Nodes of the zone that can be reached, this one too.",
	 .member = "nodes"},
	{.name = "peers", .help = "Nodes known by certificate.", .member = "peers"},
	{.name = "neighbours", .help = "Entries of the neighbour table.", .member = "neighbours"},
	{.name = "staged", .help = "Packets that wait for a session.", .member = "staged"},
	{.name = "members",
	 .help = "Keys that may take part, where there is a list.",
	 .member = "members"},
	{.name = "synced",
	 .help = "1 if all other nodes that exist are known.",
	 .member = "synced"},
	{.name = "duplicate_identity",
	 .help = "1 if another live node has this identity.",
	 .member = "duplicate"},
	{.name = "database_full",
	 .help = "1 if the records of some nodes have no room.",
	 .member = "database_full"},
	{.name = "firewall_up",
	 .help = "1 if the firewall's table is in the kernel.",
	 .member = "firewall",
	 .no = "none"},
};

static const struct metric of_link[] = {
	{.name = "link_up", .help = "1 if the link can carry frames.", .member = "running"},
	{.name = "link_mtu_bytes",
	 .unit = "bytes",
	 .help = "Largest frame payload.",
	 .member = "mtu"},
	{.name = "link_rate_bytes_per_second",
	 .unit = "bytes_per_second",
	 .help = "What the interface says it transmits.",
	 .member = "rate_bps",
	 .scale = 1.0 / 8,
	 .measured = true},
	{.name = "link_cost_seconds",
	 .unit = "seconds",
	 .help = "The operator's own cost.",
	 .member = "cost_us",
	 .scale = 1e-6},
	{.name = "link_neighbours", .help = "Neighbours on the link.", .member = "neighbours"},
	{.name = "link_carried_nodes",
	 .help = "Nodes that packets are sent to over it.",
	 .member = "carries"},
	{.name = "link_bypass_frames",
	 .help = "Frames of others relayed in the kernel.",
	 .member = "bypass.frames",
	 .kind = COUNTER},
	{.name = "link_bypass_bytes",
	 .unit = "bytes",
	 .help = "The same in bytes.",
	 .member = "bypass.bytes",
	 .kind = COUNTER},
	{.name = "link_bypass_passed_frames",
	 .help = "Frames the kernel left to the daemon.",
	 .member = "bypass.passed",
	 .kind = COUNTER},
};

static const struct metric of_neighbour[] = {
	{.name = "neighbour_up",
	 .help = "1 if packets go over it.",
	 .member = "state",
	 .yes = "FULL"},
	{.name = "neighbour_state_seconds",
	 .unit = "seconds",
	 .help = "Since it is in its state.",
	 .member = "since_ms",
	 .scale = 1e-3},
	{.name = "neighbour_rtt_seconds",
	 .unit = "seconds",
	 .help = "Round trip, smoothed.",
	 .member = "rtt_us",
	 .scale = 1e-6,
	 .measured = true},
	{.name = "neighbour_loss_ratio",
	 .unit = "ratio",
	 .help = "Share of probes lost in the worse direction.",
	 .member = "loss"},
	{.name = "neighbour_metric_seconds",
	 .unit = "seconds",
	 .help = "The metric of the link to it.",
	 .member = "metric",
	 .scale = 1e-6,
	 .measured = true},
};

enum {
	OF_STATUS = sizeof(of_status) / sizeof(of_status[0]),
	OF_LINK = sizeof(of_link) / sizeof(of_link[0]),
	OF_NEIGHBOUR = sizeof(of_neighbour) / sizeof(of_neighbour[0]),
};

/* What is said about a metric before its samples. The older format has neither units nor suffixes
 * that are not part of the name. */
static void head_print(const struct metric *metric, bool open)
{
	const char *suffix = !open && metric->kind == COUNTER ? "_total" : "";

	printf("# HELP meshpd_%s%s %s\n", metric->name, suffix, metric->help);
	printf("# TYPE meshpd_%s%s %s\n", metric->name, suffix,
	       metric->kind == COUNTER ? "counter" : "gauge");
	if (open && metric->unit != NULL)
		printf("# UNIT meshpd_%s %s\n", metric->name, metric->unit);
}

static void label_print(char before, const char *name, const char *value)
{
	printf("%c%s=\"", before, name);
	for (; *value != '\0'; value++) {
		if (*value == '\\' || *value == '"')
			putchar('\\');
		if (*value == '\n')
			fputs("\\n", stdout);
		else
			putchar(*value);
	}
	putchar('"');
}

/* The member at a path of an object, or NULL. */
static const json_t *member_of(const json_t *object, const char *path)
{
	const char *dot = strchr(path, '.');
	const json_t *outer = object;
	char name[32];

	if (dot != NULL) {
		snprintf(name, sizeof(name), "%.*s", (int)(dot - path), path);
		outer = json_object_get(object, name);
		path = dot + 1;
	}
	return json_object_get(outer, path);
}

/* False if there is no value. */
static bool metric_value(const struct metric *metric, const json_t *object, double *value)
{
	const json_t *member = member_of(object, metric->member);
	const char *text = json_string_value(member);
	double scale = metric->scale > 0 ? metric->scale : 1;

	if (text != NULL && metric->yes != NULL)
		*value = strcmp(text, metric->yes) == 0;
	else if (text != NULL && metric->no != NULL)
		*value = strcmp(text, metric->no) != 0;
	else if (json_is_array(member))
		*value = (double)json_array_size(member);
	else if (json_is_boolean(member))
		*value = json_is_true(member);
	else if (json_is_number(member))
		*value = json_number_value(member) * scale;
	else
		return false;
	return !metric->measured || *value > 0;
}

/* One sample; its labels are members of the object, NULL: none. */
static void sample_print(const struct metric *metric, const json_t *object,
			 const char *const labels[][2])
{
	char before = '{';
	double value;

	if (!metric_value(metric, object, &value))
		return;
	printf("meshpd_%s%s", metric->name, metric->kind == COUNTER ? "_total" : "");
	for (size_t i = 0; labels != NULL && labels[i][0] != NULL; i++) {
		const char *text = json_string_value(json_object_get(object, labels[i][1]));

		label_print(before, labels[i][0], text != NULL ? text : "");
		before = ',';
	}
	printf("%s %.15g\n", before == ',' ? "}" : "", value);
}

/* True if a later entry is about the same neighbour on the same link and knows better: a host may
 * have been there under another link address. */
static bool entry_is_older(const json_t *list, size_t number)
{
	const json_t *entry = json_array_get(list, number);
	const char *state = json_string_value(json_object_get(entry, "state"));
	bool full = state != NULL && strcmp(state, "FULL") == 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *other = json_array_get(list, i);
		const char *its = json_string_value(json_object_get(other, "state"));
		bool is_full = its != NULL && strcmp(its, "FULL") == 0;

		if (i != number && (is_full != full ? is_full : i > number) &&
		    json_equal(json_object_get(entry, "address"),
			       json_object_get(other, "address")) &&
		    json_equal(json_object_get(entry, "link"), json_object_get(other, "link")))
			return true;
	}
	return false;
}

static void links_expose(const json_t *links, bool open)
{
	static const char *const labels[][2] = {{"link", "name"}, {NULL, NULL}};
	size_t i;
	json_t *link;

	for (size_t m = 0; m < OF_LINK; m++) {
		head_print(&of_link[m], open);
		json_array_foreach(links, i, link) sample_print(&of_link[m], link, labels);
	}
}

static void neighbours_expose(const json_t *neighbours, bool open)
{
	static const char *const labels[][2] = {
		{"neighbour", "address"}, {"link", "link"}, {NULL, NULL}};

	for (size_t m = 0; m < OF_NEIGHBOUR; m++) {
		head_print(&of_neighbour[m], open);
		for (size_t i = 0; i < json_array_size(neighbours); i++)
			if (!entry_is_older(neighbours, i))
				sample_print(&of_neighbour[m], json_array_get(neighbours, i),
					     labels);
	}
}

static void drops_expose(const json_t *status, bool open)
{
	static const struct metric drops = {
		.name = "drops",
		.help = "Frames and packets refused or lost, by reason.",
		.kind = COUNTER};
	json_t *list = json_object_get(status, "drops");
	const char *reason;
	json_t *count;

	head_print(&drops, open);
	json_object_foreach(list, reason, count)
	{
		fputs("meshpd_drops_total", stdout);
		label_print('{', "reason", reason);
		printf("} %" JSON_INTEGER_FORMAT "\n", json_integer_value(count));
	}
}

static void info_expose(const json_t *status, bool open)
{
	static const char *const members[] = {"version", "address", "id"};
	char before = '{';

	printf("# HELP meshpd%s Who the node is.\n# TYPE meshpd%s\nmeshpd_info",
	       open ? "" : "_info", open ? " info" : "_info gauge");
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		const char *text = json_string_value(json_object_get(status, members[i]));

		label_print(before, members[i], text != NULL ? text : "");
		before = ',';
	}
	puts("} 1");
}

static void metrics_print(const json_t *status, const json_t *links, const json_t *neighbours,
			  bool open)
{
	info_expose(status, open);
	for (size_t m = 0; m < OF_STATUS; m++) {
		head_print(&of_status[m], open);
		sample_print(&of_status[m], status, NULL);
	}
	drops_expose(status, open);
	links_expose(json_object_get(links, "links"), open);
	neighbours_expose(json_object_get(neighbours, "neighbours"), open);
	if (open)
		puts("# EOF");
}

enum verdict metrics_run(const struct request *request)
{
	static const char *const methods[] = {"io.meshpd.Status", "io.meshpd.Links",
					      "io.meshpd.Neighbours"};
	const char *format = request->given[CHOICE_FORMAT];
	bool open = format == NULL || strcmp(format, "openmetrics") == 0;
	enum verdict verdict = VERDICT_YES;
	json_t *answers[3] = {NULL};

	if (!open && strcmp(format, "prometheus") != 0) {
		fputs("meshctl: usage: metrics --format openmetrics or prometheus\n", stderr);
		return VERDICT_USAGE;
	}
	for (size_t i = 0; i < 3 && verdict == VERDICT_YES; i++)
		verdict = client_call(request->socket, methods[i], NULL, &answers[i]);
	if (verdict == VERDICT_YES) {
		metrics_print(answers[0], answers[1], answers[2], open);
		verdict = fflush(stdout) == 0 ? VERDICT_YES : VERDICT_NO;
	}
	for (size_t i = 0; i < 3; i++)
		json_decref(answers[i]);
	return verdict;
}
