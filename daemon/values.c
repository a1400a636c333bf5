/* Addresses and keys as strings of JSON, in the forms of daemon/text.h. */
#include "daemon/values.h"

#include "daemon/text.h"
#include "route/record.h"

#include <sodium.h>

json_t *value_address(const struct address *address)
{
	char text[TEXT_ADDRESS];

	return json_string(text_address(address, text));
}

json_t *value_id(const struct address *address)
{
	struct node_id id = address_id(address);
	char text[TEXT_ID];

	return json_string(text_id(&id, text));
}

json_t *value_lladdr(const uint8_t bytes[LLADDR])
{
	char text[TEXT_LLADDR];

	return json_string(text_lladdr(bytes, text));
}

json_t *value_base64(const uint8_t *bytes, size_t size)
{
	char text[64];

	return json_string(
		sodium_bin2base64(text, sizeof(text), bytes, size, sodium_base64_VARIANT_ORIGINAL));
}

json_t *value_hex(const uint8_t *bytes, size_t size)
{
	char text[64];

	return json_string(sodium_bin2hex(text, sizeof(text), bytes, size));
}

json_t *value_flags(uint8_t flags)
{
	static const struct {
		enum record_flag flag;
		const char *name;
	} names[] = {
		{RECORD_LEAVING, "leaving"},
		{RECORD_NO_TRANSIT, "no-transit"},
		{RECORD_GATEWAY, "gateway"},
		{RECORD_STUB, "stub"},
	};
	json_t *list = json_array();

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flags & names[i].flag)
			json_array_append_new(list, json_string(names[i].name));
	return list;
}

json_t *value_list(const char *name, json_t *list)
{
	return json_pack("{s:i, s:o}", "schema", 1, name, list);
}
