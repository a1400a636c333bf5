/* What the control side and the workers leave to each other. A lane has one owner; a frame or
 * packet of a lane met by somebody else is handed over, never sealed or opened. A worker decides
 * nothing about the mesh: what it cannot do with its snapshots it hands to the control side, with
 * what it noticed under way. The driver carries a handover from one outbox to the other side.
 * docs/architecture.md, Workers. */
#ifndef NODE_HANDOVER_H
#define NODE_HANDOVER_H

#include "meshp/address.h"

#include <stdbool.h>
#include <stdint.h>

enum handover_kind {
	HANDOVER_PACKET,  /* bytes: a packet of the host, whole. To the control side: more is to be
			   * done about it; to a worker: it can be sent now */
	HANDOVER_FRAME,	  /* bytes: a frame that came in on link from there */
	HANDOVER_NEWS,	  /* to the control side: a peer's figures are to be looked at */
	HANDOVER_HOP,	  /* to the control side: data goes to a neighbour on link, there */
	HANDOVER_HINT,	  /* to the control side: a frame from link, there, went back to that
			   * neighbour on the same link */
	HANDOVER_CULPRIT, /* to the control side: bytes are an ERROR frame, and behind it the
			   * beginning of the packet of ours it is about */
};

struct handover {
	enum handover_kind kind;
	uint8_t lane;		/* to a worker: its own, 1 … 7 */
	bool group;		/* FRAME: it was sent to NODE_GROUP */
	uint32_t link;		/* FRAME, HOP, HINT */
	uint32_t index;		/* NEWS: the peer's slot */
	uint32_t generation;	/* NEWS: of its tenant */
	struct lladdr lladdr;	/* FRAME, HOP, HINT */
	struct address address; /* HOP, HINT */
};

#endif
