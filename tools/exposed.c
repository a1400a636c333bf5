/* `meshctl exposed`: what of this host the mesh can reach, who listens there, and how much the
 * firewall refused. The daemon knows what shall be open; who listens and what the kernel counted is
 * asked of the host, and root alone is told all of it. `meshctl expose` and `unexpose` change it.
 */
#include "tools/columns.h"
#include "tools/listeners.h"
#include "tools/nouns.h"

#include <arpa/inet.h>
#include <nftables/libnftables.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* beef::, which exposed ports are aimed at if nobody listens at the own address. */
static const struct address this_node = {{0xbe, 0xef}};

static bool in_range(const json_t *exposure, const struct listener *listener)
{
	const char *protocol = json_string_value(json_object_get(exposure, "protocol"));

	return listener->tcp == (protocol != NULL && strcmp(protocol, "tcp") == 0) &&
	       listener->port >= json_integer_value(json_object_get(exposure, "first")) &&
	       listener->port <= json_integer_value(json_object_get(exposure, "last"));
}

/* Adds to an exposure who hears what comes in by it. */
static void exposure_add(json_t *exposure, const struct listeners *listeners,
			 const struct address *own)
{
	json_t *list = json_array();

	for (size_t i = 0; i < listeners->count; i++) {
		const struct listener *listener = &listeners->list[i];

		if (in_range(exposure, listener) &&
		    (listener_hears(listener, own) || listener_hears(listener, &this_node)))
			json_array_append_new(list, listener_json(listener));
	}
	json_object_set_new(exposure, "listeners", list);
}

/* Programs bound to the own address, which need no exposing. */
static json_t *bound_list(const struct listeners *listeners, const struct address *own)
{
	json_t *list = json_array();

	for (size_t i = 0; i < listeners->count; i++) {
		const struct listener *listener = &listeners->list[i];
		json_t *shown;

		if (!address_equal(&listener->address, own))
			continue;
		shown = listener_json(listener);
		json_object_set_new(shown, "protocol", json_string(listener->tcp ? "tcp" : "udp"));
		json_array_append_new(list, shown);
	}
	return list;
}

/* The counters of our table, {} where we are not told. */
static json_t *drops_of(const char *text)
{
	json_t *said = json_loads(text, 0, NULL);
	json_t *drops = json_object(), *entry;
	size_t i;

	json_array_foreach(json_object_get(said, "nftables"), i, entry)
	{
		const json_t *counter = json_object_get(entry, "counter");
		const char *name = json_string_value(json_object_get(counter, "name"));

		if (name != NULL)
			json_object_set(drops, name, json_object_get(counter, "packets"));
	}
	json_decref(said);
	return drops;
}

static json_t *drops_ask(void)
{
	struct nft_ctx *nft = nft_ctx_new(NFT_CTX_DEFAULT);
	json_t *drops = NULL;

	if (nft == NULL)
		return json_object();
	nft_ctx_output_set_flags(nft, NFT_CTX_OUTPUT_JSON);
	if (nft_ctx_buffer_output(nft) == 0 && nft_ctx_buffer_error(nft) == 0 &&
	    nft_run_cmd_from_buffer(nft, "list counters table inet meshpd") == 0)
		drops = drops_of(nft_ctx_get_output_buffer(nft));
	nft_ctx_free(nft);
	return drops != NULL ? drops : json_object();
}

void exposed_add(json_t *answer)
{
	const char *address = json_string_value(json_object_get(answer, "address"));
	json_t *exposed = json_object_get(answer, "exposed"), *exposure;
	struct listeners *listeners = malloc(sizeof(*listeners));
	struct address own;
	size_t i;

	if (listeners != NULL && address != NULL && inet_pton(AF_INET6, address, own.bytes) == 1) {
		listeners_find(listeners);
		json_array_foreach(exposed, i, exposure) exposure_add(exposure, listeners, &own);
		json_object_set_new(answer, "bound", bound_list(listeners, &own));
	}
	free(listeners);
	json_object_set_new(answer, "drops", drops_ask());
}

/* "lighttpd (123) on ::" */
static void listener_text(const json_t *listener, char text[COLUMN_TEXT_MAX])
{
	const char *program = column_text(listener, "program");
	const char *address = column_text(listener, "address");
	int pid = (int)json_integer_value(json_object_get(listener, "pid"));

	if (pid != 0)
		snprintf(text, COLUMN_TEXT_MAX, "%s (%d) on %s", program, pid, address);
	else
		snprintf(text, COLUMN_TEXT_MAX, "a program on %s", address);
}

static void row_add(json_t *rows, const char *what, const char *by, const json_t *listener)
{
	char text[COLUMN_TEXT_MAX] = "nobody";

	if (listener != NULL)
		listener_text(listener, text);
	json_array_append_new(
		rows, json_pack("{s:s, s:s, s:s}", "what", what, "by", by, "listener", text));
}

/* Rows for one exposure: one a listener. */
static void exposure_rows(json_t *rows, const json_t *exposure)
{
	const char *what = column_text(exposure, "what");
	const char *by = column_text(exposure, "by");
	const json_t *listeners = json_object_get(exposure, "listeners"), *listener;
	size_t i;

	json_array_foreach(listeners, i, listener)
		row_add(rows, i == 0 ? what : "", i == 0 ? by : "", listener);
	if (json_array_size(listeners) == 0)
		row_add(rows, what, by, NULL);
}

static void bound_row(json_t *rows, const json_t *bound)
{
	char what[COLUMN_TEXT_MAX];

	snprintf(what, sizeof(what), "%s/%d", column_text(bound, "protocol"),
		 (int)json_integer_value(json_object_get(bound, "port")));
	row_add(rows, what, "the program's address", bound);
}

void exposed_print(const json_t *answer, bool colour)
{
	static const struct column columns[] = {
		{"OPEN", "what", COLUMN_TEXT},
		{"BY", "by", COLUMN_TEXT},
		{"LISTENING", "listener", COLUMN_TEXT},
	};
	json_t *drops = json_object_get(answer, "drops"), *count;
	const json_t *entry;
	json_t *rows = json_array();
	const char *reason;
	size_t i;

	json_array_foreach(json_object_get(answer, "exposed"), i, entry) exposure_rows(rows, entry);
	json_array_foreach(json_object_get(answer, "bound"), i, entry) bound_row(rows, entry);
	printf("inbound     %s\n", column_text(answer, "inbound"));
	json_object_foreach(drops, reason, count) printf(
		"dropped     %" JSON_INTEGER_FORMAT " %s\n", json_integer_value(count), reason);
	columns_print(rows, columns, sizeof(columns) / sizeof(columns[0]), colour);
	json_decref(rows);
}

enum verdict expose_run(const struct request *request)
{
	char what[256] = "";
	json_t *answer;
	enum verdict verdict;

	for (int i = 0; i < request->argument_count; i++)
		snprintf(what + strlen(what), sizeof(what) - strlen(what), "%s%s", i > 0 ? " " : "",
			 request->arguments[i]);
	verdict = client_call(request->socket, request->verb->method,
			      json_pack("{s:s}", "what", what), &answer);
	if (verdict == VERDICT_YES)
		json_decref(answer);
	return verdict;
}
