/* What the service manager is told, in its own words. */
#include "daemon/notify.h"

#include <systemd/sd-daemon.h>
#include <time.h>

int notify_ready(void)
{
	int told = sd_notify(0, "READY=1");

	return told < 0 ? told : 0;
}

void notify_status(const char *text)
{
	sd_notifyf(0, "STATUS=%s", text);
}

void notify_reloading(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld",
		   now.tv_sec * 1000000LL + now.tv_nsec / 1000);
}

void notify_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}
