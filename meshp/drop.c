/* Refusals: their names, from the one list in the header, so that none can lack its name, and their
 * counters, which others may read while the owner counts. */
#include "meshp/drop.h"

#include "base/require.h"
#include "base/shared.h"

static const char *const names[DROP_COUNT] = {
#define DROP_NAME(reason, name) [reason] = name,
	DROP_LIST(DROP_NAME)
#undef DROP_NAME
};

void drops_count(struct drops *drops, enum drop drop)
{
	if (drop != DROP_NONE)
		SHARED_ADD(drops->counts[drop], 1);
}

void drops_add(struct drops *sum, const struct drops *drops)
{
	for (uint32_t i = 0; i < DROP_COUNT; i++)
		sum->counts[i] += SHARED_GET(drops->counts[i]);
}

const char *drop_name(enum drop drop)
{
	REQUIRE((unsigned)drop < DROP_COUNT);
	return names[drop];
}
