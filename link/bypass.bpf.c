/* The relay in the kernel: plain data frames of others go from driver to driver without waking the
 * daemon. What it does to a frame is what node/relay.c does, a hop less and other link addresses;
 * whatever it is not sure of it leaves to the daemon, which refuses by name, answers and counts. So
 * it refuses nothing itself and knows no reasons. It holds no state but its maps; link/bypass.c
 * fills them. docs/protocol/route.md, section 7; docs/bypass.md. */
#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>

#include <bpf/bpf_helpers.h>

#include "link/bypass_maps.h"

/* As much of a frame as decides where it goes. */
struct frame {
	uint8_t destination[BYPASS_LLADDR];
	uint8_t source[BYPASS_LLADDR];
	uint16_t ethertype;
	uint8_t form;
	uint8_t hop_limit;
	uint8_t traffic_class;
	uint8_t to[BYPASS_ID];
	uint8_t from[BYPASS_ID];
} __attribute__((packed));

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct bypass_self);
} self SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, uint32_t);
	__type(value, struct bypass_turn);
} turn SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, BYPASS_SETS *BYPASS_WAYS);
	__type(key, struct bypass_way_key);
	__type(value, struct bypass_way);
} ways SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BYPASS_SETS *BYPASS_HOPS);
	__type(key, uint32_t);
	__type(value, struct bypass_hop);
} hops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, BYPASS_SETS *BYPASS_NODES);
	__type(key, struct bypass_node_key);
	__type(value, struct bypass_node);
} nodes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, BYPASS_LINKS);
	__type(key, uint32_t);
	__type(value, struct bypass_counters);
} counters SEC(".maps");

static const uint32_t only = 0;

/* How often the sets took turns. */
static __always_inline uint64_t turn_now(void)
{
	const volatile struct bypass_turn *now = bpf_map_lookup_elem(&turn, &only);

	return now ? now->serial : 0;
}

/* There is no memcmp to call in the kernel. */
static __always_inline bool bytes_equal(const uint8_t *a, const uint8_t *b, uint32_t size)
{
	uint8_t differ = 0;

	for (uint32_t i = 0; i < size; i++)
		differ |= a[i] ^ b[i];
	return differ == 0;
}

static __always_inline bool frame_is_ours(const struct frame *frame, const struct bypass_self *own)
{
	return frame->ethertype == own->ethertype;
}

/* True for what node/relay.c would pass on if the way there is good. */
static __always_inline bool frame_may_pass(const struct frame *frame, uint32_t size,
					   const struct bypass_self *own,
					   const struct bypass_way *way)
{
	return size >= BYPASS_CLEAR + BYPASS_SEALED && (frame->form & BYPASS_FORM) == BYPASS_DATA &&
	       (frame->form & BYPASS_LANE) && frame->hop_limit >= BYPASS_HOPS_LEFT &&
	       bytes_equal(frame->destination, way->own, BYPASS_LLADDR) &&
	       !bytes_equal(frame->from, own->id, BYPASS_ID);
}

static __always_inline const struct bypass_way *way_of(const struct frame *frame, uint32_t ifindex,
						       uint32_t set)
{
	struct bypass_way_key key = {.ifindex = ifindex, .set = (uint16_t)set};

	__builtin_memcpy(key.from, frame->source, BYPASS_LLADDR);
	return bpf_map_lookup_elem(&ways, &key);
}

/* The next hop of a frame's lane; NULL if there is none, or it is where the frame comes from. */
static __always_inline struct bypass_hop *hop_of(const struct frame *frame,
						 const struct bypass_way *way, uint32_t set)
{
	struct bypass_node_key key = {.set = set};
	const struct bypass_node *node;
	uint32_t number;

	__builtin_memcpy(key.id, frame->to, BYPASS_ID);
	node = bpf_map_lookup_elem(&nodes, &key);
	if (!node)
		return NULL;
	number = node->next[frame->form & BYPASS_LANE];
	if (number == way->hop || number >= BYPASS_HOPS)
		return NULL;
	number += set * BYPASS_HOPS;
	return bpf_map_lookup_elem(&hops, &number);
}

/* Sends the frame on from the interface *ifindex to another; false, and the frame as it was, if
 * that is for the daemon to do. Frames within one link are: the node may be spared them. */
static __always_inline bool frame_send(struct frame *frame, uint32_t size,
				       const struct bypass_way *way, uint64_t serial,
				       uint32_t *ifindex)
{
	struct bypass_hop *hop = hop_of(frame, way, serial & 1);
	struct bypass_hop to;

	if (!hop)
		return false;
	to = *hop;
	if (to.ifindex == *ifindex || size > to.mtu || (way->native && !to.takes))
		return false;
	if (!to.used)
		hop->used = 1;
	/* A set is filled anew only after the turn went to the other: if it has, what was read may
	 * be of two times. */
	if (turn_now() != serial)
		return false;
	frame->hop_limit--;
	__builtin_memcpy(frame->destination, to.to, BYPASS_LLADDR);
	__builtin_memcpy(frame->source, to.own, BYPASS_LLADDR);
	*ifindex = to.ifindex;
	return true;
}

SEC("xdp")
int bypass(struct xdp_md *context)
{
	uint8_t *begin = (uint8_t *)(long)context->data;
	uint8_t *end = (uint8_t *)(long)context->data_end;
	struct frame *frame = (struct frame *)begin;
	const struct bypass_self *own = bpf_map_lookup_elem(&self, &only);
	uint64_t serial = turn_now();
	struct bypass_counters *count;
	const struct bypass_way *way;
	uint32_t ifindex = context->ingress_ifindex;
	uint32_t size, link;

	if (!own || (uint8_t *)(frame + 1) > end || !frame_is_ours(frame, own))
		return XDP_PASS;
	way = way_of(frame, ifindex, serial & 1);
	if (!way)
		return XDP_PASS;
	link = way->link;
	count = bpf_map_lookup_elem(&counters, &link);
	if (!count)
		return XDP_PASS;
	/* Nobody without CAP_PERFMON may take one address from another. */
	size = (uint32_t)bpf_xdp_get_buff_len(context) - BYPASS_HEADER;
	if (!frame_may_pass(frame, size, own, way) ||
	    !frame_send(frame, size, way, serial, &ifindex)) {
		count->passed++;
		return XDP_PASS;
	}
	count->frames++;
	count->bytes += size;
	return (int)bpf_redirect(ifindex, 0);
}

const char terms[] SEC("license") = "GPL";
