/* TRACE and TRACED: a node asks another which way a lane takes from there, and is told under
 * signature. Messages of lane 0. docs/protocol/route.md, section 9. */
#ifndef MESHP_TRACE_H
#define MESHP_TRACE_H

#include "base/bytes.h"
#include "crypto/identity.h"
#include "meshp/address.h"

enum { TRACE_NONCE = 16 };

#define TRACE_QUEUE_UNKNOWN UINT32_MAX

/* What is asked. */
struct trace {
	uint8_t lane;
	uint8_t nonce[TRACE_NONCE];
	struct address destination; /* the way leads to */
	struct address origin;	    /* the way comes from: who asks */
};

/* How it goes on from whoever was asked. beef:: stands for no node. */
struct traced_way {
	struct address next; /* hop to the destination */
	struct address back; /* next hop to the origin */
	uint32_t interface;  /* towards the next hop */
	uint32_t rtt_us;     /* to it, smoothed */
	uint32_t loss_ppm;   /* of the worse direction */
	uint32_t metric_us;  /* of that link */
	uint32_t queued;     /* bytes that wait for it, or TRACE_QUEUE_UNKNOWN */
	uint16_t mtu;	     /* of that link */
	bool arrived;	     /* this is the destination */
	bool no_way;	     /* none from here; with either nothing else is known but back */
};

/* What is answered. */
struct traced {
	struct trace question;
	struct address from; /* who answers */
	struct traced_way way;
	uint8_t signature[SIGNATURE];
};

/* The way from a node at which it ends, there or without having got there; back is no node. */
struct traced_way traced_way_end(bool arrived);

/* Append the WIRE_TRACE or WIRE_TRACED bytes of a message, its type included. */
void trace_write(const struct trace *trace, struct writer *out);
void traced_write(const struct traced *traced, struct writer *out);

/* Read one. False if it is not of the canonical form. Whether it is true is not looked at. */
MUST_USE bool trace_read(const uint8_t *bytes, size_t size, struct trace *trace);
MUST_USE bool traced_read(const uint8_t *bytes, size_t size, struct traced *traced);

/* Fills in the signature of who answers. */
void traced_sign(struct traced *traced, const struct identity *identity,
		 const uint8_t network_id[NETWORK_ID]);

/* True if the holder of the public key signed just this. */
MUST_USE bool traced_verify(const struct traced *traced, const uint8_t public_key[IDENTITY_PUBLIC],
			    const uint8_t network_id[NETWORK_ID]);

#endif
