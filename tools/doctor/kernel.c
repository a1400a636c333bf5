/* What the kernel has of what the mesh uses, asked of it by calls that change nothing. A call that
 * is not permitted is proof enough that there is something to permit. */
#include "tools/doctor/sources.h"

/* The kernel's headers give way to this one where it comes first. */
#include <netinet/in.h>

#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum {
	TUN_MAJOR = 10, /* Documentation/admin-guide/devices.txt */
	TUN_MINOR = 200,
	NO_COMMAND = -1, /* of bpf(2) */
};

static enum presence tun_there(void)
{
	struct stat facts;

	if (stat("/dev/net/tun", &facts) != 0)
		return errno == EACCES ? PRESENCE_UNKNOWN : PRESENCE_NO;
	return S_ISCHR(facts.st_mode) && facts.st_rdev == makedev(TUN_MAJOR, TUN_MINOR)
		       ? PRESENCE_YES
		       : PRESENCE_NO;
}

/* Whether a socket of that family could be had. */
static enum presence family_there(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return errno == EAFNOSUPPORT || errno == EPROTONOSUPPORT ? PRESENCE_NO
									 : PRESENCE_YES;
	close(fd);
	return PRESENCE_YES;
}

static enum presence secret_memory_there(void)
{
	int fd = (int)syscall(SYS_memfd_secret, 0);

	if (fd < 0)
		return errno == ENOSYS ? PRESENCE_NO : PRESENCE_UNKNOWN;
	close(fd);
	return PRESENCE_YES;
}

static enum presence bpf_there(void)
{
	long status = syscall(SYS_bpf, NO_COMMAND, NULL, 0);

	return status < 0 && errno == ENOSYS ? PRESENCE_NO : PRESENCE_YES;
}

void kernel_read(struct kernel_facts *kernel)
{
	kernel->tun = tun_there();
	kernel->ipv6 = access("/proc/net/if_inet6", F_OK) == 0 ? PRESENCE_YES : PRESENCE_NO;
	kernel->nftables = family_there(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	kernel->xdp_sockets = family_there(AF_XDP, SOCK_RAW, 0);
	kernel->bpf = bpf_there();
	kernel->secret_memory = secret_memory_there();
}
