/* The values that views are made of, as JSON. */
#ifndef DAEMON_VALUES_H
#define DAEMON_VALUES_H

#include "meshp/address.h"

#include <jansson.h>
#include <stddef.h>

/* Each a new string, or NULL for want of memory. */
json_t *value_address(const struct address *address);
json_t *value_id(const struct address *address); /* the node id of that address */
json_t *value_lladdr(const uint8_t bytes[LLADDR]);
json_t *value_base64(const uint8_t *bytes, size_t size); /* of at most 46 bytes */
json_t *value_hex(const uint8_t *bytes, size_t size);	 /* of at most 31 bytes */

/* A new array of the names of a record's flags; NULL for want of memory. */
json_t *value_flags(uint8_t flags);

/* {"schema":1, NAME: list}; takes the list over. */
json_t *value_list(const char *name, json_t *list);

#endif
