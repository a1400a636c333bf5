/* Interfaces are numbered as they are described, so one that is not wanted has no number. A link
 * whose slot another took stays in the list: its packets are in the file. */
#include "tools/recording.h"

#include "meshp/header.h"
#include "meshp/opened.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { COMMENT = 128 };

/* True if a name is in a list of names with commas between. */
static bool list_has(const char *list, const char *name)
{
	size_t size = strlen(name);

	for (const char *at = list; at != NULL; at = strchr(at, ',')) {
		at += *at == ',';
		if (strncmp(at, name, size) == 0 && (at[size] == ',' || at[size] == '\0'))
			return true;
	}
	return false;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Adds an interface that is described so, unless there is no room for one more. */
static struct recording_interface *interface_add(struct recording *recording,
						 const struct pcapng_interface *described)
{
	struct recording_interface *interface = &recording->interfaces[recording->count];

	if (recording->count == RECORDING_INTERFACES)
		return NULL;
	recording->count++;
	*interface = (struct recording_interface){.number = recording->described};
	snprintf(interface->name, sizeof(interface->name), "%s", described->name);
	interface->wanted = recording->only == NULL || list_has(recording->only, interface->name);
	if (interface->wanted) {
		recording->described++;
		pcapng_interface(described, &recording->out);
	}
	return interface;
}

void recording_begin(struct recording *recording, const char *tun)
{
	struct recording_interface *interface;

	recording->out = writer_of(recording->buffer, sizeof(recording->buffer));
	recording->began_ns = now_ns();
	pcapng_section("meshctl " MESHPD_VERSION, &recording->out);
	interface =
		interface_add(recording, &(struct pcapng_interface){
						 .link = PCAPNG_IPV6,
						 .snap = recording->snap,
						 .name = tun,
						 .description = "what frames of this node carry",
					 });
	interface->place = EYE_OPENED_PLACE;
}

/* Reads xx:xx:xx:xx:xx:xx. */
static bool lladdr_read(const char *text, uint8_t lladdr[EYE_LLADDR])
{
	unsigned b[EYE_LLADDR];

	if (text == NULL || sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x", b, b + 1, b + 2, b + 3, b + 4,
				   b + 5) != EYE_LLADDR)
		return false;
	for (int i = 0; i < EYE_LLADDR; i++)
		lladdr[i] = (uint8_t)b[i];
	return true;
}

/* The number of the link of that index; as many as there are if it was not added. */
static uint32_t link_find(const struct recording *recording, uint32_t ifindex)
{
	uint32_t i = 0;

	while (i < recording->count && recording->interfaces[i].ifindex != ifindex)
		i++;
	return i;
}

void recording_link(struct recording *recording, const json_t *link)
{
	const char *name = json_string_value(json_object_get(link, "name"));
	json_int_t ifindex = json_integer_value(json_object_get(link, "ifindex"));
	uint8_t lladdr[EYE_LLADDR];
	bool known = lladdr_read(json_string_value(json_object_get(link, "lladdr")), lladdr);
	struct recording_interface *interface;

	if (name == NULL || ifindex <= 0 || ifindex > UINT32_MAX ||
	    link_find(recording, (uint32_t)ifindex) < recording->count)
		return;
	json_int_t rate = json_integer_value(json_object_get(link, "rate_bps"));
	interface = interface_add(recording, &(struct pcapng_interface){
						     .link = PCAPNG_ETHERNET,
						     .snap = recording->snap,
						     .name = name,
						     .description = "frames of MESHP",
						     .lladdr = known ? lladdr : NULL,
						     .rate_bps = rate > 0 ? (uint64_t)rate : 0,
					     });
	if (interface == NULL)
		return;
	interface->ifindex = (uint32_t)ifindex;
	interface->place = REEL_COUNTERS; /* until a frame says */
}

/* The daemon may have forgotten the link by now, and answers as slowly as it likes: so it is asked
 * once for each. */
bool recording_asks(struct recording *recording, const struct eye_record *record)
{
	if (record->kind == EYE_OPENED_IN || record->kind == EYE_OPENED_OUT ||
	    recording->count == RECORDING_INTERFACES ||
	    recording->asked[record->place] == record->ifindex ||
	    link_find(recording, record->ifindex) < recording->count)
		return false;
	recording->asked[record->place] = record->ifindex;
	return true;
}

bool recording_has(const struct recording *recording, const char *name)
{
	for (uint32_t i = 0; i < recording->count; i++)
		if (list_has(name, recording->interfaces[i].name))
			return true;
	return false;
}

bool recording_wants_opened(const struct recording *recording)
{
	return recording->interfaces[0].wanted;
}

static void packet_put(struct recording *recording, struct recording_interface *interface,
		       struct pcapng_packet *packet)
{
	if (recording->left == 0 || !interface->wanted)
		return;
	packet->interface = interface->number;
	if (packet->bytes.size > recording->snap)
		packet->bytes.size = recording->snap;
	pcapng_packet(packet, &recording->out);
	interface->received++;
	recording->packets++;
	recording->left--;
}

/* What a data frame and the packets in it have in common, as their comments have it. */
static void comment_write(char comment[COMMENT], const char *what, struct node_id source,
			  struct node_id destination, const struct eye_opened *frame)
{
	const uint8_t *s = source.bytes, *d = destination.bytes;

	snprintf(comment, COMMENT,
		 "%s %02x%02x%02x%02x%02x%02x%02x%02x > %02x%02x%02x%02x%02x%02x%02x%02x "
		 "lane %u key %u counter %u",
		 what, s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], d[0], d[1], d[2], d[3], d[4],
		 d[5], d[6], d[7], frame->lane, frame->parity, frame->counter);
}

/* The comment of a frame, "" if it is no data frame. */
static void frame_comment(char comment[COMMENT], struct span frame)
{
	struct reader in = reader_of(frame.bytes + EYE_ETHERNET, frame.size - (size_t)EYE_ETHERNET);
	struct data_header header;

	comment[0] = '\0';
	if (data_header_read(&in, &header) != DROP_NONE)
		return;
	const struct eye_opened named = {
		.lane = header.lane, .parity = header.parity, .counter = header.counter};
	comment_write(comment, "sealed", header.source, header.destination, &named);
}

static enum pcapng_cast frame_cast(struct span frame)
{
	static const uint8_t all[EYE_LLADDR] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

	if (memcmp(frame.bytes, all, sizeof(all)) == 0)
		return PCAPNG_BROADCAST;
	return (frame.bytes[0] & 1) != 0 ? PCAPNG_MULTICAST : PCAPNG_UNICAST;
}

static void frame_put(struct recording *recording, const struct eye_record *record)
{
	uint32_t number = link_find(recording, record->ifindex);
	struct recording_interface *interface;
	char comment[COMMENT];
	struct pcapng_packet packet = {
		.time_ns = record->time_ns,
		.direction = record->kind == EYE_FRAME_IN ? PCAPNG_IN : PCAPNG_OUT,
		.cast = frame_cast(record->bytes),
		.whole = record->whole,
		.bytes = record->bytes,
	};

	if (number == recording->count) {
		recording->strange++;
		return;
	}
	interface = &recording->interfaces[number];
	interface->place = record->place;
	frame_comment(comment, record->bytes);
	packet.comment = comment[0] != '\0' ? comment : NULL;
	packet_put(recording, interface, &packet);
}

static void opened_put(struct recording *recording, const struct eye_record *record)
{
	struct opened opened = opened_of(&record->opened);
	uint8_t bytes[OPENED_PACKET];
	struct writer out = writer_of(bytes, sizeof(bytes));
	char comment[COMMENT];

	comment_write(comment, "opened", address_id(&record->opened.source),
		      address_id(&record->opened.destination), &record->opened);
	for (; opened_next(&opened, &out); out = writer_of(bytes, sizeof(bytes))) {
		struct pcapng_packet packet = {
			.time_ns = record->time_ns,
			.direction = record->opened.out ? PCAPNG_OUT : PCAPNG_IN,
			.cast = PCAPNG_UNICAST,
			.whole = (uint32_t)out.used,
			.bytes = {bytes, out.used},
			.comment = comment,
		};
		packet_put(recording, &recording->interfaces[0], &packet);
	}
}

void recording_put(struct recording *recording, const struct eye_record *record)
{
	if (record->kind == EYE_FRAME_IN || record->kind == EYE_FRAME_OUT)
		frame_put(recording, record);
	else
		opened_put(recording, record);
}

uint64_t recording_end(struct recording *recording, const uint64_t lost[REEL_COUNTERS])
{
	uint64_t ended = now_ns(), sum = recording->strange;

	for (uint32_t i = 0; i < REEL_COUNTERS; i++)
		sum += lost[i];
	for (uint32_t i = 0; i < recording->count; i++) {
		const struct recording_interface *interface = &recording->interfaces[i];
		uint64_t dropped = interface->place < REEL_COUNTERS ? lost[interface->place] : 0;
		if (!interface->wanted)
			continue;
		pcapng_statistics(
			&(struct pcapng_statistics){.interface = interface->number,
						    .began_ns = recording->began_ns,
						    .ended_ns = ended,
						    .received = interface->received + dropped,
						    .dropped = dropped},
			&recording->out);
	}
	return sum;
}
