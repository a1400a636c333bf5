/* Sealing takes the next counter of the lane; opening asks the window, tries the keys of the
 * frame's parity, and moves the window of the one that opened. */
#include "node/frame.h"

#include <string.h>

static struct data_header header_for(const struct forwarding *forwarding,
				     const struct destination *destination,
				     const struct frame_content *content)
{
	const struct address *own = forwarding_own(forwarding);
	bool addressed = content->addressed || destination->id_conflict;

	return (struct data_header){
		.extended = addressed || content->payload.size < WIRE_COMPACT_PAYLOAD,
		.parity = destination->seal.parity,
		.partial = content->partial,
		.lane = content->lane,
		.hop_limit = content->hop_limit,
		.traffic_class = content->traffic_class,
		.destination = address_id(&destination->address),
		.source = address_id(own),
		.addressed = addressed,
		.to = destination->address,
		.from = *own,
		.length = (uint16_t)(1 + content->payload.size),
	};
}

static void frame_pad(struct writer *out, size_t begun)
{
	while (out->used - begun < WIRE_FRAME_LEAST && !out->failed)
		writer_u8(out, 0);
}

enum drop frame_seal(const struct forwarding *forwarding, struct worker *worker, instant now,
		     uint32_t index, const struct frame_content *content, struct culprit *as,
		     struct writer *out)
{
	const struct destination *destination = forwarding_at(forwarding, index);
	struct data_header header = header_for(forwarding, destination, content);
	size_t begun = out->used;

	if (destination->seal.serial == 0)
		return DROP_NO_SESSION;
	if (!worker_counter(worker, index, header.lane, destination, &header.counter))
		return DROP_EXHAUSTED;

	data_header_write(&header, out);
	uint8_t *sealed = writer_take(out, header.length + WIRE_TAG);
	REQUIRE(sealed != NULL);
	sealed[0] = content->next_header;
	if (content->payload.size > 0)
		memcpy(sealed + 1, content->payload.bytes, content->payload.size);
	data_seal(&header, worker_seal_key(worker, index, destination), sealed, header.length,
		  sealed);
	*as = culprit_of(&header, sealed);
	if (header.extended)
		frame_pad(out, begun);

	worker_sealed(worker, now, index, destination->generation);
	return DROP_NONE;
}

void frame_show_sealed(struct eye *eye, const struct forwarding *forwarding, uint32_t index,
		       const struct frame_content *content, const struct culprit *as)
{
	eye_opened(eye, &(struct eye_opened){
				.out = true,
				.source = *forwarding_own(forwarding),
				.destination = forwarding_at(forwarding, index)->address,
				.lane = content->lane,
				.hop_limit = content->hop_limit,
				.traffic_class = content->traffic_class,
				.parity = as->parity,
				.extended = as->extended,
				.partial = content->partial,
				.counter = as->counter,
				.next_header = content->next_header,
				.payload = content->payload,
			});
}

/* The destination a frame says it is from, or TABLE_NONE and why not. */
static uint32_t source_of(const struct forwarding *forwarding, const struct data_header *header,
			  enum drop *drop)
{
	const struct address *own = forwarding_own(forwarding);
	struct node_id id = address_id(own);
	bool for_us = node_id_equal(&header->destination, &id) &&
		      (!header->addressed || address_equal(&header->to, own));
	bool from_us = node_id_equal(&header->source, &id) &&
		       (!header->addressed || address_equal(&header->from, own));

	*drop = from_us ? DROP_OWN : for_us ? DROP_NO_SESSION : DROP_NOT_FOR_US;
	if (from_us || !for_us)
		return UINT32_MAX;

	uint32_t index = header->addressed ? forwarding_by_address(forwarding, &header->from)
					   : forwarding_by_id(forwarding, &header->source);
	return index;
}

/* Tries one key; AUTHENTICATION means another may still fit. */
static enum drop try_key(struct worker *worker, const struct destination *destination,
			 uint32_t index, const struct forwarding_key *key,
			 const struct data_header *header, struct span sealed, uint8_t *plain)
{
	struct window *window =
		worker_window(worker, index, header->lane, destination, key->serial);

	if (!window_fresh(window, header->counter))
		return DROP_REPLAY;
	if (!data_open(header, worker_open_key(worker, index, key), sealed, plain))
		return DROP_AUTHENTICATION;
	window_accept(window, header->counter);
	return DROP_NONE;
}

/* Tries the keys of one destination; drop is what it is if there are none. */
static enum drop open_from(const struct forwarding *forwarding, struct worker *worker, instant now,
			   uint32_t index, enum drop drop, const struct data_header *header,
			   struct span sealed, uint8_t *plain, struct frame_opened *opened)
{
	const struct destination *source = forwarding_at(forwarding, index);
	bool replayed = false;

	for (uint32_t place = 0; place < SESSION_PLACES; place++) {
		const struct forwarding_key *key = &source->open[place];
		if (key->serial == 0 || key->parity != header->parity)
			continue;
		enum drop tried = try_key(worker, source, index, key, header, sealed, plain);
		if (tried == DROP_NONE) {
			*opened = (struct frame_opened){.index = index,
							.serial = key->serial,
							.header = *header,
							.size = sealed.size - WIRE_TAG};
			worker_opened(worker, now, index, source->generation, key->serial,
				      opened->size == 1);
			return DROP_NONE;
		}
		replayed = replayed || tried == DROP_REPLAY;
		drop = replayed || drop == DROP_REPLAY ? DROP_REPLAY : tried;
	}
	if (replayed)
		worker_count_replay(worker, index, source->generation);
	return drop;
}

enum drop frame_open(const struct forwarding *forwarding, struct worker *worker, instant now,
		     const struct data_header *header, struct span sealed, uint8_t *plain,
		     struct frame_opened *opened)
{
	enum drop drop;
	uint32_t index = source_of(forwarding, header, &drop);

	if (index == UINT32_MAX)
		return drop;
	if (header->addressed || !forwarding_at(forwarding, index)->id_conflict)
		return open_from(forwarding, worker, now, index, drop, header, sealed, plain,
				 opened);
	/* It may be from any of those that have the id. */
	for (index = forwarding_next(forwarding, &header->source, 0);
	     index != UINT32_MAX && drop != DROP_NONE;
	     index = forwarding_next(forwarding, &header->source, index + 1))
		drop = open_from(forwarding, worker, now, index, drop, header, sealed, plain,
				 opened);
	return drop;
}

void frame_show_opened(struct eye *eye, const struct forwarding *forwarding,
		       const struct frame_opened *opened, const uint8_t *plain)
{
	const struct data_header *header = &opened->header;

	eye_opened(eye, &(struct eye_opened){
				.source = forwarding_at(forwarding, opened->index)->address,
				.destination = *forwarding_own(forwarding),
				.lane = header->lane,
				.hop_limit = header->hop_limit,
				.traffic_class = header->traffic_class,
				.parity = header->parity,
				.extended = header->extended,
				.partial = header->partial,
				.counter = header->counter,
				.next_header = plain[0],
				.payload = {plain + 1, opened->size - 1},
			});
}
