/* Where the daemon tells people. Nothing here fails: a message that cannot be written is lost. */
#include "daemon/log.h"

#include "daemon/entry.h"
#include "daemon/loop.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

enum {
	PARTS = MESSAGE_FIELDS + 3, /* of an entry, with text, priority and id */
	PART = MESSAGE_TEXT + 24,   /* longest part: a name and a value */
};

static const struct rate LOG_RATE = {.per_second = 20, .burst = 200};
static const struct rate DEBUG_RATE = {.per_second = 5, .burst = 200};

void log_init(struct log *log)
{
	*log = (struct log){.systemd = entry_possible()};
}

/* The first line of a text. */
static struct iovec part_of(const char *text)
{
	return (struct iovec){.iov_base = (void *)(uintptr_t)text, .iov_len = strcspn(text, "\n")};
}

/* NAME=value of a field, as the journal wants it. */
static void field_write(char part[PART], const char *name, const char *value)
{
	char *at = part + sprintf(part, "MESHPD_");

	for (; *name != '\0'; name++)
		*at++ = (char)toupper((unsigned char)*name);
	snprintf(at, (size_t)(part + PART - at), "=%s", value);
}

static void journal_write(const struct message *message, const char *const *values,
			  const char *text)
{
	size_t fields = message_fields(message);
	char lines[PARTS][PART];
	struct iovec parts[PARTS];
	int count = 0;

	snprintf(lines[count++], PART, "MESSAGE=%s", text);
	snprintf(lines[count++], PART, "PRIORITY=%d", message->priority);
	if (message->id != NULL)
		snprintf(lines[count++], PART, "MESSAGE_ID=%s", message->id);
	for (size_t i = 0; i < fields; i++)
		field_write(lines[count++], message->fields[i], values[i]);
	for (int i = 0; i < count; i++)
		parts[i] = part_of(lines[i]);
	entry_send(parts, count);
}

static void log_write(const struct log *log, enum message_kind kind, const char *const *values)
{
	const struct message *message = message_of(kind);
	char text[MESSAGE_TEXT];

	message_text(message, values, text);
	if (log->systemd)
		journal_write(message, values, text);
	else
		fprintf(stderr, "meshpd: %.*s\n", (int)strcspn(text, "\n"), text);
}

void log_tell(struct log *log, enum message_kind kind, const char *const *values)
{
	int priority = message_of(kind)->priority;
	char count[16];

	if (log->heard != NULL)
		log->heard(log->owner, kind, values);
	if (priority == MESSAGE_UNLOGGED || (priority == LOG_DEBUG && !log->systemd))
		return;
	if (priority == LOG_DEBUG ? !bucket_take(&log->debug_rate, DEBUG_RATE, loop_now())
				  : !bucket_take(&log->rate, LOG_RATE, loop_now())) {
		log->left_out++;
		return;
	}
	if (log->left_out > 0) {
		snprintf(count, sizeof(count), "%u", log->left_out);
		log->left_out = 0;
		log_write(log, MESSAGE_LEFT_OUT, WORDS(count));
	}
	log_write(log, kind, values);
}

void log_say(struct log *log, enum message_kind kind, const char *format, ...)
{
	char text[MESSAGE_TEXT];
	va_list arguments;

	REQUIRE(message_fields(message_of(kind)) == 1);
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_tell(log, kind, WORDS(text));
}

void log_lines(struct log *log, enum message_kind kind, const char *text)
{
	while (*text != '\0') {
		size_t size = strcspn(text, "\n");

		log_say(log, kind, "%.*s", (int)size, text);
		text += size + (text[size] == '\n');
	}
}
