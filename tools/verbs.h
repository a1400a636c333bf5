/* The verbs of meshctl as one table: dispatch, --help, meshctl(1) and the completions read it. A
 * verb is one entry here and, as a rule, one source file of its name with what it prints or does.
 * The build's program that writes the man pages has the words of the table without the functions
 * and without any library. */
#ifndef TOOLS_VERBS_H
#define TOOLS_VERBS_H

#include "tools/verdict.h"

#include "config/flags.h"

struct json_t;

/* The options of meshctl. Each verb says which of them it takes; SOCKET, HELP and VERSION are for
 * all. A new one is a place here and its entry in verbs_flags. */
enum choice {
	CHOICE_SOCKET,
	CHOICE_JSON,
	CHOICE_WATCH,
	CHOICE_FORMAT,
	CHOICE_FULL,
	CHOICE_INTERFACE,
	CHOICE_COUNT,
	CHOICE_SNAPLEN,
	CHOICE_SEALED,
	CHOICE_HELP,
	CHOICE_VERSION,
	CHOICES
};

#define TAKES(choice) (1U << (CHOICE_##choice))

/* How meshctl was called. */
struct request {
	const struct verb *verb;
	const char *socket;
	bool json;
	bool colour;
	const char *const *given; /* by enum choice, as flags_read leaves it */
	char *const *arguments;	  /* behind the verb */
	int argument_count;
};

/* What completion offers for the arguments of a verb. */
enum operand {
	OPERAND_WORDS, /* the words it lists for the first, nothing for others */
	OPERAND_NODE,  /* nodes the daemon knows, for the first */
	OPERAND_FILE,  /* the words it lists for the first, files for others */
};

/* Who may use it. */
enum user {
	USER_READER, /* who may open the control socket */
	USER_ROOT,
	USER_ANYBODY, /* no daemon is asked */
};

enum { ARGUMENTS_ANY = 1 << 16 };

/* A verb that only asks has a method and print; one that does something else has run, and a method
 * if it calls one. */
struct verb {
	const char *name;
	const char *arguments; /* as the synopsis has them, "" for none */
	int least, most;       /* how many */
	enum operand operand;
	const char *words; /* for completion, a space between; NULL: none */
	unsigned takes;	   /* TAKES() of the options it takes besides those for all */
	enum user user;
	const char *summary; /* one line; NULL: the verb is for scripts and not shown */
	const char *text;    /* what else is to be said, sentences; a newline begins a line */
	const char *no;	     /* what exit status 1 means; NULL: it has none of its own */
	const char *example;
	const char *method; /* of the daemon, or NULL */
	enum verdict (*run)(const struct request *request);
	void (*print)(const struct json_t *answer, bool colour);
	void (*add)(struct json_t *answer); /* adds what this host knows besides, or NULL */
	void (*write)(const struct json_t *answer, const char *format); /* by --format, or NULL */
	enum verdict (*judge)(const struct json_t *answer); /* NULL: every answer is a yes */
};

/* The options, by enum choice. */
extern const struct flag verbs_flags[CHOICES];

/* The verbs in the order of the table; NULL after the last. */
const struct verb *verb_first(void);
const struct verb *verb_next(const struct verb *verb);

/* The verb of that name, exactly, or NULL. */
const struct verb *verb_find(const char *name);

/* True if the verb takes the option. */
bool verb_takes(const struct verb *verb, enum choice choice);

#endif
