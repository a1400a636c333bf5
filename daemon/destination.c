/* An address has colons and a prefix of an id has none, so neither is taken for the other. */
#include "daemon/destination.h"

#include "daemon/text.h"

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

static enum destination_found find_address(const char *text, struct address *address)
{
	struct address written;

	if (inet_pton(AF_INET6, text, written.bytes) != 1 || !address_in_mesh(written.bytes))
		return DESTINATION_MALFORMED;
	*address = written;
	return DESTINATION_ONE;
}

static bool begins_with(const struct address *address, const char *digits, size_t size)
{
	struct node_id id = address_id(address);
	char text[TEXT_ID];

	return strncasecmp(text_id(&id, text), digits, size) == 0;
}

static enum destination_found find_id(const struct node *node, const char *digits, size_t size,
				      struct address *address)
{
	enum destination_found found = DESTINATION_NONE;
	struct node_member member;
	uint32_t cursor = 0;

	while (node_members(node, &cursor, &member)) {
		if (!begins_with(&member.address, digits, size))
			continue;
		if (found != DESTINATION_NONE)
			return DESTINATION_SEVERAL;
		found = DESTINATION_ONE;
		*address = member.address;
	}
	return found;
}

enum destination_found destination_find(const struct node *node, const char *text,
					struct address *address)
{
	size_t size = text == NULL ? 0 : strlen(text);

	if (size == 0)
		return DESTINATION_MALFORMED;
	if (strchr(text, ':') != NULL)
		return find_address(text, address);
	if (size >= TEXT_ID || strspn(text, "0123456789abcdefABCDEF") != size)
		return DESTINATION_MALFORMED;
	return find_id(node, text, size, address);
}
