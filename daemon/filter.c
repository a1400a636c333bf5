/* What the running daemon and its warden call, found by watching them work in the tests. Whatever
 * is only called to start them is not here. */
#include "daemon/filter.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_tun.h>
#include <seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>

/* Some architectures have only the younger of two calls. */
#ifdef __NR_epoll_wait
enum { CALL_EPOLL_WAIT = SCMP_SYS(epoll_wait), CALL_POLL = SCMP_SYS(poll) };
#else
enum { CALL_EPOLL_WAIT = SCMP_SYS(epoll_pwait), CALL_POLL = SCMP_SYS(ppoll) };
#endif

/* Allowed whatever they are called with. */
static const int daemon_calls[] = {
	/* descriptors and files: the state, the configuration when it is read again */
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(readv),
	SCMP_SYS(writev),
	SCMP_SYS(close),
	SCMP_SYS(fcntl),
	SCMP_SYS(openat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(getdents64),
	SCMP_SYS(unlinkat),
	SCMP_SYS(renameat),
	SCMP_SYS(fsync),
	/* memory */
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(madvise),
	/* waiting, time, threads */
	CALL_EPOLL_WAIT,
	CALL_POLL,
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(timerfd_settime),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(futex),
	SCMP_SYS(sched_yield),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	/* sockets */
	SCMP_SYS(bind),
	SCMP_SYS(connect),
	SCMP_SYS(accept4),
	SCMP_SYS(getsockname),
	SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt),
	SCMP_SYS(recvmsg),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(getrandom),
};

/* The warden's: libnl's, libnftables', /proc/sys. */
static const int warden_calls[] = {
	SCMP_SYS(read),	       SCMP_SYS(write),		SCMP_SYS(close),      SCMP_SYS(fcntl),
	SCMP_SYS(openat),      SCMP_SYS(newfstatat),	SCMP_SYS(lseek),      SCMP_SYS(brk),
	SCMP_SYS(munmap),      SCMP_SYS(mremap),	SCMP_SYS(madvise),    CALL_POLL,
	SCMP_SYS(pselect6),    SCMP_SYS(clock_gettime), SCMP_SYS(futex),      SCMP_SYS(bind),
	SCMP_SYS(getsockname), SCMP_SYS(getsockopt),	SCMP_SYS(setsockopt), SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),     SCMP_SYS(sendto),	SCMP_SYS(sendmsg),    SCMP_SYS(getpid),
	SCMP_SYS(getuid),      SCMP_SYS(geteuid),	SCMP_SYS(getrandom),  SCMP_SYS(exit_group),
};

/* Allowed if one argument is, in the bits of mask, this value. */
struct call_use {
	int call;
	unsigned int argument;
	uint64_t mask, value;
};

static const struct call_use daemon_uses[] = {
	{SCMP_SYS(socket), 0, UINT32_MAX, AF_UNIX},
	{SCMP_SYS(mmap), 2, PROT_EXEC, 0},
	{SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
	{SCMP_SYS(ioctl), 1, UINT32_MAX, TUNGETIFF},
	{SCMP_SYS(ioctl), 1, UINT32_MAX, TUNSETOFFLOAD},
	{SCMP_SYS(ioctl), 1, UINT32_MAX, TUNSETSTEERINGEBPF},
	/* libdumbnet's, of interfaces */
	{SCMP_SYS(ioctl), 1, UINT32_MAX, SIOCGIFCONF},
	{SCMP_SYS(ioctl), 1, UINT32_MAX, SIOCGIFFLAGS},
	{SCMP_SYS(ioctl), 1, UINT32_MAX, SIOCGIFMTU},
	{SCMP_SYS(ioctl), 1, UINT32_MAX, SIOCGIFADDR},
	{SCMP_SYS(ioctl), 1, UINT32_MAX, SIOCGIFNETMASK},
	{SCMP_SYS(ioctl), 1, UINT32_MAX, SIOCGIFDSTADDR},
	{SCMP_SYS(ioctl), 1, UINT32_MAX, SIOCGIFHWADDR},
};

/* Where there is a relay in the kernel its table is read and written. */
static const struct call_use bypass_uses[] = {
	{SCMP_SYS(bpf), 0, UINT32_MAX, BPF_MAP_LOOKUP_ELEM},
	{SCMP_SYS(bpf), 0, UINT32_MAX, BPF_MAP_UPDATE_ELEM},
	{SCMP_SYS(bpf), 0, UINT32_MAX, BPF_MAP_UPDATE_BATCH},
	{SCMP_SYS(bpf), 0, UINT32_MAX, BPF_MAP_DELETE_BATCH},
};

static const struct call_use warden_uses[] = {
	{SCMP_SYS(socket), 0, UINT32_MAX, AF_NETLINK},
	{SCMP_SYS(mmap), 2, PROT_EXEC, 0},
	{SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
	{SCMP_SYS(ioctl), 1, UINT32_MAX, TUNGETIFF},
	{SCMP_SYS(ioctl), 1, UINT32_MAX, TUNSETIFF},
	{SCMP_SYS(ioctl), 1, UINT32_MAX, TUNSETVNETHDRSZ},
	{SCMP_SYS(ioctl), 1, UINT32_MAX, TUNSETOFFLOAD},
	{SCMP_SYS(bpf), 0, UINT32_MAX, BPF_LINK_CREATE},
};

#define COUNT(list) (sizeof(list) / sizeof(*(list)))

enum {
	CALLS_MOST = 40,
	CALLS_BY_USE = 5, /* socket, mmap, mprotect, ioctl, bpf */
};

_Static_assert(COUNT(daemon_calls) + CALLS_BY_USE <= CALLS_MOST, "what filter.h promises");
_Static_assert(COUNT(warden_calls) + CALLS_BY_USE <= CALLS_MOST, "what filter.h promises");

static int calls_allow(scmp_filter_ctx filter, const int *calls, size_t count)
{
	int status = 0;

	for (size_t i = 0; i < count && status == 0; i++)
		status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	return status;
}

static int uses_allow(scmp_filter_ctx filter, const struct call_use *uses, size_t count)
{
	int status = 0;

	for (size_t i = 0; i < count && status == 0; i++)
		status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, uses[i].call, 1,
					  SCMP_CMP(uses[i].argument, SCMP_CMP_MASKED_EQ,
						   uses[i].mask, uses[i].value));
	return status;
}

/* Puts the process under the filter and releases it. status is that of writing it. */
static int filter_load(scmp_filter_ctx filter, int status, struct failure *failure)
{
	if (status == 0)
		status = seccomp_load(filter);
	seccomp_release(filter);
	if (status == 0)
		return 0;
	return failure_say(failure, status, "the filter of system calls: %s", strerror(-status));
}

int filter_install(bool bypass, struct failure *failure)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int status = filter != NULL ? seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1) : -ENOMEM;

	/* Packets wait for what is found first, so that is a tree. */
	if (status == 0)
		status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (status == 0)
		status = calls_allow(filter, daemon_calls, COUNT(daemon_calls));
	if (status == 0)
		status = uses_allow(filter, daemon_uses, COUNT(daemon_uses));
	if (status == 0 && bypass)
		status = uses_allow(filter, bypass_uses, COUNT(bypass_uses));
	return filter_load(filter, status, failure);
}

int filter_install_warden(struct failure *failure)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int status =
		filter != NULL ? calls_allow(filter, warden_calls, COUNT(warden_calls)) : -ENOMEM;

	if (status == 0)
		status = uses_allow(filter, warden_uses, COUNT(warden_uses));
	return filter_load(filter, status, failure);
}
