/* Intel's library libipsec-mb as a provider of both cipher suites, where the build found it and the
 * processor has what it wants. It needs memory, so a driver starts it and hands the provider down;
 * no pure room knows it. */
#ifndef CRYPTO_IPSEC_MB_PROVIDER_H
#define CRYPTO_IPSEC_MB_PROVIDER_H

#include "crypto/aead.h"

#ifdef MESHPD_IPSEC_MB

/* Starts the library, which tests itself. False, with *provider untouched and libsodium to be used,
 * if the processor has no AES instructions, a test fails or there is no memory. *provider may be
 * lent to any number of threads, and is stopped when no key it prepared is used any more. */
MUST_USE bool ipsec_mb_start(struct aead_provider *provider);
void ipsec_mb_stop(struct aead_provider *provider);

#else

MUST_USE static inline bool ipsec_mb_start(struct aead_provider *provider)
{
	return false;
}

static inline void ipsec_mb_stop(struct aead_provider *provider)
{
}

#endif

#endif
