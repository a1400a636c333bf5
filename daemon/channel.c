/* The ring: two positions that only grow, one written by each thread. A record lies in one run of
 * bytes; where it would cross the end, the rest of the ring is skipped. The reader is woken by the
 * first record after an empty ring: each side writes its own position before it reads the other's,
 * all in one order, so not both can miss the other's step. */
#include "daemon/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { ALIGNMENT = 8, SKIP = UINT32_MAX };

struct channel {
	size_t size, head;
	int descriptor;
	uint64_t written;  /* the writer's: bytes put in since ever */
	uint64_t read;	   /* the reader's: bytes done with */
	uint64_t borrowed; /* bytes of the record the reader looks at */
	uint8_t *ring;
};

int channel_open(struct channel **channel, size_t size, size_t head)
{
	struct channel *made = calloc(1, sizeof(*made));

	REQUIRE((size & (size - 1)) == 0);
	if (made == NULL)
		return -ENOMEM;
	*made = (struct channel){.size = size, .head = head};
	made->ring = malloc(size);
	made->descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (made->ring == NULL || made->descriptor < 0) {
		int status = made->ring == NULL ? -ENOMEM : -errno;
		free(made->ring);
		free(made);
		return status;
	}
	*channel = made;
	return 0;
}

void channel_close(struct channel *channel)
{
	if (channel == NULL)
		return;
	close(channel->descriptor);
	free(channel->ring);
	free(channel);
}

/* The length of a record's bytes stands before its head; SKIP: go on at the ring's beginning. */
static uint32_t *length_at(const struct channel *channel, uint64_t position)
{
	return (uint32_t *)(channel->ring + position % channel->size);
}

/* Bytes of a record in the ring. */
static size_t record_size(const struct channel *channel, size_t bytes)
{
	size_t size = ALIGNMENT + channel->head + bytes;

	return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

void channel_wake(const struct channel *channel)
{
	uint64_t one = 1;
	int tries = 3; /* a wake-up that is lost is not made up for */

	/* EAGAIN: it is readable already, as often as can be counted. */
	while (write(channel->descriptor, &one, sizeof(one)) < 0 && errno != EAGAIN)
		REQUIRE(--tries > 0);
}

bool channel_put(struct channel *channel, const void *head, struct span bytes)
{
	uint64_t before = channel->written, at = before;
	uint64_t read = __atomic_load_n(&channel->read, __ATOMIC_ACQUIRE);
	size_t size = record_size(channel, bytes.size);
	size_t left = channel->size - at % channel->size;
	uint8_t *record;

	if (left < size)
		at += left;
	if (at + size - read > channel->size)
		return false;
	if (at != before)
		*length_at(channel, before) = SKIP;
	*length_at(channel, at) = (uint32_t)bytes.size;
	record = (uint8_t *)length_at(channel, at) + ALIGNMENT;
	memcpy(record, head, channel->head);
	if (bytes.size > 0)
		memcpy(record + channel->head, bytes.bytes, bytes.size);
	__atomic_store_n(&channel->written, at + size, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&channel->read, __ATOMIC_SEQ_CST) == before)
		channel_wake(channel);
	return true;
}

bool channel_take(struct channel *channel, void *head, struct span *bytes)
{
	uint64_t at = channel->read + channel->borrowed;

	channel->borrowed = 0;
	__atomic_store_n(&channel->read, at, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&channel->written, __ATOMIC_SEQ_CST) == at)
		return false;
	if (*length_at(channel, at) == SKIP) {
		channel->borrowed = channel->size - at % channel->size;
		at += channel->borrowed;
	}
	const uint8_t *record = (const uint8_t *)length_at(channel, at) + ALIGNMENT;
	memcpy(head, record, channel->head);
	*bytes = (struct span){record + channel->head, *length_at(channel, at)};
	channel->borrowed += record_size(channel, bytes->size);
	return true;
}

int channel_descriptor(const struct channel *channel)
{
	return channel->descriptor;
}

void channel_quiet(struct channel *channel)
{
	uint64_t count;

	/* If it fails the descriptor stays readable, and this is called again. */
	(void)!read(channel->descriptor, &count, sizeof(count));
}
