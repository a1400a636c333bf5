/* Which files are read. A list is owned by whoever found it. systemd.unit(5) is the model of the
 * order; the one difference is that the main file, too, may lie in any of the directories. */
#include "config/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAIN_FILE "meshpd.conf"
#define DROP_INS "meshpd.conf.d"

const char *const files_directories[] = {"/etc/meshpd", "/run/meshpd", "/usr/lib/meshpd", NULL};

static const char *path_name(const char *path)
{
	return strrchr(path, '/') + 1;
}

/* Takes over path, which may be NULL for want of memory. */
static bool files_add(struct files *files, char *path, FILE *report)
{
	if (path == NULL || files->count == FILES_MAX) {
		fprintf(report, "more than %d configuration files, keep fewer\n", FILES_MAX);
		free(path);
		return false;
	}
	files->paths[files->count++] = path;
	return true;
}

static char *path_join(const char *directory, const char *middle, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s%s", directory, middle, name) < 0 ? NULL : path;
}

/* The first main file there is. A dangling symlink counts as one, so that it is noticed. */
static bool find_main(struct files *files, const char *const *directories, FILE *report)
{
	struct stat facts;
	char *path;

	for (; *directories != NULL; directories++) {
		path = path_join(*directories, "", MAIN_FILE);
		if (path != NULL && lstat(path, &facts) != 0) {
			free(path);
			continue;
		}
		return files_add(files, path, report);
	}
	return true;
}

static bool files_has_name(const struct files *files, size_t from, const char *name)
{
	for (size_t i = from; i < files->count; i++)
		if (strcmp(path_name(files->paths[i]), name) == 0)
			return true;
	return false;
}

static int is_drop_in(const struct dirent *entry)
{
	size_t size = strlen(entry->d_name);

	return entry->d_name[0] != '.' && size > 5 &&
	       strcmp(entry->d_name + size - 5, ".conf") == 0;
}

/* Adds the drop-ins of one directory that no earlier directory hides; those start at `from`. */
static bool find_drop_ins(struct files *files, size_t from, const char *directory, FILE *report)
{
	char *path = path_join(directory, DROP_INS, "");
	struct dirent **entries = NULL;
	int count = path != NULL ? scandir(path, &entries, is_drop_in, NULL) : -1;
	bool good = count >= 0 || errno == ENOENT || errno == ENOTDIR;

	if (!good)
		fprintf(report, "%s: %s, make it readable\n", path, strerror(errno));
	for (int i = 0; i < count; i++) {
		if (good && !files_has_name(files, from, entries[i]->d_name))
			good = files_add(files,
					 path_join(directory, DROP_INS "/", entries[i]->d_name),
					 report);
		free(entries[i]);
	}
	free(entries);
	free(path);
	return good;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(path_name(*(char *const *)a), path_name(*(char *const *)b));
}

bool files_find(struct files *files, const char *const *directories, FILE *report)
{
	size_t from;

	files->count = 0;
	if (!find_main(files, directories, report))
		return false;
	from = files->count;
	for (; *directories != NULL; directories++)
		if (!find_drop_ins(files, from, *directories, report))
			return false;
	qsort(files->paths + from, files->count - from, sizeof(files->paths[0]), compare_names);
	return true;
}

bool files_one(struct files *files, const char *path, FILE *report)
{
	files->count = 0;
	return files_add(files, strdup(path), report);
}

void files_free(struct files *files)
{
	while (files->count > 0)
		free(files->paths[--files->count]);
}
