/* What exit statuses mean. --help and the man pages say it in these words. */
#include "tools/verdict.h"

const char *verdict_meaning(enum verdict verdict)
{
	static const char *const meanings[VERDICTS] = {
		[VERDICT_YES] = "done, or yes",
		[VERDICT_NO] = "a negative answer, or it could not be done",
		[VERDICT_USAGE] = "the command line is wrong",
		[VERDICT_ABSENT] = "meshpd is not running there, or what answers is not meshpd",
		[VERDICT_DENIED] = "not permitted",
		[VERDICT_TIMEOUT] = "no answer in time",
	};

	return meanings[verdict];
}

bool verdict_may_change(enum verdict verdict)
{
	return verdict == VERDICT_YES || verdict == VERDICT_NO || verdict == VERDICT_TIMEOUT;
}
