/* `meshctl complete`: what the last word of a command line may become. The shells' own files in
 * tools/completion only ask here, so that they know what the tables know and nodes the daemon
 * knows. Who types does not wait: without a daemon, or with one that is slow, there are no nodes.
 */
#include "tools/client.h"
#include "tools/columns.h"
#include "tools/errand.h"
#include "tools/nouns.h"

#include "config/keys.h"
#include "daemon/options.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { PATIENCE_MS = 500 };

/* A program whose command lines are completed. */
struct program {
	const char *name;
	const struct flag *flags;
	int count;
	int socket; /* the place of --socket, or −1 */
};

/* A command line up to the word that is written. */
struct line {
	const struct program *program;
	const char *word;	   /* the last one */
	const struct flag *before; /* whose argument it is, or NULL */
	const struct verb *verb;   /* or NULL */
	int operands;		   /* words before it that are no options, nor the verb */
	const char *socket;
};

static const struct program programs[] = {
	{"meshctl", verbs_flags, CHOICES, CHOICE_SOCKET},
	{"meshtraceroute", errand_flags, ERRANDS, ERRAND_SOCKET},
	{"meshpd", options_flags, OPTIONS, -1},
};

static const struct program *program_find(const char *path)
{
	const char *name = strrchr(path, '/');

	name = name != NULL ? name + 1 : path;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (strcmp(programs[i].name, name) == 0)
			return &programs[i];
	return NULL;
}

/* The option a word is, with its argument in the same word or not, or NULL. */
static const struct flag *option_of(const struct program *program, const char *word)
{
	size_t size = strcspn(word, "=");

	for (int i = 0; i < program->count; i++) {
		const struct flag *flag = &program->flags[i];

		if (flag->letter != 0 && word[0] == '-' && word[1] == flag->letter)
			return flag;
		if (strncmp(word, "--", 2) == 0 && strlen(flag->name) == size - 2 &&
		    strncmp(word + 2, flag->name, size - 2) == 0)
			return flag;
	}
	return NULL;
}

/* True if the option has its argument in the next word. */
static bool awaits_argument(const struct flag *flag, const char *word)
{
	bool within = word[1] == '-' ? strchr(word, '=') != NULL : word[2] != '\0';

	return flag->argument != NULL && flag->argument[0] != '[' && !within;
}

/* What an option's word says besides it: "x" of -Sx and of --socket=x. */
static const char *argument_within(const char *word)
{
	const char *equals = strchr(word, '=');

	if (word[1] != '-')
		return word + 2;
	return equals != NULL ? equals + 1 : "";
}

static bool is_socket(const struct line *line, const struct flag *flag)
{
	return line->program->socket >= 0 && flag == &line->program->flags[line->program->socket];
}

/* Takes a word that is no option and belongs to none. */
static void operand_take(struct line *line, const char *word)
{
	bool is_verb = line->program->flags == verbs_flags && line->operands == 0 &&
		       line->verb == NULL && verb_find(word) != NULL;

	if (is_verb)
		line->verb = verb_find(word);
	else
		line->operands++;
}

/* Takes a word before the one that is written. */
static void line_take(struct line *line, const char *word)
{
	const struct flag *flag = word[0] == '-' ? option_of(line->program, word) : NULL;

	if (line->before != NULL) {
		line->socket = is_socket(line, line->before) ? word : line->socket;
		line->before = NULL;
	} else if (flag != NULL) {
		line->before = awaits_argument(flag, word) ? flag : NULL;
		if (line->before == NULL && is_socket(line, flag))
			line->socket = argument_within(word);
	} else if (word[0] != '-') {
		operand_take(line, word);
	}
}

/* A candidate, if it begins with the word. before stands before both. */
static void offer(const char *word, const char *before, const char *candidate, const char *help)
{
	char whole[256];

	snprintf(whole, sizeof(whole), "%s%s", before, candidate);
	if (strncmp(whole, word, strlen(word)) == 0)
		printf("%s\t%s\n", whole, help);
}

/* Each of the words in a list with a space between. */
static void offer_words(const char *word, const char *before, const char *words)
{
	while (words != NULL && *words != '\0') {
		char one[64];
		size_t size = strcspn(words, " ");

		snprintf(one, sizeof(one), "%.*s", (int)size, words);
		offer(word, before, one, "");
		words += size + strspn(words + size, " ");
	}
}

static void offer_options(const struct line *line)
{
	const struct flag *flag = option_of(line->program, line->word);
	const char *equals = strchr(line->word, '=');
	char before[64];

	if (flag != NULL && equals != NULL) {
		snprintf(before, sizeof(before), "--%s=", flag->name);
		offer_words(line->word, before, flag->values);
		return;
	}
	for (int i = 0; i < line->program->count; i++)
		if (line->verb == NULL || verb_takes(line->verb, (enum choice)i))
			offer(line->word, "--", line->program->flags[i].name,
			      line->program->flags[i].help);
}

static void offer_verbs(const char *word)
{
	for (const struct verb *verb = verb_first(); verb != NULL; verb = verb_next(verb))
		if (verb->summary != NULL)
			offer(word, "", verb->name, verb->summary);
}

static void offer_keys(const char *word)
{
	char name[64];

	for (const struct key *key = key_first(); key != NULL; key = key_next(key)) {
		snprintf(name, sizeof(name), "%s.%s=", key->section, key->name);
		offer(word, "", name, key->help);
	}
}

static void patience_over(int signal)
{
	_exit(VERDICT_YES);
}

/* The ids of the nodes the daemon knows, and their addresses. */
static void offer_nodes(const struct line *line)
{
	const struct itimerval patience = {.it_value = {.tv_usec = PATIENCE_MS * 1000}};
	json_t *answer = NULL, *node;
	size_t i;

	signal(SIGALRM, patience_over);
	setitimer(ITIMER_REAL, &patience, NULL);
	if (freopen("/dev/null", "w", stderr) == NULL ||
	    client_call(line->socket, "io.meshpd.Topology", NULL, &answer) != VERDICT_YES)
		return;
	json_array_foreach(json_object_get(answer, "nodes"), i, node)
	{
		const char *id = column_text(node, "id"), *address = column_text(node, "address");

		if (json_is_true(json_object_get(node, "own")))
			continue;
		offer(line->word, "", id, address);
		offer(line->word, "", address, id);
	}
	json_decref(answer);
}

static void offer_operands(const struct line *line)
{
	if (line->program->flags == options_flags)
		offer_keys(line->word);
	else if (line->program->flags == errand_flags && line->operands == 0)
		offer_nodes(line);
	else if (line->program->flags == verbs_flags && line->verb == NULL && line->operands == 0)
		offer_verbs(line->word);
	else if (line->verb != NULL && line->operands == 0 && line->verb->operand == OPERAND_NODE)
		offer_nodes(line);
	else if (line->verb != NULL && line->operands == 0)
		offer_words(line->word, "", line->verb->words);
}

enum verdict complete_run(const struct request *request)
{
	int last = request->argument_count - 1;
	struct line line = {
		.program = program_find(request->arguments[0]),
		.word = last > 0 ? request->arguments[last] : "",
		.socket = request->socket,
	};

	if (line.program == NULL)
		return VERDICT_NO;
	for (int i = 1; i < last; i++)
		line_take(&line, request->arguments[i]);
	if (line.before != NULL)
		offer_words(line.word, "", line.before->values);
	else if (line.word[0] == '-')
		offer_options(&line);
	else
		offer_operands(&line);
	return fflush(stdout) == 0 ? VERDICT_YES : VERDICT_NO;
}
