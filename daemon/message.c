/* What the daemon tells people, one row a kind. A kind on which an operator may have to act has an
 * id, and an entry of that id in systemd/meshpd.catalog that explains it; ids never change. */
#include "daemon/message.h"

#include <string.h>
#include <syslog.h>

/* What is said of a neighbour, of a route, of a link. */
#define NEIGHBOUR_TEXT "neighbour {address} on {link} ({lladdr}): {state}, was {was}"
#define NEIGHBOUR_FIELDS                                                                           \
	{                                                                                          \
		"address", "link", "lladdr", "state", "was"                                        \
	}
#define ROUTE_FIELDS                                                                               \
	{                                                                                          \
		"address", "next_hop", "link", "metric", "hops"                                    \
	}
#define LINK_TEXT "link {link}: {state}, {lladdr}, MTU {mtu}"
#define LINK_FIELDS                                                                                \
	{                                                                                          \
		"link", "state", "lladdr", "mtu"                                                   \
	}

static const struct message messages[MESSAGE_KINDS] = {
	[MESSAGE_FAILED] =
		{"failed", LOG_ERR, "a7091653405b468fbe536f5e9e40900f", "{reason}", {"reason"}},
	[MESSAGE_TROUBLE] = {"trouble", LOG_WARNING, NULL, "{reason}", {"reason"}},
	[MESSAGE_IDENTITY_REFUSED] = {"identity_refused",
				      LOG_ERR,
				      "0d0ee5e3999046fb8b417c27feb7546c",
				      "{reason}",
				      {"reason"}},
	[MESSAGE_CONFIGURATION_REFUSED] = {"configuration_refused",
					   LOG_ERR,
					   "f69196dd052844b69c864678f252667f",
					   "the configuration is refused: {reason}",
					   {"reason"}},
	[MESSAGE_NODE_ADOPTED] = {"node_adopted",
				  LOG_INFO,
				  NULL,
				  "goes on where the process before ended, restart {count}",
				  {"count"}},
	[MESSAGE_NODE_ANEW] = {"node_anew",
			       LOG_WARNING,
			       "557b5be8e759413699dea86b9badc0ea",
			       "begins anew with a new epoch: {reason}",
			       {"reason"}},
	[MESSAGE_SESSION_KEY_STAYS] = {"session_key_stays",
				       LOG_ERR,
				       "29a779cdb8f14521b98d60029328717d",
				       "{reason}; the session key stays",
				       {"reason"}},
	[MESSAGE_RECORDER_ENDED] =
		{"recorder_ended",
		 LOG_ERR,
		 "3e617dc2928f40a0b018ac4644df2c70",
		 "the event journal cannot be written: {reason}; it ends here, the daemon goes on",
		 {"reason"}},
	[MESSAGE_LEFT] = {"left", LOG_DEBUG, NULL, "the neighbours know that we leave", {NULL}},
	[MESSAGE_LEFT_OUT] = {"left_out",
			      LOG_NOTICE,
			      NULL,
			      "{count} messages left out, they came too fast",
			      {"count"}},

	[MESSAGE_NEIGHBOUR_UP] = {"neighbour_up", LOG_INFO, "559b141737f84204856838a2f3bda9fb",
				  NEIGHBOUR_TEXT, NEIGHBOUR_FIELDS},
	[MESSAGE_NEIGHBOUR_DOWN] = {"neighbour_down", LOG_INFO, "e56f82b6af794ddd8688aaae58b0dd9b",
				    NEIGHBOUR_TEXT, NEIGHBOUR_FIELDS},
	[MESSAGE_NEIGHBOUR_BLOCKED] = {"neighbour_blocked", LOG_INFO,
				       "37bd104c6f174ec69545d40ae702eb8f", NEIGHBOUR_TEXT,
				       NEIGHBOUR_FIELDS},
	[MESSAGE_NEIGHBOUR_STATE] = {"neighbour_state", LOG_DEBUG, NULL, NEIGHBOUR_TEXT,
				     NEIGHBOUR_FIELDS},
	[MESSAGE_SESSION_UP] = {"session_up",
				LOG_DEBUG,
				NULL,
				"session with {address}: epoch {epoch}, {suite}",
				{"address", "epoch", "suite"}},
	[MESSAGE_SESSION_REKEYED] = {"session_rekeyed",
				     LOG_DEBUG,
				     NULL,
				     "session with {address}: new keys, epoch {epoch}, {suite}",
				     {"address", "epoch", "suite"}},
	[MESSAGE_SESSION_LOST] = {"session_lost",
				  LOG_INFO,
				  "47c4ee389359487890009ae4d427d83a",
				  "session with {address}: lost",
				  {"address"}},
	[MESSAGE_ZONE] =
		{"zone", LOG_DEBUG, NULL, "zone: {nodes} reached, {state}", {"nodes", "state"}},
	[MESSAGE_DATABASE_FULL] =
		{"database_full",
		 LOG_WARNING,
		 "5be1f0a3c9d84e7fb26a4d19e83c7052",
		 "no room for the records of all nodes of the zone: some are not reached",
		 {NULL}},
	[MESSAGE_DUPLICATE_NODE] =
		{"duplicate_node",
		 LOG_ERR,
		 "94cca430553b4079b907fb5bddc7970a",
		 "another live node has our identity, {address}: give one of them a new one",
		 {"address"}},
	[MESSAGE_ROUTE_GAINED] = {"route_gained", MESSAGE_UNLOGGED, NULL,
				  "route to {address}: by {next_hop} on {link}, {hops} hops",
				  ROUTE_FIELDS},
	[MESSAGE_ROUTE_CHANGED] =
		{"route_changed",
		 MESSAGE_UNLOGGED,
		 NULL,
		 "route to {address}: by {next_hop} on {link}, {hops} hops, was by {was}",
		 {"address", "next_hop", "link", "metric", "hops", "was"}},
	[MESSAGE_ROUTE_LOST] =
		{"route_lost", MESSAGE_UNLOGGED, NULL, "route to {address}: lost", {"address"}},
	[MESSAGE_DROPS_BEGAN] = {"drops_began",
				 MESSAGE_UNLOGGED,
				 NULL,
				 "dropped for the first time: {drop}, {count}",
				 {"drop", "count"}},

	[MESSAGE_NO_LINK] = {"no_link",
			     LOG_WARNING,
			     "8d765b7ae1d143ac8dcd067d3b21b261",
			     "no interface matches [Link] Match=, waiting for one",
			     {NULL}},
	[MESSAGE_LINK_UP] = {"link_up", LOG_INFO, "e60ae5555f3a4e94abb900e3cbb75121", LINK_TEXT,
			     LINK_FIELDS},
	[MESSAGE_LINK_DOWN] = {"link_down", LOG_INFO, "334bcf9df4d3439db6cbf571c25b9735", LINK_TEXT,
			       LINK_FIELDS},
	[MESSAGE_LINK_CHANGED] = {"link_changed", LOG_INFO, NULL, LINK_TEXT, LINK_FIELDS},
	[MESSAGE_LINK_RENAMED] =
		{"link_renamed", LOG_INFO, NULL, "link {link}: was {was}", {"link", "was"}},
	[MESSAGE_LINK_LET_GO] = {"link_let_go", LOG_INFO, NULL, "link {link}: let go", {"link"}},
	[MESSAGE_LINK_GONE] = {"link_gone",
			       LOG_INFO,
			       "2864c90b40dd429c93631b0e995702f0",
			       "link {link}: gone",
			       {"link"}},
	[MESSAGE_LINK_REFUSED] =
		{"link_refused",
		 LOG_WARNING,
		 "53205bdad8144857a4d0df9c30195011",
		 "link {link}: not used, there are {count} already; narrow [Link] Match=",
		 {"link", "count"}},
	[MESSAGE_NO_BYPASS] = {"no_bypass",
			       LOG_WARNING,
			       "8e0db6c0c8ef4069813805803fb1b27d",
			       "no relay in the kernel: {reason}",
			       {"reason"}},
	[MESSAGE_LINK_NO_BYPASS] = {"link_no_bypass",
				    LOG_WARNING,
				    "bffd29aed0cc4c05be615e5cdb6f221c",
				    "{link}: no relay in the kernel: {reason}",
				    {"link", "reason"}},
	[MESSAGE_LINK_BYPASS] = {"link_bypass",
				 LOG_INFO,
				 NULL,
				 "{link}: frames of others are relayed {way}",
				 {"link", "way"}},

	[MESSAGE_HOST_RESTORED] = {"host_restored",
				   LOG_NOTICE,
				   "6508f0b6d2044bf7aa37a296432fd4b1",
				   "{tun} or {loopback} was changed or deleted by somebody: all is "
				   "as it should be again",
				   {"tun", "loopback"}},
	[MESSAGE_HOST_BROKEN] = {"host_broken",
				 LOG_ERR,
				 "52219a91d54e424385a3806ab076a384",
				 "{reason}, trying again in {wait_ms} ms",
				 {"reason", "wait_ms"}},
	[MESSAGE_NO_FIREWALL] = {"no_firewall",
				 LOG_WARNING,
				 "08e37f103bb645d4bc5c75d9df35b0f7",
				 "no firewall: {reason}",
				 {"reason"}},
	[MESSAGE_FIREWALL_LOST] =
		{"firewall_lost",
		 LOG_ERR,
		 "f8480bfa10ed440ba294382270ef0517",
		 "the firewall was changed by '{program}' and cannot be made again: {reason}",
		 {"program", "reason"}},
	[MESSAGE_FIREWALL_RESTORED] = {"firewall_restored",
				       LOG_NOTICE,
				       "78bbb7c1d80540b0b5df688ccc1aded2",
				       "the firewall was changed by '{program}' and is made again",
				       {"program"}},
	[MESSAGE_EXPOSED] = {"exposed",
			     LOG_NOTICE,
			     "2707be0b153f4eb49a6ca29761a1a1e8",
			     "exposed: {what}",
			     {"what"}},
	[MESSAGE_UNEXPOSED] = {"unexposed",
			       LOG_NOTICE,
			       "8ff79ca04dc943b8bb384d198eed0543",
			       "no longer exposed: {what}",
			       {"what"}},
	[MESSAGE_EXPOSURES_DAMAGED] = {"exposures_damaged",
				       LOG_WARNING,
				       "13da51ba2990485ea6355964888bbd13",
				       "{path}:{line}: is no exposure, it and what follows are not "
				       "exposed: see 'meshctl exposed'",
				       {"path", "line"}},

	[MESSAGE_CONFIGURATION_LINE] =
		{"configuration_line", LOG_WARNING, NULL, "{reason}", {"reason"}},
	[MESSAGE_SETTING_CHANGED] = {"setting_changed",
				     LOG_NOTICE,
				     NULL,
				     "{setting}: {after}, was {before}",
				     {"setting", "before", "after"}},
	[MESSAGE_SETTING_PENDING] =
		{"setting_pending",
		 LOG_NOTICE,
		 "cba74eee6d2a4f95a1cb0afc60ae141b",
		 "{setting}: {after}, was {before} (takes effect at the next start)",
		 {"setting", "before", "after"}},
	[MESSAGE_RELOADED] = {"reloaded",
			      LOG_NOTICE,
			      "5fd89c3ea3304510b825219260191e26",
			      "configuration read again",
			      {NULL}},
	[MESSAGE_RELOAD_REFUSED] = {"reload_refused",
				    LOG_ERR,
				    "8eacc0fc15464c3b972d69f97da7e020",
				    "the configuration is faulty, the one that runs stays",
				    {NULL}},

	[MESSAGE_MONITOR_BEGAN] =
		{"monitor_began", MESSAGE_UNLOGGED, NULL, "what happens from now on", {NULL}},
	[MESSAGE_MONITOR_MISSED] = {"monitor_missed",
				    MESSAGE_UNLOGGED,
				    NULL,
				    "{count} events missed, they came faster than they were read",
				    {"count"}},
};

const struct message *message_of(enum message_kind kind)
{
	return &messages[kind];
}

size_t message_fields(const struct message *message)
{
	size_t count = 0;

	while (count < MESSAGE_FIELDS && message->fields[count] != NULL)
		count++;
	return count;
}

bool message_field_counts(const char *name)
{
	static const char *const names[] = {"count",  "epoch", "hops",	"line",
					    "metric", "mtu",   "nodes", "wait_ms"};
	size_t i = 0;

	while (i < sizeof(names) / sizeof(names[0]) && strcmp(names[i], name) != 0)
		i++;
	return i < sizeof(names) / sizeof(names[0]);
}

/* The value of the field whose name begins name and ends at its brace. */
static const char *value_of(const struct message *message, const char *const *values,
			    const char *name, size_t size)
{
	size_t i = 0;

	while (strncmp(message->fields[i], name, size) != 0 || message->fields[i][size] != '\0')
		i++;
	return values[i];
}

const char *message_text(const struct message *message, const char *const *values,
			 char text[MESSAGE_TEXT])
{
	const char *from = message->text;
	size_t used = 0;

	while (*from != '\0' && used < MESSAGE_TEXT - 1) {
		size_t size = strcspn(from, "{"), room = MESSAGE_TEXT - 1 - used;
		const char *piece = from;

		from += size;
		if (size == 0) {
			size_t name = strcspn(from, "}") - 1;

			piece = value_of(message, values, from + 1, name);
			size = strlen(piece);
			from += name + 2;
		}
		size = size < room ? size : room;
		memcpy(text + used, piece, size);
		used += size;
	}
	text[used] = '\0';
	return text;
}
