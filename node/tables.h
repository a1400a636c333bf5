/* What the per-packet functions read: the two snapshots that are published at one time. */
#ifndef NODE_TABLES_H
#define NODE_TABLES_H

#include "node/fib.h"
#include "node/forwarding.h"

struct tables {
	const struct forwarding *forwarding;
	const struct fib *fib;
};

#endif
