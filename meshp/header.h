/* The clear bytes of frames: control header, compact data header, extended data header. Reading
 * checks form, never trust. docs/protocol/meshp.md, sections 2 to 4. */
#ifndef MESHP_HEADER_H
#define MESHP_HEADER_H

#include "base/bytes.h"
#include "crypto/aead.h"
#include "meshp/address.h"
#include "meshp/drop.h"
#include "meshp/wire.h"

struct control_header {
	uint8_t type; /* enum frame_type, or one not known */
	uint8_t hop_limit;
	struct node_id destination; /* zeros: any */
	struct node_id source;
};

/* The header of a data frame of either form. */
struct data_header {
	bool extended;
	bool parity;
	bool partial; /* the transport checksum is the receiver's to compute */
	uint8_t lane;
	uint8_t hop_limit;
	uint8_t traffic_class; /* DSCP and ECN */
	struct node_id destination, source;
	uint32_t counter;
	bool addressed;		 /* extended only: the full addresses follow */
	struct address to, from; /* if addressed */
	uint16_t length;	 /* extended only: next header and payload, bytes */
};

/* What kind of frame begins with this byte. */
enum frame_form {
	FRAME_FORM_DATA,
	FRAME_FORM_CONTROL,
	FRAME_FORM_OTHER_VERSION,
	FRAME_FORM_MALFORMED,
};

enum frame_form frame_form(uint8_t first);

/* The lane of a compact data frame that begins with this byte; 0, which is the control side's, for
 * whatever else it begins. So whose a frame is shows before it is read. */
uint8_t frame_lane(uint8_t first);

void control_header_write(const struct control_header *header, struct writer *out);

/* Reads the 19 bytes of a control header. Refusals: FRAME_SHORT, VERSION, MALFORMED. */
MUST_USE enum drop control_header_read(struct reader *in, struct control_header *header);

/* True if a frame of that header and size has its destination's whole address behind it, which is
 * *to: docs/protocol/meshp.md, section 4. */
MUST_USE bool control_addressed(const struct control_header *header, const uint8_t *bytes,
				size_t size, struct address *to);

/* Reads the header of a control frame of that type, which has exactly size bytes, all of them in
 * `in`. Refusals: those above, TYPE, FRAME_LONG. */
MUST_USE enum drop control_frame_read(struct reader *in, enum frame_type type, size_t size,
				      struct control_header *header);

/* Appends the clear bytes of a data frame of the form that header->extended says. */
void data_header_write(const struct data_header *header, struct writer *out);

/* Reads the clear bytes of a data frame of either form and checks that what is left can be its
 * sealed part: at least 11 + 16 bytes in the compact form; length + 16 in the extended, the rest of
 * it being padding of a frame of no more than WIRE_FRAME_LEAST bytes. Afterwards `in` stands at the
 * sealed part and holds just that, padding cut off. */
MUST_USE enum drop data_header_read(struct reader *in, struct data_header *header);

enum { ASSOCIATED_MAX = 64 };

/* The associated data of a frame: writes at most ASSOCIATED_MAX bytes, returns how many. */
size_t data_header_associated(const struct data_header *header, uint8_t out[ASSOCIATED_MAX]);

/* The nonce of a frame. */
void data_header_nonce(const struct data_header *header, uint8_t nonce[AEAD_NONCE]);

#endif
