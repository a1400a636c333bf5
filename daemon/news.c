/* A node's notices as journal entries. What a neighbour passes through on its way is of use to
 * those who debug; that it came or went is of use to everybody. */
#include "daemon/news.h"

#include "daemon/links.h"
#include "daemon/notify.h"
#include "daemon/text.h"

#include <syslog.h>

void news_status(const struct mesh *mesh)
{
	struct node_status status;
	struct node_neighbour neighbour;
	char address[TEXT_ADDRESS], text[128];
	uint32_t cursor = 0, full = 0, links;

	while (node_neighbours(mesh->node, loop_now(), &cursor, &neighbour))
		full += neighbour.state == NEIGHBOUR_FULL;
	node_status(mesh->node, loop_now(), &status);
	links = links_count(mesh);
	snprintf(text, sizeof(text), "%s, %u link%s, %u neighbour%s, %u node%s%s",
		 text_address(&status.address, address), links, links == 1 ? "" : "s", full,
		 full == 1 ? "" : "s", status.nodes, status.nodes == 1 ? "" : "s",
		 status.synced ? "" : ", looking for others");
	notify_status(text);
}

/* The catalog's entry for a notice, or nothing. */
static const char *message_id(const struct notice *notice)
{
	switch (notice->kind) {
	case NOTICE_NEIGHBOUR:
		if (notice->to == NEIGHBOUR_FULL)
			return MESSAGE_NEIGHBOUR_UP;
		return notice->from == NEIGHBOUR_FULL ? MESSAGE_NEIGHBOUR_DOWN : "";
	case NOTICE_SESSION_LOST:
		return MESSAGE_SESSION_LOST;
	case NOTICE_DUPLICATE_NODE:
		return MESSAGE_DUPLICATE_NODE;
	case NOTICE_DATABASE_FULL:
		return MESSAGE_DATABASE_FULL;
	case NOTICE_SESSION_UP:
	case NOTICE_ZONE:
	case NOTICE_TRACE:
	case NOTICE_LEFT:
		return "";
	}
	return "";
}

static void tell_neighbour(struct mesh *mesh, const struct notice *notice, const char *address)
{
	bool matters = notice->to == NEIGHBOUR_FULL || notice->from == NEIGHBOUR_FULL ||
		       notice->to == NEIGHBOUR_BLOCKED;
	const char *link = mesh->links[notice->link].facts.name;
	const char *state = neighbour_state_name(notice->to);
	char lladdr[TEXT_LLADDR], fields[256];

	text_lladdr(notice->lladdr.bytes, lladdr);
	snprintf(fields, sizeof(fields),
		 "MESHPD_ADDRESS=%s\nMESHPD_LINK=%s\nMESHPD_LLADDR=%s\nMESHPD_STATE=%s\n%s",
		 address, link, lladdr, state, message_id(notice));
	log_say(mesh->parts.log, matters ? LOG_INFO : LOG_DEBUG, fields,
		"neighbour %s on %s (%s): %s, was %s", address, link, lladdr, state,
		neighbour_state_name(notice->from));
	if (matters)
		news_status(mesh);
}

static void tell_zone(struct mesh *mesh, const struct notice *notice)
{
	char fields[64];

	snprintf(fields, sizeof(fields), "MESHPD_NODES=%u", notice->nodes);
	log_say(mesh->parts.log, LOG_DEBUG, fields, "zone: %u node%s%s", notice->nodes,
		notice->nodes == 1 ? "" : "s", notice->synced ? ", synced" : "");
	news_status(mesh);
}

void news_tell(struct mesh *mesh, const struct notice *notice)
{
	struct log *log = mesh->parts.log;
	char address[TEXT_ADDRESS], fields[128];

	text_address(&notice->address, address);
	snprintf(fields, sizeof(fields), "MESHPD_ADDRESS=%s\n%s", address, message_id(notice));
	switch (notice->kind) {
	case NOTICE_NEIGHBOUR:
		tell_neighbour(mesh, notice, address);
		break;
	case NOTICE_SESSION_UP:
		log_say(log, LOG_DEBUG, fields, "session with %s: epoch %u", address,
			notice->epoch);
		break;
	case NOTICE_SESSION_LOST:
		log_say(log, LOG_INFO, fields, "session with %s: lost", address);
		break;
	case NOTICE_ZONE:
		tell_zone(mesh, notice);
		break;
	case NOTICE_DATABASE_FULL:
		log_say(log, LOG_WARNING, fields,
			"no room for the records of all nodes of the zone: some are not reached");
		break;
	case NOTICE_DUPLICATE_NODE:
		log_say(log, LOG_ERR, fields,
			"another live node has our identity: give one of them a new one");
		break;
	case NOTICE_LEFT:
		log_say(log, LOG_DEBUG, fields, "the neighbours know that we leave");
		break;
	case NOTICE_TRACE:
		break;
	}
}
