/* Where the daemon tells people. Nothing here fails: a message that cannot be written is lost. */
#include "daemon/log.h"

#include "daemon/entry.h"
#include "daemon/loop.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

enum { PARTS = 8 }; /* fields of an entry, with message and priority */

static const struct rate LOG_RATE = {.per_second = 20, .burst = 200};

void log_init(struct log *log)
{
	*log = (struct log){.systemd = entry_possible()};
}

/* The text's first line. */
static struct iovec part_of(const char *text)
{
	return (struct iovec){.iov_base = (void *)(uintptr_t)text, .iov_len = strcspn(text, "\n")};
}

static void log_write(const struct log *log, int priority, const char *fields, const char *text)
{
	char message[600], level[16];
	struct iovec parts[PARTS];
	int count = 2;

	if (!log->systemd) {
		fprintf(stderr, "meshpd: %s\n", text);
		return;
	}
	snprintf(message, sizeof(message), "MESSAGE=%s", text);
	snprintf(level, sizeof(level), "PRIORITY=%d", priority);
	parts[0] = part_of(message);
	parts[1] = part_of(level);
	while (fields != NULL && fields[0] != '\0' && count < PARTS) {
		parts[count++] = part_of(fields);
		fields = strchr(fields, '\n');
		fields = fields != NULL ? fields + 1 : NULL;
	}
	entry_send(parts, count);
}

void log_say(struct log *log, int priority, const char *fields, const char *format, ...)
{
	char text[512];
	va_list arguments;

	if (priority == LOG_DEBUG && !log->systemd)
		return;
	if (!bucket_take(&log->rate, LOG_RATE, loop_now())) {
		log->left_out++;
		return;
	}
	if (log->left_out > 0) {
		snprintf(text, sizeof(text), "%u messages left out, they came too fast",
			 log->left_out);
		log->left_out = 0;
		log_write(log, LOG_NOTICE, NULL, text);
	}
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	log_write(log, priority, fields, text);
}
