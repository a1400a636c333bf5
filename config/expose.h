/* The text form of an exposure, which a person writes in the configuration or behind `meshctl
 * expose`: tcp/80, udp/8000-8010, tcp/22 from beef:1::/32. */
#ifndef CONFIG_EXPOSE_H
#define CONFIG_EXPOSE_H

#include "config/value.h"

enum {
	EXPOSE_FROM = 50, /* holds an address with its bits, or a key, and a NUL */
	EXPOSE_TEXT = 72, /* holds the longest exposure: protocol, two ports, " from ", whom */
};

/* Reads one. From whom is an address or prefix of beef::/16, or a public key in base64; bits beyond
 * a prefix are dropped. False if it is none: then out is as it was. */
MUST_USE bool expose_read(const char *text, struct config_expose *out, struct why *why);

/* Writes one in the form that reads back as the same. Returns text. */
const char *expose_write(const struct config_expose *expose, char text[EXPOSE_TEXT]);

/* Writes from whom alone, empty if from all. Returns text. */
const char *expose_from(const struct config_expose *expose, char text[EXPOSE_FROM]);

/* True if both say the same. */
bool expose_equal(const struct config_expose *a, const struct config_expose *b);

#endif
