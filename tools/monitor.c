/* `meshctl monitor`: what happens at the daemon, as it happens: a line each event, with the local
 * time and the word of its kind; with --json an object a line. */
#include "tools/client.h"
#include "tools/nouns.h"

#include <stdlib.h>
#include <time.h>

static const char *text_of(const json_t *event, const char *name)
{
	const char *text = json_string_value(json_object_get(event, name));

	return text != NULL ? text : "?";
}

static void event_print(const json_t *event)
{
	json_int_t us = json_integer_value(json_object_get(event, "time_us"));
	time_t seconds = (time_t)(us / 1000000);
	struct tm local;
	char clock[16] = "?";

	if (localtime_r(&seconds, &local) != NULL)
		strftime(clock, sizeof(clock), "%H:%M:%S", &local);
	printf("%s.%03d %-16s %s\n", clock, (int)(us / 1000 % 1000), text_of(event, "event"),
	       text_of(event, "text"));
}

/* Prints an event. False if nobody reads it. */
static bool event_take(void *owner, const json_t *event)
{
	const struct request *request = owner;

	if (request->json) {
		json_dumpf(event, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		event_print(event);
	}
	return fflush(stdout) == 0;
}

enum verdict monitor_run(const struct request *request)
{
	struct request mine = *request;

	return client_follow(request->socket, request->verb->method, event_take, &mine);
}
