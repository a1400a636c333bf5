/* What stands for link/bypass.c where meshpd was built without libbpf or clang: nothing can be
 * opened, so nothing else is ever called. */
#include "link/bypass.h"

#include <errno.h>
#include <stdio.h>

int bypass_open(struct bypass **bypass, int generic, char *why, size_t size)
{
	snprintf(why, size, "this meshpd was built without it");
	return -EOPNOTSUPP;
}

void bypass_parts(const struct bypass *bypass, int parts[BYPASS_PARTS])
{
}

int bypass_adopt(struct bypass **bypass, int generic, const int parts[BYPASS_PARTS])
{
	return -EOPNOTSUPP;
}

void bypass_close(struct bypass *bypass)
{
	REQUIRE(bypass == NULL);
}

int bypass_self(struct bypass *bypass, const uint8_t id[BYPASS_ID], uint16_t ethertype)
{
	return -EOPNOTSUPP;
}

int bypass_link(int program, uint32_t ifindex, bool native)
{
	return -EOPNOTSUPP;
}

int bypass_attach(struct bypass *bypass, uint32_t link, uint32_t ifindex,
		  int (*link_by)(void *owner, int program, uint32_t ifindex, bool native),
		  void *owner)
{
	return -EOPNOTSUPP;
}

void bypass_detach(struct bypass *bypass, uint32_t link)
{
}

enum bypass_mode bypass_mode(const struct bypass *bypass, uint32_t link)
{
	return BYPASS_OFF;
}

void bypass_begin(struct bypass *bypass)
{
}

void bypass_add_hop(struct bypass *bypass, const struct bypass_hop *hop)
{
}

void bypass_add_way(struct bypass *bypass, uint32_t ifindex, const uint8_t from[LINK_LLADDR],
		    const struct bypass_way *way)
{
}

void bypass_add_node(struct bypass *bypass, const uint8_t id[BYPASS_ID],
		     const struct bypass_node *node)
{
}

int bypass_commit(struct bypass *bypass)
{
	return -EOPNOTSUPP;
}

bool bypass_stale(struct bypass *bypass)
{
	return false;
}

bool bypass_used(struct bypass *bypass, uint32_t *cursor, struct bypass_hop *hop)
{
	return false;
}

void bypass_count(struct bypass *bypass, uint32_t link, struct bypass_counters *counters)
{
	*counters = (struct bypass_counters){0};
}
