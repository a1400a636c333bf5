/* A look at all of them is cheap enough for something that comes 20 times a second at most. */
#include "node/recent.h"

#include <string.h>

void recent_keep(struct recent *recent, const struct culprit *culprit, uint8_t hop_limit,
		 struct span packet)
{
	struct recent_packet *kept = &recent->packets[recent->next];

	if (hop_limit >= RECENT_HOP_LIMIT && culprit->counter % RECENT_SAMPLE != 0)
		return;
	kept->size = packet.size < RECENT_BYTES ? (uint32_t)packet.size : RECENT_BYTES;
	kept->culprit = *culprit;
	memcpy(kept->bytes, packet.bytes, kept->size);
	recent->next = (recent->next + 1) % RECENT_PACKETS;
}

struct span recent_take(struct recent *recent, const struct culprit *culprit)
{
	for (uint32_t i = 0; i < RECENT_PACKETS; i++) {
		struct recent_packet *kept = &recent->packets[i];
		struct span found = {kept->bytes, kept->size};
		if (kept->size == 0 || !culprit_equal(&kept->culprit, culprit))
			continue;
		kept->size = 0;
		return found;
	}
	return (struct span){0};
}
