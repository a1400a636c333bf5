/* Every reason for which a frame or packet is refused, each with a name and a counter. A function
 * that refuses returns one of these; DROP_NONE is success. The names are what `meshctl status`
 * shows and never change their meaning. */
#ifndef MESHP_DROP_H
#define MESHP_DROP_H

#include <stdint.h>

/* reason, name */
#define DROP_LIST(X)                                                                               \
	X(DROP_NONE, "none")                                                                       \
	/* shape of a frame */                                                                     \
	X(DROP_FRAME_SHORT, "frame_short") /* fewer bytes than its form needs */                   \
	X(DROP_FRAME_LONG, "frame_long")   /* more bytes than its form or link has */              \
	X(DROP_VERSION, "version")	   /* a version we do not speak */                         \
	X(DROP_TYPE, "type")		   /* a type this node does not take */                    \
	X(DROP_MALFORMED, "malformed")	   /* not the canonical form */                            \
	X(DROP_HOP_LIMIT, "hop_limit")	   /* not 255 between neighbours, or spent */              \
	/* who it is from and for */                                                               \
	X(DROP_NOT_FOR_US, "not_for_us")	 /* another node's, and not to be relayed */       \
	X(DROP_OWN, "own")			 /* our own frame came back */                     \
	X(DROP_DUPLICATE_NODE, "duplicate_node") /* another node with our identity */              \
	X(DROP_ID_CONFLICT, "id_conflict")	 /* compact frame to an id two nodes have */       \
	X(DROP_NETWORK, "network")		 /* another network, or no proof of ours */        \
	X(DROP_NOT_ALLOWED, "not_allowed")	 /* not on the list of members */                  \
	X(DROP_SOURCE_SPOOFED, "source_spoofed") /* sealed link address is not the ingress */      \
	/* sessions */                                                                             \
	X(DROP_NO_SESSION, "no_session")	     /* no key for this source */                  \
	X(DROP_AUTHENTICATION, "authentication")     /* the tag does not match */                  \
	X(DROP_REPLAY, "replay")		     /* seen, or older than the window */          \
	X(DROP_LANE, "lane")			     /* a lane its contents may not use */         \
	X(DROP_EXHAUSTED, "exhausted")		     /* counter of this lane used up */            \
	X(DROP_INNER, "inner")			     /* opened, but not a packet we may deliver */ \
	X(DROP_CHECKSUM_PARTIAL, "checksum_partial") /* partial checksum on no TCP or UDP */       \
	/* handshakes */                                                                           \
	X(DROP_MAC1, "mac1")			   /* handshake not meant for our key */           \
	X(DROP_COOKIE, "cookie")		   /* answered by a cookie instead */              \
	X(DROP_HANDSHAKE, "handshake")		   /* a handshake that does not authenticate */    \
	X(DROP_HANDSHAKE_STALE, "handshake_stale") /* not newer than one already seen */           \
	X(DROP_HANDSHAKE_UNASKED, "handshake_unasked") /* answer to nothing we asked */            \
	X(DROP_SUITE, "suite")			       /* no suite both can do, or not offered */  \
	X(DROP_CERTIFICATE, "certificate")	       /* bad signature or wrong address */        \
	X(DROP_CERTIFICATE_OLD, "certificate_old")     /* generation below one already seen */     \
	/* limits */                                                                               \
	X(DROP_RATE_CERTIFICATE, "rate_certificate") /* certificates to verify, too fast */        \
	X(DROP_RATE_HANDSHAKE, "rate_handshake")     /* handshakes, too fast */                    \
	X(DROP_RATE_HELLO, "rate_hello")	     /* greetings from one neighbour, too fast */  \
	X(DROP_PEERS_FULL, "peers_full")	     /* no room for another peer */                \
	X(DROP_NEIGHBOURS_FULL, "neighbours_full")   /* no room for another neighbour */           \
	X(DROP_NEIGHBOURS_CROWDED, "neighbours_crowded") /* adjacent to enough on that wire */     \
	X(DROP_NEIGHBOUR_UNKNOWN, "neighbour_unknown") /* sealed probe from no known neighbour */  \
	X(DROP_OUTBOX_FULL, "outbox_full")	       /* the driver lent too small an outbox */   \
	X(DROP_LINK_DOWN, "link_down")		       /* frame from or for a link that is down */ \
	/* routing */                                                                              \
	X(DROP_ZONE, "zone")			 /* a record of another zone */                    \
	X(DROP_RECORD, "record")		 /* a record whose signature is not good */        \
	X(DROP_RECORD_KNOWN, "record_known")	 /* a record we have */                            \
	X(DROP_RECORD_OLD, "record_old")	 /* a record older than ours, or expired */        \
	X(DROP_RECORD_UNKNOWN, "record_unknown") /* a later fragment without the first */          \
	X(DROP_RATE_RECORD, "rate_record")     /* records of one origin or neighbour, too fast */  \
	X(DROP_DATABASE_FULL, "database_full") /* no room for another record */                    \
	X(DROP_DATABASE_DISPLACED, "database_displaced") /* a far record, for a neighbour's */     \
	X(DROP_RELAY_STRANGER, "relay_stranger")   /* to be relayed, but from no neighbour */      \
	X(DROP_NO_ROUTE, "no_route")		   /* to be relayed, but nobody knows where */     \
	X(DROP_BACKWARDS, "backwards")		   /* to be relayed to where it came from */       \
	X(DROP_TOO_BIG, "too_big")		   /* to be relayed over a link it does not fit */ \
	X(DROP_RATE_RELAY, "rate_relay")	   /* control frames to be relayed, too fast */    \
	X(DROP_HINT, "hint")			   /* where to find whom we do not send to */      \
	X(DROP_RATE_HINT, "rate_hint")		   /* hints to follow, too fast */                 \
	X(DROP_RATE_ERROR, "rate_error")	   /* errors to one source, too fast */            \
	X(DROP_ERROR_UNMATCHED, "error_unmatched") /* an error about no packet of ours */          \
	X(DROP_RATE_TRACE, "rate_trace")	   /* traces to answer, too fast */                \
	X(DROP_TRACE_UNASKED, "trace_unasked")	   /* answer to no trace of ours */                \
	/* packets from tun */                                                                     \
	X(DROP_PACKET_SHORT, "packet_short")		 /* no whole IPv6 packet */                \
	X(DROP_PACKET_NOT_IPV6, "packet_not_ipv6")	 /* another version */                     \
	X(DROP_PACKET_SOURCE, "packet_source")		 /* source is not our address */           \
	X(DROP_PACKET_DESTINATION, "packet_destination") /* destination is not of the mesh */      \
	X(DROP_PACKET_MULTICAST, "packet_multicast")	 /* multicast, not carried yet */          \
	X(DROP_PACKET_PROTOCOL, "packet_protocol")	 /* next header 253 or 254 is ours */      \
	X(DROP_PACKET_HOP_LIMIT, "packet_hop_limit")	 /* hop limit 0 */                         \
	X(DROP_PACKET_TOO_BIG, "packet_too_big")	 /* answered by ICMPv6 packet too big */   \
	X(DROP_UNREACHABLE, "unreachable")		 /* no such node now; ICMPv6 says so */    \
	X(DROP_STAGED_FULL, "staged_full")		 /* waiting packets: oldest gave way */    \
	X(DROP_STAGED_EXPIRED, "staged_expired")	 /* waited, and no session came */

enum drop {
#define DROP_ENUM(reason, name) reason,
	DROP_LIST(DROP_ENUM)
#undef DROP_ENUM
		DROP_COUNT
};

/* Counters, one a reason; the owner is whoever may write them: the control side or one worker. */
struct drops {
	uint64_t counts[DROP_COUNT];
};

/* Counts one; by the owner alone. DROP_NONE counts nothing. */
void drops_count(struct drops *drops, enum drop drop);

/* Adds counters, which their owner may be changing, to a sum. */
void drops_add(struct drops *sum, const struct drops *drops);

/* The name of a reason, as people and programs see it. */
const char *drop_name(enum drop drop);

#endif
