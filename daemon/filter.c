/* What the running daemon calls, found by watching it work in the tests. Whatever is only called to
 * start it is not here. */
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
static const int calls[] = {
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

/* Allowed if one argument is, in the bits of mask, this value. */
static const struct call_use {
	int call;
	unsigned int argument;
	uint64_t mask, value;
} uses[] = {
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

/* The same, where there is a relay in the kernel: its table is read and written. */
static const struct call_use bypass_uses[] = {
	{SCMP_SYS(bpf), 0, UINT32_MAX, BPF_MAP_LOOKUP_ELEM},
	{SCMP_SYS(bpf), 0, UINT32_MAX, BPF_MAP_UPDATE_ELEM},
	{SCMP_SYS(bpf), 0, UINT32_MAX, BPF_MAP_UPDATE_BATCH},
	{SCMP_SYS(bpf), 0, UINT32_MAX, BPF_MAP_DELETE_BATCH},
};

enum {
	CALLS = sizeof(calls) / sizeof(*calls),
	USES = sizeof(uses) / sizeof(*uses),
	BYPASS_USES = sizeof(bypass_uses) / sizeof(*bypass_uses),
	CALLS_MOST = 40,
	CALLS_BY_USE = 5, /* socket, mmap, mprotect, ioctl, bpf */
};

_Static_assert(CALLS + CALLS_BY_USE <= CALLS_MOST, "what filter.h promises");

static int use_allow(scmp_filter_ctx filter, const struct call_use *use)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, use->call, 1,
				SCMP_CMP(use->argument, SCMP_CMP_MASKED_EQ, use->mask, use->value));
}

static int filter_write(scmp_filter_ctx filter, bool bypass)
{
	int status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);

	/* Packets wait for what is found first, so that is a tree. */
	if (status == 0)
		status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; i < CALLS && status == 0; i++)
		status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	for (size_t i = 0; i < USES && status == 0; i++)
		status = use_allow(filter, &uses[i]);
	for (size_t i = 0; i < BYPASS_USES && bypass && status == 0; i++)
		status = use_allow(filter, &bypass_uses[i]);
	return status;
}

int filter_install(bool bypass, struct failure *failure)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int status = filter != NULL ? filter_write(filter, bypass) : -ENOMEM;

	if (status == 0)
		status = seccomp_load(filter);
	seccomp_release(filter);
	if (status == 0)
		return 0;
	return failure_say(failure, status, "the filter of system calls: %s", strerror(-status));
}
