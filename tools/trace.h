/* Printing an answer of io.meshpd.Trace: what meshctl and meshtraceroute share. */
#ifndef TOOLS_TRACE_H
#define TOOLS_TRACE_H

#include "tools/client.h"

/* Prints where to and which lane, then the hops. */
void trace_print(const json_t *answer, bool colour);

/* Prints the hops and how it ended. */
void trace_print_hops(const json_t *answer, bool colour);

/* YES if the destination was reached. */
enum verdict trace_judge(const json_t *answer);

#endif
