/* The journal of one node: what it was made from, then every event it was handed and, in a few
 * bytes, what it answered. A node is a value, so whoever hands the same events to a node made from
 * the same head gets the same answers; the first answer that differs is found by its event. This
 * file knows the bytes alone; who owns the file that holds them is its driver's affair.
 *
 * A journal holds secrets, all of them: the identity, the session keys, the network key. Who has it
 * is the node, and can open what was ever sent to it in that life.
 *
 * Bytes, integers in network order: a head; then records, each an event and JOURNAL_ANSWER bytes of
 * the hash of all outboxes so far (outbox_hash). A driver writes the event before it hands it over
 * and the answer afterwards, so a journal that a crash cut off ends with the event that caused it.
 */
#ifndef NODE_JOURNAL_H
#define NODE_JOURNAL_H

#include "base/bytes.h"
#include "crypto/hash.h"
#include "node/node.h"

enum {
	JOURNAL_HEAD = 188,		 /* bytes of a head */
	JOURNAL_EVENT = 22 + UINT16_MAX, /* the longest event, bytes */
	JOURNAL_ANSWER = 8,
	JOURNAL_LIMIT_MOST = 1 << 20, /* the greatest capacity a head may ask for */
};

/* What a node was made from: the arguments of node_init. Secret. */
struct journal_head {
	struct node_limits limits;
	struct node_settings settings;
	struct node_secrets secrets;
};

enum journal_kind {
	JOURNAL_LINK = 1,
	JOURNAL_FRAME,
	JOURNAL_PACKET,
	JOURNAL_TIME,
	JOURNAL_SESSION_KEY,
	JOURNAL_TRACE,
	JOURNAL_LEAVE,
	JOURNAL_CARRIED,
	JOURNAL_CHANGE,
	JOURNAL_ALLOW,
};

/* An event as a value: the arguments of one of the ten functions that hand a node an event. */
struct journal_event {
	enum journal_kind kind;
	instant now;		/* 0 … 2^50 − 1 µs, which is 35 years */
	uint32_t link;		/* LINK, FRAME, CARRIED */
	struct lladdr from;	/* FRAME; CARRIED: to whom */
	bool group;		/* FRAME */
	uint32_t generation;	/* SESSION_KEY */
	struct span bytes;	/* FRAME, PACKET: at most UINT16_MAX bytes; SESSION_KEY: the secret,
				   AGREE_KEY bytes; ALLOW: whole addresses. Somebody else's */
	bool listed;		/* ALLOW: else everybody, and no bytes */
	struct node_link facts; /* LINK */
	uint32_t trace;		/* TRACE: its number */
	uint8_t lane;		/* TRACE */
	struct address to;	/* TRACE */
	struct node_settings settings; /* CHANGE: what node_change looks at, the rest is 0 */
};

/* What a reader came upon. */
enum journal_found {
	JOURNAL_WHOLE,
	JOURNAL_CUT,	   /* the bytes end before the thing does */
	JOURNAL_MALFORMED, /* no writer ever wrote that */
};

/* Write a head and an event. A writer with JOURNAL_HEAD and JOURNAL_EVENT bytes has room for it; it
 * fails too if an instant or a size is beyond what an event can have. */
void journal_head_write(struct writer *writer, const struct journal_head *head);
void journal_event_write(struct writer *writer, const struct journal_event *event);

/* Write and read the answer to an event: the beginning of the hash of all outboxes up to it. */
void journal_answer_write(struct writer *writer, const uint8_t hash[HASH_256]);
MUST_USE enum journal_found journal_answer_read(struct reader *reader,
						uint8_t answer[JOURNAL_ANSWER]);

/* Read a head, and the next event of a node within limits. If it is not whole, the reader stays
 * where it was and the result is left alone. An event's bytes stay where they were read. That time
 * never goes back between events is for the caller to see. */
MUST_USE enum journal_found journal_head_read(struct reader *reader, struct journal_head *head);
MUST_USE enum journal_found journal_event_read(struct reader *reader,
					       const struct node_limits *limits,
					       struct journal_event *event);

/* Hands the event to the node. */
void journal_apply(struct node *node, const struct journal_event *event, struct outbox *outbox);

#endif
