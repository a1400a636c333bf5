/* Where facts come from, a source file each. All read only, and none needs a right to be called:
 * what the caller may not know stays unknown. */
#ifndef TOOLS_DOCTOR_SOURCES_H
#define TOOLS_DOCTOR_SOURCES_H

#include "tools/doctor/facts.h"

/* What the kernel has. */
void kernel_read(struct kernel_facts *kernel);

/* Interfaces with their addresses, and routes within beef::/16. tun is the name of the mesh's own
 * device. False if the kernel does not tell. */
MUST_USE bool host_read(struct facts *facts);

/* Settings under /proc/sys of an interface, and who manages it. */
void interface_settings_read(struct interface_facts *interface);

/* Which source the kernel picks for that destination. */
void source_read(struct source_facts *source, const struct address *destination);

/* The identity file of a state directory; whose it should be by name and number. */
void identity_read(struct identity_facts *identity, const char *directory, const char *user,
		   uid_t owner);

/* Who answers at the control socket, and what rights it has. False if uid is not known. */
MUST_USE bool process_read(struct process_facts *process, const char *socket, uid_t *uid);

void unit_read(struct unit_facts *unit);

/* The ruleset, the caller's to release; NULL, with NO or UNKNOWN in read, if it cannot be had. */
json_t *ruleset_read(enum presence *read);

#endif
