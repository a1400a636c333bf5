/* The clock of the control loop, whatever turns it: loop_systemd.c or loop_epoll.c. */
#include "daemon/loop.h"

#include <time.h>

instant loop_now(void)
{
	struct timespec now;

	REQUIRE(clock_gettime(CLOCK_BOOTTIME, &now) == 0);
	return (instant){now.tv_sec * 1000000 + now.tv_nsec / 1000};
}
