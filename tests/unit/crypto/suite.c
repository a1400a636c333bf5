/* Each check prepares its keys with the provider it is handed. */
#include "suite.h"

#include "tests/vectors/hex.h"

struct vector {
	const char *key;
	const char *nonce;
	const char *associated;
	const char *plain;
	const char *sealed; /* tag last */
};

/* RFC 8439, section 2.8.2 and appendix A.5. */
static const struct vector chacha_vectors[] = {
	{
		"808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f",
		"070000004041424344454647",
		"50515253c0c1c2c3c4c5c6c7",
		"4c616469657320616e642047656e746c656d656e206f662074686520636c6173"
		"73206f66202739393a204966204920636f756c64206f6666657220796f75206f"
		"6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73"
		"637265656e20776f756c642062652069742e",
		"d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
		"3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
		"92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
		"3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd060"
		"0691",
	},
	{
		"1c9240a5eb55d38af333888604f6b5f0473917c1402b80099dca5cbc207075c0",
		"000000000102030405060708",
		"f33388860000000000004e91",
		"496e7465726e65742d4472616674732061726520647261667420646f63756d65"
		"6e74732076616c696420666f722061206d6178696d756d206f6620736978206d"
		"6f6e74687320616e64206d617920626520757064617465642c207265706c6163"
		"65642c206f72206f62736f6c65746564206279206f7468657220646f63756d65"
		"6e747320617420616e792074696d652e20497420697320696e617070726f7072"
		"6961746520746f2075736520496e7465726e65742d4472616674732061732072"
		"65666572656e6365206d6174657269616c206f7220746f206369746520746865"
		"6d206f74686572207468616e206173202fe2809c776f726b20696e2070726f67"
		"726573732e2fe2809d",
		"64a0861575861af460f062c79be643bd5e805cfd345cf389f108670ac76c8cb2"
		"4c6cfc18755d43eea09ee94e382d26b0bdb7b73c321b0100d4f03b7f355894cf"
		"332f830e710b97ce98c8a84abd0b948114ad176e008d33bd60f982b1ff37c855"
		"9797a06ef4f0ef61c186324e2b3506383606907b6a7c02b0f9f6157b53c867e4"
		"b9166c767b804d46a59b5216cde7a4e99040c5a40433225ee282a1b0a06c523e"
		"af4534d7f83fa1155b0047718cbc546a0d072b04b3564eea1b422273f548271a"
		"0bb2316053fa76991955ebd63159434ecebb4e466dae5a1073a6727627097a10"
		"49e617d91d361094fa68f0ff77987130305beaba2eda04df997b714d6c6f2c29"
		"a6ad5cb4022b02709beead9d67890cbb22392336fea1851f38",
	},
};

/* McGrew and Viega, The Galois/Counter Mode of Operation, appendix B: test cases 13 to 16, those of
 * a 256-bit key and a 96-bit nonce. */
static const struct vector aes_vectors[] = {
	{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"000000000000000000000000",
		"",
		"",
		"530f8afbc74536b9a963b4f1c4cb738b",
	},
	{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"000000000000000000000000",
		"",
		"00000000000000000000000000000000",
		"cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919",
	},
	{
		"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
		"cafebabefacedbaddecaf888",
		"",
		"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
		"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
		"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
		"8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
		"b094dac5d93471bdec1a502270e3cc6c",
	},
	{
		"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
		"cafebabefacedbaddecaf888",
		"feedfacedeadbeeffeedfacedeadbeefabaddad2",
		"d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
		"1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
		"522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
		"8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece"
		"0f4e1768cddf8853bb2d551b",
	},
};

void suite_require(enum suite suite)
{
	if (aead_suites() & SUITE_BIT(suite))
		return;
	print_message("# skipped: this processor has no AES and carry-less multiply "
		      "instructions\n");
	skip();
}

static void check_vector(const struct aead_provider *provider, enum suite suite,
			 const struct vector *vector)
{
	struct hex bytes = hex_of(vector->key);
	struct hex nonce = hex_of(vector->nonce);
	struct hex associated = hex_of(vector->associated);
	struct hex plain = hex_of(vector->plain);
	struct hex sealed = hex_of(vector->sealed);
	const struct span with = {associated.bytes, associated.size};
	uint8_t out[HEX_MAX] = {0};
	struct aead_key key;

	assert_int_equal(sealed.size, plain.size + AEAD_TAG);
	aead_prepare(provider, suite, bytes.bytes, &key);
	aead_seal(&key, nonce.bytes, with, plain.bytes, plain.size, out);
	assert_memory_equal(out, sealed.bytes, sealed.size);
	assert_true(aead_open(&key, nonce.bytes, with, sealed.bytes, sealed.size, out));
	assert_memory_equal(out, plain.bytes, plain.size);
}

void suite_check_vectors(const struct aead_provider *provider, enum suite suite)
{
	bool aes = suite == SUITE_AES_256_GCM;
	size_t count = aes ? sizeof(aes_vectors) / sizeof(aes_vectors[0])
			   : sizeof(chacha_vectors) / sizeof(chacha_vectors[0]);

	for (size_t i = 0; i < count; i++)
		check_vector(provider, suite, aes ? &aes_vectors[i] : &chacha_vectors[i]);
}

void suite_check_in_place(const struct aead_provider *provider, enum suite suite)
{
	const uint8_t nonce[AEAD_NONCE] = {2};
	const struct span with = {(const uint8_t *)"header", 6};
	uint8_t plain[1500];
	uint8_t apart[1500 + AEAD_TAG];
	uint8_t buffer[1500 + AEAD_TAG];
	struct aead_key key;

	aead_prepare(provider, suite, (const uint8_t[AEAD_KEY]){1}, &key);
	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (uint8_t)(i * 7);
	for (size_t size = 0; size <= sizeof(plain); size++) {
		memcpy(buffer, plain, size);
		aead_seal(&key, nonce, with, plain, size, apart);
		aead_seal(&key, nonce, with, buffer, size, buffer);
		assert_memory_equal(buffer, apart, size + AEAD_TAG);
		assert_true(aead_open(&key, nonce, with, buffer, size + AEAD_TAG, buffer));
		assert_memory_equal(buffer, plain, size);
	}
}

/* Everything that a tag covers: key, nonce, associated data, sealed bytes. */
struct letter {
	uint8_t key[AEAD_KEY];
	uint8_t nonce[AEAD_NONCE];
	uint8_t associated[20];
	uint8_t sealed[40 + AEAD_TAG];
};

static bool letter_opens(const struct aead_provider *provider, enum suite suite,
			 const struct letter *letter, uint8_t *out)
{
	const struct span with = {letter->associated, sizeof(letter->associated)};
	struct aead_key key;

	aead_prepare(provider, suite, letter->key, &key);
	return aead_open(&key, letter->nonce, with, letter->sealed, sizeof(letter->sealed), out);
}

void suite_check_every_bit(const struct aead_provider *provider, enum suite suite)
{
	static const uint8_t plain[40] = "the plain text of a letter, 40 bytes";
	static const uint8_t zeros[40];
	struct letter letter = {{1}, {2}, {3}, {0}};
	uint8_t *bytes = letter.key;
	uint8_t out[40];
	struct aead_key key;

	aead_prepare(provider, suite, letter.key, &key);
	aead_seal(&key, letter.nonce, (struct span){letter.associated, 20}, plain, sizeof(plain),
		  letter.sealed);
	assert_true(letter_opens(provider, suite, &letter, out));
	for (size_t bit = 0; bit < 8 * sizeof(letter); bit++) {
		memset(out, 0, sizeof(out));
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(letter_opens(provider, suite, &letter, out));
		assert_memory_equal(out, zeros, sizeof(out));
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_true(letter_opens(provider, suite, &letter, out));
}
