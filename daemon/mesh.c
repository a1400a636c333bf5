/* The driver of one node. Every event runs the same course: record it if that is asked for, hand it
 * to the node, carry the outbox out; and when a batch is through, send what was queued and set the
 * timer. The invariant is that the outbox is empty between events. */
#include "daemon/mesh.h"

#include "daemon/birth.h"
#include "daemon/carriers.h"
#include "daemon/links.h"
#include "daemon/news.h"
#include "daemon/transit.h"
#include "daemon/upkeep.h"
#include "meshp/packet.h"
#include "meshp/wire.h"
#include "tun/device.h"
#include "tun/split.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <string.h>
#include <sys/mman.h>

enum {
	PACKETS_AT_ONCE = 64, /* read from tun before others get their turn */
	MTU_LEAST = 1280,     /* IPv6's own */
	RADIO_SECONDS = 10,   /* between two looks at the rates of radio links */
	SESSION_KEY_DAYS = 30,
};

/* Hands the host what was gathered for it. */
static void packets_deliver(struct mesh *mesh)
{
	mesh->counters.tun_refused +=
		tun_deliver(mesh->parts.opened->queues[0], &mesh->merge, INSTANT_NEVER);
}

/* Carries out what the node wants done. Frames are queued, not yet sent. */
static void carry_out(struct mesh *mesh)
{
	struct outbox *outbox = mesh->outbox;

	for (uint32_t i = 0; i < outbox->count; i++) {
		const struct action *action = &outbox->actions[i];
		const uint8_t *bytes = outbox->bytes + action->offset;
		const struct link_facts *link = &mesh->links[action->link].facts;

		switch (action->kind) {
		case ACTION_FRAME:
			if (mesh->eye != NULL)
				capture_goes(mesh->eye, action->link, link, action->to.bytes,
					     (struct span){bytes, action->size});
			ethernet_queue(mesh->ethernet, link->ifindex, link->lladdr,
				       action->to.bytes, bytes, action->size);
			break;
		case ACTION_PACKET:
			while (!merge_add(&mesh->merge, (instant){0},
					  (struct span){bytes, action->size}, action->partial))
				packets_deliver(mesh);
			break;
		case ACTION_NOTICE:
			news_tell(mesh, &action->notice);
			if (action->notice.kind == NOTICE_TRACE && mesh->traced != NULL)
				mesh->traced(mesh->traced_owner, action->notice.trace);
			if (action->notice.kind == NOTICE_LEFT)
				loop_stop(mesh->parts.loop, 0);
			break;
		case ACTION_HANDOVER:
			carriers_give(mesh, &action->handover, (struct span){bytes, action->size});
			break;
		}
	}
	packets_deliver(mesh);
	outbox_clear(outbox);
	outbox->eye = mesh->eye;
}

/* The one way by which the node gets to know anything. */
static void hand(struct mesh *mesh, const struct journal_event *event)
{
	if (mesh->eye != NULL)
		capture_time(mesh->eye);
	recorder_event(mesh->parts.recorder, event);
	vault_begin(mesh->parts.vault);
	journal_apply(mesh->node, event, mesh->outbox);
	vault_end(mesh->parts.vault);
	recorder_answer(mesh->parts.recorder, event->now, mesh->outbox);
	carry_out(mesh);
}

/* Ends a batch of events. */
static void settle(struct mesh *mesh)
{
	instant due = node_deadline(mesh->node);

	ethernet_flush(mesh->ethernet);
	carriers_renew(mesh);
	transit_follow(mesh);
	recorder_flush(mesh->parts.recorder);
	if (ethernet_waits(mesh->ethernet))
		due = instant_earlier(due, instant_after(loop_now(), duration_ms(1)));
	loop_timer_set(mesh->deadline, due);
}

static void frame_came(struct mesh *mesh, instant now, const struct ethernet_frame *frame)
{
	uint32_t slot = links_slot(mesh, frame->ifindex);
	struct journal_event event = {.kind = JOURNAL_FRAME,
				      .now = now,
				      .link = slot,
				      .group = frame->group,
				      .bytes = {frame->bytes, frame->size}};

	if (slot == LINKS_DAEMON) {
		mesh->counters.link_unknown++;
		return;
	}
	if (mesh->eye != NULL)
		capture_came(mesh->eye, slot, frame->ifindex, frame->destination, frame->source,
			     event.bytes);
	if (frame->group && memcmp(frame->destination, NODE_GROUP.bytes, LLADDR) != 0) {
		mesh->counters.group_foreign++;
		return;
	}
	memcpy(event.from.bytes, frame->source, LLADDR);
	hand(mesh, &event);
}

static void frames_ready(void *owner)
{
	struct mesh *mesh = owner;
	const struct ethernet_frame *frames;
	instant now = loop_now();
	int count = ethernet_receive(mesh->ethernet, &frames);

	for (int i = 0; i < count; i++)
		frame_came(mesh, now, &frames[i]);
	if (count < 0 && count != -ENETDOWN)
		log_say(mesh->parts.log, MESSAGE_TROUBLE, "packet socket: %s", strerror(-count));
	settle(mesh);
}

/* Hands the node what was read, packet by packet. How many they were. */
static int packets_came(struct mesh *mesh, instant now, const uint8_t header[OFFLOAD_HEADER],
			size_t size)
{
	struct offload offload;
	struct split split;
	struct split_part part;
	int count = 0;

	if (!offload_read((struct span){header, OFFLOAD_HEADER}, &offload) ||
	    !split_begin(&split, mesh->packet, size, &offload)) {
		mesh->counters.tun_malformed++;
		return 1;
	}
	for (; split_next(&split, &part); count++) {
		if (part.partial)
			(void)!packet_complete(part.bytes,
					       part.size); /* else the node refuses it */
		hand(mesh, &(struct journal_event){.kind = JOURNAL_PACKET,
						   .now = now,
						   .bytes = {part.bytes, part.size}});
	}
	return count;
}

static void packets_ready(void *owner)
{
	struct mesh *mesh = owner;
	instant now = loop_now();
	uint8_t header[OFFLOAD_HEADER];
	int size = 1;

	for (int count = 0; count < PACKETS_AT_ONCE && size > 0;) {
		size = tun_read(mesh->parts.opened->queues[0], header, mesh->packet,
				sizeof(mesh->packet));
		if (size > 0)
			count += packets_came(mesh, now, header, (size_t)size);
	}
	settle(mesh);
	if (size < 0 && tun_is_gone(size))
		upkeep_miss(mesh);
	mesh->counters.tun_malformed += size < 0 && !tun_is_gone(size);
}

static void handover_came(struct mesh *mesh, const struct handover *handover, struct span bytes)
{
	if (mesh->eye != NULL)
		capture_time(mesh->eye);
	vault_begin(mesh->parts.vault);
	node_handover(mesh->node, loop_now(), handover, bytes.bytes, bytes.size, mesh->outbox);
	vault_end(mesh->parts.vault);
	carry_out(mesh);
}

static void carriers_ready(void *owner)
{
	struct mesh *mesh = owner;

	carriers_listen(mesh, handover_came);
	settle(mesh);
	if (carriers_miss(mesh))
		upkeep_miss(mesh);
}

static void deadline_due(void *owner)
{
	struct mesh *mesh = owner;

	hand(mesh, &(struct journal_event){.kind = JOURNAL_TIME, .now = loop_now()});
	settle(mesh);
}

/* Brings tun to the packet size the links allow now. */
static int mtu_follow(struct mesh *mesh, struct failure *failure)
{
	struct node_status status;
	uint32_t mtu;

	node_status(mesh->node, loop_now(), &status);
	mtu = status.mtu > MTU_LEAST ? status.mtu : MTU_LEAST;
	if (mtu == mesh->host.mtu)
		return 0;
	mesh->host.mtu = mtu;
	return upkeep_follow(mesh, failure);
}

/* Hands the node every change of a link that the watch has to tell. */
static void links_follow(struct mesh *mesh)
{
	struct journal_event event = {.kind = JOURNAL_LINK};

	while (links_next(mesh, &event.link, &event.facts)) {
		event.now = loop_now();
		hand(mesh, &event);
	}
	loop_timer_set(mesh->radios, links_radio(mesh)
					     ? instant_after(loop_now(), duration_s(RADIO_SECONDS))
					     : INSTANT_NEVER);
}

/* Takes up the links the process before had, as they were; what changed meanwhile follows. */
static void links_go_on(struct mesh *mesh)
{
	struct journal_event event = {.kind = JOURNAL_LINK, .now = mesh->started};

	for (; links_resume(mesh, &event.link, &event.facts); event.link++)
		hand(mesh, &event);
}

/* Takes in the links a watch begins with. */
static int links_begin(struct mesh *mesh, struct failure *failure)
{
	int status;

	links_follow(mesh);
	if (links_count(mesh) == 0)
		log_tell(mesh->parts.log, MESSAGE_NO_LINK, NULL);
	status = mtu_follow(mesh, failure);
	settle(mesh);
	return status;
}

static void links_ready(void *owner)
{
	struct mesh *mesh = owner;
	struct failure failure;
	int status = watch_read(mesh->watch);

	if (status != 0)
		log_say(mesh->parts.log, MESSAGE_TROUBLE,
			"links: %s, looking again at the next change", strerror(-status));
	links_follow(mesh);
	if (mtu_follow(mesh, &failure) != 0)
		log_tell(mesh->parts.log, MESSAGE_TROUBLE, WORDS(failure.text));
	settle(mesh);
}

static void radios_due(void *owner)
{
	struct mesh *mesh = owner;
	int status = watch_radios(mesh->watch);

	if (status != 0)
		log_say(mesh->parts.log, MESSAGE_TROUBLE, "radio links: %s", strerror(-status));
	links_follow(mesh);
	settle(mesh);
}

static void session_key_old(void *owner)
{
	struct mesh *mesh = owner;
	uint8_t secret[AGREE_KEY];
	struct failure failure;
	uint32_t generation;
	instant now = loop_now();

	loop_timer_set(mesh->session_age,
		       instant_after(now, duration_s(SESSION_KEY_DAYS * 86400LL)));
	if (state_epoch_next(mesh->parts.state, &generation, &failure) != 0) {
		log_tell(mesh->parts.log, MESSAGE_SESSION_KEY_STAYS, WORDS(failure.text));
		return;
	}
	randombytes_buf(secret, sizeof(secret));
	hand(mesh, &(struct journal_event){.kind = JOURNAL_SESSION_KEY,
					   .now = now,
					   .generation = generation,
					   .bytes = {secret, sizeof(secret)}});
	sodium_memzero(secret, sizeof(secret));
	*vault_key_made(mesh->parts.vault) = now;
	settle(mesh);
}

/* Maps memory for the outbox: zeroed, and left out of core dumps. */
static int outbox_map(struct mesh *mesh, struct failure *failure)
{
	void *memory = mmap(NULL, sizeof(struct outbox), PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return failure_say(failure, -errno, "memory: %s", strerror(errno));
	madvise(memory, sizeof(struct outbox), MADV_DONTDUMP);
	mesh->outbox = memory;
	outbox_clear(mesh->outbox);
	return 0;
}

/* Gives the host its address; tun's follows with the first packet size. */
static int host_prepare(struct mesh *mesh, struct failure *failure)
{
	struct node_status status;

	node_status(mesh->node, loop_now(), &status);
	mesh->host.tun = mesh->parts.config->tun_name;
	mesh->host.loopback = mesh->parts.config->loopback_name;
	memcpy(mesh->host.address, status.address.bytes, ADDRESS);
	return upkeep_open(mesh, failure);
}

static int loop_join(struct mesh *mesh, struct failure *failure)
{
	const struct opened *opened = mesh->parts.opened;
	struct loop *loop = mesh->parts.loop;
	struct loop_source *source;
	int status = loop_timer(loop, deadline_due, mesh, &mesh->deadline);

	if (status == 0)
		status = loop_timer(loop, session_key_old, mesh, &mesh->session_age);
	if (status == 0)
		status = loop_timer(loop, radios_due, mesh, &mesh->radios);
	if (status == 0)
		status = loop_watch(loop, opened->control.packet, LOOP_READ, frames_ready, mesh,
				    &source);
	if (status == 0)
		status = loop_watch(loop, opened->control.ring, LOOP_READ, frames_ready, mesh,
				    &source);
	if (status == 0 && opened->carriers == 0)
		status = loop_watch(loop, opened->queues[0], LOOP_READ, packets_ready, mesh,
				    &mesh->packets);
	if (status == 0)
		status = loop_watch(loop, opened->link_events, LOOP_READ, links_ready, mesh,
				    &source);
	return status == 0 ? 0 : failure_say(failure, status, "loop: %s", strerror(-status));
}

/* Tells the node how it is to behave by the configuration. */
static void settings_follow(struct mesh *mesh)
{
	struct journal_event event = {.kind = JOURNAL_CHANGE,
				      .now = loop_now(),
				      .settings = birth_settings(mesh->parts.config)};

	mesh->suites = event.settings.suites;
	hand(mesh, &event);
}

/* Tells the node who may take part. */
static void members_follow(struct mesh *mesh)
{
	const struct allow *allow = mesh->parts.allow;
	struct journal_event event = {.kind = JOURNAL_ALLOW,
				      .now = loop_now(),
				      .listed = mesh->parts.config->allow_file[0] != '\0'};
	struct address members[ALLOW_MOST];

	for (uint32_t i = 0; event.listed && i < allow->count; i++)
		members[i] = address_of_key(allow->keys[i]);
	event.bytes = (struct span){members[0].bytes,
				    event.listed ? allow->count * sizeof(members[0]) : 0};
	hand(mesh, &event);
}

/* Starts what was made: from here on frames may leave. */
static int mesh_start(struct mesh *mesh, struct failure *failure)
{
	int status = vault_thread(mesh->parts.vault, 0);

	if (status != 0)
		return failure_say(failure, status, "signals: %s", strerror(-status));
	loop_timer_set(mesh->session_age, instant_after(*vault_key_made(mesh->parts.vault),
							duration_s(SESSION_KEY_DAYS * 86400LL)));
	links_go_on(mesh);
	settings_follow(mesh);
	members_follow(mesh);
	status = carriers_start(mesh, failure);
	return status == 0 ? links_begin(mesh, failure) : status;
}

int mesh_open(struct mesh *mesh, const struct mesh_parts *parts, const uint8_t network_key[32],
	      struct failure *failure)
{
	int status;

	memset(mesh, 0, sizeof(*mesh));
	mesh->parts = *parts;
	mesh->started = loop_now();
	merge_init(&mesh->merge, parts->opened->offloads == TUN_UDP);
	status = outbox_map(mesh, failure);
	if (status == 0)
		status = birth_node(mesh, network_key, failure);
	if (status == 0)
		status = host_prepare(mesh, failure);
	if (status == 0)
		status = inbound_open(mesh, failure);
	if (status != 0)
		return status;
	status = ethernet_open(&mesh->ethernet, &parts->opened->control, parts->config->ethertype);
	if (status != 0)
		return failure_say(failure, status, "packet batches: %s", strerror(-status));
	transit_open(mesh);
	status = links_watch(mesh, failure);
	if (status == 0)
		status = loop_join(mesh, failure);
	if (status == 0)
		status = carriers_open(mesh, carriers_ready, failure);
	return status == 0 ? mesh_start(mesh, failure) : status;
}

/* Tells the node what the configuration says of its links. */
static int rules_follow(struct mesh *mesh, struct failure *failure)
{
	struct journal_event event = {.kind = JOURNAL_LINK};
	int status = links_rule(mesh);

	while (links_recost(mesh, &event.link, &event.facts)) {
		event.now = loop_now();
		hand(mesh, &event);
	}
	return status == 0 ? links_begin(mesh, failure)
			   : failure_say(failure, status, "links: %s", strerror(-status));
}

int mesh_follow(struct mesh *mesh, struct failure *failure)
{
	int status;

	settings_follow(mesh);
	members_follow(mesh);
	status = rules_follow(mesh, failure);
	settle(mesh);
	return status;
}

void mesh_trace(struct mesh *mesh, uint32_t number, uint8_t lane, const struct address *to)
{
	hand(mesh, &(struct journal_event){.kind = JOURNAL_TRACE,
					   .now = loop_now(),
					   .trace = number,
					   .lane = lane,
					   .to = *to});
	settle(mesh);
}

static void leave_late(void *owner)
{
	struct mesh *mesh = owner;

	loop_stop(mesh->parts.loop, 0);
}

int mesh_leave(struct mesh *mesh)
{
	struct loop_source *late;
	instant now = loop_now();
	int status = loop_timer(mesh->parts.loop, leave_late, mesh, &late);

	if (status != 0)
		return status;
	loop_timer_set(late, instant_after(now, duration_ms(ROUTE_LEAVE_MS)));
	hand(mesh, &(struct journal_event){.kind = JOURNAL_LEAVE, .now = now});
	settle(mesh);
	return 0;
}

void mesh_hand_on(struct mesh *mesh)
{
	mesh->handed_on = true;
	loop_stop(mesh->parts.loop, 0);
}

void mesh_carried(struct mesh *mesh, uint32_t slot, const uint8_t to[LLADDR])
{
	struct journal_event event = {.kind = JOURNAL_CARRIED, .now = loop_now(), .link = slot};

	memcpy(event.from.bytes, to, LLADDR);
	hand(mesh, &event);
	settle(mesh);
}

void mesh_close(struct mesh *mesh)
{
	carriers_stop(mesh);
	capture_close(mesh);
	if (!mesh->handed_on) {
		upkeep_close(mesh);
		inbound_close(mesh);
	}
	links_unwatch(mesh);
	ethernet_close(mesh->ethernet);
	if (mesh->node != NULL && !mesh->handed_on) {
		vault_give_up(mesh->parts.vault);
		node_wipe(mesh->node);
	}
	if (mesh->provided)
		ipsec_mb_stop(&mesh->provider);
	if (mesh->outbox != NULL)
		munmap(mesh->outbox, sizeof(struct outbox));
	memset(mesh, 0, sizeof(*mesh));
}
