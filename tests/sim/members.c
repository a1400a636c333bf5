/* A member that lies: a node with good keys whose record says what is not so, or that passes on
 * other records than it got. What it says goes through functions that the linker leads through here
 * (--wrap), in whichever node is at work. Each lie is a run on toy cryptography: the mesh stays
 * whole, no way leads where it would not lead without the lie, and it is counted by its name. */
#include "node/value.h"
#include "route/cost.h"
#include "sim/world.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A ring of eight: from 0 to 2 the liar, 7, is a way round, from 6 to 0 the shortest. */
static const char scenario_text[] = "topology ring 8\n"
				    "limits peers 32\n"
				    "at 6s send 0>2 count 500 every 10ms\n"
				    "at 7s crash 4\n"
				    "at 8s restart 4\n"
				    "expect by 5s full all\n"
				    "expect by 11.5s delivered at least 500\n"
				    "expect by 30s full all\n"
				    "expect by 40s reach all\n"
				    "expect by 40s paths all\n";

enum {
	LIAR = 7,
	FAR = 2,				       /* whom it claims as its neighbour */
	COST_AT = RECORD_HEAD + WIRE_CERTIFICATE + 14, /* of the first entry of a fragment 0 */
};

enum untruth {
	TOLD_NOTHING,
	TOLD_LINK,    /* a link to a node that lists none to it */
	TOLD_NOBODY,  /* a link to a node there is not */
	TOLD_CHEAP,   /* its links cost next to nothing */
	TOLD_CHANGED, /* others' records with another cost in them */
	TOLD_OLD,     /* others' records as they first were */
	TOLD_COUNT,
};

static const struct {
	const char *name;
	enum drop drop; /* that counts it; NONE: nothing refuses it */
} lies[TOLD_COUNT] = {
	[TOLD_NOTHING] = {"nothing", DROP_NONE},
	[TOLD_LINK] = {"a link to a node that knows of none", DROP_NONE},
	[TOLD_NOBODY] = {"a link to a node there is not", DROP_NONE},
	[TOLD_CHEAP] = {"links that cost nothing", DROP_NONE},
	[TOLD_CHANGED] = {"others' records, changed", DROP_RECORD},
	[TOLD_OLD] = {"others' records as they were", DROP_RECORD_OLD},
};

/* Others' records as the liar first had them. */
struct past {
	struct address address;
	size_t size;
	uint8_t bytes[RECORD_MAX];
};

/* The wrapped functions have no argument this could come in by, so it is this file's variable. */
static struct {
	const struct world *world;
	enum untruth lie;
	uint64_t told;
	struct past past[8];
	size_t past_count;
} liar;

static bool lies_now(enum untruth lie)
{
	return liar.world != NULL && liar.lie == lie && liar.world->progress->node == LIAR;
}

static int by_address(const void *a, const void *b)
{
	const struct record_entry *one = a, *other = b;

	return memcmp(one->address.bytes, other->address.bytes, ADDRESS);
}

/* Claims a link, and it is as good as can be. */
static void add_entry(struct record *record, struct record_entry *entries,
		      const struct address *address)
{
	entries[record->entries++] = (struct record_entry){.address = *address,
							   .cost = cost_code(1),
							   .mtu = PACKET_MAX,
							   .quality = 255,
							   .medium = MEDIUM_WIRE};
	qsort(entries, record->entries, sizeof(*entries), by_address);
}

void __real_record_write(const struct record *record, const struct record_entry *entries,
			 const struct identity *identity, const uint8_t network_id[NETWORK_ID],
			 struct writer *out);
void __wrap_record_write(const struct record *record, const struct record_entry *entries,
			 const struct identity *identity, const uint8_t network_id[NETWORK_ID],
			 struct writer *out);

void __wrap_record_write(const struct record *record, const struct record_entry *entries,
			 const struct identity *identity, const uint8_t network_id[NETWORK_ID],
			 struct writer *out)
{
	struct address nobody = {{0xbe, 0xef, 1, 2, 3}};
	struct record_entry told[RECORD_ENTRIES];
	struct record changed = *record;

	memcpy(told, entries, record->entries * sizeof(*told));
	if (lies_now(TOLD_LINK))
		add_entry(&changed, told, &liar.world->hosts[FAR].address);
	else if (lies_now(TOLD_NOBODY))
		add_entry(&changed, told, &nobody);
	for (uint32_t i = 0; lies_now(TOLD_CHEAP) && i < changed.entries; i++)
		told[i].cost = cost_code(1);
	liar.told += lies_now(TOLD_LINK) || lies_now(TOLD_NOBODY) || lies_now(TOLD_CHEAP);
	__real_record_write(&changed, told, identity, network_id, out);
}

/* What the liar first had of the node a fragment is of. */
static struct past *past_of(const struct address *address, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < liar.past_count; i++)
		if (address_equal(&liar.past[i].address, address))
			return &liar.past[i];
	struct past *past = &liar.past[liar.past_count++];
	past->address = *address;
	past->size = size;
	memcpy(past->bytes, bytes, size);
	return past;
}

static bool is_liars(const struct database *database)
{
	const struct node *node = liar.world->hosts[LIAR].node;

	return node != NULL && database == route_database(node_route(node));
}

size_t __real_database_copy(const struct database *database, uint32_t fragment, uint8_t *out);
size_t __wrap_database_copy(const struct database *database, uint32_t fragment, uint8_t *out);

size_t __wrap_database_copy(const struct database *database, uint32_t fragment, uint8_t *out)
{
	size_t size = __real_database_copy(database, fragment, out);
	struct record record;

	if ((!lies_now(TOLD_CHANGED) && !lies_now(TOLD_OLD)) || !is_liars(database) ||
	    record_read(out, size, &record) != DROP_NONE || record.entries == 0 ||
	    address_equal(&record.address, &liar.world->hosts[LIAR].address))
		return size;
	liar.told++;
	if (liar.lie == TOLD_CHANGED) {
		out[COST_AT + 1] ^= 1;
		return size;
	}
	const struct past *past = past_of(&record.address, out, size);
	memcpy(out, past->bytes, past->size);
	return past->size;
}

static uint64_t drops_of(const struct world *world, enum drop drop)
{
	uint64_t count = 0;

	for (uint32_t node = 0; node < world->topology.nodes; node++) {
		struct drops drops;
		world_drops(world, node, &drops);
		count += drops.counts[drop];
	}
	return count;
}

/* Says on standard error what went wrong. */
static bool run_is_good(const struct world *world, enum untruth lie)
{
	for (uint32_t i = 0; i < world->broken && i < WORLD_BROKEN; i++)
		fprintf(stderr, "# %s: %s\n", lies[lie].name, world->breaches[i]);
	for (size_t i = 0; i < world->scenario->expectation_count; i++) {
		const struct standing *standing = &world->standings[i];
		if (!standing->passed)
			fprintf(stderr, "# %s: %s: %llu of %llu\n", lies[lie].name,
				world->scenario->expectations[i].text,
				(unsigned long long)standing->found,
				(unsigned long long)standing->wanted);
	}
	if (lie != TOLD_NOTHING && liar.told == 0)
		fprintf(stderr, "# %s: never told\n", lies[lie].name);
	return world_passed(world) && (lie == TOLD_NOTHING || liar.told > 0) &&
	       (lies[lie].drop == DROP_NONE || drops_of(world, lies[lie].drop) > 0);
}

static bool try(const struct scenario *scenario, enum untruth lie)
{
	char complaint[LINE_COMPLAINT];
	struct world *world = world_new(scenario, 1, NULL, complaint);

	if (world == NULL)
		return false;
	memset(&liar, 0, sizeof(liar));
	liar.lie = lie;
	liar.world = world;
	world_run(world);
	bool good = run_is_good(world, lie);
	liar.world = NULL;
	world_free(world);
	return good;
}

int main(void)
{
	char complaint[LINE_COMPLAINT];
	struct scenario scenario;

	if (sodium_init() < 0 ||
	    !scenario_read(&scenario, "members", scenario_text, strlen(scenario_text), complaint))
		return EXIT_FAILURE;
	printf("1..%d\n", TOLD_COUNT);
	for (uint32_t lie = TOLD_NOTHING; lie < TOLD_COUNT; lie++)
		printf("%sok %u - a member says %s\n",
		       try(&scenario, (enum untruth)lie) ? "" : "not ", lie + 1, lies[lie].name);
	scenario_free(&scenario);
	return EXIT_SUCCESS;
}
