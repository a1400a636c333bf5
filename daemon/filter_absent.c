/* What stands for filter.c where a sanitizer watches the program: its own part of the process makes
 * calls that nobody here can list. */
#include "daemon/filter.h"

int filter_install(bool bypass, struct failure *failure)
{
	return 0;
}

int filter_install_warden(struct failure *failure)
{
	return 0;
}
