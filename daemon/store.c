/* What sd_listen_fds_with_names(3) says, as a table, and the three messages of sd_notify(3) that
 * are about it. The table owns the descriptors in it. */
#include "daemon/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

static void store_put(struct store *store, const char *name, int fd)
{
	if (store->count == STORE_MOST || strlen(name) >= STORE_NAME) {
		close(fd);
		return;
	}
	snprintf(store->kept[store->count].name, STORE_NAME, "%s", name);
	store->kept[store->count++].fd = fd;
}

void store_open(struct store *store)
{
	char **names = NULL;
	int count = sd_listen_fds_with_names(true, &names);

	store->count = 0;
	for (int i = 0; i < count; i++) {
		store_put(store, names[i], SD_LISTEN_FDS_START + i);
		free(names[i]);
	}
	free(names);
}

int store_take(struct store *store, const char *name)
{
	for (uint32_t i = 0; i < store->count; i++) {
		int fd = store->kept[i].fd;

		if (fd < 0 || strcmp(store->kept[i].name, name) != 0)
			continue;
		store->kept[i].fd = -1;
		return fd;
	}
	return -1;
}

bool store_has(const struct store *store, const char *name)
{
	bool found = false;

	for (uint32_t i = 0; i < store->count && !found; i++)
		found = store->kept[i].fd >= 0 && strcmp(store->kept[i].name, name) == 0;
	return found;
}

bool store_listens(int fd)
{
	return sd_is_socket_unix(fd, SOCK_STREAM, 1, NULL, 0) > 0;
}

bool store_keeps(void)
{
	return getenv("FDSTORE") != NULL && getenv("NOTIFY_SOCKET") != NULL;
}

/* What sd-daemon answers, as a status. */
static int status_of(int answer)
{
	return answer > 0 ? 0 : answer < 0 ? answer : -ENOTCONN;
}

int store_keep(const char *name, int fd)
{
	char text[STORE_NAME + sizeof("FDSTORE=1\nFDPOLL=0\nFDNAME=")];

	REQUIRE(strlen(name) < STORE_NAME);
	snprintf(text, sizeof(text), "FDSTORE=1\nFDPOLL=0\nFDNAME=%s", name);
	return status_of(sd_pid_notify_with_fds(0, 0, text, &fd, 1));
}

int store_forget(const char *name)
{
	return status_of(sd_notifyf(0, "FDSTOREREMOVE=1\nFDNAME=%s", name));
}

void store_close(struct store *store)
{
	for (uint32_t i = 0; i < store->count; i++)
		if (store->kept[i].fd >= 0)
			close(store->kept[i].fd);
	store->count = 0;
}
