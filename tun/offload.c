/* The header before a packet on the TUN device, read and written field by field. The values are the
 * kernel's (linux/virtio_net.h); that of UDP is younger than the oldest headers this builds with.
 */
#include "tun/offload.h"

#include <string.h>

enum flag { NEEDS_CHECKSUM = 1, CHECKSUM_VALID = 2 };

enum super { SUPER_NONE = 0, SUPER_TCP = 4, SUPER_UDP = 5, SUPER_ECN = 0x80 };

/* As it is in memory. */
struct form {
	uint8_t flags, super;
	uint16_t head, segment, checksum_at, checksum_field;
};

_Static_assert(sizeof(struct form) == OFFLOAD_HEADER, "as the kernel lays it out");

static bool kind_read(uint8_t super, struct offload *offload)
{
	offload->ecn = super == (SUPER_TCP | SUPER_ECN);
	switch (super) {
	case SUPER_NONE:
		offload->kind = OFFLOAD_NONE;
		return true;
	case SUPER_TCP:
	case SUPER_TCP | SUPER_ECN:
		offload->kind = OFFLOAD_TCP;
		return true;
	case SUPER_UDP:
		offload->kind = OFFLOAD_UDP;
		return true;
	}
	return false;
}

bool offload_read(struct span header, struct offload *offload)
{
	struct form form;

	*offload = (struct offload){0};
	if (header.size != sizeof(form))
		return false;
	memcpy(&form, header.bytes, sizeof(form));
	if ((form.flags & ~(NEEDS_CHECKSUM | CHECKSUM_VALID)) != 0 ||
	    !kind_read(form.super, offload))
		return false;
	offload->partial = (form.flags & NEEDS_CHECKSUM) != 0;
	if (offload->partial) {
		offload->checksum_at = form.checksum_at;
		offload->checksum_field = form.checksum_field;
	}
	if (offload->kind == OFFLOAD_NONE)
		return true;
	offload->head = form.head;
	offload->segment = form.segment;
	return offload->partial && offload->segment > 0;
}

static uint8_t super_of(const struct offload *offload)
{
	switch (offload->kind) {
	case OFFLOAD_NONE:
		break;
	case OFFLOAD_TCP:
		return offload->ecn ? SUPER_TCP | SUPER_ECN : SUPER_TCP;
	case OFFLOAD_UDP:
		return SUPER_UDP;
	}
	return SUPER_NONE;
}

void offload_write(const struct offload *offload, uint8_t out[OFFLOAD_HEADER])
{
	struct form form = {
		.flags = offload->partial ? NEEDS_CHECKSUM : 0,
		.super = super_of(offload),
		.head = offload->head,
		.segment = offload->segment,
		.checksum_at = offload->checksum_at,
		.checksum_field = offload->checksum_field,
	};

	memcpy(out, &form, sizeof(form));
}
