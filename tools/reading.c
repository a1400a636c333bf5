/* Asking, and printing the answer as tables, as JSON or as --format says. */
#include "tools/reading.h"

#include "tools/client.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static enum verdict answer_print(const struct request *request, const json_t *answer)
{
	const struct verb *verb = request->verb;
	const char *format = request->given[CHOICE_FORMAT];

	if (format != NULL) {
		verb->write(answer, format);
	} else if (request->json) {
		json_dumpf(answer, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		verb->print(answer, request->colour);
	}
	if (fflush(stdout) != 0)
		return VERDICT_NO;
	return verb->judge != NULL ? verb->judge(answer) : VERDICT_YES;
}

static enum verdict read_once(const struct request *request)
{
	const struct verb *verb = request->verb;
	json_t *parameters = NULL;
	json_t *answer;
	enum verdict verdict;

	if (request->argument_count > 0)
		parameters = json_pack("{s:s}", "address", request->arguments[0]);
	verdict = client_call(request->socket, verb->method, parameters, &answer);
	if (verdict != VERDICT_YES)
		return verdict;
	if (verb->add != NULL)
		verb->add(answer);
	verdict = answer_print(request, answer);
	json_decref(answer);
	return verdict;
}

/* Reads again and again. Not each line is written by itself, so that an interrupt hardly ever comes
 * between a colour and its end. */
static enum verdict read_again(const struct request *request, double seconds)
{
	struct timespec pause = {
		.tv_sec = (time_t)seconds,
		.tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9),
	};
	enum verdict verdict;

	setvbuf(stdout, NULL, _IOFBF, 0);
	do {
		if (!request->json && isatty(1))
			fputs("\033[H\033[2J", stdout);
		verdict = read_once(request);
	} while (verdict_may_change(verdict) && nanosleep(&pause, NULL) == 0);
	return verdict;
}

double reading_seconds(const char *text)
{
	char *end;
	double seconds = text[0] != '\0' ? strtod(text, &end) : 2;

	if (text[0] != '\0' && (*end != '\0' || end == text))
		return 0;
	return seconds >= 0.1 && seconds <= 86400 ? seconds : 0;
}

enum verdict reading_run(const struct request *request)
{
	const char *watch = request->given[CHOICE_WATCH];
	double seconds = watch != NULL ? reading_seconds(watch) : 0;

	if (watch == NULL)
		return read_once(request);
	if (seconds > 0)
		return read_again(request, seconds);
	fputs(READING_SECONDS, stderr);
	return VERDICT_USAGE;
}
