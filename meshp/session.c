/* A session's keys and the attempt at new ones. The owner tells events and carries out what
 * session_due asks. Invariants: confirmed keys never give way to keys of an older epoch, nor
 * before what replaces them is confirmed; whatever leaves a place is wiped or written over. The
 * table is docs/protocol/meshp.md, section 5; its shape was learned from WireGuard's timers. */
#include "meshp/session.h"

#include <sodium.h>

static struct session_keys *place_of(struct session *session, enum session_place place)
{
	return &session->places[place];
}

bool session_usable(const struct session *session)
{
	return session->places[SESSION_CONFIRMED].serial != 0;
}

bool session_held(const struct session *session)
{
	for (size_t i = 0; i < SESSION_PLACES; i++) {
		if (session->places[i].serial != 0)
			return true;
	}
	return false;
}

uint32_t session_next_epoch(const struct session *session, uint32_t peer_last)
{
	return 1 + (session->last_epoch > peer_last ? session->last_epoch : peer_last);
}

bool session_newer(const struct session *session, uint32_t boot, uint32_t sequence)
{
	if (!session_held(session) || boot > session->taken_boot)
		return true;
	return boot == session->taken_boot && sequence > session->taken_sequence;
}

static void keys_wipe(struct session_keys *keys)
{
	sodium_memzero(keys, sizeof(*keys));
}

/* Of two sets the one of the greater epoch seals; of equal epochs, when both ends began at once,
 * the one begun by the lower address. Both ends decide alike, whichever is confirmed first. */
static bool supersedes(const struct session_keys *fresh, const struct session_keys *confirmed)
{
	if (confirmed->serial == 0)
		return true;
	if (fresh->keys.epoch != confirmed->keys.epoch)
		return fresh->keys.epoch > confirmed->keys.epoch;
	return fresh->begun_by_lower;
}

/* Confirms a set; the other of it and what was confirmed becomes previous. */
static void confirm(struct session *session, const struct session_keys *fresh)
{
	struct session_keys *confirmed = place_of(session, SESSION_CONFIRMED);
	struct session_keys *previous = place_of(session, SESSION_PREVIOUS);

	if (!supersedes(fresh, confirmed)) {
		*previous = *fresh;
	} else {
		*previous = *confirmed;
		*confirmed = *fresh;
	}
	if (fresh->keys.epoch > session->last_epoch)
		session->last_epoch = fresh->keys.epoch;
	session_abandon(session);
}

void session_answered(struct session *session, instant now, uint64_t serial,
		      const struct handshake_peer *peer, const struct handshake_keys *keys,
		      bool peer_lower)
{
	REQUIRE(serial != 0);
	*place_of(session, SESSION_UNCONFIRMED) = (struct session_keys){
		.serial = serial,
		.begun_by_us = false,
		.begun_by_lower = peer_lower,
		.made = now,
		.used = now,
		.keys = *keys,
	};
	session->taken_boot = peer->boot_epoch;
	session->taken_sequence = peer->sequence;
}

/* True if an answer of that epoch is not the replay of an old one. */
static bool epoch_acceptable(const struct session *session, uint32_t epoch)
{
	const struct session_keys *confirmed = &session->places[SESSION_CONFIRMED];

	return epoch > session->last_epoch ||
	       (confirmed->serial != 0 && confirmed->keys.epoch == epoch &&
		!confirmed->begun_by_us);
}

enum drop session_finished(struct session *session, instant now, uint64_t serial,
			   const struct handshake_keys *keys, bool peer_lower)
{
	struct session_keys fresh = {
		.serial = serial,
		.begun_by_us = true,
		.begun_by_lower = !peer_lower,
		.made = now,
		.used = now,
	};

	REQUIRE(serial != 0);
	if (!session->attempt.active)
		return DROP_HANDSHAKE_UNASKED;
	if (!epoch_acceptable(session, keys->epoch))
		return DROP_HANDSHAKE_STALE;
	fresh.keys = *keys;
	confirm(session, &fresh);
	keys_wipe(&fresh);
	return DROP_NONE;
}

static struct session_keys *keys_find(struct session *session, uint64_t serial)
{
	for (size_t i = 0; i < SESSION_PLACES && serial != 0; i++) {
		if (session->places[i].serial == serial)
			return &session->places[i];
	}
	return NULL;
}

bool session_opened(struct session *session, instant now, uint64_t serial, bool empty)
{
	struct session_keys *keys = keys_find(session, serial);

	if (!keys)
		return false;
	session->last_received = now;
	if (!empty) {
		keys->used = now;
		/* The first one counts, or a steady stream would never be answered. */
		if (session->unanswered.us <= session->last_sent.us)
			session->unanswered = now;
	}
	if (keys != place_of(session, SESSION_UNCONFIRMED))
		return false;
	confirm(session, keys);
	keys_wipe(keys);
	return true;
}

void session_sealed(struct session *session, instant now)
{
	session->last_sent = now;
	if (session_usable(session))
		place_of(session, SESSION_CONFIRMED)->used = now;
}

void session_want(struct session *session, instant now)
{
	if (session->attempt.active)
		return;
	session->attempt.active = true;
	session->attempt.started = now;
	session->attempt.retry = now;
	session->attempt.wait = duration_ms(WIRE_RETRY_LEAST_MS);
}

void session_asked(struct session *session, instant now, const struct handshake_pending *pending)
{
	struct session_attempt *attempt = &session->attempt;

	REQUIRE(attempt->active);
	attempt->pending = *pending;
	attempt->retry = instant_after(now, attempt->wait);
	attempt->wait = duration_us(2 * attempt->wait.us);
	if (attempt->wait.us > duration_ms(WIRE_RETRY_MOST_MS).us)
		attempt->wait = duration_ms(WIRE_RETRY_MOST_MS);
}

void session_abandon(struct session *session)
{
	sodium_memzero(&session->attempt, sizeof(session->attempt));
}

static instant keys_expiry(const struct session_keys *keys)
{
	return instant_after(keys->made, duration_ms(WIRE_REJECT_MS));
}

/* Wipes what is too old. True if the confirmed keys were. */
static bool keys_expire(struct session *session, instant now)
{
	bool usable = session_usable(session);

	for (size_t i = 0; i < SESSION_PLACES; i++) {
		struct session_keys *keys = &session->places[i];

		if (keys->serial != 0 && instant_reached(now, keys_expiry(keys)))
			keys_wipe(keys);
	}
	return usable && !session_usable(session);
}

/* When the confirmed keys are to be replaced: never if they were not used, as they live no longer
 * than a use counts; never while that is under way. */
static instant rekey_due(const struct session *session, duration rekey)
{
	const struct session_keys *keys = &session->places[SESSION_CONFIRMED];
	int64_t later = rekey.us * WIRE_REKEY_ANSWERER_MS / WIRE_REKEY_MS;

	if (keys->serial == 0 || keys->used.us <= keys->made.us || session->attempt.active)
		return INSTANT_NEVER;
	if (later > duration_ms(WIRE_REKEY_ANSWERER_MS).us)
		later = duration_ms(WIRE_REKEY_ANSWERER_MS).us;
	return instant_after(keys->made, duration_us(rekey.us + (keys->begun_by_us ? 0 : later)));
}

static instant give_up_due(const struct session *session)
{
	if (!session->attempt.active)
		return INSTANT_NEVER;
	return instant_after(session->attempt.started, duration_ms(WIRE_GIVE_UP_MS));
}

static instant retry_due(const struct session *session)
{
	return session->attempt.active ? session->attempt.retry : INSTANT_NEVER;
}

static instant keepalive_due(const struct session *session)
{
	if (!session_usable(session) || session->unanswered.us <= session->last_sent.us)
		return INSTANT_NEVER;
	return instant_after(session->unanswered, duration_ms(WIRE_KEEPALIVE_MS));
}

enum session_due session_due(struct session *session, instant now, duration rekey)
{
	if (instant_reached(now, give_up_due(session))) {
		session_abandon(session);
		return SESSION_GAVE_UP;
	}
	if (keys_expire(session, now))
		return SESSION_EXPIRED;
	if (instant_reached(now, rekey_due(session, rekey)))
		session_want(session, now);
	if (instant_reached(now, retry_due(session))) {
		/* Should the owner be unable to send it, it is asked again after the same wait. */
		session->attempt.retry = instant_after(now, session->attempt.wait);
		return SESSION_INITIATE;
	}
	if (instant_reached(now, keepalive_due(session))) {
		session->unanswered = session->last_sent;
		return SESSION_KEEPALIVE;
	}
	return SESSION_NOTHING;
}

instant session_deadline(const struct session *session, duration rekey)
{
	instant next = instant_earlier(give_up_due(session), retry_due(session));

	next = instant_earlier(next, rekey_due(session, rekey));
	next = instant_earlier(next, keepalive_due(session));
	for (size_t i = 0; i < SESSION_PLACES; i++) {
		if (session->places[i].serial != 0)
			next = instant_earlier(next, keys_expiry(&session->places[i]));
	}
	return next;
}

void session_worn(struct session *session, instant now)
{
	if (session_usable(session))
		session_want(session, now);
}

void session_wipe(struct session *session)
{
	sodium_memzero(session, sizeof(*session));
}
