/* The rates, each over a bucket that lies elsewhere. docs/protocol/mesharp.md, sections 1 and 2. */
#include "mesharp/admission.h"

bool admission_hello(struct bucket *bucket, instant now)
{
	return bucket_take(bucket, (struct rate){.per_second = 5, .burst = 20}, now);
}

bool admission_newcomer(struct bucket *bucket, instant now)
{
	return bucket_take(bucket, (struct rate){.per_second = 50, .burst = 256}, now);
}

bool admission_initiation(struct bucket *bucket, instant now)
{
	return bucket_take(bucket, (struct rate){.per_second = 5, .burst = 16}, now);
}

bool admission_hint(struct bucket *bucket, instant now)
{
	return bucket_take(bucket, (struct rate){.per_second = 5, .burst = 16}, now);
}

/* A bucket cannot be slower than one a second, but its clock can: this one's runs at a tenth of the
 * speed. */
static bool once_in_ten_seconds(struct bucket *bucket, instant now)
{
	return bucket_take(bucket, (struct rate){.per_second = 1, .burst = 3},
			   (instant){now.us / 10});
}

bool admission_reset(struct bucket *bucket, instant now)
{
	return once_in_ten_seconds(bucket, now);
}

bool admission_doubt(struct bucket *bucket, instant now)
{
	return once_in_ten_seconds(bucket, now);
}
