/* Each expression has one value in a sample, a text or a number, none at all (the packet has no
 * such part), or one that is not known. Addresses are compared by prefix: from the mesh everybody
 * in beef::/16 must get through, so a part of it alone leaves it open. */
#include "tools/doctor/match.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

/* What an expression is in a sample. */
struct value {
	enum { VALUE_OPEN, VALUE_ABSENT, VALUE_TEXT, VALUE_NUMBER, VALUE_ADDRESS, VALUE_MESH } is;
	const char *text; /* also an address */
	int number;
};

static const struct value open_value = {.is = VALUE_OPEN};
static const struct value absent = {.is = VALUE_ABSENT};

enum truth truth_both(enum truth a, enum truth b)
{
	return a < b ? a : b;
}

static struct value value_text(const char *text)
{
	return (struct value){.is = text != NULL ? VALUE_TEXT : VALUE_OPEN, .text = text};
}

/* The name of an interface; where there is none, nothing has that name. */
static struct value value_interface(const char *name)
{
	return value_text(name != NULL ? name : "");
}

static struct value value_type(const struct sample *sample)
{
	if (sample->ethertype == 0)
		return value_text("ip6");
	return (struct value){.is = VALUE_NUMBER, .number = sample->ethertype};
}

static struct value meta_value(const struct sample *sample, const char *key)
{
	bool packet = sample->ethertype == 0;

	if (strcmp(key, "iifname") == 0 || strcmp(key, "iif") == 0)
		return value_interface(sample->incoming);
	if (strcmp(key, "oifname") == 0 || strcmp(key, "oif") == 0)
		return value_interface(sample->outgoing);
	if (strcmp(key, "protocol") == 0)
		return value_type(sample);
	if (strcmp(key, "nfproto") == 0)
		return packet ? value_text("ipv6") : open_value;
	if (strcmp(key, "l4proto") == 0)
		return packet ? value_text(sample->protocol) : absent;
	return open_value;
}

static struct value ip6_value(const struct sample *sample, const char *field)
{
	bool comes_in = sample->incoming != NULL;

	if (strcmp(field, "nexthdr") == 0)
		return value_text(sample->protocol);
	if (strcmp(field, "saddr") == 0 && comes_in)
		return (struct value){.is = VALUE_MESH};
	if (strcmp(field, "daddr") == 0 && !comes_in)
		return (struct value){.is = VALUE_MESH};
	if ((strcmp(field, "saddr") == 0 || strcmp(field, "daddr") == 0) && sample->own != NULL)
		return (struct value){.is = VALUE_ADDRESS, .text = sample->own};
	return open_value;
}

static struct value transport_value(const struct sample *sample, const char *field)
{
	if (strcmp(field, "dport") == 0 && sample->port != 0)
		return (struct value){.is = VALUE_NUMBER, .number = sample->port};
	return open_value;
}

static struct value payload_value(const struct sample *sample, const char *protocol,
				  const char *field)
{
	static const char *const transports[] = {"tcp",	 "udp",	   "udplite", "sctp",
						 "dccp", "icmpv6", "esp",     "ah"};

	if (strcmp(protocol, "ether") == 0)
		return strcmp(field, "type") == 0 ? value_type(sample) : open_value;
	if (sample->ethertype != 0)
		return absent;
	if (strcmp(protocol, "ip6") == 0)
		return ip6_value(sample, field);
	if (strcmp(protocol, "th") == 0)
		return transport_value(sample, field);
	if (strcmp(protocol, "icmpv6") == 0 && strcmp(sample->protocol, "ipv6-icmp") == 0)
		return strcmp(field, "type") == 0 ? value_text(sample->icmp_type) : open_value;
	if (strcmp(protocol, sample->protocol) == 0)
		return transport_value(sample, field);
	for (size_t i = 0; i < sizeof(transports) / sizeof(transports[0]); i++)
		if (strcmp(protocol, transports[i]) == 0)
			return absent;
	return strcmp(protocol, "ip") == 0 || strcmp(protocol, "icmp") == 0 ||
			       strcmp(protocol, "arp") == 0 || strcmp(protocol, "vlan") == 0
		       ? absent
		       : open_value;
}

static struct value value_of(const struct sample *sample, const json_t *expression)
{
	const json_t *payload = json_object_get(expression, "payload");
	const char *key =
		json_string_value(json_object_get(json_object_get(expression, "meta"), "key"));
	const char *protocol = json_string_value(json_object_get(payload, "protocol"));
	const char *field = json_string_value(json_object_get(payload, "field"));

	if (key != NULL)
		return meta_value(sample, key);
	if (protocol != NULL && field != NULL)
		return payload_value(sample, protocol, field);
	key = json_string_value(json_object_get(json_object_get(expression, "ct"), "key"));
	if (key != NULL && strcmp(key, "state") == 0)
		return sample->ethertype == 0 ? value_text(sample->state) : absent;
	return open_value;
}

/* How many leading bits two addresses share; -1 if one is none. */
static int bits_shared(const char *a, const char *b)
{
	uint8_t first[16], second[16];
	int bits = 0;

	if (inet_pton(AF_INET6, a, first) != 1 || inet_pton(AF_INET6, b, second) != 1)
		return -1;
	while (bits < 128 && ((first[bits / 8] ^ second[bits / 8]) & (0x80 >> (bits % 8))) == 0)
		bits++;
	return bits;
}

/* Whether an address lies under a prefix; the mesh as a whole does so if all of it does. */
static enum truth prefix_holds(const struct value *value, const char *prefix, int length)
{
	bool mesh = value->is == VALUE_MESH;
	int shared = bits_shared(mesh ? "beef::" : value->text, prefix);

	if (shared < 0)
		return TRUTH_OPEN;
	if (mesh && length > 16)
		return shared >= 16 ? TRUTH_OPEN : TRUTH_NO;
	return shared >= length ? TRUTH_YES : TRUTH_NO;
}

static enum truth text_is(const char *text, const char *pattern)
{
	size_t size = strlen(pattern);

	if (size > 0 && pattern[size - 1] == '*')
		return strncmp(text, pattern, size - 1) == 0 ? TRUTH_YES : TRUTH_NO;
	return strcmp(text, pattern) == 0 ? TRUTH_YES : TRUTH_NO;
}

static enum truth range_holds(const struct value *value, const json_t *range)
{
	const json_t *first = json_array_get(range, 0), *last = json_array_get(range, 1);

	if (value->is == VALUE_TEXT)
		return TRUTH_NO;
	if (value->is != VALUE_NUMBER || !json_is_integer(first) || !json_is_integer(last))
		return TRUTH_OPEN;
	return value->number >= json_integer_value(first) &&
			       value->number <= json_integer_value(last)
		       ? TRUTH_YES
		       : TRUTH_NO;
}

/* One value of the right side that is no set. */
static enum truth single_holds(const struct value *value, const json_t *right)
{
	const json_t *prefix = json_object_get(right, "prefix");
	const json_t *range = json_object_get(right, "range");
	const char *text = json_string_value(right);
	bool address = value->is == VALUE_ADDRESS || value->is == VALUE_MESH;

	if (range != NULL)
		return range_holds(value, range);
	if (prefix != NULL && address)
		return prefix_holds(value, json_string_value(json_object_get(prefix, "addr")),
				    (int)json_integer_value(json_object_get(prefix, "len")));
	/* "@name" is a set of the table's, which is not looked up. */
	if (prefix != NULL || (text != NULL && text[0] == '@'))
		return TRUTH_OPEN;
	if (text != NULL && address)
		return prefix_holds(value, text, 128);
	if (text != NULL && value->is == VALUE_TEXT)
		return text_is(value->text, text);
	if (json_is_integer(right) && value->is == VALUE_NUMBER)
		return json_integer_value(right) == value->number ? TRUTH_YES : TRUTH_NO;
	/* EtherTypes that have a name are others than ours. */
	return text != NULL && value->is == VALUE_NUMBER ? TRUTH_NO : TRUTH_OPEN;
}

static enum truth either(enum truth a, enum truth b)
{
	return a > b ? a : b;
}

static enum truth value_holds(const struct value *value, const json_t *right)
{
	const json_t *list = json_object_get(right, "set"), *element;
	enum truth truth = TRUTH_NO;
	size_t i;

	if (value->is == VALUE_OPEN)
		return TRUTH_OPEN;
	if (list == NULL && !json_is_array(right))
		return single_holds(value, right);
	json_array_foreach(list != NULL ? list : right, i, element) truth =
		either(truth, single_holds(value, element));
	return truth;
}

enum truth match_value(const struct sample *sample, const json_t *left, const json_t *right)
{
	struct value value = value_of(sample, left);

	return value.is == VALUE_ABSENT ? TRUTH_NO : value_holds(&value, right);
}

enum truth match_judge(const struct sample *sample, const json_t *match)
{
	struct value value = value_of(sample, json_object_get(match, "left"));
	const char *op = json_string_value(json_object_get(match, "op"));
	enum truth truth;

	if (value.is == VALUE_ABSENT)
		return TRUTH_NO;
	truth = value_holds(&value, json_object_get(match, "right"));
	if (op != NULL && (strcmp(op, "==") == 0 || strcmp(op, "in") == 0))
		return truth;
	if (op == NULL || strcmp(op, "!=") != 0 || truth == TRUTH_OPEN)
		return TRUTH_OPEN;
	return truth == TRUTH_YES ? TRUTH_NO : TRUTH_YES;
}
