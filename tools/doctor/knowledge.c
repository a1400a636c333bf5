/* What follows from facts without judging anything: which name is plain, which interface is meant,
 * which address is ours. */
#include "tools/doctor/facts.h"

#include <arpa/inet.h>
#include <string.h>

bool facts_plain(const char *name)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	return name[0] != '\0' && name[0] != '-' && name[strspn(name, plain)] == '\0';
}

const struct interface_facts *facts_interface(const struct facts *facts, const char *name)
{
	for (uint32_t i = 0; i < facts->interface_count; i++)
		if (strcmp(facts->interfaces[i].name, name) == 0)
			return &facts->interfaces[i];
	return NULL;
}

/* An address of the mesh on an interface that is a node's. */
static bool own_on(const struct interface_facts *interface, struct address *own)
{
	for (uint32_t i = 0; i < interface->address_count; i++) {
		*own = interface->addresses[i];
		if (address_in_mesh(own->bytes) && !address_is_this_node(own->bytes))
			return true;
	}
	return false;
}

const struct interface_facts *facts_loopback(const struct facts *facts)
{
	const struct interface_facts *found = facts_interface(facts, facts->loopback);
	const struct interface_facts *lo = facts_interface(facts, "lo");
	struct address own;

	if (found == NULL && lo != NULL && own_on(lo, &own))
		return lo;
	return found;
}

bool facts_own(const struct facts *facts, struct address *own)
{
	const char *said = json_string_value(json_object_get(facts->status, "address"));
	const struct interface_facts *loopback = facts_loopback(facts);

	if (said != NULL)
		return inet_pton(AF_INET6, said, own->bytes) == 1;
	*own = facts->identity.address;
	return address_in_mesh(own->bytes) || (loopback != NULL && own_on(loopback, own));
}
