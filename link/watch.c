/* The watch asks the kernel rather than believing what it is told: an event of the rtnetlink socket
 * only says which interface to look at, and RTM_GETLINK says what it is now. So events may be
 * merged, doubled, incomplete (wireless ones are) or lost without harm. libdumbnet names the
 * interfaces there are; after a loss all of them are looked at again. What is found is compared
 * with the slots, and the differences are marked there until watch_next has told them. Learns from
 * RFC 3549. */
#include "link/watch.h"
#include "link/facts.h"
#include "link/radio.h"

#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/route/link.h>

#include <sys/socket.h>

#include <dumbnet.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	TOUCHED = 256,	     /* interfaces one watch_read remembers before it looks at all */
	REFUSED = 16,	     /* refused interfaces remembered until they are told */
	EVENT_BYTES = 32768, /* as much as the kernel puts into one read */
	EVENT_READS = 64,    /* in one watch_read; the socket stays readable if there is more */
};

/* What watch_next has to tell about a slot. */
enum news { NEWS_NONE, NEWS_NEW, NEWS_CHANGED, NEWS_GONE };

struct slot {
	bool used; /* until its end was told */
	bool seen; /* by the enumeration under way */
	bool there;
	enum news news;
	struct link_facts facts;
};

struct watch {
	struct watch_sources sources;
	struct nl_sock *requests; /* on a copy of sources.requests */
	struct radio *radio;	  /* NULL: rates of radio links are not known */
	bool stale;		  /* something was missed: all interfaces must be looked at */
	bool crowded;		  /* an interface was refused since all were last looked at */
	struct slot slots[WATCH_LINKS];
	struct link_facts refused[REFUSED];
	size_t refused_count;
	uint32_t touched[TOUCHED]; /* ifindex of interfaces with events, each once */
	size_t touched_count;
	_Alignas(struct nlmsghdr) uint8_t events[EVENT_BYTES];
};

/* True if links may have the name. */
static bool name_matches(const struct watch_sources *sources, const char *name)
{
	bool matches = false;

	for (size_t i = 0; i < sources->patterns_count; i++)
		matches |= !fnmatch(sources->patterns[i], name, 0);
	for (size_t i = 0; i < sources->excluded_count; i++)
		matches &= strcmp(sources->excluded[i], name) != 0;
	return matches;
}

/* The slot of an interface, or NULL. */
static struct slot *slot_find(struct watch *watch, uint32_t ifindex)
{
	for (size_t i = 0; i < WATCH_LINKS; i++)
		if (watch->slots[i].used && watch->slots[i].facts.ifindex == ifindex)
			return &watch->slots[i];
	return NULL;
}

/* An interface is no link, or none any more; there: it exists all the same. */
static void link_lose(struct watch *watch, uint32_t ifindex, bool there)
{
	struct slot *slot = slot_find(watch, ifindex);

	if (!slot)
		return;
	if (slot->news == NEWS_NEW)
		*slot = (struct slot){0};
	else
		slot->news = NEWS_GONE;
	slot->seen = true;
	slot->there = there;
}

/* An interface that was not a link is one now. */
static void link_gain(struct watch *watch, const struct link_facts *facts)
{
	for (size_t i = 0; i < WATCH_LINKS; i++) {
		if (watch->slots[i].used)
			continue;
		watch->slots[i] = (struct slot){
			.used = true, .seen = true, .news = NEWS_NEW, .facts = *facts};
		return;
	}
	watch->crowded = true;
	if (watch->refused_count < REFUSED)
		watch->refused[watch->refused_count++] = *facts;
}

/* An interface is a link: new, as it was, or changed. */
static void link_keep(struct watch *watch, struct link_facts *facts)
{
	struct slot *slot = slot_find(watch, facts->ifindex);

	if (!slot) {
		link_gain(watch, facts);
		return;
	}
	slot->seen = true;
	facts_steady(facts, &slot->facts);
	if (slot->news == NEWS_GONE ||
	    (slot->news == NEWS_NONE && !facts_equal(&slot->facts, facts)))
		slot->news = NEWS_CHANGED;
	slot->facts = *facts;
}

/* Compares what the kernel said of an interface with what is known. */
static void link_compare(struct watch *watch, struct rtnl_link *link)
{
	struct link_facts facts;

	if (!facts_read(link, &facts) || !name_matches(&watch->sources, facts.name)) {
		link_lose(watch, (uint32_t)rtnl_link_get_ifindex(link), true);
		return;
	}
	if (facts.radio && watch->radio != NULL)
		facts.rate_bps = radio_rate_bps(watch->radio, facts.ifindex);
	link_keep(watch, &facts);
}

/* What is left of an answer that could not be read would be taken for the next one. */
static int requests_fail(const struct watch *watch)
{
	struct msghdr nothing = {0};

	while (recvmsg(watch->sources.requests, &nothing, MSG_DONTWAIT) >= 0)
		;
	return -EIO;
}

/* Asks the kernel about one interface, by ifindex or else by name. 0 or -errno. */
static int watch_look_at(struct watch *watch, uint32_t ifindex, const char *name)
{
	struct rtnl_link *link = NULL;
	int error = rtnl_link_get_kernel(watch->requests, (int)ifindex, name, &link);

	if (error == -NLE_NODEV || error == -NLE_OBJ_NOTFOUND) {
		link_lose(watch, ifindex, false);
		return 0;
	}
	if (error < 0 || link == NULL)
		return requests_fail(watch);
	link_compare(watch, link);
	rtnl_link_put(link);
	return 0;
}

static int watch_look_at_entry(const struct intf_entry *entry, void *watch)
{
	if (!name_matches(&((struct watch *)watch)->sources, entry->intf_name))
		return 0;
	return watch_look_at(watch, 0, entry->intf_name);
}

/* Asks the kernel about all interfaces at once. 0 or -errno. */
static int watch_look_at_dump(struct watch *watch)
{
	struct nl_cache *all;

	if (rtnl_link_alloc_cache(watch->requests, AF_UNSPEC, &all) < 0)
		return requests_fail(watch);
	for (struct nl_object *at = nl_cache_get_first(all); at; at = nl_cache_get_next(at))
		link_compare(watch, (struct rtnl_link *)at);
	nl_cache_free(all);
	return 0;
}

/* Looks at every interface there is, and then at the links that were not among them. 0 or -errno.
 */
static int watch_look_at_all(struct watch *watch)
{
	watch->stale = true;
	watch->crowded = false;
	for (size_t i = 0; i < WATCH_LINKS; i++)
		watch->slots[i].seen = false;
	/* intf_loop gives up with -1 on a host that has no IPv4 address at all, and when an
	 * interface vanishes before its turn. */
	int error = -1;
	if (watch->sources.interfaces != NULL)
		error = intf_loop(watch->sources.interfaces, watch_look_at_entry, watch);
	if (error == -1)
		error = watch_look_at_dump(watch);
	if (error)
		return error;
	for (size_t i = 0; i < WATCH_LINKS && !error; i++)
		if (watch->slots[i].used && !watch->slots[i].seen)
			error = watch_look_at(watch, watch->slots[i].facts.ifindex, NULL);
	watch->stale = error != 0;
	return error;
}

/* Remembers an interface to be looked at. */
static void link_touch(struct watch *watch, uint32_t ifindex)
{
	for (size_t i = 0; i < watch->touched_count; i++)
		if (watch->touched[i] == ifindex)
			return;
	if (watch->touched_count < TOUCHED)
		watch->touched[watch->touched_count++] = ifindex;
	else
		watch->stale = true;
}

/* Goes through the size bytes of events that one read brought. */
static void events_touch(struct watch *watch, int size)
{
	struct nlmsghdr *at = (struct nlmsghdr *)watch->events;

	for (; nlmsg_ok(at, size); at = nlmsg_next(at, &size)) {
		const struct ifinfomsg *link = nlmsg_data(at);
		const struct tcmsg *discipline = nlmsg_data(at);
		switch (at->nlmsg_type) {
		case RTM_NEWLINK:
		case RTM_DELLINK:
			if (nlmsg_datalen(at) >= (int)sizeof(*link))
				link_touch(watch, (uint32_t)link->ifi_index);
			break;
		case RTM_NEWQDISC:
		case RTM_DELQDISC:
			if (nlmsg_datalen(at) >= (int)sizeof(*discipline))
				link_touch(watch, (uint32_t)discipline->tcm_ifindex);
			break;
		}
	}
}

/* Reads all that waits on the events socket. 0 or -errno. */
static int events_read(struct watch *watch)
{
	struct iovec part = {watch->events, sizeof(watch->events)};
	struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

	for (int i = 0; i < EVENT_READS; i++) {
		ssize_t got = recvmsg(watch->sources.events, &message, MSG_DONTWAIT | MSG_TRUNC);
		if (got < 0 && errno == EAGAIN)
			return 0;
		if (got < 0 && errno != ENOBUFS && errno != EINTR)
			return -errno;
		/* ENOBUFS: the kernel had more to say than the socket holds. */
		if ((got < 0 && errno == ENOBUFS) || got > (ssize_t)sizeof(watch->events))
			watch->stale = true;
		else if (got > 0)
			events_touch(watch, (int)got);
	}
	return 0;
}

int watch_read(struct watch *watch)
{
	watch->touched_count = 0;
	int error = events_read(watch);
	for (size_t i = 0; !error && !watch->stale && i < watch->touched_count; i++)
		error = watch_look_at(watch, watch->touched[i], NULL);
	if (error)
		watch->stale = true;
	else if (watch->stale)
		error = watch_look_at_all(watch);
	return error;
}

int watch_patterns(struct watch *watch, const char *const *patterns, size_t count)
{
	watch->sources.patterns = patterns;
	watch->sources.patterns_count = count;
	return watch_look_at_all(watch);
}

int watch_radios(struct watch *watch)
{
	int error = 0;

	for (size_t i = 0; !error && i < WATCH_LINKS; i++)
		if (watch->slots[i].used && watch->slots[i].facts.radio)
			error = watch_look_at(watch, watch->slots[i].facts.ifindex, NULL);
	return error;
}

/* The next piece of news among the slots, if any. */
static bool slots_next(struct watch *watch, struct link_change *change)
{
	static const enum link_change_kind kinds[] = {
		[NEWS_NEW] = LINK_NEW, [NEWS_CHANGED] = LINK_CHANGED, [NEWS_GONE] = LINK_GONE};

	for (uint32_t i = 0; i < WATCH_LINKS; i++) {
		struct slot *slot = &watch->slots[i];
		if (slot->news == NEWS_NONE)
			continue;
		*change = (struct link_change){.kind = kinds[slot->news],
					       .there = slot->there,
					       .slot = i,
					       .facts = slot->facts};
		slot->used = slot->news != NEWS_GONE;
		slot->news = NEWS_NONE;
		/* The freed slot may be for one that was refused. */
		watch->stale |= !slot->used && watch->crowded;
		return true;
	}
	return false;
}

bool watch_next(struct watch *watch, struct link_change *change)
{
	if (slots_next(watch, change))
		return true;
	if (watch->stale && !watch_look_at_all(watch) && slots_next(watch, change))
		return true;
	if (watch->refused_count == 0)
		return false;
	*change = (struct link_change){.kind = LINK_REFUSED,
				       .slot = WATCH_LINKS,
				       .facts = watch->refused[--watch->refused_count]};
	return true;
}

/* Subscribes the events socket to what happens to interfaces and how they queue, whether it is
 * bound or not: an unbound one would hear nothing. 0 or -errno. */
static int events_subscribe(int events)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK};
	socklen_t size = sizeof(address);

	if (getsockname(events, (struct sockaddr *)&address, &size) < 0)
		return -errno;
	address.nl_groups |= RTMGRP_LINK | RTMGRP_TC;
	return bind(events, (struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
}

/* Readies both sockets. 0 or -errno. */
static int sockets_open(struct watch *watch)
{
	/* nl_socket_free closes what it was given, and the caller keeps its own. */
	int copy = fcntl(watch->sources.requests, F_DUPFD_CLOEXEC, 0);
	if (copy < 0)
		return -errno;
	watch->requests = nl_socket_alloc();
	if (!watch->requests || nl_socket_set_fd(watch->requests, NETLINK_ROUTE, copy) < 0) {
		close(copy);
		return watch->requests ? -EBADF : -ENOMEM;
	}
	return events_subscribe(watch->sources.events);
}

/* Begins with the links that are known. */
static void slots_know(struct watch *watch, const struct link_facts *known)
{
	for (size_t i = 0; known != NULL && i < WATCH_LINKS; i++)
		if (known[i].ifindex != 0)
			watch->slots[i] = (struct slot){.used = true, .facts = known[i]};
	watch->sources.known = NULL;
}

int watch_open(struct watch **watch, const struct watch_sources *sources, char *why, size_t size)
{
	struct watch *made = calloc(1, sizeof(*made));
	int error = -ENOMEM;

	if (made) {
		made->sources = *sources;
		slots_know(made, sources->known);
		error = sockets_open(made);
	}
	if (!error && sources->radio >= 0)
		error = radio_open(&made->radio, sources->radio);
	if (!error)
		error = watch_look_at_all(made);
	if (error) {
		snprintf(why, size, "cannot watch the network interfaces: %s",
			 strerrordesc_np(-error));
		watch_close(made);
		return error;
	}
	*watch = made;
	return 0;
}

void watch_close(struct watch *watch)
{
	if (!watch)
		return;
	nl_socket_free(watch->requests);
	radio_close(watch->radio);
	free(watch);
}
