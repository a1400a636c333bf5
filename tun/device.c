/* The TUN device: taken over by TUNSETIFF, then read and written packet by packet. Where it is
 * held, the holder is looked for in /proc, where each descriptor of a TUN names its device: people
 * can act on a process, not on "busy". */
#include "tun/device.h"
#include "tun/interface.h"

#include <linux/if_tun.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Flags of TUNSETOFFLOAD younger than the oldest headers this builds with. The kernel takes the two
 * together only. */
enum { OFFLOAD_USO4 = 0x20, OFFLOAD_USO6 = 0x40 };

/* The file's beginning, at most size - 1 bytes and a NUL; empty if it cannot be read. */
static void file_read_start(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, size - 1);

	text[got < 0 ? 0 : got] = '\0';
	if (fd >= 0)
		close(fd);
}

bool tun_is_held(const char *pid, const char *name)
{
	char path[300], text[512], line[32];

	snprintf(path, sizeof(path), "/proc/%s/fdinfo", pid);
	snprintf(line, sizeof(line), "\niff:\t%s\n", name);
	DIR *descriptors = opendir(path);
	bool found = false;
	if (!descriptors)
		return false;
	for (struct dirent *entry; !found && (entry = readdir(descriptors));) {
		snprintf(path, sizeof(path), "/proc/%s/fdinfo/%.12s", pid, entry->d_name);
		file_read_start(path, text, sizeof(text));
		found = strstr(text, line) != NULL;
	}
	closedir(descriptors);
	return found;
}

/* True if the process lives in our network namespace. */
static bool process_is_near(const char *pid)
{
	char path[300];
	struct stat theirs, ours;

	snprintf(path, sizeof(path), "/proc/%s/ns/net", pid);
	return !stat(path, &theirs) && !stat("/proc/self/ns/net", &ours) &&
	       theirs.st_ino == ours.st_ino && theirs.st_dev == ours.st_dev;
}

/* Who holds the device, for people. A namespace each may have a device of that name, so a holder in
 * ours is believed before one in another. */
static void holder_describe(const char *name, char *who, size_t size)
{
	char path[300], comm[32];
	bool found = false;

	snprintf(who, size, "a process that cannot be seen from here");
	DIR *processes = opendir("/proc");
	if (!processes)
		return;
	for (struct dirent *entry; !found && (entry = readdir(processes));) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
		    !tun_is_held(entry->d_name, name))
			continue;
		found = process_is_near(entry->d_name);
		snprintf(path, sizeof(path), "/proc/%s/comm", entry->d_name);
		file_read_start(path, comm, sizeof(comm));
		comm[strcspn(comm, "\n")] = '\0';
		snprintf(who, size, "PID %.12s (%s)", entry->d_name, comm);
	}
	closedir(processes);
}

int tun_attach(int fd, const char *name, bool several, char *why, size_t size)
{
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR};
	char who[64];
	int header = OFFLOAD_HEADER, error = -EINVAL;

	if (several)
		request.ifr_flags |= IFF_MULTI_QUEUE;
	if (interface_name_fits(name)) {
		memcpy(request.ifr_name, name, strlen(name));
		error = ioctl(fd, TUNSETIFF, &request) < 0 ? -errno : 0;
	}
	/* One that was there before us keeps what its last holder said. */
	if (error == 0 && ioctl(fd, TUNSETVNETHDRSZ, &header) < 0)
		error = -errno;
	if (error == -EBUSY) {
		holder_describe(name, who, sizeof(who));
		snprintf(why, size, "%s is held by %s; set Tun.Name= to another name", name, who);
	} else if (error == -EINVAL) {
		snprintf(why, size,
			 "'%s' cannot be a TUN device: the name is unfit or of another "
			 "kind of interface; set Tun.Name= to another name",
			 name);
	} else if (error) {
		interface_explain(error, "attach", name, why, size);
	}
	return error;
}

enum tun_offloads tun_offload(int fd)
{
	static const unsigned int flags[] = {
		[TUN_WHOLE] = 0,
		[TUN_CHECKSUM] = TUN_F_CSUM,
		[TUN_TCP] = TUN_F_CSUM | TUN_F_TSO6 | TUN_F_TSO_ECN,
		[TUN_UDP] = TUN_F_CSUM | TUN_F_TSO6 | TUN_F_TSO_ECN | OFFLOAD_USO4 | OFFLOAD_USO6,
	};
	enum tun_offloads most = TUN_UDP;

	while (ioctl(fd, TUNSETOFFLOAD, flags[most]) < 0 && most > TUN_WHOLE)
		most--;
	return most;
}

int tun_read(int fd, uint8_t header[OFFLOAD_HEADER], uint8_t *packet, size_t size)
{
	struct iovec parts[] = {{header, OFFLOAD_HEADER}, {packet, size}};
	ssize_t got = readv(fd, parts, 2);

	if (got >= OFFLOAD_HEADER)
		return (int)got - OFFLOAD_HEADER;
	if (got >= 0)
		return -EIO;
	return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

/* writev reads only, but its vector cannot say so. */
static struct iovec vector_of(const uint8_t *bytes, size_t size)
{
	union {
		const uint8_t *read;
		void *vector;
	} same = {bytes};

	return (struct iovec){same.vector, size};
}

bool tun_called(int fd, char name[16])
{
	struct ifreq request = {0};

	if (ioctl(fd, TUNGETIFF, &request) < 0)
		return false;
	memcpy(name, request.ifr_name, IF_NAMESIZE);
	return true;
}

bool tun_is_gone(int status)
{
	return status == -EBADFD || status == -EBADF || status == -ENODEV;
}

int tun_write(int fd, const struct merge_out *out)
{
	struct iovec parts[2 + MERGE_SEGMENTS];
	int count = 2;

	parts[0] = vector_of(out->offload, sizeof(out->offload));
	parts[1] = vector_of(out->head, out->head_size);
	for (size_t i = 0; i < out->count; i++)
		parts[count++] = vector_of(out->parts[i].bytes, out->parts[i].size);
	return writev(fd, parts, count) < 0 ? -errno : 0;
}

uint64_t tun_deliver(int fd, struct merge *merge, instant until)
{
	struct merge_out out;
	uint64_t refused = 0;

	while (merge_next(merge, until, &out))
		refused += tun_write(fd, &out) != 0;
	return refused;
}
