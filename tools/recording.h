/* A capture on its way into a file: what the daemon's reels hold becomes packets of pcapng, frames
 * under the link they were on, what they carry under tun0, each data frame and each packet out of
 * one with a comment that names the frame by what both have in common. docs/capture.md. */
#ifndef TOOLS_RECORDING_H
#define TOOLS_RECORDING_H

#include "meshp/eye.h"
#include "tools/pcapng.h"

#include <jansson.h>
#include <stdbool.h>

enum {
	RECORDING_INTERFACES = 128, /* that come and go during one capture */
	RECORDING_NAME = 16,
	RECORDING_BUFFER = 1 << 20,
	/* Room that a record may need: a frame, or the packets of a bundle, and what describes
	 * them. */
	RECORDING_ROOM = 64 * 1024,
};

/* A link, or what frames carry. */
struct recording_interface {
	char name[RECORDING_NAME];
	uint32_t ifindex; /* 0: what frames carry */
	uint8_t place;	  /* of its losses */
	bool wanted;
	uint32_t number; /* in the file, if it is wanted */
	uint64_t received;
};

struct recording {
	const char *only; /* names of what is wanted, commas between; NULL: everything */
	uint32_t snap;	  /* bytes kept of a packet */
	uint64_t left;	  /* packets until it is full */
	uint64_t packets; /* in it */
	uint64_t strange; /* frames left out, as their links were not added */
	uint64_t began_ns;
	uint32_t count, described;
	uint32_t asked[REEL_COUNTERS]; /* by the place: the link that was asked for last */
	struct recording_interface interfaces[RECORDING_INTERFACES];
	struct writer out; /* what is to be written to the file next */
	uint8_t buffer[RECORDING_BUFFER];
};

/* Begins a file: its own words, and the interface of what frames carry, which is called tun. */
void recording_begin(struct recording *recording, const char *tun);

/* Adds a link as io.meshpd.Links has it. */
void recording_link(struct recording *recording, const json_t *link);

/* True if it is worth asking which links there are before a record is put: it is a frame of a link
 * that was not added, there is room for one more, and it is the first time for this link. */
MUST_USE bool recording_asks(struct recording *recording, const struct eye_record *record);

/* True if something by that name is wanted and there. */
bool recording_has(const struct recording *recording, const char *name);

/* True if what frames carry is wanted. */
bool recording_wants_opened(const struct recording *recording);

/* Appends what a record holds; out must have RECORDING_ROOM to spare. A frame of a link that was
 * not added is left out, which counts as lost, and so is what comes when it is full. */
void recording_put(struct recording *recording, const struct eye_record *record);

/* Appends the statistics; lost: by the place. Returns how many were lost in all. */
uint64_t recording_end(struct recording *recording, const uint64_t lost[REEL_COUNTERS]);

#endif
