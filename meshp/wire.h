/* Every size, offset, type and fixed time of MESHP as it stands on the wire, and nothing else. The
 * text these figures come from is docs/protocol/meshp.md; section numbers are its. */
#ifndef MESHP_WIRE_H
#define MESHP_WIRE_H

enum {
	WIRE_VERSION = 1,
	WIRE_ETHERTYPE = 0x88b5,    /* IEEE 802 local experimental; a setting */
	WIRE_HOP_LIMIT = 255,	    /* between neighbours, RFC 5082 */
	WIRE_HOP_LIMIT_REMOTE = 64, /* of control frames that are relayed */
	WIRE_FRAME_LEAST = 46,	    /* Ethernet pads shorter payloads to this */
	WIRE_IPV6_HEADER = 40,
	WIRE_MTU_LEAST = 1280, /* smallest link MTU that is used, RFC 8200 */
};

/* Bits of byte 0, section 2. */
enum {
	WIRE_VERSION_SHIFT = 6,
	WIRE_PARITY = 0x20,
	WIRE_DATA = 0x10,
	WIRE_PARTIAL = 0x08,
	WIRE_LANE = 0x07,
	WIRE_CONTROL_BYTE = WIRE_VERSION << WIRE_VERSION_SHIFT,
};

enum {
	WIRE_LANES = 8,
	WIRE_LANE_CONTROL = 0,
	WIRE_NEXT_HEADER_CONTROL = 253,
	WIRE_NEXT_HEADER_BUNDLE = 254,
	WIRE_ECN = 0x03, /* of the DSCP and ECN byte */
};

/* Compact data frame, section 2. */
enum {
	WIRE_TAG = 16,
	WIRE_DATA_CLEAR = 23,
	WIRE_DATA_HOP_LIMIT = 1, /* where it stands */
	WIRE_DATA_OVERHEAD = WIRE_DATA_CLEAR + 1 + WIRE_TAG,
	WIRE_COMPACT_PAYLOAD = 10, /* least payload of the compact form */
};

/* Bundle, section 2: sizes of the whole, and of each packet in it. */
enum {
	WIRE_BUNDLE_SIZE = 1240, /* most payload of the frame */
	WIRE_BUNDLE_PACKETS = 24,
	WIRE_BUNDLE_HEAD = 4,
	WIRE_BUNDLE_PAYLOAD = 560, /* most of a packet; least: WIRE_COMPACT_PAYLOAD */
	WIRE_BUNDLE_PARTIAL = 1,
};

/* Extended form, section 3: bits of byte 19, and sizes. */
enum {
	WIRE_EXT_PARITY = 0x80,
	WIRE_EXT_PARTIAL = 0x40,
	WIRE_EXT_ZONES = 0x20,
	WIRE_EXT_ADDRESSES = 0x10,
	WIRE_EXT_ZERO = 0x08,
	WIRE_EXT_CLEAR = 27, /* without zones and addresses */
	WIRE_EXT_ADDRESS_PAIR = 28,
};

/* Control frames, section 4. */
enum frame_type {
	FRAME_HELLO = 1,
	FRAME_INITIATION = 2,
	FRAME_RESPONSE = 3,
	FRAME_COOKIE = 4,
	FRAME_ERROR = 5,
	FRAME_MULTICAST = 6,
	FRAME_DATA_EXT = 7,
};

enum {
	WIRE_CONTROL_HEADER = 19,
	WIRE_CONTROL_HOP_LIMIT = 2, /* where it stands, in DATA_EXT too */
	WIRE_CERTIFICATE = 132,
	WIRE_HELLO = 205,
	WIRE_INITIATION_PAYLOAD = 163,
	WIRE_RESPONSE_PAYLOAD = 159,
	WIRE_MAC = 16,
	WIRE_COOKIE = 16,
	WIRE_COOKIE_NONCE = 24,
	WIRE_INITIATION = 318,
	WIRE_RESPONSE = 250,
	WIRE_COOKIE_REPLY = 83,
	WIRE_ERROR = 46,
};

/* Types of sealed control messages: mesharp.md, section 3 and 5, and route.md, sections 3 and 9. */
enum sealed_type {
	SEALED_PROBE = 1,
	SEALED_RECORDS = 2,
	SEALED_ACK = 3,
	SEALED_COMPARE = 4,
	SEALED_TRACE = 5,
	SEALED_TRACED = 6,
	SEALED_HINT = 7,
};

enum {
	WIRE_TRACE = 48,
	WIRE_TRACED = 176,
	WIRE_HINT = 22,
};

/* Life of keys, section 5, in milliseconds where not said. */
enum {
	WIRE_REKEY_MS = 120000,
	WIRE_REKEY_ANSWERER_MS = 10000, /* later than the one who began */
	WIRE_REJECT_MS = 180000,
	WIRE_RETRY_LEAST_MS = 250,
	WIRE_RETRY_MOST_MS = 5000,
	WIRE_GIVE_UP_MS = 90000,
	WIRE_KEEPALIVE_MS = 10000,
	WIRE_COOKIE_LIFE_MS = 120000,
	WIRE_REKEY_FRAMES = 1 << 30,
	WIRE_WINDOW = 1024, /* counters a replay window looks back */
};

#endif
