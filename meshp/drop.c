/* The names of refusals, from the one list in the header, so that none can lack its name. */
#include "meshp/drop.h"

#include "base/require.h"

static const char *const names[DROP_COUNT] = {
#define DROP_NAME(reason, name) [reason] = name,
	DROP_LIST(DROP_NAME)
#undef DROP_NAME
};

const char *drop_name(enum drop drop)
{
	REQUIRE((unsigned)drop < DROP_COUNT);
	return names[drop];
}
