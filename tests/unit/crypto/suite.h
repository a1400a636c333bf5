/* What a cipher suite must do, whoever provides it: public vectors, sealing and opening in place
 * and apart, and refusal of every changed bit. */
#ifndef TESTS_UNIT_CRYPTO_SUITE_H
#define TESTS_UNIT_CRYPTO_SUITE_H

#include "crypto/aead.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Skips the test if this processor cannot do the suite. */
void suite_require(enum suite suite);

/* RFC 8439, section 2.8.2 and appendix A.5; McGrew and Viega's test cases 13 to 16. */
void suite_check_vectors(const struct aead_provider *provider, enum suite suite);

/* Seals and opens within one buffer, at every size up to a full frame. */
void suite_check_in_place(const struct aead_provider *provider, enum suite suite);

/* Changes every bit that a tag covers, in turn. */
void suite_check_every_bit(const struct aead_provider *provider, enum suite suite);

#endif
