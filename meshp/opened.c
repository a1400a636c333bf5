/* A bundle that is none is shown whole, as one packet of next header 254: who looks at a capture
 * wants to see just that. */
#include "meshp/opened.h"

#include "meshp/bundle.h"
#include "meshp/packet.h"

struct opened opened_of(const struct eye_opened *frame)
{
	struct opened opened = {
		.frame = *frame,
		.bundle = reader_of(frame->payload.bytes, frame->payload.size),
	};

	opened.bundled = frame->next_header == WIRE_NEXT_HEADER_BUNDLE &&
			 bundle_check(frame->payload) == DROP_NONE;
	return opened;
}

/* The next of a bundle, or what is alone; false if there is none. */
static bool opened_take(struct opened *opened, struct bundled *packet)
{
	const struct eye_opened *frame = &opened->frame;

	if (opened->bundled)
		return bundle_next(&opened->bundle, packet);
	if (opened->done)
		return false;
	opened->done = true;
	*packet = (struct bundled){frame->next_header, frame->partial, frame->payload};
	return true;
}

bool opened_next(struct opened *opened, struct writer *out)
{
	struct bundled content;
	size_t begun = out->used;

	if (!opened_take(opened, &content))
		return false;
	const struct packet packet = {
		.traffic_class = opened->frame.traffic_class,
		.next_header = content.next_header,
		.hop_limit = opened->frame.hop_limit,
		.source = opened->frame.source,
		.destination = opened->frame.destination,
	};
	packet_header_write(&packet, content.payload.size, out);
	writer_copy(out, content.payload.bytes, content.payload.size);
	if (!writer_ok(out))
		return false;
	if (content.partial) /* what has no checksum to be made stays as it is */
		(void)!packet_complete(out->start + begun, out->used - begun);
	return true;
}
