/* Has the kernel write core dumps of a program that asks it not to (PR_SET_DUMPABLE), so that a
 * test can look into one; put before the program's libraries with LD_PRELOAD. No header that
 * declares prctl is included, so that it can be defined with registers alone. */
enum { SET_DUMPABLE = 4 };

typedef long call(long option, long b, long c, long d, long e);

extern void *dlsym(void *library, const char *name);
extern call prctl;

long prctl(long option, long b, long c, long d, long e)
{
	call *real = (call *)(unsigned long)dlsym((void *)-1L, "prctl");

	return real(option, (int)option == SET_DUMPABLE ? 1 : b, c, d, e);
}
