/* A session: the keys two nodes share, in three places (confirmed, previous, unconfirmed), when
 * they are replaced, and an attempt at new ones that is under way. It holds no frames and sends
 * nothing: it is told what happened and asked what to do. Key sets are told apart by a serial,
 * never used twice in a node's life, under which per-packet workers keep counters and windows.
 * docs/protocol/meshp.md, section 5. */
#ifndef MESHP_SESSION_H
#define MESHP_SESSION_H

#include "base/rng.h"
#include "base/time.h"
#include "meshp/handshake.h"

enum session_place {
	SESSION_CONFIRMED,
	SESSION_PREVIOUS,
	SESSION_UNCONFIRMED,
};

enum { SESSION_PLACES = 3 };

/* One set of keys; secret. serial 0: the place is empty. */
struct session_keys {
	uint64_t serial;
	bool begun_by_us;
	bool begun_by_lower; /* by the lower of the two addresses */
	instant made;
	instant used; /* last sealed or opened with, as far as the owner has told; made: not yet */
	struct handshake_keys keys;
};

/* An attempt of ours. */
struct session_attempt {
	bool active;
	instant started;
	instant retry; /* when to send the next INITIATION */
	duration wait; /* after that one */
	struct handshake_pending pending;
};

struct session {
	struct session_keys places[SESSION_PLACES];
	struct session_attempt attempt;
	uint32_t last_epoch; /* greatest epoch ever confirmed with this peer while it is known */
	/* greatest (boot epoch, sequence) of an INITIATION taken, for newness */
	uint32_t taken_boot, taken_sequence;
	uint8_t cookie[WIRE_COOKIE];
	instant cookie_until;		  /* cookie is good until then; 0: none */
	instant last_sent, last_received; /* sealed frames, as far as the owner has told */
	instant unanswered; /* when the first not empty frame since last_sent came, if later */
};

/* True if data can be sealed now. */
bool session_usable(const struct session *session);

/* True if any place holds keys. */
bool session_held(const struct session *session);

/* The epoch new keys get when the other end's last confirmed one is peer_last. */
uint32_t session_next_epoch(const struct session *session, uint32_t peer_last);

/* True if an INITIATION with this (boot epoch, sequence) is newer than all taken while keys are
 * held. */
MUST_USE bool session_newer(const struct session *session, uint32_t boot, uint32_t sequence);

/* We answered an INITIATION: its keys are unconfirmed, in place of other unconfirmed ones. */
void session_answered(struct session *session, instant now, uint64_t serial,
		      const struct handshake_peer *peer, const struct handshake_keys *keys,
		      bool peer_lower);

/* Our INITIATION was answered: its keys are confirmed, the attempt is over. peer_lower: the other
 * end has the lower address. Refuses (HANDSHAKE_UNASKED) when no attempt is active, and
 * (HANDSHAKE_STALE) an epoch not above the last confirmed one, unless a key of that very epoch
 * begun by the peer is confirmed (both began at once). */
MUST_USE enum drop session_finished(struct session *session, instant now, uint64_t serial,
				    const struct handshake_keys *keys, bool peer_lower);

/* A frame opened under the keys with this serial. True if that confirmed them just now; an attempt
 * of ours is then over. empty: it was a confirmation or keepalive, which is no use of the keys and
 * asks for no answer. */
bool session_opened(struct session *session, instant now, uint64_t serial, bool empty);

/* A frame was sealed. */
void session_sealed(struct session *session, instant now);

/* Wants a handshake: an attempt starts, its first INITIATION due now, unless one is active. */
void session_want(struct session *session, instant now);

/* The attempt's INITIATION was written at now; its secrets are pending; the next is due after the
 * wait, which doubles. */
void session_asked(struct session *session, instant now, const struct handshake_pending *pending);

/* Ends our attempt, wiping its secrets. */
void session_abandon(struct session *session);

/* What time asks for, most urgent first. */
enum session_due {
	SESSION_NOTHING,
	SESSION_INITIATE,  /* write an INITIATION, then session_asked */
	SESSION_GAVE_UP,   /* 90 s without an answer: the attempt is over */
	SESSION_EXPIRED,   /* the confirmed keys are gone */
	SESSION_KEEPALIVE, /* seal an empty frame, then session_sealed */
};

/* The next thing due. Moves expired keys out, wiping them, and starts an attempt when the confirmed
 * keys have the age `rekey` (plus 10 s if the other end began them, in proportion when rekey is
 * less than 120 s) and were used. Yields each thing once. */
enum session_due session_due(struct session *session, instant now, duration rekey);

/* When session_due has something to say, or keys to wipe, next. */
instant session_deadline(const struct session *session, duration rekey);

/* A lane did WIRE_REKEY_FRAMES frames under the confirmed keys: as if they had reached the age. */
void session_worn(struct session *session, instant now);

/* Wipes everything. */
void session_wipe(struct session *session);

#endif
