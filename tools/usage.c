/* Help, in lines of at most 80 columns. */
#include "tools/usage.h"

void usage_line(const struct verb *verb, FILE *out)
{
	fputs("usage: meshctl [-S SOCKET]", out);
	for (int i = 0; i < CHOICES; i++) {
		const struct flag *flag = &verbs_flags[i];

		if ((verb->takes & 1U << i) == 0)
			continue;
		fprintf(out, " [--%s", flag->name);
		if (flag->argument != NULL)
			fprintf(out, "%s%s", flag->argument[0] == '[' ? "" : " ", flag->argument);
		fputc(']', out);
	}
	fprintf(out, " %s%s%s\n", verb->name, verb->arguments[0] != '\0' ? " " : "",
		verb->arguments);
}

static void statuses_print(const char *no, FILE *out)
{
	fputs("\nexit status\n", out);
	for (int i = 0; i < VERDICTS; i++) {
		const char *meaning = verdict_meaning((enum verdict)i);
		char head[16];

		snprintf(head, sizeof(head), "%d", i);
		words_print(head, i == VERDICT_NO && no != NULL ? no : meaning, out);
	}
}

void usage_verb(const struct verb *verb, FILE *out)
{
	usage_line(verb, out);
	fputc('\n', out);
	words_wrap(verb->text, 2, 0, out);
	if (verb->user == USER_ROOT)
		fputs("  Only root may do it.\n", out);
	fputc('\n', out);
	for (int i = 0; i < CHOICES; i++)
		if (verb_takes(verb, (enum choice)i))
			flag_print(&verbs_flags[i], out);
	statuses_print(verb->no, out);
	if (verb->example != NULL)
		fprintf(out, "\nexample\n  %s\n", verb->example);
}

void usage_print(FILE *out)
{
	fputs(USAGE "\n", out);
	for (const struct verb *verb = verb_first(); verb != NULL; verb = verb_next(verb)) {
		char head[80];

		if (verb->summary == NULL)
			continue;
		snprintf(head, sizeof(head), "%s%s%s", verb->name,
			 verb->arguments[0] != '\0' ? " " : "", verb->arguments);
		words_print(head, verb->summary, out);
	}
	fputs("\nDST is an address of the mesh, or the first digits of a node's id.\n"
	      "meshctl VERB --help says more about a verb.\n\n",
	      out);
	for (int i = 0; i < CHOICES; i++)
		flag_print(&verbs_flags[i], out);
	statuses_print(NULL, out);
}
