/* REQUIRE states an invariant of our own and stays on in release builds: a broken one ends the
 * process at once, before damage spreads. It never stands on anything a packet, a file or a user
 * can influence; those are refused with a named drop or an error. MUST_USE marks a function whose
 * answer may not be ignored. */
#ifndef BASE_REQUIRE_H
#define BASE_REQUIRE_H

#include <stdlib.h>

#define REQUIRE(invariant)                                                                         \
	do {                                                                                       \
		if (!(invariant))                                                                  \
			abort();                                                                   \
	} while (0)

#define MUST_USE __attribute__((warn_unused_result))

#endif
