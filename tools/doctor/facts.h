/* What `meshctl doctor` looks at: everything is read into one value first, and judged afterwards by
 * functions that read nothing else, so that every judgement can be tested with made-up facts. What
 * could not be read says so, and is not taken for absent. */
#ifndef TOOLS_DOCTOR_FACTS_H
#define TOOLS_DOCTOR_FACTS_H

#include "base/require.h"
#include "config/config.h"
#include "meshp/address.h"
#include "tools/client.h"
#include "tools/listeners.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	FACTS_ADDRESSES = 16,  /* of one interface; more are not looked at */
	FACTS_INTERFACES = 64, /* of the host, the same */
	FACTS_SAID = 512,
	FACTS_CLOCK_SLACK_S = 86400, /* a file may be made in another time zone */
};

/* Whether something is there. */
enum presence {
	PRESENCE_UNKNOWN, /* we may not ask */
	PRESENCE_NO,
	PRESENCE_YES,
};

struct kernel_facts {
	enum presence tun;	   /* /dev/net/tun */
	enum presence ipv6;	   /* not left out or turned off at boot */
	enum presence nftables;	   /* answers */
	enum presence xdp_sockets; /* AF_XDP */
	enum presence bpf;
	enum presence secret_memory; /* memfd_secret */
};

/* A setting of net.ipv6.conf; SETTING_UNKNOWN if it could not be read. */
enum { SETTING_UNKNOWN = -1 };

/* Another program that sets up interfaces. */
enum manager {
	MANAGER_NONE,
	MANAGER_NETWORKD,
	MANAGER_NETWORK_MANAGER,
};

struct interface_facts {
	bool there, up, running;
	char name[16];
	char kind[16]; /* as `ip -d link` says; empty for hardware and lo */
	uint32_t index;
	uint32_t mtu, queue; /* bytes, packets */
	uint64_t tx_dropped;
	struct address addresses[FACTS_ADDRESSES];
	uint32_t address_count;
	int disable_ipv6, addr_gen_mode, accept_ra;
	enum manager manager; /* that set it up or wants to */
};

struct route_facts {
	bool read;
	bool mesh;	  /* beef::/16 by tun0 */
	bool source;	  /* and it names our address */
	bool unreachable; /* the route of last resort */
	char other[160];  /* one within beef::/16 that is not of the mesh, as `ip` takes it */
};

/* What the kernel picks for a packet to the mesh. */
struct source_facts {
	int error; /* errno of connect() */
	struct address destination, chosen;
};

enum state_file {
	STATE_FILE_UNKNOWN,
	STATE_FILE_ABSENT,
	STATE_FILE_GOOD,
	STATE_FILE_EXPOSED,   /* others may read or write it */
	STATE_FILE_FOREIGN,   /* belongs to somebody else */
	STATE_FILE_MALFORMED, /* is no identity */
};

struct identity_facts {
	char path[CONFIG_TEXT + 16];
	enum state_file file;
	mode_t mode;
	uid_t owner;		/* of the file */
	char user[CONFIG_TEXT]; /* whose it should be */
	struct address address; /* of the key, if it is good */
};

/* The daemon's process as /proc shows it. */
struct process_facts {
	pid_t pid; /* 0: not known */
	bool read;
	uint64_t capabilities; /* effective */
	int no_new_privileges, seccomp;
};

/* The unit as systemd has it. */
struct unit_facts {
	bool systemd; /* the host runs under it */
	char load[32], active[32], result[32], enabled[32];
};

struct facts {
	struct config config;
	bool config_good, config_denied; /* we may not read it */
	char config_said[FACTS_SAID];	 /* the first line, if any */
	char socket[CONFIG_SOCKET];
	enum verdict answers;		  /* of the daemon: YES, ABSENT, DENIED, TIMEOUT, NO */
	json_t *status, *links, *exposed; /* what it said, else NULL */
	char tun[CONFIG_NAME], loopback[CONFIG_NAME];
	struct kernel_facts kernel;
	bool interfaces_read;
	struct interface_facts interfaces[FACTS_INTERFACES];
	uint32_t interface_count;
	struct route_facts routes;
	struct source_facts source;
	struct identity_facts identity;
	struct process_facts process;
	struct unit_facts unit;
	enum presence ruleset_read; /* NO: there is no nftables */
	json_t *ruleset;	    /* as libnftables gives it, with each hook's device */
	struct listeners listeners;
	int64_t now_s, made_s; /* the clock; when this program's file was made */
};

/* Reads everything. socket is that of the daemon, NULL for the configuration's. NULL for want of
 * memory. */
MUST_USE struct facts *facts_gather(const char *socket);

void facts_release(struct facts *facts);

/* True if a name may stand in a line for root's shell as it is: letters, digits, '_', '.' and '-',
 * which does not come first. Names that others gave, be it the daemon, are asked about. */
MUST_USE bool facts_plain(const char *name);

/* The interface of that name, or NULL. */
const struct interface_facts *facts_interface(const struct facts *facts, const char *name);

/* lo2, or lo where the addresses went there; or NULL. */
const struct interface_facts *facts_loopback(const struct facts *facts);

/* The node's address: as the daemon says, else that of the key, else that on lo2. False if nobody
 * knows. */
MUST_USE bool facts_own(const struct facts *facts, struct address *own);

#endif
