/* A frame of others on its way through: from link to link, not looked into.
 * docs/protocol/route.md, section 7. */
#ifndef NODE_RELAY_H
#define NODE_RELAY_H

#include "meshp/header.h"
#include "node/outbox.h"
#include "node/tables.h"
#include "node/verdict.h"
#include "node/worker.h"

/* A frame that came in, and from where. */
struct relay_frame {
	uint32_t link;
	struct lladdr from;
	const uint8_t *bytes;
	size_t size;
	const struct address *to; /* whom a control frame is for if it says so, else NULL */
};

/* Passes on a data frame of either form whose header was read and whose destination is another. A
 * VERDICT_REPORT is to be told to its source. Touches the worker and the outbox, nothing else. */
MUST_USE struct verdict relay_data(const struct tables *tables, struct worker *worker, instant now,
				   const struct relay_frame *frame,
				   const struct data_header *header, struct outbox *outbox);

/* The same for a control frame that may be relayed; nothing of it is reported. */
MUST_USE struct verdict relay_control(const struct tables *tables, struct worker *worker,
				      instant now, const struct relay_frame *frame,
				      const struct control_header *header, struct outbox *outbox);

#endif
