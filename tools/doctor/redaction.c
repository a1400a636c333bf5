/* A scan over the text: where a word begins, each kind of identity is looked for, the longest form
 * first. What begins as an address of the mesh but is none, as one that was cut, is hidden whole. A
 * node is known by its id, which is part of its address. */
#include "tools/doctor/redaction.h"

#include "meshp/address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	MAC_TEXT = 17,	/* 00:00:5e:00:53:01 */
	KEY_TEXT = 44,	/* 32 bytes in base64 */
	ID_TEXT = 16,	/* 8 bytes in hexadecimal */
	HEX_LEAST = 12, /* digits of a number that could be somebody's */
};

enum kind { KIND_NODE, KIND_ADDRESS, KIND_MAC, KIND_KEY, KIND_HEX, KIND_HOST, KINDS };

static const char *const kind_names[KINDS] = {
	[KIND_NODE] = "node", [KIND_ADDRESS] = "address", [KIND_MAC] = "mac",
	[KIND_KEY] = "key",   [KIND_HEX] = "hex",	  [KIND_HOST] = "host"};

struct redaction {
	struct list {
		char **names; /* as first seen, brought to one form; its place is its number */
		size_t count;
	} lists[KINDS];
};

struct redaction *redaction_new(void)
{
	return calloc(1, sizeof(struct redaction));
}

void redaction_release(struct redaction *redaction)
{
	if (redaction == NULL)
		return;
	for (int kind = 0; kind < KINDS; kind++) {
		for (size_t i = 0; i < redaction->lists[kind].count; i++)
			free(redaction->lists[kind].names[i]);
		free(redaction->lists[kind].names);
	}
	free(redaction);
}

/* The number of a name, from 1 on; 0 for want of memory. */
static size_t number_of(struct list *list, const char *name)
{
	char **grown;

	for (size_t i = 0; i < list->count; i++)
		if (strcasecmp(list->names[i], name) == 0)
			return i + 1;
	grown = realloc(list->names, (list->count + 1) * sizeof(*grown));
	if (grown == NULL)
		return 0;
	list->names = grown;
	list->names[list->count] = strdup(name);
	if (list->names[list->count] == NULL)
		return 0;
	return ++list->count;
}

void redaction_add_host(struct redaction *redaction, const char *name)
{
	if (name[0] != '\0' && strcasecmp(name, "localhost") != 0)
		(void)number_of(&redaction->lists[KIND_HOST], name);
}

static void name_write(struct redaction *redaction, enum kind kind, const char *name, FILE *out)
{
	fprintf(out, "%s-%zu", kind_names[kind], number_of(&redaction->lists[kind], name));
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) != 0;
}

static bool is_base64(char c)
{
	return is_word(c) || c == '+' || c == '/';
}

/* Each of these returns how many bytes of text it has written a name for, or 0. */

static size_t key_write(struct redaction *redaction, const char *text, FILE *out)
{
	char key[KEY_TEXT + 1] = "";
	size_t size = 0;

	while (size < KEY_TEXT && is_base64(text[size]))
		size++;
	if (size != KEY_TEXT - 1 || text[size] != '=')
		return 0;
	memcpy(key, text, KEY_TEXT);
	name_write(redaction, KIND_KEY, key, out);
	return KEY_TEXT;
}

static size_t mac_write(struct redaction *redaction, const char *text, FILE *out)
{
	char mac[MAC_TEXT + 1] = "";

	for (size_t i = 0; i < MAC_TEXT; i++)
		if (i % 3 == 2 ? text[i] != ':' : !isxdigit((unsigned char)text[i]))
			return 0;
	/* A colon ends a prefix of a message, unless the number goes on behind it. */
	if (is_word(text[MAC_TEXT]) ||
	    (text[MAC_TEXT] == ':' && isxdigit((unsigned char)text[MAC_TEXT + 1])))
		return 0;
	memcpy(mac, text, MAC_TEXT);
	name_write(redaction, KIND_MAC, mac, out);
	return MAC_TEXT;
}

/* Addresses that tell nothing of who has them. */
static bool is_everybodys(const uint8_t bytes[ADDRESS])
{
	static const uint8_t loopback[ADDRESS] = {[ADDRESS - 1] = 1};

	return bytes[0] == 0xff || address_is_this_node(bytes) ||
	       sodium_is_zero(bytes, ADDRESS) != 0 || memcmp(bytes, loopback, ADDRESS) == 0;
}

static void node_write(struct redaction *redaction, const uint8_t id[NODE_ID], FILE *out)
{
	char hex[ID_TEXT + 1];

	sodium_bin2hex(hex, sizeof(hex), id, NODE_ID);
	name_write(redaction, KIND_NODE, hex, out);
}

/* The longest address a run of its characters begins with: its size, or 0. */
static size_t address_find(const char *text, int family, const char *characters, uint8_t *bytes)
{
	char copy[INET6_ADDRSTRLEN];
	size_t run = strspn(text, characters);

	for (size_t size = run < sizeof(copy) ? run : 0; size >= 2; size--) {
		memcpy(copy, text, size);
		copy[size] = '\0';
		if (inet_pton(family, copy, bytes) == 1 && !is_word(text[size]))
			return size;
	}
	return 0;
}

static size_t address_write(struct redaction *redaction, const char *text, FILE *out)
{
	uint8_t bytes[ADDRESS] = {0};
	char form[INET6_ADDRSTRLEN] = "";
	size_t size = address_find(text, AF_INET6, "0123456789abcdefABCDEF:.", bytes);

	if (size == 0 && strncasecmp(text, "beef:", 5) == 0) {
		fputs("node-?", out);
		return strspn(text, "0123456789abcdefABCDEF:");
	}
	if (size == 0)
		return 0;
	inet_ntop(AF_INET6, bytes, form, sizeof(form));
	if (is_everybodys(bytes))
		fwrite(text, 1, size, out);
	else if (address_in_mesh(bytes))
		node_write(redaction, bytes + ADDRESS_PREFIX, out);
	else
		name_write(redaction, KIND_ADDRESS, form, out);
	return size;
}

static size_t old_address_write(struct redaction *redaction, const char *text, FILE *out)
{
	uint8_t bytes[4];
	char form[INET_ADDRSTRLEN] = "";
	size_t size = address_find(text, AF_INET, "0123456789.", bytes);

	if (size == 0)
		return 0;
	inet_ntop(AF_INET, bytes, form, sizeof(form));
	if (bytes[0] == 127 || bytes[0] == 0)
		fwrite(text, 1, size, out);
	else
		name_write(redaction, KIND_ADDRESS, form, out);
	return size;
}

/* Ids, and other long numbers but those that count something. */
static size_t hex_write(struct redaction *redaction, const char *text, FILE *out)
{
	size_t prefix = strncasecmp(text, "0x", 2) == 0 ? 2 : 0;
	const char *digits = text + prefix;
	size_t size = strspn(digits, "0123456789abcdefABCDEF");
	bool counts = prefix == 0 && strspn(digits, "0123456789") == size && size != ID_TEXT;
	char hex[129] = "";

	if (size < HEX_LEAST || size >= sizeof(hex) || is_word(digits[size]) || counts ||
	    strspn(digits, "0") == size)
		return 0;
	memcpy(hex, digits, size);
	fwrite(text, 1, prefix, out);
	name_write(redaction, size == ID_TEXT ? KIND_NODE : KIND_HEX, hex, out);
	return prefix + size;
}

/* An interface that is called by its link address: enx00005e005301. */
static size_t interface_write(struct redaction *redaction, const char *text, FILE *out)
{
	char mac[13] = "";

	if ((strncmp(text, "enx", 3) != 0 && strncmp(text, "wlx", 3) != 0 &&
	     strncmp(text, "wwx", 3) != 0) ||
	    strspn(text + 3, "0123456789abcdef") != 12 || is_word(text[15]))
		return 0;
	memcpy(mac, text + 3, 12);
	fprintf(out, "%.3s", text);
	name_write(redaction, KIND_HEX, mac, out);
	return 15;
}

static size_t host_write(struct redaction *redaction, const char *text, FILE *out)
{
	const struct list *hosts = &redaction->lists[KIND_HOST];

	for (size_t i = 0; i < hosts->count; i++) {
		size_t size = strlen(hosts->names[i]);

		if (strncasecmp(text, hosts->names[i], size) != 0 || is_word(text[size]))
			continue;
		fprintf(out, "host-%zu", i + 1);
		return size;
	}
	return 0;
}

void redaction_write(struct redaction *redaction, const char *text, FILE *out)
{
	static size_t (*const forms[])(struct redaction *, const char *, FILE *) = {
		host_write,	   key_write, mac_write,      address_write,
		old_address_write, hex_write, interface_write};
	bool within = false;

	while (*text != '\0') {
		size_t size = 0;

		for (size_t i = 0; !within && size == 0 && i < sizeof(forms) / sizeof(forms[0]);
		     i++)
			size = forms[i](redaction, text, out);
		if (size == 0) {
			fputc(*text, out);
			size = 1;
		}
		text += size;
		within = is_word(text[-1]);
	}
}
