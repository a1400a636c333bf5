/* What sealing, opening and preparing a key cost, for each suite and provider, in ns a packet and
 * as a multiple of copying as many bytes in the same rounds. Of many short rounds, in which all
 * take turns, the quickest of each counts: other work on the machine only ever makes one slower.
 * Prints one line a figure; judges none of them. usage: bench-crypto [ROUNDS]. */
#include "crypto/ipsec_mb/provider.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	ROUNDS = 200,
	TIMES = 200,	 /* in a round */
	ASSOCIATED = 24, /* a compact header */
	LARGEST = 1400,
	FIGURES = 64, /* at most */
};

enum work {
	WORK_COPY,
	WORK_PREPARE,
	WORK_SEAL,
	WORK_OPEN,
};

static const char *const WORKS[] = {"copy", "prepare", "seal", "open"};
static const char *const SUITES[] = {"chacha20-poly1305", "aes-256-gcm"};
static const size_t SIZES[] = {64, LARGEST};

struct figure {
	const struct aead_provider *provider;
	enum suite suite;
	enum work work;
	size_t size; /* 0: of no matter */
	double ns;
};

struct bench {
	struct aead_key key;
	uint8_t nonce[16]; /* the first AEAD_NONCE bytes, counted */
	uint8_t bytes[AEAD_KEY], associated[ASSOCIATED];
	uint8_t plain[LARGEST], sealed[LARGEST + AEAD_TAG], out[LARGEST + AEAD_TAG];
	struct figure figures[FIGURES];
	uint32_t count;
};

static void work_once(struct bench *bench, const struct figure *figure)
{
	const struct span with = {bench->associated, ASSOCIATED};

	switch (figure->work) {
	case WORK_COPY:
		memcpy(bench->out, bench->plain, figure->size);
		__asm__ volatile("" ::"r"(bench->out) : "memory");
		return;
	case WORK_PREPARE:
		aead_prepare(figure->provider, figure->suite, bench->bytes, &bench->key);
		return;
	case WORK_SEAL:
		++*bench->nonce;
		aead_seal(&bench->key, bench->nonce, with, bench->plain, figure->size, bench->out);
		return;
	case WORK_OPEN:
		if (!aead_open(&bench->key, bench->nonce, with, bench->sealed,
			       figure->size + AEAD_TAG, bench->out))
			abort();
		return;
	}
}

static void round_of(struct bench *bench, struct figure *figure)
{
	const struct span with = {bench->associated, ASSOCIATED};
	struct timespec began, ended;

	aead_prepare(figure->provider, figure->suite, bench->bytes, &bench->key);
	aead_seal(&bench->key, bench->nonce, with, bench->plain, figure->size, bench->sealed);
	work_once(bench, figure);
	clock_gettime(CLOCK_MONOTONIC, &began);
	for (uint32_t i = 0; i < TIMES; i++)
		work_once(bench, figure);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	double ns = ((double)(ended.tv_sec - began.tv_sec) * 1e9 +
		     (double)(ended.tv_nsec - began.tv_nsec)) /
		    TIMES;
	if (figure->ns == 0 || ns < figure->ns)
		figure->ns = ns;
}

static void figure_add(struct bench *bench, const struct aead_provider *provider, enum suite suite,
		       enum work work, size_t size)
{
	bench->figures[bench->count++] = (struct figure){provider, suite, work, size, 0};
}

static void figures_add(struct bench *bench, const struct aead_provider *provider, enum suite suite)
{
	if (!(aead_suites() & SUITE_BIT(suite)))
		return;
	figure_add(bench, provider, suite, WORK_PREPARE, 0);
	for (size_t i = 0; i < sizeof(SIZES) / sizeof(*SIZES); i++) {
		figure_add(bench, provider, suite, WORK_SEAL, SIZES[i]);
		figure_add(bench, provider, suite, WORK_OPEN, SIZES[i]);
	}
}

/* The quickest copy of so many bytes; they are the first figures. */
static double copy_ns(const struct bench *bench, size_t size)
{
	for (size_t i = 0; i < sizeof(SIZES) / sizeof(*SIZES); i++)
		if (bench->figures[i].size == size)
			return bench->figures[i].ns;
	return 0;
}

static void figure_print(const struct bench *bench, const struct figure *figure)
{
	printf("crypto work=%s bytes=%zu ns=%.1f", WORKS[figure->work], figure->size, figure->ns);
	if (figure->work != WORK_COPY)
		printf(" suite=%s provider=%s", SUITES[figure->suite],
		       figure->provider ? figure->provider->name : "libsodium");
	if (figure->work == WORK_SEAL || figure->work == WORK_OPEN)
		printf(" copies=%.1f", figure->ns / copy_ns(bench, figure->size));
	putchar('\n');
}

int main(int argc, char **argv)
{
	static struct bench bench;
	struct aead_provider provider;
	int rounds = argc > 1 ? atoi(argv[1]) : ROUNDS;

	if (sodium_init() < 0 || rounds < 1)
		return 2;
	bool provided = ipsec_mb_start(&provider);
	for (size_t i = 0; i < sizeof(SIZES) / sizeof(*SIZES); i++)
		figure_add(&bench, NULL, SUITE_CHACHA20_POLY1305, WORK_COPY, SIZES[i]);
	for (int suite = 0; suite < SUITE_COUNT; suite++) {
		figures_add(&bench, NULL, (enum suite)suite);
		if (provided)
			figures_add(&bench, &provider, (enum suite)suite);
	}
	for (int round = 0; round < rounds; round++)
		for (uint32_t i = 0; i < bench.count; i++)
			round_of(&bench, &bench.figures[i]);
	for (uint32_t i = 0; i < bench.count; i++)
		figure_print(&bench, &bench.figures[i]);
	if (provided)
		ipsec_mb_stop(&provider);
	return 0;
}
