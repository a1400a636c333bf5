/* Words are cut in place; numbers are read without the C library's locale and errno. */
#include "sim/line.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void line_begin(struct line *line, const char *file, uint32_t number, const char *text, size_t size)
{
	*line = (struct line){.file = file, .number = number};
	if (size >= LINE_BYTES) {
		line_refuse(line, "a line has at most %d bytes", LINE_BYTES - 1);
		return;
	}
	memcpy(line->text, text, size);
	line->text[strcspn(line->text, "#")] = '\0';
	char *rest = line->text, *word;
	while ((word = strsep(&rest, " \t\r")) != NULL) {
		if (*word == '\0')
			continue;
		if (line->count == LINE_WORDS) {
			line_refuse(line, "a line has at most %d words", LINE_WORDS);
			return;
		}
		line->words[line->count++] = word;
	}
}

void line_refuse(struct line *line, const char *format, ...)
{
	va_list arguments;

	if (line->failed)
		return;
	line->failed = true;
	int used = snprintf(line->complaint, sizeof(line->complaint), "%s:%u: ", line->file,
			    line->number);
	if (used < 0 || (size_t)used >= sizeof(line->complaint))
		return;
	va_start(arguments, format);
	vsnprintf(line->complaint + used, sizeof(line->complaint) - (size_t)used, format,
		  arguments);
	va_end(arguments);
}

const char *line_word(struct line *line, const char *what)
{
	if (line->next < line->count)
		return line->words[line->next++];
	line_refuse(line, "%s is missing", what);
	return "";
}

bool line_took(struct line *line, const char *word)
{
	if (line->next >= line->count || strcmp(line->words[line->next], word) != 0)
		return false;
	line->next++;
	return true;
}

void line_expect(struct line *line, const char *word)
{
	const char *found = line_word(line, word);

	if (strcmp(found, word) != 0)
		line_refuse(line, "\"%s\" where \"%s\" belongs", found, word);
}

bool line_more(const struct line *line)
{
	return line->next < line->count && !line->failed;
}

bool line_end(struct line *line)
{
	if (line_more(line))
		line_refuse(line, "\"%s\" is one word too many", line->words[line->next]);
	return !line->failed;
}

bool line_digits(const char **at, uint64_t *value)
{
	const char *begun = *at;

	*value = 0;
	for (; **at >= '0' && **at <= '9'; (*at)++) {
		uint64_t digit = (uint64_t)(**at - '0');
		if (*value > (UINT64_MAX - digit) / 10)
			return false;
		*value = 10 * *value + digit;
	}
	return *at > begun;
}

uint64_t line_number(struct line *line, uint64_t least, uint64_t most)
{
	const char *word = line_word(line, "a number"), *at = word;
	uint64_t value;

	if (line_digits(&at, &value) && *at == '\0' && value >= least && value <= most)
		return value;
	line_refuse(line, "\"%s\" is no number from %llu to %llu", word, (unsigned long long)least,
		    (unsigned long long)most);
	return 0;
}

/* A unit and what one of it is. */
struct unit {
	const char *name;
	uint64_t worth;
};

/* The value of a word such as 1.5ms in the smallest unit; false if it is none. Parts of the
 * smallest unit are no value. */
static bool unit_value(const char *word, const struct unit *units, size_t count, uint64_t *value)
{
	uint64_t whole, part = 0, scale = 1;
	const char *at = word;

	if (!line_digits(&at, &whole) || whole > UINT32_MAX)
		return false;
	if (*at == '.') {
		const char *begun = ++at;
		if (!line_digits(&at, &part) || at - begun > 6)
			return false;
		for (; begun < at; begun++)
			scale *= 10;
	}
	for (size_t i = 0; i < count; i++) {
		if (strcmp(units[i].name, at) != 0)
			continue;
		*value = whole * units[i].worth + part * units[i].worth / scale;
		return part * units[i].worth % scale == 0;
	}
	return false;
}

duration line_time(struct line *line)
{
	static const struct unit units[] = {{"us", 1}, {"ms", 1000}, {"s", 1000000}};
	const char *word = line_word(line, "a time");
	uint64_t us;

	if (unit_value(word, units, 3, &us) && us <= UINT32_MAX * UINT64_C(1000))
		return duration_us((int64_t)us);
	line_refuse(line, "\"%s\" is no time: write 250us, 1.5ms or 2s", word);
	return duration_us(0);
}

uint32_t line_share(struct line *line)
{
	static const struct unit units[] = {{"ppm", 1}, {"%", 10000}};
	const char *word = line_word(line, "a share");
	uint64_t ppm;

	if (unit_value(word, units, 2, &ppm) && ppm <= 1000000)
		return (uint32_t)ppm;
	line_refuse(line, "\"%s\" is no share: write 1%%, 0.5%% or 20ppm", word);
	return 0;
}

uint64_t line_rate(struct line *line)
{
	static const struct unit units[] = {
		{"bit", 1}, {"kbit", 1000}, {"mbit", 1000000}, {"gbit", 1000000000}};
	const char *word = line_word(line, "a rate");
	uint64_t bits;

	if (unit_value(word, units, 4, &bits) && bits > 0)
		return bits;
	line_refuse(line, "\"%s\" is no rate: write 9600bit, 10kbit, 100mbit or 1gbit", word);
	return 0;
}
