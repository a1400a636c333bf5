/* Memoised: what costs most of the real cryptography is done once for each distinct question in a
 * process. The linker (--wrap) leads calls of the room crypto here and from here to the real
 * functions, whose answers stay what they are. A signature is remembered by the key, the purpose,
 * the message and all its bytes, so a forged one is never taken for a good one. An agreement is
 * remembered by its two public keys if this process made both with agree_pair_of: then both are
 * multiples of the base point, and what they agree on is the same whichever of the two secrets is
 * used. Every other agreement is computed. The functions have no argument a memory could come in
 * by, so it is this file's variable; only simulators are linked with it. */
#include "crypto/agree.h"
#include "crypto/identity.h"
#include "sim/memoised/memo.h"

#include <string.h>

bool __real_identity_verify(const uint8_t public_key[IDENTITY_PUBLIC], struct purpose purpose,
			    const void *message, size_t size, const uint8_t signature[SIGNATURE]);
bool __wrap_identity_verify(const uint8_t public_key[IDENTITY_PUBLIC], struct purpose purpose,
			    const void *message, size_t size, const uint8_t signature[SIGNATURE]);
void __real_agree_pair_of(struct agree_pair *pair, const uint8_t secret_key[AGREE_KEY]);
void __wrap_agree_pair_of(struct agree_pair *pair, const uint8_t secret_key[AGREE_KEY]);
bool __real_agree(uint8_t shared[AGREE_KEY], const uint8_t secret_key[AGREE_KEY],
		  const uint8_t public_key[AGREE_KEY]);
bool __wrap_agree(uint8_t shared[AGREE_KEY], const uint8_t secret_key[AGREE_KEY],
		  const uint8_t public_key[AGREE_KEY]);

_Static_assert((int)AGREE_KEY == (int)MEMO_ANSWER, "a key is an answer");

static struct memo memo;

bool __wrap_identity_verify(const uint8_t public_key[IDENTITY_PUBLIC], struct purpose purpose,
			    const void *message, size_t size, const uint8_t signature[SIGNATURE])
{
	uint8_t question[HASH_256];
	uint64_t context_size = strlen(purpose.context);
	const struct span parts[] = {
		{public_key, IDENTITY_PUBLIC},
		{signature, SIGNATURE},
		{purpose.network_id, NETWORK_ID},
		{&purpose.type, 1},
		{(const uint8_t *)&context_size, sizeof(context_size)},
		{(const uint8_t *)purpose.context, context_size},
		{message, size},
	};

	memo_question(question, "verify", parts, sizeof(parts) / sizeof(parts[0]));
	const uint8_t *known = memo_find(&memo, question);
	if (known != NULL)
		return known[0] != 0;
	bool good = __real_identity_verify(public_key, purpose, message, size, signature);
	memo_put(&memo, question, &good, 1);
	return good;
}

static void ask_key(uint8_t question[HASH_256], const char *kind, const uint8_t key[AGREE_KEY])
{
	memo_question(question, kind, &(struct span){key, AGREE_KEY}, 1);
}

void __wrap_agree_pair_of(struct agree_pair *pair, const uint8_t secret_key[AGREE_KEY])
{
	uint8_t question[HASH_256];

	__real_agree_pair_of(pair, secret_key);
	ask_key(question, "public key", secret_key);
	memo_put(&memo, question, pair->public_key, AGREE_KEY);
	ask_key(question, "made here", pair->public_key);
	memo_put(&memo, question, &(uint8_t){1}, 1);
}

/* Writes the question that both sides of an agreement ask. False if the secret's public key, or
 * that the other public key was made here, is not known. */
static bool ask_agreement(uint8_t question[HASH_256], const uint8_t secret_key[AGREE_KEY],
			  const uint8_t theirs[AGREE_KEY])
{
	ask_key(question, "made here", theirs);
	if (memo_find(&memo, question) == NULL)
		return false;
	ask_key(question, "public key", secret_key);
	const uint8_t *ours = memo_find(&memo, question);
	if (ours == NULL)
		return false;
	bool first = memcmp(ours, theirs, AGREE_KEY) < 0;
	const struct span parts[] = {{first ? ours : theirs, AGREE_KEY},
				     {first ? theirs : ours, AGREE_KEY}};
	memo_question(question, "agree", parts, 2);
	return true;
}

bool __wrap_agree(uint8_t shared[AGREE_KEY], const uint8_t secret_key[AGREE_KEY],
		  const uint8_t public_key[AGREE_KEY])
{
	uint8_t question[HASH_256];

	if (!ask_agreement(question, secret_key, public_key))
		return __real_agree(shared, secret_key, public_key);
	const uint8_t *known = memo_find(&memo, question);
	if (known != NULL) {
		memcpy(shared, known, AGREE_KEY);
		return true;
	}
	bool good = __real_agree(shared, secret_key, public_key);
	if (good)
		memo_put(&memo, question, shared, AGREE_KEY);
	return good;
}
