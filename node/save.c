/* A node as bytes: the number of the schema, a BLAKE2b over that number and the block, the block.
 * The block holds no pointer up to the keyrings, which are made anew, so these bytes are all of it;
 * whether they mean to this program what they meant to the one that saved them is told by the
 * schema's number, by the capacities and by where the parts lie. A hash shows damage, not malice:
 * who can write the bytes is the node. */
#include "crypto/hash.h"
#include "node/value.h"

#include <sodium.h>
#include <string.h>

enum {
	SCHEMA = 8, /* one more whenever the same bytes come to mean something else */
	HEAD = 4 + HASH_256,
};

size_t node_save_size(const struct node_limits *limits)
{
	return HEAD + node_layout(limits).saved;
}

static void hash_saved(const uint8_t *saved, size_t size, uint8_t hash[HASH_256])
{
	const struct span parts[] = {{saved, 4}, {saved + HEAD, size - HEAD}};

	hash_parts(hash, HASH_256, (struct span){0}, parts, 2);
}

void node_save(const struct node *node, uint8_t *saved)
{
	size_t size = node_save_size(&node->limits);
	struct writer writer = writer_of(saved, HEAD);
	uint8_t hash[HASH_256];

	writer_u32(&writer, SCHEMA);
	memcpy(saved + HEAD, node, size - HEAD);
	hash_saved(saved, size, hash);
	writer_copy(&writer, hash, sizeof(hash));
}

bool node_block_fits(const uint8_t *block, const struct node_limits *limits)
{
	struct layout here = node_layout(limits);

	return memcmp(block + offsetof(struct node, limits), limits, sizeof(*limits)) == 0 &&
	       memcmp(block + offsetof(struct node, at), &here, sizeof(here)) == 0;
}

/* Nothing was saved of what is behind the saved part: it begins anew. */
static void begin_anew(struct node *node)
{
	memset(node_part(node, node->at.saved), 0, node->at.total - node->at.saved);
	for (uint32_t i = 0; i < node_workers(node); i++)
		keyring_init(node_keyring(node, i), node->limits.peers);
}

struct node *node_restore(void *memory, const struct node_limits *limits, const uint8_t *saved,
			  size_t size)
{
	struct reader reader = reader_of(saved, size);
	uint8_t hash[HASH_256];

	if (size != node_save_size(limits) || reader_u32(&reader) != SCHEMA)
		return NULL;
	hash_saved(saved, size, hash);
	if (memcmp(hash, saved + 4, sizeof(hash)) != 0 || !node_block_fits(saved + HEAD, limits))
		return NULL;
	memcpy(memory, saved + HEAD, size - HEAD);
	begin_anew(memory);
	return memory;
}
