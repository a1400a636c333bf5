/* The bucket counts what is missing from it, in millionths of a token: a rate of r tokens a second
 * is then r millionths a microsecond, and nothing is ever rounded. */
#include "base/bucket.h"

enum { TOKEN = 1000000 };

/* What is missing at now, after what flowed in since the bucket was last brought up to date. */
static int64_t spent_at(const struct bucket *bucket, struct rate rate, instant now)
{
	duration elapsed = instant_since(now, bucket->filled);

	/* Compared by division, because the product may not fit after a long silence. */
	if (elapsed.us > bucket->spent / rate.per_second)
		return 0;
	return bucket->spent - elapsed.us * rate.per_second;
}

bool bucket_take(struct bucket *bucket, struct rate rate, instant now)
{
	bucket->spent = spent_at(bucket, rate, now);
	bucket->filled = now;
	if (bucket->spent + TOKEN > (int64_t)rate.burst * TOKEN)
		return false;
	bucket->spent += TOKEN;
	return true;
}

bool bucket_strained(const struct bucket *bucket, struct rate rate, instant now)
{
	return 2 * spent_at(bucket, rate, now) > (int64_t)rate.burst * TOKEN;
}
