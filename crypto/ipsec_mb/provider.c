/* The suites over libipsec-mb's direct functions, which keep nothing between two calls: its manager
 * is only where they are found. They decrypt before they know the tag, so what did not authenticate
 * is zeroed here. What they leave of a packet in memory of ours is wiped. RFC 8439 and NIST SP
 * 800-38D. */
#include "crypto/ipsec_mb/provider.h"

#include <intel-ipsec-mb.h>
#include <link.h>
#include <sodium.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

_Static_assert(sizeof(struct gcm_key_data) <= AEAD_EXPANDED, "an expanded key fits");

static const uint64_t NEEDED =
	IMB_FEATURE_AESNI | IMB_FEATURE_PCLMULQDQ | IMB_FEATURE_SELF_TEST_PASS;

static const struct gcm_key_data *gcm_of(const struct aead_key *key)
{
	return (const struct gcm_key_data *)key->expanded;
}

static void ipsec_prepare(const struct aead_provider *provider, const uint8_t bytes[AEAD_KEY],
			  struct aead_key *key)
{
	const IMB_MGR *manager = provider->engine;

	switch ((enum suite)key->suite) {
	case SUITE_CHACHA20_POLY1305:
		memcpy(key->expanded, bytes, AEAD_KEY);
		return;
	case SUITE_AES_256_GCM:
		IMB_AES256_GCM_PRE(manager, bytes, (struct gcm_key_data *)key->expanded);
		return;
	}
	abort();
}

static void gcm(const struct aead_key *key, aes_gcm_enc_dec_t work, const uint8_t nonce[AEAD_NONCE],
		struct span associated, struct span in, uint8_t *out, uint8_t tag[AEAD_TAG])
{
	struct gcm_context_data context;

	work(gcm_of(key), &context, out, in.bytes, in.size, nonce, associated.bytes,
	     associated.size, tag, AEAD_TAG);
	sodium_memzero(&context, sizeof(context));
}

static void chacha(const struct aead_key *key, chacha_poly_enc_dec_update_t work,
		   const uint8_t nonce[AEAD_NONCE], struct span associated, struct span in,
		   uint8_t *out, uint8_t tag[AEAD_TAG])
{
	const IMB_MGR *manager = key->provider->engine;
	struct chacha20_poly1305_context_data context;

	IMB_CHACHA20_POLY1305_INIT(manager, key->expanded, &context, nonce, associated.bytes,
				   associated.size);
	if (in.size > 0)
		work(key->expanded, &context, out, in.bytes, in.size);
	IMB_CHACHA20_POLY1305_ENC_FINALIZE(manager, &context, tag, AEAD_TAG);
	sodium_memzero(&context, sizeof(context));
}

static void ipsec_seal(const struct aead_key *key, const uint8_t nonce[AEAD_NONCE],
		       struct span associated, const uint8_t *plain, size_t size, uint8_t *out)
{
	const IMB_MGR *manager = key->provider->engine;
	const struct span in = {plain, size};

	switch ((enum suite)key->suite) {
	case SUITE_CHACHA20_POLY1305:
		chacha(key, manager->chacha20_poly1305_enc_update, nonce, associated, in, out,
		       out + size);
		return;
	case SUITE_AES_256_GCM:
		gcm(key, manager->gcm256_enc, nonce, associated, in, out, out + size);
		return;
	}
	abort();
}

/* Decrypts and says what the tag should have been. */
static void ipsec_decrypt(const struct aead_key *key, const uint8_t nonce[AEAD_NONCE],
			  struct span associated, struct span in, uint8_t *out,
			  uint8_t tag[AEAD_TAG])
{
	const IMB_MGR *manager = key->provider->engine;

	switch ((enum suite)key->suite) {
	case SUITE_CHACHA20_POLY1305:
		chacha(key, manager->chacha20_poly1305_dec_update, nonce, associated, in, out, tag);
		return;
	case SUITE_AES_256_GCM:
		gcm(key, manager->gcm256_dec, nonce, associated, in, out, tag);
		return;
	}
	abort();
}

static bool ipsec_open(const struct aead_key *key, const uint8_t nonce[AEAD_NONCE],
		       struct span associated, const uint8_t *sealed, size_t size, uint8_t *out)
{
	const struct span in = {sealed, size - AEAD_TAG};
	uint8_t tag[AEAD_TAG] = {0};

	ipsec_decrypt(key, nonce, associated, in, out, tag);
	if (sodium_memcmp(tag, sealed + in.size, AEAD_TAG) == 0)
		return true;
	memset(out, 0, in.size);
	return false;
}

/* Gives back the pages of a library that cannot be written, if the address is in it: the next use
 * of one finds it in the page cache. */
static int pages_give_back(struct dl_phdr_info *library, size_t size, void *address)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t wanted = (uintptr_t)address - library->dlpi_addr;
	bool found = false;

	for (size_t i = 0; i < library->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &library->dlpi_phdr[i];
		found = found || (part->p_type == PT_LOAD && wanted >= part->p_vaddr &&
				  wanted - part->p_vaddr < part->p_memsz);
	}
	for (size_t i = 0; found && i < library->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &library->dlpi_phdr[i];
		uintptr_t from = (library->dlpi_addr + part->p_vaddr) & ~(page - 1);
		uintptr_t to = library->dlpi_addr + part->p_vaddr + part->p_memsz;
		if (part->p_type == PT_LOAD && !(part->p_flags & PF_W))
			madvise((void *)from, to - from, MADV_DONTNEED);
	}
	return found;
}

bool ipsec_mb_start(struct aead_provider *provider)
{
	IMB_MGR *manager = alloc_mb_mgr(0);

	if (!manager)
		return false;
	init_mb_mgr_auto(manager, NULL);
	if ((manager->features & NEEDED) != NEEDED) {
		free_mb_mgr(manager);
		return false;
	}
	/* The self-test has touched code of every algorithm and processor. */
	dl_iterate_phdr(pages_give_back, (void *)(uintptr_t)manager->gcm256_enc);
	*provider = (struct aead_provider){
		.name = "libipsec-mb",
		.version = imb_get_version_str(),
		.suites = SUITE_BIT(SUITE_CHACHA20_POLY1305) | SUITE_BIT(SUITE_AES_256_GCM),
		.engine = manager,
		.prepare = ipsec_prepare,
		.seal = ipsec_seal,
		.open = ipsec_open,
	};
	return true;
}

void ipsec_mb_stop(struct aead_provider *provider)
{
	free_mb_mgr(provider->engine);
}
