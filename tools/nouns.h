/* What meshctl speaks of, one source file a noun. A reading noun asks the daemon and prints for
 * people; meshctl prints JSON itself. */
#ifndef TOOLS_NOUNS_H
#define TOOLS_NOUNS_H

#include "tools/client.h"
#include "tools/verbs.h"

/* Print an answer of io.meshpd as tables. What they print may be added to it. */
void status_print(const json_t *answer, bool colour);
void neighbours_print(const json_t *answer, bool colour);
void sessions_print(const json_t *answer, bool colour);
void routes_print(const json_t *answer, bool colour);
void topology_print(const json_t *answer, bool colour);
void links_print(const json_t *answer, bool colour);
void explain_print(const json_t *answer, bool colour);

/* Adds to what is exposed who listens there, and what the firewall refused. */
void exposed_add(json_t *answer);
void exposed_print(const json_t *answer, bool colour);

void reload_print(const json_t *answer, bool colour);

/* Of the links in an answer what is so whoever is on them. */
void links_print_facts(const json_t *answer, bool colour);

/* Prints a topology in a format, "netjson" or "dot". */
void topology_write(const json_t *answer, const char *format);

/* NO if it explains that there is no path. */
enum verdict explain_judge(const json_t *answer);

/* `expose` and `unexpose`, by the verb's method. */
MUST_USE enum verdict expose_run(const struct request *request);

/* `metrics` and `monitor`. */
MUST_USE enum verdict metrics_run(const struct request *request);
MUST_USE enum verdict monitor_run(const struct request *request);

/* `capture`: what io.meshpd.Capture shows, as a file. */
MUST_USE enum verdict capture_run(const struct request *request);

/* Verbs that need no daemon: `key gen | pub`, `config check | cat`. */
MUST_USE enum verdict key_run(const struct request *request);
MUST_USE enum verdict config_run(const struct request *request);

/* The live view. */
MUST_USE enum verdict top_run(const struct request *request);

/* What a word of a command line may become. */
MUST_USE enum verdict complete_run(const struct request *request);

#endif
