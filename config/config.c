/* Settings from their sources: defaults, then files in order, then arguments. One struct load lives
 * for the call. The invariant is that the first fault ends it, so that nothing is ever started on
 * half of a configuration. */
#include "config/config.h"

#include "config/files.h"
#include "config/keys.h"
#include "config/lines.h"

#include <errno.h>
#include <fnmatch.h>
#include <ini.h>
#include <string.h>

#define NO_SECTION UINT32_MAX

struct load {
	struct config *config;
	FILE *report;
	const char *path;      /* file being read */
	struct lines lines;    /* of that file */
	uint32_t link_section; /* number of the heading that opened the last link, or NO_SECTION */
	bool failed;
};

/* inih reads on after a fault; stopping the lines ends that. */
static int load_fail(struct load *load, const char *why)
{
	fprintf(load->report, "%s:%u: %s\n", load->path, load->lines.line, why);
	load->failed = true;
	load->lines.stopped = true;
	return 0;
}

static void warn_unknown(FILE *report, const char *where, const char *section, const char *name)
{
	const struct key *key = key_nearest(section, name);

	fprintf(report, "%s: warning: %s%s%s is not known and is ignored, the nearest is %s.%s\n",
		where, section, section[0] != '\0' ? "." : "", name, key->section, key->name);
}

/* inih's handler: one Key=value line; 0 stops. */
static int load_value(void *user, const char *section, const char *name, const char *value)
{
	struct load *load = user;
	const struct key *key = key_find(section, name);
	struct why why;

	if (load->lines.stopped)
		return 0;
	if (key == NULL) {
		char where[CONFIG_TEXT * 2];

		snprintf(where, sizeof(where), "%s:%u", load->path, load->lines.line);
		warn_unknown(load->report, where, section, name);
		return 1;
	}
	if (key_repeats(key) && load->link_section != load->lines.sections) {
		if (!keys_add_link(load->config, &why))
			return load_fail(load, why.text);
		load->link_section = load->lines.sections;
	}
	if (!key_set(key, load->config, value, &why))
		return load_fail(load, why.text);
	return 1;
}

static FILE *file_open(const char *path, FILE *report)
{
	FILE *stream = fopen(path, "re");

	if (stream == NULL)
		fprintf(report, "%s:0: cannot be read: %s, name a readable file\n", path,
			strerror(errno));
	return stream;
}

static bool load_file(struct load *load, const char *path)
{
	FILE *stream = file_open(path, load->report);
	int fault;

	if (stream == NULL)
		return false;
	load->path = path;
	load->lines = (struct lines){.stream = stream};
	load->link_section = NO_SECTION;
	fault = ini_parse_stream(lines_next, &load->lines, load_value, load);
	if (ferror(stream))
		load_fail(load, "cannot be read, name a readable file");
	else if (load->lines.refused)
		load_fail(load, load->lines.why.text);
	else if (fault != 0 && !load->failed)
		load_fail(load, "cannot be understood, write [Section] or Key=value");
	fclose(stream);
	return !load->failed;
}

/* What an argument spoke of before, so that the first one clears what the files said. */
struct replaced {
	bool links;
	bool exposed;
};

static bool override_set(struct config *config, const struct key *key, const char *value,
			 struct replaced *replaced, struct why *why)
{
	if (key_repeats(key) && !replaced->links) {
		memset(config->links, 0, sizeof(config->links));
		config->link_count = 0;
		REQUIRE(keys_add_link(config, why));
		replaced->links = true;
	}
	if (strcmp(key->name, "Expose") == 0 && !replaced->exposed) {
		REQUIRE(key_set(key, config, "", why));
		replaced->exposed = true;
	}
	return key_set(key, config, value, why);
}

/* Takes one Section.Key=value argument. */
static bool override_apply(struct config *config, const char *argument, struct replaced *replaced,
			   FILE *report)
{
	const char *dot = strchr(argument, '.');
	const char *equals = strchr(argument, '=');
	char section[CONFIG_TEXT], name[CONFIG_TEXT];
	const struct key *key;
	struct why why;

	if (dot == NULL || equals == NULL || dot > equals || strlen(argument) >= 2 * LINE_BYTES) {
		fprintf(report, "argument '%s': not a setting, write Section.Key=value\n",
			argument);
		return false;
	}
	snprintf(section, sizeof(section), "%.*s", (int)(dot - argument), argument);
	snprintf(name, sizeof(name), "%.*s", (int)(equals - dot - 1), dot + 1);
	key = key_find(section, name);
	if (key == NULL) {
		warn_unknown(report, "argument", section, name);
		return true;
	}
	if (override_set(config, key, equals + 1, replaced, &why))
		return true;
	fprintf(report, "argument %s.%s: %s\n", section, name, why.text);
	return false;
}

static bool source_files(struct files *files, const struct config_source *source, FILE *report)
{
	files->count = 0;
	if (source->file != NULL)
		return files_one(files, source->file, report);
	return files_find(files, source->directories ? source->directories : files_directories,
			  report);
}

static bool load_files(struct config *config, const struct config_source *source, FILE *report)
{
	struct load load = {.config = config, .report = report};
	struct files files;
	bool good = source_files(&files, source, report);

	for (size_t i = 0; good && i < files.count; i++)
		good = load_file(&load, files.paths[i]);
	files_free(&files);
	return good;
}

bool config_load(struct config *config, const struct config_source *source, FILE *report)
{
	struct replaced replaced = {.links = false};
	struct why why;

	keys_set_defaults(config);
	if (!load_files(config, source, report))
		return false;
	for (size_t i = 0; i < source->override_count; i++)
		if (!override_apply(config, source->overrides[i], &replaced, report))
			return false;
	if (config->link_count == 0)
		REQUIRE(keys_add_link(config, &why));
	if (strcmp(config->tun_name, config->loopback_name) == 0) {
		fprintf(report, "Tun.Name and Tun.Loopback are both '%s', write two names\n",
			config->tun_name);
		return false;
	}
	return true;
}

static bool cat_file(const char *path, FILE *out, FILE *report)
{
	FILE *stream = file_open(path, report);
	char block[4096];
	size_t size;

	if (stream == NULL)
		return false;
	fprintf(out, "# %s\n", path);
	while ((size = fread(block, 1, sizeof(block), stream)) > 0)
		fwrite(block, 1, size, out);
	fclose(stream);
	return true;
}

bool config_cat(const struct config_source *source, FILE *out, FILE *report)
{
	struct files files;
	bool good = source_files(&files, source, report);

	for (size_t i = 0; good && i < files.count; i++)
		good = cat_file(files.paths[i], out, report);
	files_free(&files);
	return good;
}

/* True if the interface matches one of the patterns, which are separated by spaces. */
static bool patterns_match(const char *patterns, const char *interface)
{
	char pattern[CONFIG_TEXT];

	for (patterns += strspn(patterns, " "); *patterns != '\0';
	     patterns += strspn(patterns, " ")) {
		size_t size = strcspn(patterns, " ");

		memcpy(pattern, patterns, size);
		pattern[size] = '\0';
		if (fnmatch(pattern, interface, 0) == 0)
			return true;
		patterns += size;
	}
	return false;
}

bool config_bypass(const struct config *config)
{
	bool wanted = false;

	for (uint32_t i = 0; i < config->link_count; i++)
		wanted = wanted || config->links[i].bypass;
	return wanted;
}

const struct config_link *config_link_of(const struct config *config, const char *interface)
{
	if (strcmp(interface, config->tun_name) == 0 ||
	    strcmp(interface, config->loopback_name) == 0 || strcmp(interface, "lo") == 0)
		return NULL;
	for (uint32_t i = 0; i < config->link_count; i++)
		if (patterns_match(config->links[i].match, interface))
			return &config->links[i];
	return NULL;
}
