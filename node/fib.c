/* Three arrays and three hash tables over them; nothing of it moves between two publications. */
#include "node/fib.h"

#include "base/bytes.h"
#include "base/table.h"

enum { WAY_KEY = 4 + LLADDR };

struct fib {
	struct fib_limits limits;
	uint64_t serial;
	bool synced;
	bool closed;
	uint32_t nodes, hops; /* in use */
	uint64_t by_address_at, by_id_at, by_way_at, by_hop_at, nodes_at, hops_at, total;
};

static size_t rounded(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

static uint64_t part(struct fib *fib, size_t size)
{
	uint64_t offset = fib->total;

	fib->total += rounded(size);
	return offset;
}

static struct fib lay_out(const struct fib_limits *limits)
{
	struct fib fib = {.limits = *limits};

	part(&fib, sizeof(fib));
	fib.by_address_at = part(&fib, table_size(limits->nodes, ADDRESS));
	fib.by_id_at = part(&fib, table_size(limits->nodes, NODE_ID));
	fib.by_way_at = part(&fib, table_size(limits->ways, WAY_KEY));
	fib.by_hop_at = part(&fib, table_size(limits->hops, ADDRESS));
	fib.nodes_at = part(&fib, limits->nodes * sizeof(struct fib_node));
	fib.hops_at = part(&fib, limits->hops * sizeof(struct fib_hop));
	return fib;
}

static void *at(const struct fib *fib, uint64_t offset)
{
	return (void *)((uintptr_t)fib + (uintptr_t)offset);
}

static struct fib_node *node_at(const struct fib *fib, uint32_t number)
{
	REQUIRE(number < fib->nodes);
	return (struct fib_node *)at(fib, fib->nodes_at) + number;
}

size_t fib_size(const struct fib_limits *limits)
{
	return lay_out(limits).total;
}

struct fib *fib_init(void *memory, const struct fib_limits *limits,
		     const uint8_t secret[TABLE_SECRET])
{
	struct fib *fib = memory;

	*fib = lay_out(limits);
	table_init(at(fib, fib->by_address_at), limits->nodes, ADDRESS, secret);
	table_init(at(fib, fib->by_id_at), limits->nodes, NODE_ID, secret);
	table_init(at(fib, fib->by_way_at), limits->ways, WAY_KEY, secret);
	table_init(at(fib, fib->by_hop_at), limits->hops, ADDRESS, secret);
	return fib;
}

void fib_clear(struct fib *fib, uint64_t serial, bool synced)
{
	fib->serial = serial;
	fib->synced = synced;
	fib->closed = false;
	fib->nodes = 0;
	fib->hops = 0;
	table_clear(at(fib, fib->by_address_at));
	table_clear(at(fib, fib->by_id_at));
	table_clear(at(fib, fib->by_way_at));
	table_clear(at(fib, fib->by_hop_at));
}

void fib_close(struct fib *fib)
{
	fib->closed = true;
}

bool fib_closed(const struct fib *fib)
{
	return fib->closed;
}

uint32_t fib_add_hop(struct fib *fib, const struct fib_hop *hop)
{
	if (fib->hops == fib->limits.hops)
		return FIB_NONE;
	((struct fib_hop *)at(fib, fib->hops_at))[fib->hops] = *hop;
	REQUIRE(table_put(at(fib, fib->by_hop_at), hop->address.bytes, fib->hops));
	return fib->hops++;
}

static void way_key(uint32_t link, struct lladdr lladdr, uint8_t key[WAY_KEY])
{
	struct writer out = writer_of(key, WAY_KEY);

	writer_u32(&out, link);
	writer_copy(&out, lladdr.bytes, LLADDR);
}

void fib_add_way(struct fib *fib, uint32_t link, struct lladdr lladdr, uint32_t hop)
{
	uint8_t key[WAY_KEY];

	way_key(link, lladdr, key);
	if (table_find(at(fib, fib->by_way_at), key) == TABLE_NONE)
		(void)!table_put(at(fib, fib->by_way_at), key, hop);
}

void fib_add_node(struct fib *fib, const struct fib_node *node)
{
	struct node_id id = address_id(&node->address);
	uint32_t other = fib_by_id(fib, &id);

	if (fib->nodes == fib->limits.nodes)
		return;
	uint32_t number = fib->nodes++;
	*node_at(fib, number) = *node;
	if (other != FIB_NONE) {
		node_at(fib, other)->id_conflict = true;
		node_at(fib, number)->id_conflict = true;
	}
	REQUIRE(table_put(at(fib, fib->by_address_at), node->address.bytes, number));
	REQUIRE(table_put(at(fib, fib->by_id_at), id.bytes, number));
}

uint64_t fib_serial(const struct fib *fib)
{
	return fib->serial;
}

bool fib_synced(const struct fib *fib)
{
	return fib->synced;
}

uint32_t fib_by_address(const struct fib *fib, const struct address *address)
{
	return table_find(at(fib, fib->by_address_at), address->bytes);
}

bool fib_conflict(const struct fib *fib, const struct address *address)
{
	uint32_t number = fib_by_address(fib, address);

	return number != FIB_NONE && fib_node(fib, number)->id_conflict;
}

uint32_t fib_by_id(const struct fib *fib, const struct node_id *id)
{
	return table_find(at(fib, fib->by_id_at), id->bytes);
}

uint32_t fib_nodes(const struct fib *fib)
{
	return fib->nodes;
}

uint32_t fib_hops(const struct fib *fib)
{
	return fib->hops;
}

const struct fib_node *fib_node(const struct fib *fib, uint32_t number)
{
	return node_at(fib, number);
}

uint32_t fib_hop_of(const struct fib *fib, const struct address *address)
{
	return table_find(at(fib, fib->by_hop_at), address->bytes);
}

const struct fib_hop *fib_hop(const struct fib *fib, uint32_t number)
{
	REQUIRE(number < fib->hops);
	return (const struct fib_hop *)at(fib, fib->hops_at) + number;
}

uint32_t fib_way(const struct fib *fib, uint32_t link, struct lladdr lladdr)
{
	uint8_t key[WAY_KEY];

	way_key(link, lladdr, key);
	return table_find(at(fib, fib->by_way_at), key);
}
