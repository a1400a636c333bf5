/* Both sets of the table are kept here as they stand in the kernel. The invariant, between a commit
 * and the next begin, is that a set's ways and nodes here are exactly those that the kernel has
 * under its number. bpf(2). */
#include "link/bypass.h"

#include "link/bypass_object.h"
#include "link/target.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Descriptors of what was loaded. */
enum part {
	PART_PROGRAM,
	PART_SELF,
	PART_TURN,
	PART_WAYS,
	PART_HOPS,
	PART_NODES,
	PART_COUNTERS,
	PARTS,
};

_Static_assert((int)PARTS == (int)BYPASS_PARTS, "what bypass.h promises");

/* A table, and which of the two it is. */
struct set {
	uint16_t number;
	uint32_t ways, hops, nodes;
	struct bypass_way_key way_keys[BYPASS_WAYS];
	struct bypass_way way_values[BYPASS_WAYS];
	struct bypass_hop hop_values[BYPASS_HOPS];
	struct bypass_node_key node_keys[BYPASS_NODES];
	struct bypass_node node_values[BYPASS_NODES];
};

struct attached {
	enum bypass_mode mode;
	int fd; /* of the kernel's bpf_link: closing it detaches */
};

/* What was found out about an interface when the table was built. */
struct answer {
	uint32_t ifindex;
	bool takes;
};

struct bypass {
	int parts[PARTS];
	int status;	       /* 0, or why the next set could not be emptied */
	struct target *target; /* NULL: nobody can say who takes frames from drivers */
	uint32_t answers_count;
	struct answer answers[BYPASS_LINKS];
	uint64_t serial;
	uint32_t processors;
	struct bypass_counters *counts; /* room for one link's, of each processor */
	struct attached links[BYPASS_LINKS];
	struct set sets[BYPASS_SETS];
};

/* The one that counts, and the one in which the next table is built. */
static struct set *set_current(struct bypass *bypass)
{
	return &bypass->sets[bypass->serial % BYPASS_SETS];
}

static struct set *set_next(struct bypass *bypass)
{
	return &bypass->sets[(bypass->serial + 1) % BYPASS_SETS];
}

static void set_clear(struct set *set)
{
	set->ways = set->hops = set->nodes = 0;
}

/* Keeps a descriptor of one part of the object, which is about to be closed. */
static int part_keep(const struct bpf_object *object, const char *name)
{
	const struct bpf_program *program = bpf_object__find_program_by_name(object, name);
	const struct bpf_map *map = bpf_object__find_map_by_name(object, name);
	int fd = program != NULL ? bpf_program__fd(program) : map != NULL ? bpf_map__fd(map) : -1;

	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

static int parts_keep(struct bypass *bypass, const struct bpf_object *object)
{
	static const char *const names[PARTS] = {
		[PART_PROGRAM] = "bypass",    [PART_SELF] = "self", [PART_TURN] = "turn",
		[PART_WAYS] = "ways",	      [PART_HOPS] = "hops", [PART_NODES] = "nodes",
		[PART_COUNTERS] = "counters",
	};

	for (uint32_t part = 0; part < PARTS; part++) {
		bypass->parts[part] = part_keep(object, names[part]);
		if (bypass->parts[part] < 0)
			return -errno;
	}
	return 0;
}

static int parts_load(struct bypass *bypass)
{
	struct bpf_object *object;
	int status;

	libbpf_set_print(NULL);
	object = bpf_object__open_mem(bypass_object, bypass_object_end - bypass_object, NULL);
	if (object == NULL)
		return -errno;
	status = bpf_object__load(object);
	if (status == 0)
		status = parts_keep(bypass, object);
	bpf_object__close(object);
	return status;
}

/* One of which nothing is loaded yet; NULL if there is no memory. */
static struct bypass *bypass_make(int generic)
{
	struct bypass *made = calloc(1, sizeof(*made));
	int processors = libbpf_num_possible_cpus();

	if (made == NULL)
		return NULL;
	for (uint32_t part = 0; part < PARTS; part++)
		made->parts[part] = -1;
	for (uint16_t number = 0; number < BYPASS_SETS; number++)
		made->sets[number].number = number;
	made->processors = processors > 0 ? (uint32_t)processors : 1;
	made->counts = calloc(made->processors, sizeof(*made->counts));
	if (made->counts == NULL) {
		bypass_close(made);
		return NULL;
	}
	if (target_open(&made->target, generic) != 0)
		made->target = NULL;
	return made;
}

int bypass_open(struct bypass **bypass, int generic, char *why, size_t size)
{
	struct bypass *made = bypass_make(generic);
	int status = made != NULL ? parts_load(made) : -ENOMEM;

	if (status == 0) {
		*bypass = made;
		return 0;
	}
	snprintf(why, size, "its program cannot be loaded: %s%s", strerrordesc_np(-status),
		 status == -EPERM ? ", start as root or give CAP_BPF" : "");
	bypass_close(made);
	return status;
}

void bypass_parts(const struct bypass *bypass, int parts[BYPASS_PARTS])
{
	memcpy(parts, bypass->parts, sizeof(bypass->parts));
}

int bypass_adopt(struct bypass **bypass, int generic, const int parts[BYPASS_PARTS])
{
	struct bypass *made = bypass_make(generic);

	if (made == NULL) {
		for (uint32_t part = 0; part < PARTS; part++)
			close(parts[part]);
		return -ENOMEM;
	}
	memcpy(made->parts, parts, sizeof(made->parts));
	*bypass = made;
	return 0;
}

void bypass_close(struct bypass *bypass)
{
	if (bypass == NULL)
		return;
	for (uint32_t link = 0; link < BYPASS_LINKS; link++)
		bypass_detach(bypass, link);
	for (uint32_t part = 0; part < PARTS; part++)
		if (bypass->parts[part] >= 0)
			close(bypass->parts[part]);
	target_close(bypass->target);
	free(bypass->counts);
	free(bypass);
}

/* Sets the one entry of a map that has one. */
static int entry_set(int map, const void *value)
{
	return bpf_map_update_elem(map, &(uint32_t){0}, value, BPF_ANY) == 0 ? 0 : -errno;
}

int bypass_self(struct bypass *bypass, const uint8_t id[BYPASS_ID], uint16_t ethertype)
{
	struct bypass_self self = {.ethertype = htons(ethertype)};

	memcpy(self.id, id, BYPASS_ID);
	return entry_set(bypass->parts[PART_SELF], &self);
}

int bypass_link(int program, uint32_t ifindex, bool native)
{
	LIBBPF_OPTS(bpf_link_create_opts, options,
		    .flags = native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE);

	return bpf_link_create(program, (int)ifindex, BPF_XDP, &options);
}

int bypass_attach(struct bypass *bypass, uint32_t link, uint32_t ifindex,
		  int (*link_by)(void *owner, int program, uint32_t ifindex, bool native),
		  void *owner)
{
	struct attached *attached = &bypass->links[link];
	int program = bypass->parts[PART_PROGRAM];
	int fd = -EOPNOTSUPP;

	REQUIRE(link < BYPASS_LINKS);
	bypass_detach(bypass, link);
	attached->mode = BYPASS_NATIVE;
	if (bypass->target != NULL)
		fd = link_by(owner, program, ifindex, true);
	if (fd < 0 && fd != -EBUSY) {
		attached->mode = BYPASS_GENERIC;
		fd = link_by(owner, program, ifindex, false);
	}
	if (fd < 0)
		attached->mode = BYPASS_OFF;
	attached->fd = fd;
	return fd < 0 ? fd : 0;
}

void bypass_detach(struct bypass *bypass, uint32_t link)
{
	struct attached *attached = &bypass->links[link];

	if (attached->mode != BYPASS_OFF)
		close(attached->fd);
	attached->mode = BYPASS_OFF;
}

enum bypass_mode bypass_mode(const struct bypass *bypass, uint32_t link)
{
	return bypass->links[link].mode;
}

/* Takes entries out of a map, all of which are in it. */
static int batch_delete(int map, const void *keys, uint32_t count)
{
	return count == 0 ? 0 : bpf_map_delete_batch(map, keys, &count, NULL);
}

static int batch_update(int map, const void *keys, const void *values, uint32_t count)
{
	return count == 0 ? 0 : bpf_map_update_batch(map, keys, values, &count, NULL);
}

/* Empties the next set, at which the program does not look. Hops nobody leads to may stay. */
void bypass_begin(struct bypass *bypass)
{
	struct set *set = set_next(bypass);

	bypass->status = batch_delete(bypass->parts[PART_WAYS], set->way_keys, set->ways);
	if (bypass->status == 0)
		bypass->status =
			batch_delete(bypass->parts[PART_NODES], set->node_keys, set->nodes);
	set_clear(set);
	bypass->answers_count = 0;
}

/* Asked once for each interface and table. */
static bool interface_takes(struct bypass *bypass, uint32_t ifindex)
{
	uint32_t i = 0;

	while (i < bypass->answers_count && bypass->answers[i].ifindex != ifindex)
		i++;
	if (i == BYPASS_LINKS || bypass->target == NULL)
		return false;
	if (i == bypass->answers_count)
		bypass->answers[bypass->answers_count++] =
			(struct answer){ifindex, target_takes(bypass->target, ifindex)};
	return bypass->answers[i].takes;
}

void bypass_add_hop(struct bypass *bypass, const struct bypass_hop *hop)
{
	struct set *set = set_next(bypass);

	if (set->hops == BYPASS_HOPS)
		return;
	struct bypass_hop *added = &set->hop_values[set->hops++];
	*added = *hop;
	added->takes = interface_takes(bypass, hop->ifindex);
	added->used = 0;
}

void bypass_add_way(struct bypass *bypass, uint32_t ifindex, const uint8_t from[LINK_LLADDR],
		    const struct bypass_way *way)
{
	struct set *set = set_next(bypass);
	struct bypass_way_key key = {.ifindex = ifindex, .set = set->number};

	if (set->ways == BYPASS_WAYS)
		return;
	memcpy(key.from, from, LINK_LLADDR);
	set->way_keys[set->ways] = key;
	set->way_values[set->ways] = *way;
	set->way_values[set->ways].native = bypass_mode(bypass, way->link) == BYPASS_NATIVE;
	set->ways++;
}

void bypass_add_node(struct bypass *bypass, const uint8_t id[BYPASS_ID],
		     const struct bypass_node *node)
{
	struct set *set = set_next(bypass);
	struct bypass_node_key key = {.set = set->number};

	if (set->nodes == BYPASS_NODES)
		return;
	memcpy(key.id, id, BYPASS_ID);
	set->node_keys[set->nodes] = key;
	set->node_values[set->nodes] = *node;
	set->nodes++;
}

/* True if two sets say the same, each under its number. */
static bool sets_equal(const struct set *a, const struct set *b)
{
	bool equal =
		a->ways == b->ways && a->hops == b->hops && a->nodes == b->nodes &&
		memcmp(a->hop_values, b->hop_values, a->hops * sizeof(*a->hop_values)) == 0 &&
		memcmp(a->way_values, b->way_values, a->ways * sizeof(*a->way_values)) == 0 &&
		memcmp(a->node_values, b->node_values, a->nodes * sizeof(*a->node_values)) == 0;

	for (uint32_t i = 0; equal && i < a->ways; i++)
		equal = memcmp(&a->way_keys[i], &b->way_keys[i],
			       offsetof(struct bypass_way_key, set)) == 0;
	for (uint32_t i = 0; equal && i < a->nodes; i++)
		equal = memcmp(a->node_keys[i].id, b->node_keys[i].id, BYPASS_ID) == 0;
	return equal;
}

static int set_write(const struct bypass *bypass, const struct set *set)
{
	uint32_t places[BYPASS_HOPS];
	int status;

	for (uint32_t i = 0; i < set->hops; i++)
		places[i] = set->number * BYPASS_HOPS + i;
	status = batch_update(bypass->parts[PART_HOPS], places, set->hop_values, set->hops);
	if (status == 0)
		status = batch_update(bypass->parts[PART_NODES], set->node_keys, set->node_values,
				      set->nodes);
	if (status == 0)
		status = batch_update(bypass->parts[PART_WAYS], set->way_keys, set->way_values,
				      set->ways);
	return status;
}

int bypass_commit(struct bypass *bypass)
{
	struct bypass_turn turn = {bypass->serial + 1};
	struct set *set = set_next(bypass);
	int status = bypass->status;

	if (status == 0 && sets_equal(set, set_current(bypass))) {
		set_clear(set);
		return 0;
	}
	if (status == 0)
		status = set_write(bypass, set);
	if (status == 0)
		status = entry_set(bypass->parts[PART_TURN], &turn);
	if (status == 0)
		bypass->serial = turn.serial;
	return status;
}

bool bypass_stale(struct bypass *bypass)
{
	bool stale = false;

	for (uint32_t i = 0; i < bypass->answers_count && !stale; i++)
		stale = target_takes(bypass->target, bypass->answers[i].ifindex) !=
			bypass->answers[i].takes;
	return stale;
}

bool bypass_used(struct bypass *bypass, uint32_t *cursor, struct bypass_hop *hop)
{
	const struct set *set = set_current(bypass);

	while (*cursor < set->hops) {
		uint32_t number = (*cursor)++;
		uint32_t place = set->number * BYPASS_HOPS + number;

		if (bpf_map_lookup_elem(bypass->parts[PART_HOPS], &place, hop) != 0 || !hop->used)
			continue;
		*hop = set->hop_values[number];
		return bpf_map_update_elem(bypass->parts[PART_HOPS], &place, hop, BPF_ANY) == 0;
	}
	return false;
}

void bypass_count(struct bypass *bypass, uint32_t link, struct bypass_counters *counters)
{
	*counters = (struct bypass_counters){0};
	if (bpf_map_lookup_elem(bypass->parts[PART_COUNTERS], &link, bypass->counts) != 0)
		return;
	for (uint32_t i = 0; i < bypass->processors; i++) {
		counters->frames += bypass->counts[i].frames;
		counters->bytes += bypass->counts[i].bytes;
		counters->passed += bypass->counts[i].passed;
	}
}
