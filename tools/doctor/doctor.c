/* `meshctl doctor`: looks at the host and the daemon, and says of each thing whether it is well,
 * and if not, what mends it. Nothing is changed. */
#include "tools/doctor/doctor.h"

#include "tools/doctor/checks.h"

#include <stdio.h>

enum verdict doctor_run(const struct request *request)
{
	struct facts *facts;
	struct report report;
	enum verdict verdict;

	facts = facts_gather(request->given[CHOICE_SOCKET]);
	if (facts == NULL)
		return VERDICT_NO;
	report = checks_run(facts);
	verdict = report_has(&report, RESULT_FAILED) ? VERDICT_NO : VERDICT_YES;
	if (request->json) {
		json_t *object = json_pack("{s:i, s:O}", "schema", 1, "checks", report.checks);

		json_dumpf(object, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(object);
	} else {
		report_print(&report, stdout, request->colour);
	}
	json_decref(report.checks);
	facts_release(facts);
	return fflush(stdout) == 0 ? verdict : VERDICT_NO;
}
