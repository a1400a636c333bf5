/* What meshctl speaks of, one source file a noun. A reading noun asks the daemon and prints for
 * people; meshctl prints JSON itself. */
#ifndef TOOLS_NOUNS_H
#define TOOLS_NOUNS_H

#include "tools/client.h"

/* How meshctl was called. */
struct request {
	const char *socket;
	bool json;
	bool colour;
	char *const *arguments; /* behind the verb */
	int argument_count;
};

/* Print an answer of io.meshpd as tables. */
void status_print(const json_t *answer, bool colour);
void neighbours_print(const json_t *answer, bool colour);
void sessions_print(const json_t *answer, bool colour);
void routes_print(const json_t *answer, bool colour);

/* Verbs that need no daemon: `key gen | pub`, `config check | cat`. */
MUST_USE enum verdict key_run(const struct request *request);
MUST_USE enum verdict config_run(const struct request *request);

#endif
