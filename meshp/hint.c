/* The HINT message, written and read. A place nobody can be at is not canonical: the address of no
 * node, and a link address that is zero or a group's. docs/protocol/mesharp.md, section 5. */
#include "meshp/hint.h"

#include "meshp/wire.h"

enum { LLADDR_GROUP = 0x01 }; /* in its first byte */

void hint_write(const struct hint *hint, struct writer *out)
{
	writer_u8(out, SEALED_HINT);
	writer_u8(out, 0);
	writer_copy(out, hint->destination.bytes + ADDRESS_PREFIX, ADDRESS_HASH);
	writer_copy(out, hint->lladdr.bytes, LLADDR);
}

static bool is_place(const struct hint *hint)
{
	const struct lladdr nowhere = {{0}};

	return !address_is_this_node(hint->destination.bytes) &&
	       !lladdr_equal(&hint->lladdr, &nowhere) &&
	       (hint->lladdr.bytes[0] & LLADDR_GROUP) == 0;
}

bool hint_read(const uint8_t *bytes, size_t size, struct hint *hint)
{
	struct reader in = reader_of(bytes, size);
	uint8_t type = reader_u8(&in), flags = reader_u8(&in);
	uint8_t hash[ADDRESS_HASH];
	struct hint read;

	reader_copy(&in, hash, sizeof(hash));
	reader_copy(&in, read.lladdr.bytes, LLADDR);
	if (!reader_done(&in) || type != SEALED_HINT || flags != 0)
		return false;
	read.destination = address_of_hash(hash);
	if (!is_place(&read))
		return false;
	*hint = read;
	return true;
}
