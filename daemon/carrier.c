/* One turn after another: what the control loop gave, a batch of frames, a batch of packets, each
 * carried out before the next, so that no source starves another. With nothing to do the carrier
 * lets others run for a moment before it sleeps, for a wake-up costs more than that moment. While
 * frames come quickly, packets for the host that the next may still join are held until that
 * moment is over: what the host pays for is super-packets, and the more of a stream's segments are
 * in one, the fewer acknowledgements come back. What nothing can join any more does not wait. The
 * outbox, where what is held lies, is emptied when nothing is. */
#include "daemon/carrier.h"

#include "base/shared.h"
#include "daemon/capture.h"
#include "daemon/channel.h"
#include "daemon/loop.h"
#include "daemon/vault.h"
#include "tun/device.h"
#include "tun/merge.h"
#include "tun/split.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
	CHANNEL = 256 * 1024,	  /* bytes of handovers under way each way */
	STACK = 256 * 1024,	  /* of the thread, bytes */
	READS = 64,		  /* packets and super-packets in a batch from tun */
	BATCH = OUTBOX_BYTES / 4, /* bytes after which a batch is long enough */
	LINGER_US = 20,		  /* looks for work so long before it sleeps */
	HOLD_US = 150,		  /* packets that may be joined are held so long at most, */
	HOLD_PACKETS = 8,	  /* after so many went to the host at once, */
	HOLD_AGAIN_US = 1000,	  /* no longer ago than that */
	COUNT_MS = 100,		  /* figures are published so often */
};

struct carrier {
	struct carrier_parts parts;
	pthread_t thread;
	bool started;
	sem_t runs; /* posted by the thread, once */
	struct ethernet *ethernet;
	struct channel *orders, *reports;
	bool stopped; /* shared */
	bool missing; /* shared: the TUN device is gone */
	struct carrier_link links[LINKS_DAEMON];
	uint64_t links_version;	    /* shared */
	struct eye *eye;	    /* NULL: nobody captures */
	pthread_mutex_t table_lock; /* of table and table_eye, which the control loop writes */
	struct carrier_link table[LINKS_DAEMON];
	struct eye *table_eye;
	uint64_t table_version; /* shared */
	struct carrier_counters counters, published;
	const char *ways[LINKS_DAEMON]; /* shared: by what frames leave */
	instant counted;
	instant now; /* of this turn */
	struct outbox outbox;
	uint32_t carried; /* of its actions; the packets among them may be held in merge */
	struct merge merge;
	instant many; /* HOLD_PACKETS went to the host at once */
	uint8_t packet[OFFLOAD_PACKET];
};

/* Hands the host what was gathered for it, but for what began after until and may still grow. */
static void carrier_deliver(struct carrier *carrier, instant until)
{
	if (carrier->merge.count >= HOLD_PACKETS)
		carrier->many = carrier->now;
	carrier->counters.tun_refused += tun_deliver(carrier->parts.tun, &carrier->merge, until);
}

static void carrier_frame(struct carrier *carrier, const struct action *action,
			  const uint8_t *bytes)
{
	const struct carrier_link *link = &carrier->links[action->link];

	if (!link->used) {
		carrier->counters.link_unknown++;
		return;
	}
	if (carrier->eye != NULL)
		capture_goes(carrier->eye, action->link, &link->facts, action->to.bytes,
			     (struct span){bytes, action->size});
	ethernet_lend(carrier->ethernet, link->facts.ifindex, link->facts.lladdr, action->to.bytes,
		      bytes, action->size);
}

/* Carries out what the node wants done, but for packets, which are gathered: their bytes are lent
 * until they are delivered. */
static void carrier_carry_out(struct carrier *carrier)
{
	struct outbox *outbox = &carrier->outbox;

	for (uint32_t i = carrier->carried; i < outbox->count; i++) {
		const struct action *action = &outbox->actions[i];
		const struct span bytes = {outbox->bytes + action->offset, action->size};

		switch (action->kind) {
		case ACTION_FRAME:
			carrier_frame(carrier, action, bytes.bytes);
			break;
		case ACTION_PACKET:
			while (!merge_add(&carrier->merge, carrier->now, bytes, action->partial))
				carrier_deliver(carrier, INSTANT_NEVER);
			break;
		case ACTION_HANDOVER:
			carrier->counters.not_handed +=
				!channel_put(carrier->reports, &action->handover, bytes);
			break;
		case ACTION_NOTICE: /* the control side's alone */
			break;
		}
	}
	ethernet_flush(carrier->ethernet);
	carrier->carried = outbox->count;
}

/* Carries out what there is, holding what began after until, and empties the outbox if nothing is
 * held. */
static void carrier_settle(struct carrier *carrier, instant until)
{
	carrier_carry_out(carrier);
	carrier_deliver(carrier, until);
	if (merge_holds(&carrier->merge))
		return;
	outbox_clear(&carrier->outbox);
	carrier->outbox.eye = carrier->eye;
	carrier->carried = 0;
}

/* Carries all out and empties the outbox. */
static void carrier_clear(struct carrier *carrier)
{
	carrier_settle(carrier, INSTANT_NEVER);
}

/* Ends a batch. */
static void carrier_end(struct carrier *carrier)
{
	bool quick = instant_since(carrier->now, carrier->many).us < HOLD_AGAIN_US;

	carrier_settle(carrier, quick ? (instant){carrier->now.us - HOLD_US} : INSTANT_NEVER);
}

static struct datapath carrier_begin(struct carrier *carrier)
{
	return datapath_begin(carrier->parts.node, carrier->parts.number);
}

/* What the control loop gave. True if it was anything. */
static bool carrier_orders(struct carrier *carrier)
{
	struct datapath datapath = carrier_begin(carrier);
	struct handover handover;
	struct span bytes;
	bool any = false;

	while (outbox_spare(&carrier->outbox) && channel_take(carrier->orders, &handover, &bytes)) {
		datapath_handover(&datapath, carrier->now, &handover, bytes.bytes, bytes.size,
				  &carrier->outbox);
		any = true;
	}
	datapath_flush(&datapath, carrier->now, &carrier->outbox);
	carrier_end(carrier);
	datapath_end(&datapath);
	return any;
}

/* The slot of an interface, or LINKS_DAEMON. */
static uint32_t carrier_slot(const struct carrier *carrier, uint32_t ifindex)
{
	uint32_t slot = 0;

	while (slot < LINKS_DAEMON &&
	       !(carrier->links[slot].used && carrier->links[slot].facts.ifindex == ifindex))
		slot++;
	return slot;
}

static void carrier_frame_came(struct carrier *carrier, struct datapath *datapath,
			       const struct ethernet_frame *frame)
{
	uint32_t slot = carrier_slot(carrier, frame->ifindex);
	struct lladdr from;

	if (slot == LINKS_DAEMON) {
		carrier->counters.link_unknown++;
		return;
	}
	memcpy(from.bytes, frame->source, LLADDR);
	if (carrier->eye != NULL)
		capture_came(carrier->eye, slot, frame->ifindex, frame->destination, frame->source,
			     (struct span){frame->bytes, frame->size});
	if (!outbox_spare(&carrier->outbox))
		carrier_clear(carrier);
	datapath_frame(datapath, carrier->now, slot, from, frame->group, frame->bytes, frame->size,
		       &carrier->outbox);
}

/* A batch of frames. True if there were any. */
static bool carrier_frames(struct carrier *carrier)
{
	struct datapath datapath = carrier_begin(carrier);
	const struct ethernet_frame *frames;
	int count = ethernet_receive(carrier->ethernet, &frames);

	for (int i = 0; i < count; i++)
		carrier_frame_came(carrier, &datapath, &frames[i]);
	carrier_end(carrier);
	datapath_end(&datapath);
	return count > 0;
}

/* What was read from tun, packet by packet. */
static void carrier_packet_came(struct carrier *carrier, struct datapath *datapath,
				const uint8_t header[OFFLOAD_HEADER], size_t size)
{
	struct offload offload;
	struct split split;
	struct split_part part;

	if (!offload_read((struct span){header, OFFLOAD_HEADER}, &offload) ||
	    !split_begin(&split, carrier->packet, size, &offload)) {
		carrier->counters.tun_malformed++;
		return;
	}
	while (split_next(&split, &part)) {
		if (!outbox_spare(&carrier->outbox))
			carrier_clear(carrier);
		datapath_packet(datapath, carrier->now, (struct span){part.bytes, part.size},
				part.partial, &carrier->outbox);
	}
}

/* A batch of packets. True if there were any. */
static bool carrier_packets(struct carrier *carrier)
{
	struct datapath datapath = carrier_begin(carrier);
	uint8_t header[OFFLOAD_HEADER];
	uint32_t held = carrier->outbox.used;
	int reads = 0, size = SHARED_GET(carrier->missing) ? 0 : 1;

	while (size > 0 && reads < READS && carrier->outbox.used < held + BATCH) {
		size = tun_read(carrier->parts.tun, header, carrier->packet,
				sizeof(carrier->packet));
		if (size <= 0)
			break;
		carrier_packet_came(carrier, &datapath, header, (size_t)size);
		reads++;
	}
	datapath_flush(&datapath, carrier->now, &carrier->outbox);
	carrier_end(carrier);
	datapath_end(&datapath);
	if (size < 0 && tun_is_gone(size)) {
		SHARED_SET(carrier->missing, true);
		channel_wake(carrier->reports);
	}
	carrier->counters.tun_malformed += size < 0 && !tun_is_gone(size);
	return reads > 0;
}

/* True if an interface is in the table, as a link or as one that was let go of. */
static bool table_holds(const struct carrier_link *table, uint32_t ifindex)
{
	for (uint32_t slot = 0; slot < LINKS_DAEMON; slot++)
		if (table[slot].facts.ifindex == ifindex && !table[slot].gone)
			return true;
	return false;
}

/* Takes in what has changed. A link that was only let go of keeps what was made ready for it. */
static void carrier_links_take(struct carrier *carrier)
{
	for (uint32_t slot = 0; slot < LINKS_DAEMON; slot++) {
		uint32_t before = carrier->links[slot].facts.ifindex;
		if (before != 0 && !table_holds(carrier->table, before))
			ethernet_unlink(carrier->ethernet, before);
	}
	for (uint32_t slot = 0; slot < LINKS_DAEMON; slot++) {
		const struct carrier_link *now = &carrier->table[slot];
		if (now->used && memcmp(now, &carrier->links[slot], sizeof(*now)) != 0)
			ethernet_link(carrier->ethernet, &now->facts);
	}
	memcpy(carrier->links, carrier->table, sizeof(carrier->links));
}

static void carrier_table_read(struct carrier *carrier)
{
	if (SHARED_ACQUIRE(carrier->table_version) == carrier->links_version)
		return;
	pthread_mutex_lock(&carrier->table_lock);
	carrier_links_take(carrier);
	carrier->eye = carrier->table_eye;
	carrier->outbox.eye = carrier->eye;
	SHARED_RELEASE(carrier->links_version, SHARED_GET(carrier->table_version));
	pthread_mutex_unlock(&carrier->table_lock);
}

static bool carrier_turn(struct carrier *carrier)
{
	bool busy;

	carrier->now = loop_now();
	carrier_table_read(carrier);
	if (carrier->eye != NULL)
		capture_time(carrier->eye);
	busy = carrier_orders(carrier);
	busy = carrier_frames(carrier) || busy;
	return carrier_packets(carrier) || busy;
}

/* Copies figures, all of which are counters of 64 bits, to where others may look. */
static void carrier_publish(struct carrier *carrier, instant now)
{
	const uint64_t *from = (const uint64_t *)&carrier->counters;
	uint64_t *to = (uint64_t *)&carrier->published;

	for (uint32_t slot = 0; slot < LINKS_DAEMON; slot++)
		if (carrier->links[slot].used)
			SHARED_SET(carrier->ways[slot],
				   ethernet_way(carrier->ethernet,
						carrier->links[slot].facts.ifindex));
	carrier->counters.link = *ethernet_counters(carrier->ethernet);
	for (size_t i = 0; i < sizeof(carrier->counters) / sizeof(*from); i++)
		SHARED_SET(to[i], from[i]);
	carrier->counted = now;
}

/* Sleeps until there is something to do; what was counted does not wait longer than COUNT_MS. */
static void carrier_sleep(struct carrier *carrier, bool counted)
{
	struct pollfd waits[] = {
		{.fd = channel_descriptor(carrier->orders), .events = POLLIN},
		{.fd = SHARED_GET(carrier->missing) ? -1 : carrier->parts.tun, .events = POLLIN},
		{.fd = carrier->parts.sockets.packet, .events = POLLIN},
		{.fd = carrier->parts.sockets.ring, .events = POLLIN},
	};

	int most_ms = ethernet_waits(carrier->ethernet) ? 1 : counted ? -1 : COUNT_MS;

	(void)poll(waits, sizeof(waits) / sizeof(waits[0]), most_ms);
	if (waits[0].revents != 0)
		channel_quiet(carrier->orders);
}

/* With nothing to do others may run, and after a while it sleeps. */
static void *carrier_run(void *argument)
{
	struct carrier *carrier = argument;
	instant busy = loop_now();

	REQUIRE(vault_thread(carrier->parts.vault, 1 + carrier->parts.number) == 0);
	sem_post(&carrier->runs);
	while (!SHARED_ACQUIRE(carrier->stopped)) {
		bool worked = carrier_turn(carrier);
		instant now = loop_now();
		bool counted = instant_since(now, carrier->counted).us >= COUNT_MS * INT64_C(1000);
		if (counted)
			carrier_publish(carrier, now);
		if (worked)
			busy = now;
		else if (instant_since(now, busy).us < LINGER_US)
			sched_yield();
		else if (merge_holds(&carrier->merge))
			carrier_clear(carrier);
		else
			carrier_sleep(carrier, counted);
	}
	carrier_clear(carrier);
	return NULL;
}

/* Starts the thread, which takes no signal, and sees it run: what the C library does first in a
 * thread must be behind it when system calls are filtered. 0 or -errno. */
static int carrier_thread(struct carrier *carrier)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	int status = pthread_attr_init(&attributes);

	if (status != 0)
		return -status;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	status = pthread_attr_setstacksize(&attributes, STACK);
	if (status == 0)
		status = pthread_create(&carrier->thread, &attributes, carrier_run, carrier);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	while (status == 0 && sem_wait(&carrier->runs) != 0)
		;
	return -status;
}

static void carrier_release(struct carrier *carrier)
{
	ethernet_close(carrier->ethernet);
	channel_close(carrier->orders);
	channel_close(carrier->reports);
	pthread_mutex_destroy(&carrier->table_lock);
	sem_destroy(&carrier->runs);
	free(carrier);
}

int carrier_open(struct carrier **carrier, const struct carrier_parts *parts,
		 struct failure *failure)
{
	struct carrier *made = calloc(1, sizeof(*made));
	int status = made == NULL ? -ENOMEM : 0;

	if (status != 0)
		return failure_say(failure, status, "carrier: %s", strerror(-status));
	made->parts = *parts;
	pthread_mutex_init(&made->table_lock, NULL);
	sem_init(&made->runs, 0, 0);
	outbox_clear(&made->outbox);
	merge_init(&made->merge, parts->udp);
	status = channel_open(&made->orders, CHANNEL, sizeof(struct handover));
	if (status == 0)
		status = channel_open(&made->reports, CHANNEL, sizeof(struct handover));
	if (status == 0)
		status = ethernet_open(&made->ethernet, &parts->sockets, parts->ethertype);
	if (status == 0) {
		*carrier = made;
		return 0;
	}
	carrier_release(made);
	return failure_say(failure, status, "carrier: %s", strerror(-status));
}

int carrier_start(struct carrier *carrier, struct failure *failure)
{
	int status = carrier_thread(carrier);

	carrier->started = status == 0;
	return status == 0 ? 0 : failure_say(failure, status, "carrier: %s", strerror(-status));
}

void carrier_stop(struct carrier *carrier)
{
	if (carrier == NULL)
		return;
	SHARED_RELEASE(carrier->stopped, true);
	channel_wake(carrier->orders);
	if (carrier->started)
		pthread_join(carrier->thread, NULL);
	carrier_release(carrier);
}

void carrier_links(struct carrier *carrier, const struct carrier_link *links)
{
	pthread_mutex_lock(&carrier->table_lock);
	memcpy(carrier->table, links, sizeof(carrier->table));
	SHARED_RELEASE(carrier->table_version, carrier->table_version + 1);
	pthread_mutex_unlock(&carrier->table_lock);
	carrier_wake(carrier);
}

void carrier_eye(struct carrier *carrier, struct eye *eye)
{
	pthread_mutex_lock(&carrier->table_lock);
	carrier->table_eye = eye;
	SHARED_RELEASE(carrier->table_version, carrier->table_version + 1);
	pthread_mutex_unlock(&carrier->table_lock);
	carrier_wake(carrier);
}

bool carrier_settled(const struct carrier *carrier)
{
	return SHARED_ACQUIRE(carrier->links_version) == SHARED_GET(carrier->table_version);
}

void carrier_wake(struct carrier *carrier)
{
	channel_wake(carrier->orders);
}

bool carrier_give(struct carrier *carrier, const struct handover *handover, struct span bytes)
{
	return channel_put(carrier->orders, handover, bytes);
}

int carrier_descriptor(const struct carrier *carrier)
{
	return channel_descriptor(carrier->reports);
}

void carrier_quiet(struct carrier *carrier)
{
	channel_quiet(carrier->reports);
}

void carrier_insist(const struct carrier *carrier)
{
	channel_wake(carrier->reports);
}

bool carrier_take(struct carrier *carrier, struct handover *handover, struct span *bytes)
{
	return channel_take(carrier->reports, handover, bytes);
}

bool carrier_misses(const struct carrier *carrier)
{
	return SHARED_GET(carrier->missing);
}

void carrier_resume(struct carrier *carrier)
{
	SHARED_SET(carrier->missing, false);
	carrier_wake(carrier);
}

const char *carrier_way(const struct carrier *carrier, uint32_t slot)
{
	const char *way = SHARED_GET(carrier->ways[slot]);

	return way != NULL ? way : "packet";
}

void carrier_count(const struct carrier *carrier, struct carrier_counters *counters)
{
	const uint64_t *from = (const uint64_t *)&carrier->published;
	uint64_t *to = (uint64_t *)counters;

	for (size_t i = 0; i < sizeof(*counters) / sizeof(*to); i++)
		to[i] = SHARED_GET(from[i]);
}
