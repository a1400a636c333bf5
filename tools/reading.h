/* A verb that asks the daemon and shows what it says, once or again and again. */
#ifndef TOOLS_READING_H
#define TOOLS_READING_H

#include "tools/verbs.h"

/* Asks once, or as often as --watch says. */
MUST_USE enum verdict reading_run(const struct request *request);

#define READING_SECONDS "meshctl: --watch takes seconds from 0.1 on\n"

/* Seconds between readings as --watch has them, "" for the usual; 0 if text is no such number. */
double reading_seconds(const char *text);

#endif
