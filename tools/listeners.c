/* Listeners by /proc/net and /proc/PID/fd, proc(5). A socket is joined with its program by the
 * number of its inode; what ends while we look is left out. */
#include "tools/listeners.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	TCP_LISTENING = 10,
	UDP_UNCONNECTED = 7,
};

/* A line of /proc/net/tcp6 or udp6: the address stands there as four numbers of this processor. */
static bool line_read(const char *line, bool tcp, struct listener *listener)
{
	uint32_t words[4];
	unsigned port, state;
	unsigned long inode;

	if (sscanf(line, " %*u: %8x%8x%8x%8x:%4x %*32x:%*4x %2x %*x:%*x %*x:%*x %*x %*u %*u %lu",
		   &words[0], &words[1], &words[2], &words[3], &port, &state, &inode) != 7)
		return false;
	*listener = (struct listener){.tcp = tcp, .port = (uint16_t)port, .inode = inode};
	memcpy(listener->address.bytes, words, sizeof(words));
	return state == (tcp ? TCP_LISTENING : UDP_UNCONNECTED);
}

static void sockets_find(struct listeners *listeners, const char *path, bool tcp)
{
	FILE *file = fopen(path, "re");
	char line[512];

	if (file == NULL)
		return;
	while (listeners->count < LISTENERS && fgets(line, sizeof(line), file) != NULL)
		listeners->count += line_read(line, tcp, &listeners->list[listeners->count]);
	fclose(file);
}

static void program_name(int pid, char name[16])
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	if (fgets(name, 16, file) != NULL)
		name[strcspn(name, "\n")] = '\0';
	fclose(file);
}

/* Gives a socket to the first program it is found with. */
static void socket_held(struct listeners *listeners, unsigned long inode, int pid)
{
	for (size_t i = 0; i < listeners->count; i++) {
		struct listener *listener = &listeners->list[i];

		if (listener->inode != inode || listener->pid != 0)
			continue;
		listener->pid = pid;
		program_name(pid, listener->program);
	}
}

/* Looks through the descriptors of a process. */
static void process_look(struct listeners *listeners, int pid)
{
	char path[64], target[64];
	const struct dirent *entry;
	unsigned long inode;
	ssize_t size;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	folder = opendir(path);
	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL) {
		size = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
		target[size > 0 ? size : 0] = '\0';
		if (sscanf(target, "socket:[%lu]", &inode) == 1)
			socket_held(listeners, inode, pid);
	}
	closedir(folder);
}

static void programs_find(struct listeners *listeners)
{
	const struct dirent *entry;
	DIR *folder = opendir("/proc");

	if (folder == NULL)
		return;
	while ((entry = readdir(folder)) != NULL)
		if (isdigit((unsigned char)entry->d_name[0]))
			process_look(listeners, atoi(entry->d_name));
	closedir(folder);
}

void listeners_find(struct listeners *listeners)
{
	listeners->count = 0;
	sockets_find(listeners, "/proc/net/tcp6", true);
	sockets_find(listeners, "/proc/net/udp6", false);
	programs_find(listeners);
}

bool listener_hears(const struct listener *listener, const struct address *address)
{
	static const struct address any;

	return address_equal(&listener->address, address) ||
	       address_equal(&listener->address, &any);
}

json_t *listener_json(const struct listener *listener)
{
	char address[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, listener->address.bytes, address, sizeof(address));
	return json_pack("{s:i, s:s, s:s, s:i}", "port", (int)listener->port, "address", address,
			 "program", listener->program, "pid", listener->pid);
}
