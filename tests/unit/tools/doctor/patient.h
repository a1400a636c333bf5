/* A host on which all is well, as facts that were never read: a test changes one of them and looks
 * what a check finds. It is node beef:1:2:3:4:5:6:7 with a link eth0 and a neighbour. */
#ifndef TESTS_UNIT_TOOLS_DOCTOR_PATIENT_H
#define TESTS_UNIT_TOOLS_DOCTOR_PATIENT_H

#include "tools/doctor/checks.h"

#define PATIENT "beef:1:2:3:4:5:6:7"

struct facts *patient_new(void);

/* Releases the facts. */
void patient_discharge(struct facts *facts);

/* The interface of that name, which may be changed. */
struct interface_facts *patient_interface(struct facts *facts, const char *name);

/* Gives a mesh address to an interface; takes it all of them. */
void patient_give(struct interface_facts *interface, const char *address);
void patient_strip(struct interface_facts *interface);

/* Sets a member of what the daemon said: of its status, or of its one link. */
void patient_says(struct facts *facts, const char *member, json_t *value);
void patient_link_says(struct facts *facts, const char *member, json_t *value);

typedef void check(const struct facts *facts, struct report *report);

/* Runs a check, which must find exactly one thing, of that result, with these words in its detail
 * and its fix; and nothing, with RESULT_OK. */
void patient_shows(const struct facts *facts, check *run, enum result result, const char *detail,
		   const char *fix);

#endif
