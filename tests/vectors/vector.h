/* One vector: a flat object whose fields are taken out one by one. What nobody took fails the test,
 * so that a field added to a file is never passed over. */
#ifndef TESTS_VECTORS_VECTOR_H
#define TESTS_VECTORS_VECTOR_H

#include "crypto/identity.h"
#include "meshp/address.h"
#include "tests/vectors/hex.h"

#include <jansson.h>
#include <stdarg.h>
#include <setjmp.h>

#include <cmocka.h>

struct vector {
	json_t *fields; /* not taken yet; owned by the file */
};

/* Loads a file, a list of at least one vector, and hands each to check, which takes every field or
 * fails the test. */
void vector_each(const char *path, void (*check)(struct vector *vector));

/* Each of these takes the field of that name, which must be there. */
struct hex vector_hex(struct vector *vector, const char *field);
void vector_bytes(struct vector *vector, const char *field, void *out, size_t size);
uint32_t vector_number(struct vector *vector, const char *field);
bool vector_flag(struct vector *vector, const char *field); /* 0 or 1 */
struct address vector_address(struct vector *vector, const char *field);

/* The same, and the field must hold just this. */
void vector_expect(struct vector *vector, const char *field, const void *bytes, size_t size);
void vector_expect_number(struct vector *vector, const char *field, uint32_t number);
void vector_expect_text(struct vector *vector, const char *field, const char *text);

/* A network as the field network_key says. */
struct network {
	bool closed;
	uint8_t key[32]; /* zeros in an open mesh */
	uint8_t id[NETWORK_ID];
};

struct network vector_network(struct vector *vector);

#endif
