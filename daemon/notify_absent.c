/* What stands for notify.c where there is no service manager to tell. */
#include "daemon/notify.h"

int notify_ready(void)
{
	return 0;
}

void notify_status(const char *text)
{
}

void notify_reloading(void)
{
}

void notify_stopping(void)
{
}
