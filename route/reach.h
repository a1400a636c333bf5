/* Who is connected to us, kept up as records come in: it only grows here; what broke away is found
 * by the next computation of paths. Inside of route/. docs/protocol/route.md, section 2. */
#ifndef ROUTE_REACH_H
#define ROUTE_REACH_H

#include "base/require.h"
#include "route/store.h"

/* True if a node and a connected one list each other. */
MUST_USE bool reach_attached(const struct store *store, uint32_t node);

/* Makes a node connected, if it is not, and all that are reached by its links and theirs. Fragments
 * of those that were not are news. Bound: each node is looked at once. */
void reach_spread(struct store *store, uint32_t node);

/* Makes one node connected; all its fragments are news if it was not. */
void reach_connect(struct store *store, uint32_t node);

#endif
