/* A capture file as Wireshark reads it: the blocks of pcapng, each appended to a bounded writer.
 * Everything is in network byte order, which the section header says, and times are nanoseconds
 * since 1970. draft-ietf-opsawg-pcapng. */
#ifndef TOOLS_PCAPNG_H
#define TOOLS_PCAPNG_H

#include "base/bytes.h"

enum pcapng_link {
	PCAPNG_ETHERNET = 1,
	PCAPNG_IPV6 = 229,
};

enum { PCAPNG_BLOCK = 512 }; /* no block has more bytes beside a packet's and texts' */

/* An interface; packets name it by how many were described before it. Texts may be NULL. */
struct pcapng_interface {
	enum pcapng_link link;
	uint32_t snap; /* bytes kept of a packet; 0: all */
	const char *name, *description;
	const uint8_t *lladdr; /* 6 bytes, or NULL */
	uint64_t rate_bps;     /* 0: not known */
};

enum pcapng_direction {
	PCAPNG_IN = 1,
	PCAPNG_OUT = 2,
};

/* To whom a packet was sent. */
enum pcapng_cast {
	PCAPNG_CAST_UNKNOWN = 0,
	PCAPNG_UNICAST = 1,
	PCAPNG_MULTICAST = 2,
	PCAPNG_BROADCAST = 3,
};

struct pcapng_packet {
	uint32_t interface;
	uint64_t time_ns;
	enum pcapng_direction direction;
	enum pcapng_cast cast;
	uint32_t whole;	   /* bytes it had */
	struct span bytes; /* of them what was kept */
	const char *comment;
};

/* What an interface saw in all. */
struct pcapng_statistics {
	uint32_t interface;
	uint64_t began_ns, ended_ns;
	uint64_t received, dropped; /* dropped: seen and not captured */
};

/* Begins a section: once, first of all. */
void pcapng_section(const char *application, struct writer *out);
void pcapng_interface(const struct pcapng_interface *interface, struct writer *out);
void pcapng_packet(const struct pcapng_packet *packet, struct writer *out);
void pcapng_statistics(const struct pcapng_statistics *statistics, struct writer *out);

#endif
