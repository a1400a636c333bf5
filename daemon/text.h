/* Addresses as people read them, for the journal and the control socket. */
#ifndef DAEMON_TEXT_H
#define DAEMON_TEXT_H

#include "meshp/address.h"

enum {
	TEXT_ADDRESS = 46, /* an IPv6 address and its NUL */
	TEXT_LLADDR = 18,
	TEXT_ID = 17,
};

/* beef:… in the form of RFC 5952. Returns text. */
const char *text_address(const struct address *address, char text[TEXT_ADDRESS]);

/* 02:00:00:00:00:01 */
const char *text_lladdr(const uint8_t bytes[LLADDR], char text[TEXT_LLADDR]);

/* The name of an enum suite. */
const char *text_suite(uint8_t suite);

/* A node id, 16 hexadecimal digits. */
const char *text_id(const struct node_id *id, char text[TEXT_ID]);

#endif
