/* The delays before paths are computed. The owner is route.c; the invariant: between a change and
 * the computation it leads to, due is set. docs/protocol/route.md, section 5. */
#include "route/schedule.h"
#include "route/limits.h"

void schedule_init(struct schedule *schedule)
{
	*schedule = (struct schedule){.due = INSTANT_NEVER};
}

static int64_t delay_ms(const struct schedule *schedule, instant now)
{
	int64_t changing_us = instant_since(now, schedule->begun).us;

	if (!schedule->computed)
		return ROUTE_SPF_FIRST_MS;
	return changing_us < duration_ms(ROUTE_SPF_LEARN_MS).us ? ROUTE_SPF_SHORT_MS
								: ROUTE_SPF_LONG_MS;
}

void schedule_change(struct schedule *schedule, instant now, bool at_once)
{
	duration quiet = instant_since(now, schedule->changed);
	instant due;

	if (quiet.us >= duration_ms(ROUTE_SPF_QUIET_MS).us) {
		schedule->begun = now;
		schedule->computed = false;
	}
	schedule->changed = now;
	due = instant_after(now,
			    duration_ms(at_once ? ROUTE_SPF_FIRST_MS : delay_ms(schedule, now)));
	schedule->due = instant_earlier(schedule->due, due);
}

void schedule_done(struct schedule *schedule)
{
	schedule->due = INSTANT_NEVER;
	schedule->computed = true;
}
