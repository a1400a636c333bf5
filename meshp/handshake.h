/* The handshake: Noise_IKpsk2_25519_ChaChaPoly_BLAKE2b and nothing else. Three steps, each a
 * function over values: begin writes an INITIATION, answer reads one and writes a RESPONSE, finish
 * reads that. All work happens in locals; results are written only on success.
 * docs/protocol/meshp.md, section 5. */
#ifndef MESHP_HANDSHAKE_H
#define MESHP_HANDSHAKE_H

#include "base/bytes.h"
#include "crypto/aead.h"
#include "crypto/agree.h"
#include "crypto/noise.h"
#include "meshp/address.h"
#include "meshp/certificate.h"
#include "meshp/cookie.h"
#include "meshp/drop.h"

/* This end of a handshake; all pointers are to the caller's own. */
struct handshake_self {
	const struct address *address;
	const struct agree_pair *session; /* the pair the certificate is for */
	const struct certificate *certificate;
	const uint8_t *network_key; /* 32 bytes, zeros in an open mesh */
	uint8_t suites;		    /* set of suites we can do */
	uint32_t boot_epoch;
	uint32_t instance;
	struct lladdr lladdr; /* of the link the frame leaves from, or came in on */
	uint32_t interface;
	bool remote; /* the peer is no neighbour: lladdr and interface are zeros */
};

/* What the initiator keeps between INITIATION and RESPONSE; secret. */
struct handshake_pending {
	uint64_t number;
	struct agree_pair ephemeral;
	struct noise noise;	      /* after message 1 */
	uint8_t mac1[WIRE_MAC];	      /* what a cookie is bound to */
	uint8_t responder[AGREE_KEY]; /* the session key it was sent to */
};

/* What one end learned of the other. */
struct handshake_peer {
	struct address address;
	struct certificate certificate;
	uint32_t epoch; /* begin: the peer's last confirmed; finish: of the new keys */
	uint32_t boot_epoch;
	uint32_t sequence; /* of the INITIATION; 0 in a RESPONSE */
	uint32_t instance;
	struct lladdr lladdr; /* the frame was sealed to leave from */
	uint32_t interface;
	uint8_t suites; /* offered by an INITIATION */
};

/* The outcome; secret. */
struct handshake_keys {
	enum suite suite;
	uint32_t epoch;
	uint8_t send[AEAD_KEY];
	uint8_t receive[AEAD_KEY];
};

/* What message 1 says besides who we are. */
struct handshake_offer {
	uint64_t number;	  /* random, names the attempt */
	uint32_t last_epoch;	  /* last confirmed with this peer */
	uint32_t sequence;	  /* of this INITIATION in this boot */
	const uint8_t *cookie;	  /* WIRE_COOKIE bytes, or NULL */
	const uint8_t *ephemeral; /* 32 random bytes: the secret half */
};

/* Appends an INITIATION to the peer of that address and session key, and says what to keep. False
 * if the peer's key is of low order or out has no room. */
MUST_USE bool handshake_begin(const struct handshake_self *self, const struct address *peer,
			      const uint8_t peer_session_key[AGREE_KEY],
			      const struct handshake_offer *offer,
			      struct handshake_pending *pending, struct writer *out);

/* The clear fields of an INITIATION, for the checks that come before any curve operation. */
struct initiation {
	struct node_id destination, source;
	uint8_t hop_limit;
	uint64_t number;
	const uint8_t *mac1, *mac2; /* in the frame */
};

/* Refusals: FRAME_SHORT, FRAME_LONG, VERSION, MALFORMED, TYPE. */
MUST_USE enum drop initiation_read(const uint8_t *frame, size_t size,
				   struct initiation *initiation);

/* Where the MACs of an INITIATION end: mac1 covers the first, mac2 the second number of bytes. */
enum {
	INITIATION_MAC1 = 286,
	INITIATION_MAC2 = 302,
	RESPONSE_MAC1 = 234,
};

/* The responder between opening message 1 and answering it, while the caller looks at who asks; the
 * noise state is secret. */
struct handshake_asked {
	struct handshake_peer peer;
	uint64_t number;
	struct noise noise;	      /* after message 1 */
	uint8_t ephemeral[AGREE_KEY]; /* the initiator's */
};

/* Opens an INITIATION that initiation_read took: Noise, payload, version, and that certificate,
 * static key and ids agree. The certificate's signature is NOT verified here: the caller may know
 * it already. Refusals: HANDSHAKE, VERSION, MALFORMED, CERTIFICATE. */
MUST_USE enum drop handshake_open(const struct handshake_self *self, const uint8_t *frame,
				  size_t size, struct handshake_asked *asked);

/* Appends the RESPONSE to an INITIATION and says the keys; epoch is the new one. ephemeral: 32
 * random bytes. Refusals: SUITE (nothing in common), HANDSHAKE, OUTBOX_FULL (no room in out). */
MUST_USE enum drop handshake_answer(const struct handshake_self *self,
				    const struct handshake_asked *asked, uint32_t epoch,
				    const uint8_t ephemeral[AGREE_KEY], struct handshake_keys *keys,
				    struct writer *out);

/* The clear fields of a RESPONSE. */
struct response {
	struct node_id destination, source;
	uint8_t hop_limit;
	uint64_t number;
	const uint8_t *mac1;
};

MUST_USE enum drop response_read(const uint8_t *frame, size_t size, struct response *response);

/* Opens the RESPONSE to a pending handshake with the peer of that address: Noise, payload, suite
 * offered, certificate as in handshake_open (its signature not verified). Refusals: HANDSHAKE,
 * VERSION, MALFORMED, CERTIFICATE, SUITE. mac1 is the caller's to check before. */
MUST_USE enum drop handshake_finish(const struct handshake_self *self,
				    const struct handshake_pending *pending,
				    const struct address *expected, const uint8_t *frame,
				    size_t size, struct handshake_peer *peer,
				    struct handshake_keys *keys);

#endif
