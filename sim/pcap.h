/* Captures: what passes a wire, as a file that tcpdump, tshark and the project's second reader
 * open. Ethernet frames, times in nanoseconds since the scenario's beginning, network byte order:
 * the same file on every machine. */
#ifndef SIM_PCAP_H
#define SIM_PCAP_H

#include "sim/line.h"

struct world;
struct frame;

enum { PCAP_WIRES = 16 }; /* captures at once */

/* What a user asks for. */
struct capture {
	uint32_t wire;
	const char *path;
};

/* Begins captures of a world's wires. False and a complaint if a wire is none or a file cannot be
 * written. */
MUST_USE bool pcap_begin(struct world *world, const struct capture *captures, uint32_t count,
			 char complaint[LINE_COMPLAINT]);

/* Notes a frame that a port sends onto its wire now, or a liar. */
void pcap_frame(const struct world *world, uint32_t wire, const struct frame *frame);

/* Ends them. False and a complaint if not all could be written. */
MUST_USE bool pcap_end(struct world *world, char complaint[LINE_COMPLAINT]);

#endif
