/* Text to checked values. Owned by nobody: pure functions. The invariant is that a refusal always
 * names what would be right, since the reader of it wants to get on. */
#include "config/value.h"

#include <ctype.h>
#include <stdarg.h>
#include <string.h>

static void why_say(struct why *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void why_say(struct why *why, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why->text, sizeof(why->text), format, arguments);
	va_end(arguments);
}

/* Copies text, which fits, and zeroes what is left: equal settings are equal bytes. */
static void text_put(char *out, size_t size, const char *text)
{
	size_t used = strlen(text);

	memcpy(out, text, used);
	memset(out + used, 0, size - used);
}

/* The value of one digit, or a number no base reaches. */
static uint32_t digit_value(char digit)
{
	if (digit >= '0' && digit <= '9')
		return (uint32_t)(digit - '0');
	if (digit >= 'a' && digit <= 'f')
		return (uint32_t)(digit - 'a') + 10;
	if (digit >= 'A' && digit <= 'F')
		return (uint32_t)(digit - 'A') + 10;
	return UINT32_MAX;
}

/* strtoul would take signs, spaces and octal, none of which is meant. */
static bool number_read(const char *text, uint32_t high, uint32_t *out)
{
	bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	uint32_t base = hexadecimal ? 16 : 10;
	uint64_t number = 0;

	if (hexadecimal)
		text += 2;
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		uint32_t digit = digit_value(*text);

		if (digit >= base)
			return false;
		number = number * base + digit;
		if (number > high)
			return false;
	}
	*out = (uint32_t)number;
	return true;
}

bool value_number(const char *text, uint32_t low, uint32_t high, uint32_t *out, struct why *why)
{
	uint32_t number;

	if (!number_read(text, high, &number) || number < low) {
		why_say(why, "'%s' is not a number from %u to %u, write one", text, low, high);
		return false;
	}
	*out = number;
	return true;
}

bool value_workers(const char *text, int *out, struct why *why)
{
	uint32_t number;

	if (strcmp(text, "auto") == 0) {
		*out = CONFIG_WORKERS_AUTO;
		return true;
	}
	if (!number_read(text, CONFIG_WORKERS, &number)) {
		why_say(why, "'%s' is no number of workers, write auto or 0 to %d", text,
			CONFIG_WORKERS);
		return false;
	}
	*out = (int)number;
	return true;
}

bool value_ethertype(const char *text, uint16_t *out, struct why *why)
{
	static const struct {
		uint16_t type;
		const char *owner;
	} taken[] = {
		{0x0800, "IPv4"}, {0x0806, "ARP"},   {0x86dd, "IPv6"},
		{0x8100, "VLAN"}, {0x88a8, "VLANs"}, {0x88cc, "LLDP"},
	};
	uint32_t number;

	if (!number_read(text, 0xffff, &number) || number < 0x0600) {
		why_say(why, "'%s' is not an EtherType, write 0x0600 to 0xFFFF, commonly 0x88B5",
			text);
		return false;
	}
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		if (taken[i].type != number)
			continue;
		why_say(why, "'%s' is the EtherType of %s, write a free one, commonly 0x88B5", text,
			taken[i].owner);
		return false;
	}
	*out = (uint16_t)number;
	return true;
}

static bool interface_letter(char letter)
{
	return isalnum((unsigned char)letter) || strchr("-_.", letter) != NULL;
}

bool value_interface(const char *text, char out[CONFIG_NAME], struct why *why)
{
	size_t size = strlen(text);
	bool good = size > 0 && size < CONFIG_NAME && text[0] != '.';

	for (size_t i = 0; good && i < size; i++)
		good = interface_letter(text[i]);
	if (!good) {
		why_say(why,
			"'%s' is not an interface name, write 1 to 15 letters, digits, '-', '_' or "
			"'.'",
			text);
		return false;
	}
	text_put(out, CONFIG_NAME, text);
	return true;
}

bool value_patterns(const char *text, char out[CONFIG_TEXT], struct why *why)
{
	size_t size = strlen(text);
	bool good = size < CONFIG_TEXT && text[strspn(text, " ")] != '\0';

	for (size_t i = 0; good && i < size; i++)
		good = interface_letter(text[i]) || strchr(" *?[]!^:@", text[i]) != NULL;
	if (!good) {
		why_say(why,
			"'%s' is not a list of interface patterns, write some such as 'en* wlan0'",
			text);
		return false;
	}
	text_put(out, CONFIG_TEXT, text);
	return true;
}

bool value_path(const char *text, char *out, size_t size, struct why *why)
{
	size_t used = strlen(text);

	if (text[0] != '/' || used < 2 || text[used - 1] == '/') {
		why_say(why, "'%s' is not a full path, write one that begins, not ends, with '/'",
			text);
		return false;
	}
	if (used >= size) {
		why_say(why, "the path is %zu bytes long, write one of at most %zu", used,
			size - 1);
		return false;
	}
	text_put(out, size, text);
	return true;
}

bool value_user(const char *text, char out[CONFIG_TEXT], struct why *why)
{
	size_t size = strlen(text);
	bool good = size < CONFIG_TEXT && text[0] != '-';

	for (size_t i = 0; good && i < size; i++)
		good = isalnum((unsigned char)text[i]) || strchr("-_.$", text[i]) != NULL;
	if (!good) {
		why_say(why, "'%s' is not a user name, write one, or nothing to stay who we are",
			text);
		return false;
	}
	text_put(out, CONFIG_TEXT, text);
	return true;
}

/* The bit of the suite named by size bytes, 0 if there is none. */
static uint32_t suite_named(const char *name, size_t size)
{
	static const struct {
		const char *name;
		uint32_t suite;
	} suites[] = {
		{"chacha20-poly1305", CONFIG_CHACHA20_POLY1305},
		{"aes-256-gcm", CONFIG_AES_256_GCM},
	};

	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		if (strlen(suites[i].name) == size && memcmp(suites[i].name, name, size) == 0)
			return suites[i].suite;
	return 0;
}

bool value_suites(const char *text, uint32_t *out, struct why *why)
{
	uint32_t suites = 0;

	for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
		size_t size = strcspn(text, " ");
		uint32_t suite = suite_named(text, size);

		if (suite == 0) {
			why_say(why,
				"'%.*s' is not a suite, write chacha20-poly1305 or aes-256-gcm",
				(int)size, text);
			return false;
		}
		suites |= suite;
		text += size;
	}
	if ((suites & CONFIG_CHACHA20_POLY1305) == 0) {
		why_say(why, "chacha20-poly1305 is missing, write it: it is what every node has");
		return false;
	}
	*out = suites;
	return true;
}

static bool value_either(const char *text, const char *on, const char *off, bool *out,
			 struct why *why)
{
	if (strcmp(text, on) != 0 && strcmp(text, off) != 0) {
		why_say(why, "'%s' is neither, write %s or %s", text, off, on);
		return false;
	}
	*out = strcmp(text, on) == 0;
	return true;
}

bool value_allowed(const char *text, bool *out, struct why *why)
{
	return value_either(text, "allow", "deny", out, why);
}

bool value_yes(const char *text, bool *out, struct why *why)
{
	return value_either(text, "yes", "no", out, why);
}
