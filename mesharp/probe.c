/* The PROBE message, written and read. Only what a truthful sender can have meant is canonical: the
 * echo it names was heard, and nothing was heard before there was anything to hear.
 * docs/protocol/mesharp.md, section 3. */
#include "mesharp/probe.h"

#include "meshp/wire.h"

enum {
	PROBE_ASKS = 0x01,
	PROBE_SELECTS = 0x02,
	PROBE_DECLINES = 0x04,
	PROBE_EAGER = 0x08,
	PROBE_FLAGS = PROBE_ASKS | PROBE_SELECTS | PROBE_DECLINES | PROBE_EAGER,
	PROBE_HEARD = 32, /* bits of heard */
};

void probe_write(const struct probe *probe, struct writer *out)
{
	uint8_t flags =
		(uint8_t)((probe->asks ? PROBE_ASKS : 0) | (probe->selects ? PROBE_SELECTS : 0) |
			  (probe->declines ? PROBE_DECLINES : 0) |
			  (probe->eager ? PROBE_EAGER : 0));

	writer_u8(out, SEALED_PROBE);
	writer_u8(out, flags);
	writer_u32(out, probe->sequence);
	writer_u32(out, probe->echo);
	writer_u32(out, probe->delay_us);
	writer_u32(out, probe->heard);
	writer_u32(out, probe->instance);
	writer_copy(out, probe->lladdr.bytes, LLADDR);
	writer_u32(out, probe->interface);
	writer_copy(out, probe->digest, sizeof(probe->digest));
	writer_u16(out, probe->zone_size);
}

/* True if echo, delay and heard can be said of the same record. */
static bool record_is_canonical(const struct probe *probe)
{
	if (probe->echo == 0)
		return probe->delay_us == 0 && probe->heard == 0;
	if (probe->echo < PROBE_HEARD && probe->heard >> probe->echo != 0)
		return false;
	return (probe->heard & 1) != 0;
}

bool probe_read(const uint8_t *bytes, size_t size, struct probe *probe)
{
	struct reader in = reader_of(bytes, size);
	struct probe read;
	uint8_t type = reader_u8(&in);
	uint8_t flags = reader_u8(&in);

	read.asks = (flags & PROBE_ASKS) != 0;
	read.selects = (flags & PROBE_SELECTS) != 0;
	read.declines = (flags & PROBE_DECLINES) != 0;
	read.eager = (flags & PROBE_EAGER) != 0;
	read.sequence = reader_u32(&in);
	read.echo = reader_u32(&in);
	read.delay_us = reader_u32(&in);
	read.heard = reader_u32(&in);
	read.instance = reader_u32(&in);
	reader_copy(&in, read.lladdr.bytes, LLADDR);
	read.interface = reader_u32(&in);
	reader_copy(&in, read.digest, sizeof(read.digest));
	read.zone_size = reader_u16(&in);
	if (!reader_done(&in) || type != SEALED_PROBE || (flags & ~PROBE_FLAGS) != 0)
		return false;
	if (read.sequence == 0 || read.interface == 0 || !record_is_canonical(&read))
		return false;
	*probe = read;
	return true;
}
