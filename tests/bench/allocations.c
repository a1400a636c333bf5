/* Counts what a program asks of the heap and of locks, put before its libraries with LD_PRELOAD.
 * The counts lie in the file that ALLOCATIONS names, mapped by whoever wants to read them while the
 * program runs: three 64-bit numbers in the machine's order, blocks asked for, blocks given back,
 * and locks taken or waited for. The one variable is where they lie: nobody could hand it to
 * malloc. Without the file nothing is counted. What glibc calls inside itself is not seen, and
 * needs not be: the program's path of a packet calls none of it. */
#include <sys/mman.h>

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

struct counts {
	atomic_ullong taken, released, locks;
};

static struct counts *counts;

/* What glibc calls its own, under names that nobody replaces. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *block, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *block);
extern int __pthread_mutex_lock(pthread_mutex_t *lock);
extern int __pthread_mutex_trylock(pthread_mutex_t *lock);
extern int __pthread_rwlock_rdlock(pthread_rwlock_t *lock);
extern int __pthread_rwlock_wrlock(pthread_rwlock_t *lock);

__attribute__((constructor)) static void counts_map(void)
{
	const char *path = getenv("ALLOCATIONS");
	int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644) : -1;

	if (fd < 0)
		return;
	if (!ftruncate(fd, sizeof(*counts))) {
		void *mapped =
			mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		counts = mapped == MAP_FAILED ? NULL : mapped;
	}
	close(fd);
}

static void took(const void *block)
{
	if (counts && block)
		atomic_fetch_add_explicit(&counts->taken, 1, memory_order_relaxed);
}

static void locked(void)
{
	if (counts)
		atomic_fetch_add_explicit(&counts->locks, 1, memory_order_relaxed);
}

void *malloc(size_t size)
{
	void *block = __libc_malloc(size);

	took(block);
	return block;
}

void *calloc(size_t count, size_t size)
{
	void *block = __libc_calloc(count, size);

	took(block);
	return block;
}

void *realloc(void *old, size_t size)
{
	void *block = __libc_realloc(old, size);

	took(block);
	return block;
}

void *memalign(size_t alignment, size_t size)
{
	void *block = __libc_memalign(alignment, size);

	took(block);
	return block;
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
	void *made = memalign(alignment, size);

	if (made)
		*block = made;
	return made ? 0 : ENOMEM;
}

void free(void *block)
{
	if (counts && block)
		atomic_fetch_add_explicit(&counts->released, 1, memory_order_relaxed);
	__libc_free(block);
}

int pthread_mutex_lock(pthread_mutex_t *lock)
{
	locked();
	return __pthread_mutex_lock(lock);
}

int pthread_mutex_trylock(pthread_mutex_t *lock)
{
	locked();
	return __pthread_mutex_trylock(lock);
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
	locked();
	return __pthread_rwlock_rdlock(lock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
	locked();
	return __pthread_rwlock_wrlock(lock);
}
