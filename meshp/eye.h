/* What is seen of frames while somebody captures: each frame as it is on a link, and what a frame
 * of our own carries in the clear. An eye is where one thread puts it, a record each, in a reel
 * that another process reads (base/reel.h): a full reel loses records by number and nothing else.
 * Where nobody captures there is no eye. A record begins with its time and ends with bytes;
 * integers are in network byte order, and both programs are of one version (EYE_FORMAT).
 * docs/capture.md. */
#ifndef MESHP_EYE_H
#define MESHP_EYE_H

#include "base/reel.h"
#include "meshp/address.h"
#include "meshp/wire.h"

enum {
	EYE_FORMAT = 1,		    /* of records and of the memory they are in */
	EYE_REELS = 8,		    /* in it: one of the control side, one a worker */
	EYE_REEL = 8 * 1024 * 1024, /* bytes of a reel's records */
	EYE_LLADDR = 6,
	EYE_ETHERNET = 14, /* bytes of the header in front of a frame */
	EYE_OPENED_PLACE = REEL_COUNTERS - 1,
	EYE_RECORD = 16 * 1024, /* no record is longer */
};

/* Bytes of the memory, and where in it a reel lies. */
#define EYE_MEMORY ((size_t)EYE_REELS * (REEL_HEAD + EYE_REEL))

struct eye {
	struct reel reel;
	uint64_t time_ns; /* since 1970; the driver's to keep */
	uint32_t snap;	  /* of a frame no more bytes than these are kept */
	bool opened;	  /* what was sealed or opened is wanted, too */
	uint16_t ethertype;
};

enum eye_kind {
	EYE_FRAME_IN = 1,
	EYE_FRAME_OUT,
	EYE_OPENED_IN,
	EYE_OPENED_OUT,
};

/* A frame on a link. */
struct eye_frame {
	bool out;
	uint8_t place;			     /* of the link: its slot, below EYE_OPENED_PLACE */
	uint32_t ifindex;		     /* of it */
	const uint8_t *destination, *source; /* link addresses, EYE_LLADDR bytes */
	struct span payload;		     /* behind the Ethernet header */
};

/* What a data frame carries: of lane 0 a message, else a packet or a bundle of them. */
struct eye_opened {
	bool out;
	struct address source, destination;
	uint8_t lane, hop_limit, traffic_class;
	bool parity, extended, partial;
	uint32_t counter;
	uint8_t next_header;
	struct span payload;
};

/* A record as it is read. */
struct eye_record {
	enum eye_kind kind;
	uint64_t time_ns;
	uint8_t place;		  /* of a frame: as above */
	uint32_t ifindex;	  /* of a frame */
	uint32_t whole;		  /* of a frame: bytes it had, with its Ethernet header */
	struct span bytes;	  /* of a frame: with its Ethernet header, as much as was kept */
	struct eye_opened opened; /* else */
};

/* The reel of that number in memory of EYE_MEMORY bytes. */
struct reel eye_reel(void *memory, uint32_t number);

/* Puts what was seen, or counts it as lost: opened content nowhere if it is not wanted. */
void eye_frame(struct eye *eye, const struct eye_frame *frame);
void eye_opened(struct eye *eye, const struct eye_opened *opened);

/* Reads a record, whose bytes stay where they are. False if it is none. */
MUST_USE bool eye_read(struct span bytes, struct eye_record *record);

#endif
