/* Exposures and their text. Owned by nobody: pure functions. The invariant is that there is one
 * struct for one meaning, zero where nothing is meant, so that what a command gave can be found
 * again by what another one says. */
#include "config/expose.h"

#include <arpa/inet.h>
#include <sodium.h>
#include <string.h>

#define FROM " from "

enum {
	PORTS = sizeof("65535-65535"),
	MESH_BITS = 16, /* beef::/16 */
	ADDRESS_BITS = 128,
};

/* False, having said what would be right. */
static bool refuse(const char *text, struct why *why)
{
	snprintf(why->text, sizeof(why->text),
		 "'%.80s' is not a port, write one such as tcp/80, udp/8000-8010 or 'tcp/22 from "
		 "beef:1::/32'",
		 text);
	return false;
}

/* A piece of text with its own end. False if it is longer than what it could be. */
static bool piece(const char *text, size_t used, char *out, size_t size)
{
	if (used >= size)
		return false;
	memcpy(out, text, used);
	out[used] = '\0';
	return true;
}

/* `80` or `8000-8010`, used bytes. */
static bool ports_read(const char *text, size_t used, struct config_expose *out)
{
	char first[PORTS], *last;
	uint32_t low, high;
	struct why why;

	if (!piece(text, used, first, sizeof(first)))
		return false;
	last = strchr(first, '-');
	if (last != NULL)
		*last++ = '\0';
	if (!value_number(first, 1, UINT16_MAX, &low, &why) ||
	    !value_number(last != NULL ? last : first, low, UINT16_MAX, &high, &why))
		return false;
	out->first = (uint16_t)low;
	out->last = (uint16_t)high;
	return true;
}

static void prefix_cut(uint8_t address[CONFIG_FROM], uint32_t bits)
{
	for (uint32_t bit = bits; bit < ADDRESS_BITS; bit++)
		address[bit / 8] &= (uint8_t) ~(0x80 >> bit % 8);
}

/* An address of the mesh, or its first bits. */
static bool prefix_read(const char *text, struct config_expose *out, struct why *why)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t used = slash != NULL ? (size_t)(slash - text) : strlen(text);
	uint32_t bits = ADDRESS_BITS;

	if (slash != NULL && !value_number(slash + 1, MESH_BITS, ADDRESS_BITS, &bits, why))
		return false;
	if (!piece(text, used, address, sizeof(address)) ||
	    inet_pton(AF_INET6, address, out->who) != 1 || out->who[0] != 0xbe ||
	    out->who[1] != 0xef) {
		snprintf(
			why->text, sizeof(why->text),
			"'%.80s' is nobody of the mesh, write an address or a prefix of beef::/16, "
			"or a public key in base64",
			text);
		return false;
	}
	prefix_cut(out->who, bits);
	out->from = CONFIG_FROM_PREFIX;
	out->bits = (uint8_t)bits;
	return true;
}

static bool from_read(const char *text, struct config_expose *out, struct why *why)
{
	size_t used;

	if (sodium_base642bin(out->who, CONFIG_FROM, text, strlen(text), NULL, &used, NULL,
			      sodium_base64_VARIANT_ORIGINAL) == 0 &&
	    used == CONFIG_FROM) {
		out->from = CONFIG_FROM_KEY;
		return true;
	}
	memset(out->who, 0, sizeof(out->who));
	return prefix_read(text, out, why);
}

bool expose_read(const char *text, struct config_expose *out, struct why *why)
{
	struct config_expose read;
	const char *from = strstr(text, FROM);
	size_t used = from != NULL ? (size_t)(from - text) : strlen(text);

	memset(&read, 0, sizeof(read));
	read.tcp = strncmp(text, "tcp/", 4) == 0;
	if ((!read.tcp && strncmp(text, "udp/", 4) != 0) || !ports_read(text + 4, used - 4, &read))
		return refuse(text, why);
	if (from != NULL && !from_read(from + strlen(FROM), &read, why))
		return false;
	memcpy(out, &read, sizeof(read));
	return true;
}

const char *expose_from(const struct config_expose *expose, char text[EXPOSE_FROM])
{
	char address[INET6_ADDRSTRLEN];

	text[0] = '\0';
	switch (expose->from) {
	case CONFIG_FROM_ALL:
		break;
	case CONFIG_FROM_PREFIX:
		inet_ntop(AF_INET6, expose->who, address, sizeof(address));
		if (expose->bits == ADDRESS_BITS)
			snprintf(text, EXPOSE_FROM, "%s", address);
		else
			snprintf(text, EXPOSE_FROM, "%s/%u", address, expose->bits);
		break;
	case CONFIG_FROM_KEY:
		sodium_bin2base64(text, EXPOSE_FROM, expose->who, CONFIG_FROM,
				  sodium_base64_VARIANT_ORIGINAL);
		break;
	}
	return text;
}

const char *expose_write(const struct config_expose *expose, char text[EXPOSE_TEXT])
{
	char ports[PORTS], from[EXPOSE_FROM];

	if (expose->first == expose->last)
		snprintf(ports, sizeof(ports), "%u", expose->first);
	else
		snprintf(ports, sizeof(ports), "%u-%u", expose->first, expose->last);
	expose_from(expose, from);
	snprintf(text, EXPOSE_TEXT, "%s/%s%s%s", expose->tcp ? "tcp" : "udp", ports,
		 from[0] != '\0' ? FROM : "", from);
	return text;
}

bool expose_equal(const struct config_expose *a, const struct config_expose *b)
{
	return a->tcp == b->tcp && a->first == b->first && a->last == b->last &&
	       a->from == b->from && a->bits == b->bits &&
	       memcmp(a->who, b->who, sizeof(a->who)) == 0;
}
