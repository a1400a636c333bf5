/* What is done with each vector of a file, one function a file. */
#ifndef TESTS_VECTORS_CHECKS_H
#define TESTS_VECTORS_CHECKS_H

#include "tests/vectors/vector.h"

/* identity.c */
void check_address(struct vector *vector);
void check_network(struct vector *vector);
void check_certificate(struct vector *vector);

/* neighbour.c */
void check_hello(struct vector *vector);
void check_probe(struct vector *vector);
void check_hint(struct vector *vector);

/* handshake.c */
void check_handshake(struct vector *vector);

/* cookie.c */
void check_keys(struct vector *vector);
void check_cookie(struct vector *vector);

/* data.c */
void check_data(struct vector *vector);
void check_bundle(struct vector *vector);
void check_lane(struct vector *vector);

/* error.c */
void check_error(struct vector *vector);

/* route.c */
void check_cost(struct vector *vector);
void check_record(struct vector *vector);
void check_records(struct vector *vector);
void check_ack(struct vector *vector);
void check_compare(struct vector *vector);
void check_refused_record(struct vector *vector);
void check_refused_message(struct vector *vector);

/* trace.c */
void check_trace(struct vector *vector);
void check_traced(struct vector *vector);

/* refused.c */
void check_refused(struct vector *vector);
void check_refused_sealed(struct vector *vector);

#endif
