/* Verbs of meshctl that look at everything at once: doctor for who runs the host, bugreport for who
 * is asked for help. Both work whether or not the daemon runs, and as any user. */
#ifndef TOOLS_DOCTOR_DOCTOR_H
#define TOOLS_DOCTOR_DOCTOR_H

#include "tools/nouns.h"

MUST_USE enum verdict doctor_run(const struct request *request);
MUST_USE enum verdict bugreport_run(const struct request *request);

#endif
