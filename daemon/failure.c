/* The one line a failed start leaves. */
#include "daemon/failure.h"

#include <stdarg.h>
#include <stdio.h>

int failure_say(struct failure *failure, int status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(failure->text, sizeof(failure->text), format, arguments);
	va_end(arguments);
	failure->kind = MESSAGE_FAILED;
	return status;
}
