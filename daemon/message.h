/* What the daemon tells people. One table holds every kind of message: the word it has in the
 * stream of `meshctl monitor`, its priority, its id in the journal's catalog, its text and its
 * fields. Whoever has something to tell gives the kind and the fields' values; log, journal and
 * stream make of it what they show, so that a thing has one name everywhere. */
#ifndef DAEMON_MESSAGE_H
#define DAEMON_MESSAGE_H

#include "base/require.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	MESSAGE_FIELDS = 6,   /* of a message, at most */
	MESSAGE_TEXT = 600,   /* longest text and its NUL; what is longer is cut */
	MESSAGE_UNLOGGED = -1 /* a priority: of interest to who watches, not in a log */
};

enum message_kind {
	/* the daemon itself */
	MESSAGE_FAILED,
	MESSAGE_TROUBLE, /* something went wrong that mends itself, or harms little */
	MESSAGE_IDENTITY_REFUSED,
	MESSAGE_CONFIGURATION_REFUSED,
	MESSAGE_NODE_ADOPTED,
	MESSAGE_NODE_ANEW,
	MESSAGE_SESSION_KEY_STAYS,
	MESSAGE_RECORDER_ENDED,
	MESSAGE_LEFT,
	MESSAGE_LEFT_OUT, /* of the log alone */
	/* neighbours, sessions, the zone */
	MESSAGE_NEIGHBOUR_UP,
	MESSAGE_NEIGHBOUR_DOWN,
	MESSAGE_NEIGHBOUR_BLOCKED,
	MESSAGE_NEIGHBOUR_STATE,
	MESSAGE_SESSION_UP,
	MESSAGE_SESSION_REKEYED,
	MESSAGE_SESSION_LOST,
	MESSAGE_ZONE,
	MESSAGE_DATABASE_FULL,
	MESSAGE_DUPLICATE_NODE,
	MESSAGE_ROUTE_GAINED,
	MESSAGE_ROUTE_CHANGED,
	MESSAGE_ROUTE_LOST,
	MESSAGE_DROPS_BEGAN,
	/* links */
	MESSAGE_NO_LINK,
	MESSAGE_LINK_UP,
	MESSAGE_LINK_DOWN,
	MESSAGE_LINK_CHANGED,
	MESSAGE_LINK_RENAMED,
	MESSAGE_LINK_LET_GO,
	MESSAGE_LINK_GONE,
	MESSAGE_LINK_REFUSED,
	MESSAGE_NO_BYPASS,
	MESSAGE_LINK_NO_BYPASS,
	MESSAGE_LINK_BYPASS,
	/* what the host has of it */
	MESSAGE_HOST_RESTORED,
	MESSAGE_HOST_BROKEN,
	MESSAGE_NO_FIREWALL,
	MESSAGE_FIREWALL_LOST,
	MESSAGE_FIREWALL_RESTORED,
	MESSAGE_EXPOSED,
	MESSAGE_UNEXPOSED,
	MESSAGE_EXPOSURES_DAMAGED,
	/* the configuration */
	MESSAGE_CONFIGURATION_LINE, /* what is wrong with a line of it, or only odd */
	MESSAGE_SETTING_CHANGED,
	MESSAGE_SETTING_PENDING,
	MESSAGE_RELOADED,
	MESSAGE_RELOAD_REFUSED,
	/* of the stream alone */
	MESSAGE_MONITOR_BEGAN,
	MESSAGE_MONITOR_MISSED,
	MESSAGE_KINDS
};

struct message {
	const char *word;
	int priority;	  /* of syslog(3), or MESSAGE_UNLOGGED */
	const char *id;	  /* 32 hexadecimal digits, in systemd/meshpd.catalog; NULL: none */
	const char *text; /* {name} stands for the value of that field */
	const char *fields[MESSAGE_FIELDS]; /* names, up to the first NULL */
};

/* The values of a message's fields, in the order of the table; as many as it has. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* What a kind is. */
const struct message *message_of(enum message_kind kind);

/* How many fields it has. */
size_t message_fields(const struct message *message);

/* True if the values of a field of that name are whole numbers, not texts. */
bool message_field_counts(const char *name);

/* Writes the text with its values, which are message_fields texts; NULL if there are none. Returns
 * text. */
const char *message_text(const struct message *message, const char *const *values,
			 char text[MESSAGE_TEXT]);

#endif
