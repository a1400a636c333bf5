/* Has one call fail that a program makes of the kernel: the n-th of those below, put before its
 * libraries with LD_PRELOAD. The file that FAULT names is mapped by whoever wants that, too: how
 * many calls from now it is, the error, and, once it has failed, which it was. A program's children
 * count along. What glibc calls inside itself is not seen. No header that declares these functions
 * is included: all of them take and return what fits into registers, and so are all alike here. */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { READ_WRITE = 2, SHARED = 1, PROTECTION = 3, NAME = 32 };

struct fault {
	atomic_ullong left; /* 0: it has failed, or is not to */
	uint64_t error;
	char name[NAME];
};

static struct fault *fault;

extern void *dlsym(void *library, const char *name);
extern char *getenv(const char *name);

typedef long call(long a, long b, long c, long d, long e, long f);

/* The function that is called so behind this library. */
static call *real(const char *name)
{
	return (call *)(uintptr_t)dlsym((void *)-1L, name);
}

__attribute__((constructor)) static void fault_map(void)
{
	const char *path = getenv("FAULT");
	long fd = path ? real("open")((long)path, READ_WRITE, 0, 0, 0, 0) : -1;
	long mapped;

	if ((int)fd < 0)
		return;
	mapped = real("mmap")(0, sizeof(*fault), PROTECTION, SHARED, fd, 0);
	fault = mapped == -1 ? NULL : (struct fault *)mapped;
	real("close")(fd, 0, 0, 0, 0, 0);
}

/* True if this is the one. */
static bool fails(const char *name)
{
	unsigned long long left = fault ? atomic_load(&fault->left) : 0;

	while (left > 0 && !atomic_compare_exchange_weak(&fault->left, &left, left - 1))
		;
	if (left != 1)
		return false;
	strncpy(fault->name, name, NAME - 1);
	errno = (int)fault->error;
	return true;
}

#define CALL(name)                                                                                 \
	extern call name;                                                                          \
	long name(long a, long b, long c, long d, long e, long f)                                  \
	{                                                                                          \
		return fails(#name) ? -1 : real(#name)(a, b, c, d, e, f);                          \
	}

CALL(open)
CALL(open64)
CALL(__open64_2)
CALL(openat)
CALL(openat64)
CALL(__openat64_2)
CALL(read)
CALL(write)
CALL(writev)
CALL(fcntl)
CALL(fcntl64)
CALL(ioctl)
CALL(flock)
CALL(fsync)
CALL(fstat64)
CALL(lstat64)
CALL(mkdir)
CALL(chmod)
CALL(chown)
CALL(linkat)
CALL(renameat)
CALL(unlink)
CALL(unlinkat)
CALL(ftruncate64)
CALL(dup2)
CALL(close_range)
CALL(mmap)
CALL(mmap64)
CALL(madvise)
CALL(mlock2)
CALL(memfd_create)
CALL(socket)
CALL(socketpair)
CALL(bind)
CALL(connect)
CALL(listen)
CALL(getsockname)
CALL(getsockopt)
CALL(setsockopt)
CALL(sendmsg)
CALL(recvmsg)
CALL(sendmmsg)
CALL(recvmmsg)
CALL(poll)
CALL(epoll_create1)
CALL(epoll_ctl)
CALL(epoll_wait)
CALL(eventfd)
CALL(signalfd)
CALL(timerfd_create)
CALL(timerfd_settime)
CALL(fork)
CALL(prctl)
CALL(syscall)

extern call pthread_create;
long pthread_create(long a, long b, long c, long d, long e, long f)
{
	return fails("pthread_create") ? (long)fault->error
				       : real("pthread_create")(a, b, c, d, e, f);
}
