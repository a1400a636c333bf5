/* Text to checked values, one function for each kind of value. On failure they say in `why` what is
 * wrong and what to write instead, and leave the result as it was. */
#ifndef CONFIG_VALUE_H
#define CONFIG_VALUE_H

#include "config/config.h"

/* Why a value was refused. */
struct why {
	char text[256];
};

/* A whole number in low … high, decimal or, with 0x, hexadecimal. */
MUST_USE bool value_number(const char *text, uint32_t low, uint32_t high, uint32_t *out,
			   struct why *why);

/* Workers: `auto` or a number. */
MUST_USE bool value_workers(const char *text, int *out, struct why *why);

/* An EtherType that is not already somebody else's. */
MUST_USE bool value_ethertype(const char *text, uint16_t *out, struct why *why);

/* A name that the kernel accepts for an interface. */
MUST_USE bool value_interface(const char *text, char out[CONFIG_NAME], struct why *why);

/* Shell patterns for interface names, separated by spaces; at least one. */
MUST_USE bool value_patterns(const char *text, char out[CONFIG_TEXT], struct why *why);

/* An absolute path of less than size bytes without a trailing slash. */
MUST_USE bool value_path(const char *text, char *out, size_t size, struct why *why);

/* A user name; empty is one. Whether the user exists is not asked here. */
MUST_USE bool value_user(const char *text, char out[CONFIG_TEXT], struct why *why);

/* A set of suites by name, separated by spaces; the one everybody has must be in it. */
MUST_USE bool value_suites(const char *text, uint32_t *out, struct why *why);

/* `allow` or `deny`. */
MUST_USE bool value_allowed(const char *text, bool *out, struct why *why);

/* `yes` or `no`. */
MUST_USE bool value_yes(const char *text, bool *out, struct why *why);

#endif
