/* `meshctl reload`: what the daemon found changed in its configuration, and what of it counts now.
 */
#include "tools/nouns.h"

#include <stdio.h>

static const char *value_text(const json_t *change, const char *member)
{
	const char *text = json_string_value(json_object_get(change, member));

	return text != NULL ? text : "none";
}

void reload_print(const json_t *answer, bool colour)
{
	json_t *changes = json_object_get(answer, "changes"), *change;
	const char *warnings = json_string_value(json_object_get(answer, "warnings"));
	size_t i;

	fputs(warnings != NULL ? warnings : "", stderr);
	json_array_foreach(changes, i, change)
		printf("%s: '%s' -> '%s'%s\n", value_text(change, "key"),
		       value_text(change, "before"), value_text(change, "after"),
		       json_is_true(json_object_get(change, "live")) ? "" : " (at the next start)");
	if (json_array_size(changes) == 0)
		puts("nothing has changed");
}
