/* A node's notices as messages. */
#include "daemon/news.h"

#include "daemon/links.h"
#include "daemon/notify.h"
#include "daemon/text.h"

#include <stdio.h>

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

/* What there is to tell of a neighbour: what it passes through is of use to those who debug. */
static enum message_kind neighbour_kind(const struct notice *notice)
{
	if (notice->to == NEIGHBOUR_FULL)
		return MESSAGE_NEIGHBOUR_UP;
	if (notice->from == NEIGHBOUR_FULL)
		return MESSAGE_NEIGHBOUR_DOWN;
	return notice->to == NEIGHBOUR_BLOCKED ? MESSAGE_NEIGHBOUR_BLOCKED
					       : MESSAGE_NEIGHBOUR_STATE;
}

static void tell_neighbour(struct mesh *mesh, const struct notice *notice, const char *address)
{
	enum message_kind kind = neighbour_kind(notice);
	char lladdr[TEXT_LLADDR];

	log_tell(mesh->parts.log, kind,
		 WORDS(address, mesh->links[notice->link].facts.name,
		       text_lladdr(notice->lladdr.bytes, lladdr), neighbour_state_name(notice->to),
		       neighbour_state_name(notice->from)));
	if (kind != MESSAGE_NEIGHBOUR_STATE)
		news_status(mesh);
}

static void tell_session(struct mesh *mesh, const struct notice *notice, const char *address)
{
	char epoch[16];

	snprintf(epoch, sizeof(epoch), "%u", notice->epoch);
	log_tell(mesh->parts.log, notice->rekeyed ? MESSAGE_SESSION_REKEYED : MESSAGE_SESSION_UP,
		 WORDS(address, epoch, text_suite(notice->suite)));
}

static void tell_zone(struct mesh *mesh, const struct notice *notice)
{
	char nodes[16];

	snprintf(nodes, sizeof(nodes), "%u", notice->nodes);
	log_tell(mesh->parts.log, MESSAGE_ZONE,
		 WORDS(nodes, notice->synced ? "synced" : "not synced"));
	news_status(mesh);
}

void news_tell(struct mesh *mesh, const struct notice *notice)
{
	struct log *log = mesh->parts.log;
	char address[TEXT_ADDRESS];

	text_address(&notice->address, address);
	switch (notice->kind) {
	case NOTICE_NEIGHBOUR:
		tell_neighbour(mesh, notice, address);
		break;
	case NOTICE_SESSION_UP:
		tell_session(mesh, notice, address);
		break;
	case NOTICE_SESSION_LOST:
		log_tell(log, MESSAGE_SESSION_LOST, WORDS(address));
		break;
	case NOTICE_ZONE:
		tell_zone(mesh, notice);
		break;
	case NOTICE_DATABASE_FULL:
		log_tell(log, MESSAGE_DATABASE_FULL, NULL);
		break;
	case NOTICE_DUPLICATE_NODE:
		log_tell(log, MESSAGE_DUPLICATE_NODE, WORDS(address));
		break;
	case NOTICE_LEFT:
		log_tell(log, MESSAGE_LEFT, NULL);
		break;
	case NOTICE_TRACE:
		break;
	}
}

void news_origin(const struct mesh *mesh)
{
	const struct vault *vault = mesh->parts.vault;
	struct log *log = mesh->parts.log;
	char count[16];

	switch (vault->origin) {
	case VAULT_FIRST:
	case VAULT_OTHER:
		break;
	case VAULT_TORN:
		log_tell(log, MESSAGE_NODE_ANEW,
			 WORDS("the process before was stopped within an event"));
		break;
	case VAULT_FAILING:
		log_tell(log, MESSAGE_NODE_ANEW, WORDS("its processes failed too often"));
		break;
	case VAULT_ADOPTED:
		snprintf(count, sizeof(count), "%u", vault_restarts(vault));
		log_tell(log, MESSAGE_NODE_ADOPTED, WORDS(count));
		break;
	}
}
