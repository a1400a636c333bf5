/* Costs and their codes: a floating point of 4 bits of exponent and 12 of mantissa, in which every
 * value has one form, so that codes order as the costs they stand for. docs/protocol/route.md,
 * section 4. */
#include "route/cost.h"

enum {
	MANTISSA_BITS = 12,
	MANTISSA_MOST = (1 << MANTISSA_BITS) - 1,
	MANTISSA_LEAST = 1 << (MANTISSA_BITS - 1),	  /* with an exponent */
	CODE_MOST = 13 << MANTISSA_BITS | MANTISSA_LEAST, /* COST_MOST_US, rounded up */
};

uint16_t cost_code(uint32_t us)
{
	uint32_t mantissa = us < COST_MOST_US ? us : COST_MOST_US;
	uint32_t exponent = 0;

	if (mantissa == 0)
		mantissa = 1;
	/* Halves that are rounded up one after the other make the whole rounded up. */
	while (mantissa > MANTISSA_MOST) {
		mantissa = (mantissa + 1) / 2;
		exponent++;
	}
	return (uint16_t)(exponent << MANTISSA_BITS | mantissa);
}

uint32_t cost_us(uint16_t code)
{
	uint32_t exponent = code >> MANTISSA_BITS;
	uint32_t mantissa = code & MANTISSA_MOST;

	if (code > CODE_MOST || (exponent > 0 && mantissa < MANTISSA_LEAST))
		return 0;
	return mantissa << exponent;
}
