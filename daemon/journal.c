/* Where the daemon tells people. Nothing here fails: a message that cannot be written is lost. */
#include "daemon/journal.h"

#include "daemon/loop.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <syslog.h>
#define SD_JOURNAL_SUPPRESS_LOCATION /* it would be here, whoever speaks */
#include <systemd/sd-journal.h>

enum { PARTS = 8 }; /* fields of an entry, with message and priority */

static const struct rate JOURNAL_RATE = {.per_second = 20, .burst = 200};

void journal_init(struct journal *journal)
{
	const char *stream = getenv("JOURNAL_STREAM");
	struct stat facts;
	char own[64];

	*journal = (struct journal){.systemd = false};
	if (stream == NULL || fstat(2, &facts) != 0)
		return;
	snprintf(own, sizeof(own), "%lu:%lu", (unsigned long)facts.st_dev,
		 (unsigned long)facts.st_ino);
	journal->systemd = strcmp(own, stream) == 0;
}

/* The text's first line. */
static struct iovec part_of(const char *text)
{
	return (struct iovec){.iov_base = (void *)(uintptr_t)text, .iov_len = strcspn(text, "\n")};
}

static void journal_write(const struct journal *journal, int priority, const char *fields,
			  const char *text)
{
	char message[600], level[16];
	struct iovec parts[PARTS];
	int count = 2;

	if (!journal->systemd) {
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
	sd_journal_sendv(parts, count);
}

void journal_say(struct journal *journal, int priority, const char *fields, const char *format, ...)
{
	char text[512];
	va_list arguments;

	if (priority == LOG_DEBUG && !journal->systemd)
		return;
	if (!bucket_take(&journal->rate, JOURNAL_RATE, loop_now())) {
		journal->left_out++;
		return;
	}
	if (journal->left_out > 0) {
		snprintf(text, sizeof(text), "%u messages left out, they came too fast",
			 journal->left_out);
		journal->left_out = 0;
		journal_write(journal, LOG_NOTICE, NULL, text);
	}
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	journal_write(journal, priority, fields, text);
}
