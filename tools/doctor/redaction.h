/* Text that may be shown to anybody: what tells who somebody is gives way to short names, each the
 * same throughout. A node's address and its id become node-1, node-2 …, other addresses address-N,
 * link addresses mac-N, keys key-N, other long numbers in hexadecimal hex-N, host names host-N.
 * Addresses that every host has (beef::, ::1, multicast) stay. */
#ifndef TOOLS_DOCTOR_REDACTION_H
#define TOOLS_DOCTOR_REDACTION_H

#include "base/require.h"

#include <stdio.h>

struct redaction;

/* A new redaction that has named nobody yet; NULL for want of memory. */
MUST_USE struct redaction *redaction_new(void);

void redaction_release(struct redaction *redaction);

/* Has a host name replaced wherever it stands as a word, in capitals or not. */
void redaction_add_host(struct redaction *redaction, const char *name);

/* Writes text with the names in place. Of what is alike the first gets the number 1. */
void redaction_write(struct redaction *redaction, const char *text, FILE *out);

#endif
