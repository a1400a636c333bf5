/* Two nodes whose addresses differ and whose ids are equal, which nobody can find on purpose: the
 * linker leads the making of addresses through here (--wrap), and one node gets the id of another
 * in front of the rest of its own hash. Each case is a run on toy cryptography. What is between
 * third parties goes on over both of them, their neighbours reach them by the extended form, and
 * compact frames are refused by name. docs/protocol/meshp.md, section 1. */
#include "sim/world.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct conflict {
	const char *name;
	uint32_t one, other; /* the nodes in conflict */
	const char *scenario;
};

static const struct conflict conflicts[] = {
	{"far from each other", 1, 4,
	 "topology line 6\n"
	 "limits peers 16\n"
	 "expect by 5s full all\n"
	 "at 6s send 0>5 count 100 every 10ms\n"
	 "at 6s send 0>4 count 100 every 10ms\n"
	 "at 6s send 4>0 count 100 every 10ms\n"
	 "at 6s send 5>1 count 100 every 10ms size 1400\n"
	 "expect by 8s delivered at least 400\n"
	 "expect by 8s ping all\n"
	 "expect by 12s reach 0..3\n"
	 "expect by 12s reach 2..5\n"
	 "expect by 12s drops id_conflict at most 0\n"
	 "expect by 12s loops at most 0\n"},
	{"with one neighbour between them", 1, 3,
	 "topology line 5\n"
	 "limits peers 16\n"
	 "expect by 5s full all\n"
	 "at 6s send 0>4 count 100 every 10ms\n"
	 "at 6s send 0>3 count 100 every 10ms\n"
	 "at 6s send 4>1 count 100 every 10ms\n"
	 "expect by 8s delivered at least 300\n"
	 "expect by 8s ping all\n"
	 "at 9s crash 3\n"
	 "at 40s restart 3\n"
	 "expect by 45s full all\n"
	 "expect by 50s reach 0..2\n"
	 "expect by 50s reach 2..4\n"},
};

enum { CONFLICTS = sizeof(conflicts) / sizeof(conflicts[0]) };

/* The wrapped function has no argument this could come in by, so it is this file's variable. */
static struct {
	bool set;
	struct address from, to; /* whose id is whose */
} conflict;

struct address __real_address_of_key(const uint8_t public_key[32]);
struct address __wrap_address_of_key(const uint8_t public_key[32]);

struct address __wrap_address_of_key(const uint8_t public_key[32])
{
	struct address address = __real_address_of_key(public_key);

	if (conflict.set && address_equal(&address, &conflict.to))
		memcpy(address.bytes + ADDRESS_PREFIX, conflict.from.bytes + ADDRESS_PREFIX,
		       NODE_ID);
	return address;
}

static bool run_is_good(const struct world *world, const char *name)
{
	for (uint32_t i = 0; i < world->broken && i < WORLD_BROKEN; i++)
		fprintf(stderr, "# %s: %s\n", name, world->breaches[i]);
	for (size_t i = 0; i < world->scenario->expectation_count; i++) {
		const struct standing *standing = &world->standings[i];
		if (!standing->passed)
			fprintf(stderr, "# %s: %s: %llu of %llu\n", name,
				world->scenario->expectations[i].text,
				(unsigned long long)standing->found,
				(unsigned long long)standing->wanted);
	}
	return world_passed(world);
}

/* The addresses two nodes would have. */
static bool conflict_set(const struct scenario *scenario, const struct conflict *of)
{
	char complaint[LINE_COMPLAINT];
	struct world *world = world_new(scenario, 1, NULL, complaint);

	if (world == NULL)
		return false;
	conflict.from = world_address(world, of->one);
	conflict.to = world_address(world, of->other);
	conflict.set = true;
	world_free(world);
	return true;
}

static bool try(const struct conflict *of)
{
	char complaint[LINE_COMPLAINT];
	struct scenario scenario;
	bool good = false;

	conflict.set = false;
	if (!scenario_read(&scenario, of->name, of->scenario, strlen(of->scenario), complaint)) {
		fprintf(stderr, "# %s\n", complaint);
		return false;
	}
	struct world *world =
		conflict_set(&scenario, of) ? world_new(&scenario, 1, NULL, complaint) : NULL;
	if (world != NULL) {
		world_run(world);
		good = run_is_good(world, of->name);
		world_free(world);
	}
	scenario_free(&scenario);
	return good;
}

int main(void)
{
	if (sodium_init() < 0)
		return EXIT_FAILURE;
	printf("1..%d\n", CONFLICTS);
	for (uint32_t i = 0; i < CONFLICTS; i++)
		printf("%sok %u - two nodes have one id, %s\n", try(&conflicts[i]) ? "" : "not ",
		       i + 1, conflicts[i].name);
	return EXIT_SUCCESS;
}
