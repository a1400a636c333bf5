/* What meshctl says about how it is called, made of the table of verbs. */
#ifndef TOOLS_USAGE_H
#define TOOLS_USAGE_H

#include "tools/verbs.h"

#define USAGE "usage: meshctl [OPTION ...] VERB [ARGUMENT ...]\n"

/* All of meshctl: verbs, options, exit statuses. */
void usage_print(FILE *out);

/* One verb, with everything the table says about it. */
void usage_verb(const struct verb *verb, FILE *out);

/* One line: how the verb is called. */
void usage_line(const struct verb *verb, FILE *out);

#endif
