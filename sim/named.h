/* Scenarios that meshsim knows by name. */
#ifndef SIM_NAMED_H
#define SIM_NAMED_H

/* The text of the scenario of that name, or NULL. */
const char *named_scenario(const char *name);

/* The name at a place, or NULL after the last. */
const char *named_at(unsigned place);

#endif
