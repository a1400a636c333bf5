/* The settings of a daemon as checked values. They come from the files of meshpd.conf(5) and from
 * Section.Key=value arguments; whatever reaches this struct has been found valid, so nobody checks
 * again. One table (keys.c) holds every key with its default. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "base/require.h"
#include "base/time.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
	CONFIG_TEXT = 192,   /* longest value and its NUL; a line holds no more */
	CONFIG_NAME = 16,    /* an interface name and its NUL (IFNAMSIZ) */
	CONFIG_SOCKET = 108, /* a socket path and its NUL (sun_path) */
	CONFIG_LINKS = 32,   /* [Link] sections; a rule is a person's, not a stranger's */
	CONFIG_EXPOSED = 64, /* Expose= lines */
	CONFIG_WORKERS = 64, /* most workers that can be asked for */
	CONFIG_COST =
		0xffff, /* greatest operator's cost, µs: a link entry of a record has 16 bits */
};

#define CONFIG_WORKERS_AUTO (-1)

/* The transport suites, as bits. */
enum config_suite {
	CONFIG_CHACHA20_POLY1305 = 1,
	CONFIG_AES_256_GCM = 2,
};

/* One [Link] section: which interfaces it speaks of and what the operator adds to their metric. */
struct config_link {
	char match[CONFIG_TEXT]; /* shell patterns, separated by spaces */
	uint32_t cost_us;
	bool bypass; /* frames of others that come in there are relayed in the kernel */
};

/* Whom an exposed port is for. */
enum config_from {
	CONFIG_FROM_ALL,
	CONFIG_FROM_PREFIX, /* nodes whose addresses begin so: one, if all 128 bits count */
	CONFIG_FROM_KEY,    /* the node with that public key */
};

enum { CONFIG_FROM = 32 }; /* bytes of a public key, the longest that says from whom */

/* Ports that are open to the mesh, first to last. */
struct config_expose {
	bool tcp; /* else UDP */
	uint16_t first, last;
	enum config_from from;
	uint8_t bits;		  /* of a prefix, 16 … 128 */
	uint8_t who[CONFIG_FROM]; /* an address, zero beyond the bits; or a key */
};

/* All settings. What is not used of it is zero, so that equal settings are equal bytes. */
struct config {
	uint16_t zone;
	uint16_t ethertype;
	char network_key_file[CONFIG_TEXT]; /* empty: an open mesh */
	char allow_file[CONFIG_TEXT];	    /* empty: everybody may take part */
	bool transit;			    /* the ways of others may lead over this node */
	uint32_t suites;		    /* enum config_suite bits; ChaCha20-Poly1305 is in */
	duration rekey;			    /* 1 s … 120 s */
	char tun_name[CONFIG_NAME];
	char loopback_name[CONFIG_NAME];
	struct config_link links[CONFIG_LINKS];
	uint32_t link_count;	/* at least 1 */
	char user[CONFIG_TEXT]; /* empty: stay who we are */
	int workers;		/* CONFIG_WORKERS_AUTO, or 0 … CONFIG_WORKERS */
	char state_directory[CONFIG_TEXT];
	char control_socket[CONFIG_SOCKET];
	bool inbound_allowed;
	struct config_expose exposed[CONFIG_EXPOSED];
	uint32_t exposed_count;
};

/* Where settings are looked for: what the command line says. */
struct config_source {
	const char *file; /* -c FILE: this file and no other; NULL: the directories */
	const char *const
		*directories;	/* NULL-ended, most important first; NULL: the standard ones */
	char *const *overrides; /* Section.Key=value arguments */
	size_t override_count;
};

/* Reads all settings into config. Warnings, and the one error there may be, are written to report
 * as lines `FILE:LINE: what is wrong, what to write instead`. False on an error: then config must
 * not be used. Touches nothing but the files it reads. */
MUST_USE bool config_load(struct config *config, const struct config_source *source, FILE *report);

/* Writes every file that config_load would read to out, in its order, each under a comment with its
 * path. False if one cannot be read. */
MUST_USE bool config_cat(const struct config_source *source, FILE *out, FILE *report);

/* The [Link] section for an interface, the first one that matches, or NULL if it is not to be used.
 * tun0 and lo2 match none. */
const struct config_link *config_link_of(const struct config *config, const char *interface);

/* True if frames of others are to be relayed in the kernel on any link. */
bool config_bypass(const struct config *config);

/* Writes a valid file in which every key has its default and its explanation. */
void config_print_defaults(FILE *out);

#endif
