/* The list of exposures. Owned by whoever keeps the firewall. The invariant is that no two say the
 * same, so that one command undoes one other. */
#include "daemon/exposures.h"

#include <errno.h>
#include <string.h>

/* Where it stands in the list; count if it does not. */
static uint32_t exposure_find(const struct exposures *exposures, const struct config_expose *expose)
{
	uint32_t i = 0;

	while (i < exposures->count && !expose_equal(&exposures->list[i], expose))
		i++;
	return i;
}

int exposures_add(struct exposures *exposures, const struct config_expose *expose)
{
	if (exposure_find(exposures, expose) < exposures->count)
		return -EEXIST;
	if (exposures->count == CONFIG_EXPOSED)
		return -ENOSPC;
	exposures->list[exposures->count++] = *expose;
	return 0;
}

int exposures_remove(struct exposures *exposures, const struct config_expose *expose)
{
	uint32_t at = exposure_find(exposures, expose);

	if (at == exposures->count)
		return -ENOENT;
	exposures->count--;
	memmove(&exposures->list[at], &exposures->list[at + 1],
		(exposures->count - at) * sizeof(exposures->list[0]));
	return 0;
}

/* Takes a line of so many bytes. */
static bool line_take(struct exposures *exposures, const char *text, size_t size)
{
	struct config_expose expose;
	char line[EXPOSE_TEXT];
	struct why why;

	if (size >= sizeof(line))
		return false;
	memcpy(line, text, size);
	line[size] = '\0';
	return expose_read(line, &expose, &why) && exposures_add(exposures, &expose) == 0;
}

uint32_t exposures_read(struct exposures *exposures, const char *text)
{
	exposures->count = 0;
	for (uint32_t line = 1; *text != '\0'; line++) {
		size_t size = strcspn(text, "\n");

		if (!line_take(exposures, text, size))
			return line;
		text += size + (text[size] == '\n');
	}
	return 0;
}

void exposures_write(const struct exposures *exposures, char text[EXPOSURES_TEXT])
{
	char line[EXPOSE_TEXT];
	size_t used = 0;

	text[0] = '\0';
	for (uint32_t i = 0; i < exposures->count; i++)
		used += (size_t)snprintf(text + used, EXPOSURES_TEXT - used, "%s\n",
					 expose_write(&exposures->list[i], line));
}
