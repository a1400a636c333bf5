/* What the per-packet functions say about a packet or frame: done, or what the control side is to
 * do about it. They themselves never change anything of the control side. */
#ifndef NODE_VERDICT_H
#define NODE_VERDICT_H

#include "meshp/drop.h"
#include "meshp/error.h"
#include "meshp/icmp.h"

#include <stdbool.h>

enum verdict_kind {
	VERDICT_DONE,	/* in the outbox */
	VERDICT_DROP,	/* refused: count drop */
	VERDICT_ERROR,	/* refused: count drop and tell the host by ICMPv6 */
	VERDICT_REPORT, /* not relayed: count drop and tell the source by an ERROR */
	VERDICT_STAGE,	/* keep until the destination can be reached */
	VERDICT_SEALED, /* opened, and it is a control message of lane 0 */
};

struct verdict {
	enum verdict_kind kind;
	enum drop drop;
	enum icmp_error error;	/* ERROR */
	enum error_kind report; /* REPORT */
	uint32_t mtu;		/* ERROR, REPORT: for too big */
	uint32_t index; /* the destination or source, where news is set or kind is STAGE or SEALED;
			 * STAGE: TABLE_NONE if it is no peer */
	bool news;	/* the control side should look at that peer's figures */
	bool hop_news;	/* a frame went to a next hop for the first time since it looked */
	uint32_t hop;
	bool hint; /* it left by the link it came in on, for that hop itself */
};

#endif
