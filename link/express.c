/* Links are few, and a batch mostly goes to one: the table is searched from the link found last.
 * A link is left to the packet socket, and so to the kernel's queueing discipline, where that
 * decides something: on a radio, and where somebody chose a discipline. So is one that somebody
 * watches, for what an AF_XDP socket sends is not shown to him. The order of a link's
 * frames holds because it changes to its own socket after both are flushed, and because a frame
 * longer than a chunk is longer than the link's MTU. */
#include "link/express.h"

enum {
	LARGE = ETHERNET_BATCH / 4, /* frames of a link in a batch that make it a large one */
	LARGE_MANY = 16,	    /* large batches more than small ones: the link is busy */
};

void express_close(struct express *express)
{
	for (uint32_t i = 0; i < express->count; i++)
		xdp_close(express->links[i].xdp);
	express->count = 0;
}

struct express_link *express_find(struct express *express, uint32_t ifindex)
{
	for (uint32_t i = 0; i < express->count; i++) {
		uint32_t at = (express->last + i) % express->count;
		if (express->links[at].ifindex != ifindex)
			continue;
		express->last = at;
		return &express->links[at];
	}
	return NULL;
}

void express_set(struct express *express, const struct link_facts *facts)
{
	struct express_link *link = express_find(express, facts->ifindex);

	if (link == NULL && express->count == EXPRESS_LINKS)
		return;
	if (link == NULL) {
		link = &express->links[express->count++];
		*link = (struct express_link){.ifindex = facts->ifindex};
	}
	link->mtu = facts->mtu;
	link->fit = facts->running && !facts->radio && !facts->watched && !facts->shaped &&
		    facts->mtu <= XDP_PAYLOAD_MAX;
}

void express_remove(struct express *express, uint32_t ifindex)
{
	struct express_link *link = express_find(express, ifindex);

	if (link == NULL)
		return;
	if (link->xdp != NULL)
		express->refused += xdp_refused(link->xdp);
	xdp_close(link->xdp);
	*link = express->links[--express->count];
	express->last = 0;
}

bool express_takes(const struct express_link *link, size_t size)
{
	return link->xdp != NULL && link->fit && size <= link->mtu && !xdp_gone(link->xdp);
}

/* A socket nobody has, or −1. */
static int socket_take(struct express *express)
{
	for (size_t i = 0; i < express->sockets_count; i++) {
		int fd = express->sockets[i];
		express->sockets[i] = -1;
		if (fd >= 0)
			return fd;
	}
	return -1;
}

/* Watches how much a link has to send and gives it a socket if that stays much. */
static void link_weigh(struct express *express, struct express_link *link)
{
	int fd;

	if (link->queued >= LARGE)
		link->batches += link->batches < LARGE_MANY;
	else if (link->queued > 0 && link->batches > 0)
		link->batches--;
	link->queued = 0;
	if (link->batches < LARGE_MANY || !link->fit || link->tried)
		return;
	link->tried = true;
	fd = socket_take(express);
	if (fd >= 0 && xdp_open(&link->xdp, fd, link->ifindex) != 0)
		link->xdp = NULL;
}

void express_flush(struct express *express, struct ethernet_counters *counters)
{
	for (uint32_t i = 0; i < express->count; i++) {
		struct express_link *link = &express->links[i];
		if (link->xdp != NULL)
			xdp_flush(link->xdp, counters);
		else
			link_weigh(express, link);
	}
}

bool express_waits(const struct express *express)
{
	bool waits = false;

	for (uint32_t i = 0; i < express->count; i++)
		waits |= express->links[i].xdp != NULL && xdp_waits(express->links[i].xdp);
	return waits;
}

uint64_t express_refused(const struct express *express)
{
	uint64_t refused = express->refused;

	for (uint32_t i = 0; i < express->count; i++)
		if (express->links[i].xdp != NULL)
			refused += xdp_refused(express->links[i].xdp);
	return refused;
}
