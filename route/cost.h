/* The cost of a link: µs in computation, 16 bits on the wire. docs/protocol/route.md, section 4. */
#ifndef ROUTE_COST_H
#define ROUTE_COST_H

#include <stdint.h>

enum { COST_MOST_US = 0xffffff }; /* 2^24 − 1 */

/* The code of a cost in 1 … COST_MOST_US (others count as the nearest), rounded up. */
uint16_t cost_code(uint32_t us);

/* The cost a code stands for; 0 if it is none: zero, or not the one form of its value, or more than
 * COST_MOST_US rounded up to the next code. */
uint32_t cost_us(uint16_t code);

#endif
