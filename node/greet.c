/* A HELLO is answered by nothing here: what it leads to is mesharp's to say. */
#include "node/greet.h"

#include "node/members.h"
#include "node/peers.h"
#include "node/routing.h"

#include <string.h>

void greet(struct node *node, uint32_t link, struct outbox *outbox)
{
	uint8_t *room = node_room(node, link, WIRE_HELLO, outbox);

	if (room == NULL)
		return;
	struct hello hello = {
		.source = address_id(&node->own),
		.version_least = WIRE_VERSION,
		.version_greatest = WIRE_VERSION,
		.zone = node->settings.zone,
		.boot_epoch = node->settings.boot_epoch,
		.instance = node->instance,
		.interface = mesharp_interface(link),
	};
	routing_tell(node, hello.digest, &hello.zone_size);
	memcpy(hello.network_id, node->network_id, NETWORK_ID);
	struct writer certificate = writer_of(hello.certificate, WIRE_CERTIFICATE);
	certificate_write(&node->keys[0].certificate, &certificate);

	struct writer out = writer_of(room, WIRE_HELLO);
	hello_write(&hello, node->closed ? node->network_key : NULL, &out);
	REQUIRE(writer_ok(&out));
	outbox_frame(outbox, link, NODE_GROUP, out.used);
}

/* Our own address: either a frame of ours that came back over another link of ours, or a clone. */
static enum drop greet_own(struct node *node, instant now, const struct certificate *certificate,
			   const struct hello *hello, struct outbox *outbox)
{
	if (hello->instance == node->instance)
		return DROP_OWN;
	if (!bucket_take(&node->clones, RATE_CERTIFICATE_PLACE, now))
		return DROP_RATE_CERTIFICATE;
	if (!certificate_verify(certificate, node->network_id))
		return DROP_CERTIFICATE;
	if (instant_reached(now, node->duplicate_until))
		outbox_notice(outbox, &(struct notice){.kind = NOTICE_DUPLICATE_NODE,
						       .address = node->own});
	node->duplicate_until = instant_after(now, duration_ms(DUPLICATE_MS));
	return DROP_DUPLICATE_NODE;
}

static bool greet_for_us(const struct node *node, const struct node_id *destination)
{
	const struct node_id any = {{0}}, own = address_id(&node->own);

	return node_id_equal(destination, &any) || node_id_equal(destination, &own);
}

enum drop greet_receive(struct node *node, instant now, uint32_t link, struct lladdr from,
			const uint8_t *frame, size_t size, struct outbox *outbox)
{
	struct hello hello;
	enum drop drop = hello_read(frame, size, node->closed ? node->network_key : NULL,
				    node->network_id, &hello);
	if (drop != DROP_NONE)
		return drop;

	struct certificate certificate;
	struct reader reader = reader_of(hello.certificate, WIRE_CERTIFICATE);
	certificate_read(&certificate, &reader);
	struct address address = certificate_address(&certificate);
	struct node_id id = address_id(&address);
	if (!node_id_equal(&id, &hello.source))
		return DROP_CERTIFICATE;
	if (!greet_for_us(node, &hello.destination))
		return DROP_NOT_FOR_US;
	if (address_equal(&address, &node->own))
		return greet_own(node, now, &certificate, &hello, outbox);
	if (!members_hold(node, &address))
		return DROP_NOT_ALLOWED;

	uint32_t index;
	drop = peers_admit(node, now, link, from, &certificate, true, &index);
	if (drop != DROP_NONE)
		return drop;
	drop = mesharp_heard(node_mesharp(node), now, link, from, &address, &hello,
			     session_usable(&node_peer(node, index)->session));
	if (drop == DROP_NONE)
		routing_stranded(node, now, &address);
	return drop;
}
