/* The table of keys and what each of them sets. The invariant is that every default is a valid
 * value of its key; a unit test reads the printed defaults back. */
#include "config/keys.h"

#include "config/expose.h"
#include "config/show.h"

#include <string.h>

static bool set_zone(struct config *config, const char *text, struct why *why)
{
	uint32_t zone;

	if (!value_number(text, 0, 65535, &zone, why))
		return false;
	config->zone = (uint16_t)zone;
	return true;
}

static bool set_network_key_file(struct config *config, const char *text, struct why *why)
{
	if (text[0] != '\0')
		return value_path(text, config->network_key_file, CONFIG_TEXT, why);
	memset(config->network_key_file, 0, sizeof(config->network_key_file));
	return true;
}

static bool set_allow_file(struct config *config, const char *text, struct why *why)
{
	if (text[0] != '\0')
		return value_path(text, config->allow_file, CONFIG_TEXT, why);
	memset(config->allow_file, 0, sizeof(config->allow_file));
	return true;
}

static bool set_transit(struct config *config, const char *text, struct why *why)
{
	return value_yes(text, &config->transit, why);
}

static bool set_ethertype(struct config *config, const char *text, struct why *why)
{
	return value_ethertype(text, &config->ethertype, why);
}

static bool set_rekey(struct config *config, const char *text, struct why *why)
{
	uint32_t seconds;

	if (!value_number(text, 1, 120, &seconds, why))
		return false;
	config->rekey = duration_s(seconds);
	return true;
}

static bool set_suites(struct config *config, const char *text, struct why *why)
{
	return value_suites(text, &config->suites, why);
}

static bool set_tun_name(struct config *config, const char *text, struct why *why)
{
	return value_interface(text, config->tun_name, why);
}

static bool set_loopback_name(struct config *config, const char *text, struct why *why)
{
	return value_interface(text, config->loopback_name, why);
}

static bool set_match(struct config *config, const char *text, struct why *why)
{
	return value_patterns(text, config->links[config->link_count - 1].match, why);
}

static bool set_cost(struct config *config, const char *text, struct why *why)
{
	struct config_link *link = &config->links[config->link_count - 1];

	if (text[0] != '\0')
		return value_number(text, 0, CONFIG_COST, &link->cost_us, why);
	link->cost_us = 0;
	return true;
}

static bool set_bypass(struct config *config, const char *text, struct why *why)
{
	return value_yes(text, &config->links[config->link_count - 1].bypass, why);
}

static bool set_user(struct config *config, const char *text, struct why *why)
{
	return value_user(text, config->user, why);
}

static bool set_workers(struct config *config, const char *text, struct why *why)
{
	return value_workers(text, &config->workers, why);
}

static bool set_state_directory(struct config *config, const char *text, struct why *why)
{
	return value_path(text, config->state_directory, CONFIG_TEXT, why);
}

static bool set_control_socket(struct config *config, const char *text, struct why *why)
{
	return value_path(text, config->control_socket, CONFIG_SOCKET, why);
}

static bool set_inbound(struct config *config, const char *text, struct why *why)
{
	return value_allowed(text, &config->inbound_allowed, why);
}

static bool set_expose(struct config *config, const char *text, struct why *why)
{
	if (text[0] == '\0') {
		memset(config->exposed, 0, sizeof(config->exposed));
		config->exposed_count = 0;
		return true;
	}
	if (config->exposed_count == CONFIG_EXPOSED) {
		snprintf(why->text, sizeof(why->text), "more than %d ports, write fewer",
			 CONFIG_EXPOSED);
		return false;
	}
	if (!expose_read(text, &config->exposed[config->exposed_count], why))
		return false;
	config->exposed_count++;
	return true;
}

static const struct key keys[] = {
	{"Mesh", "Zone", "0", "0..65535",
	 "The zone is part of every record: nodes of different zones do not route for each other.",
	 false, AT_START, set_zone, show_zone},
	{"Mesh", "NetworkKeyFile", "",
	 "empty: an open mesh; else a file with 32 random bytes in base64: only holders take part",
	 "A node without the key cannot take part. Make one with head -c 32 /dev/urandom | base64. "
	 "The file belongs to root or to User, and nobody else may read it.",
	 true, AT_START, set_network_key_file, show_network_key_file},
	{"Mesh", "AllowFile", "",
	 "empty: everybody may take part; else a file with the public keys of those who may, one a "
	 "line as 'meshctl key pub' prints it",
	 "Sessions with a node that is taken off the list end at the reload.", true, AT_ONCE,
	 set_allow_file, show_allow_file},
	{"Mesh", "Transit", "yes", "yes | no: the ways of others do not lead over this node",
	 "no keeps other nodes' packets away from this one; it still sends and receives its own.",
	 false, AT_ONCE, set_transit, show_transit},
	{"Mesh", "EtherType", "0x88B5", "the same on every node of a mesh",
	 "What Ethernet frames of the mesh begin with. 0x88B5 is the one for local experiments "
	 "(IEEE 802).",
	 false, AT_START, set_ethertype, show_ethertype},
	{"Session", "RekeySec", "120", "seconds after which a session gets new keys, 1..120",
	 "The shorter, the less a key that leaks opens, and the more handshakes there are.", false,
	 AT_ONCE, set_rekey, show_rekey},
	{"Session", "Suites", "chacha20-poly1305 aes-256-gcm",
	 "ciphers this node agrees to; chacha20-poly1305 must be among them",
	 "The best that both sides agree to is taken.", false, AT_ONCE, set_suites, show_suites},
	{"Tun", "Name", "tun0", "the interface through which programs reach the mesh",
	 "Packets for beef::/16 are routed there.", false, AT_START, set_tun_name, show_tun_name},
	{"Tun", "Loopback", "lo2", "the interface that holds this node's addresses",
	 "Servers bind to the addresses it has: the node's own and beef::, which means this node "
	 "everywhere.",
	 false, AT_START, set_loopback_name, show_loopback_name},
	{"Link", "Match", "en* eth* wl* bt* bnep* vlan*", "never bridge ports, tun0 or lo2",
	 "Shell patterns with a space between. The first section that matches an interface counts "
	 "for it; an interface that none matches is not used.",
	 false, AT_ONCE, set_match, show_match},
	{"Link", "Cost", "",
	 "the operator's own cost, added to the measured metric, microseconds, 0..65535",
	 "Ways over the link are taken less the more it costs.", true, AT_ONCE, set_cost,
	 show_cost},
	{"Link", "Bypass", "no",
	 "yes: frames of others that come in are relayed in the kernel (XDP), which takes large "
	 "segments from everybody on that interface",
	 "Only for links between computers that may be sent large segments. It has to be wanted by "
	 "one section at the start for a reload to change it.",
	 false, AT_ONCE, set_bypass, show_bypass},
	{"Daemon", "User", "meshpd",
	 "empty: stay the user that started it; rights are dropped all the same",
	 "The account the daemon runs as after it has opened what needs rights. One that does not "
	 "exist is an error.",
	 true, AT_START, set_user, show_user},
	{"Daemon", "Workers", "auto", "data-path workers; 0: all on the control thread",
	 "auto follows the number of processors.", false, AT_START, set_workers, show_workers},
	{"Paths", "StateDirectory", "/var/lib/meshpd", "identity and what must outlive a restart",
	 "It holds identity, epoch and exposed; only User may read it.", false, AT_START,
	 set_state_directory, show_state_directory},
	{"Paths", "ControlSocket", "/run/meshpd/io.meshpd", "where meshctl asks",
	 "Who may open it may read what the daemon knows: mode 0660, group meshpd.", false,
	 AT_START, set_control_socket, show_control_socket},
	{"Firewall", "Inbound", "deny",
	 "what the mesh may begin; deny: echo, what is exposed or bound to the own address; allow: "
	 "all",
	 "What a host begins itself is answered in either case, echo too.", false, AT_ONCE,
	 set_inbound, show_inbound},
	{"Firewall", "Expose", "",
	 "may repeat: tcp/80, udp/8000-8010; 'tcp/22 from ADDRESS', PREFIX/BITS or a public key",
	 "Each line opens one port or range; an empty one takes back those before it. meshctl "
	 "expose adds others.",
	 true, AT_ONCE, set_expose, show_expose},
};

enum { KEYS = sizeof(keys) / sizeof(keys[0]) };

const struct key *key_first(void)
{
	return &keys[0];
}

const struct key *key_next(const struct key *key)
{
	return key < &keys[KEYS - 1] ? key + 1 : NULL;
}

bool key_repeats(const struct key *key)
{
	return strcmp(key->section, "Link") == 0;
}

const struct key *key_find(const char *section, const char *name)
{
	for (size_t i = 0; i < KEYS; i++)
		if (strcmp(keys[i].section, section) == 0 && strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

/* Levenshtein's distance of two strings, of which the first 63 bytes count. */
static size_t edits_between(const char *from, const char *to)
{
	size_t row[64];
	size_t to_size = strnlen(to, 63);

	for (size_t j = 0; j <= to_size; j++)
		row[j] = j;
	for (size_t i = 0; from[i] != '\0' && i < 63; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (size_t j = 0; j < to_size; j++) {
			size_t best = diagonal + (from[i] != to[j]);

			diagonal = row[j + 1];
			best = best < row[j] + 1 ? best : row[j] + 1;
			row[j + 1] = best < diagonal + 1 ? best : diagonal + 1;
		}
	}
	return row[to_size];
}

const struct key *key_nearest(const char *section, const char *name)
{
	const struct key *nearest = &keys[0];
	size_t least = SIZE_MAX;

	for (size_t i = 0; i < KEYS; i++) {
		size_t edits = edits_between(section, keys[i].section) +
			       2 * edits_between(name, keys[i].name);

		if (edits < least) {
			least = edits;
			nearest = &keys[i];
		}
	}
	return nearest;
}

bool key_set(const struct key *key, struct config *config, const char *text, struct why *why)
{
	if (text[0] == '\0' && !key->may_be_empty)
		text = key->standard;
	return key->set(config, text, why);
}

static void section_set_defaults(struct config *config, bool link)
{
	struct why why;

	for (size_t i = 0; i < KEYS; i++)
		if (key_repeats(&keys[i]) == link)
			REQUIRE(keys[i].set(config, keys[i].standard, &why));
}

bool keys_add_link(struct config *config, struct why *why)
{
	if (config->link_count == CONFIG_LINKS) {
		snprintf(why->text, sizeof(why->text), "more than %d [Link] sections, write fewer",
			 CONFIG_LINKS);
		return false;
	}
	config->link_count++;
	section_set_defaults(config, true);
	return true;
}

void keys_set_defaults(struct config *config)
{
	memset(config, 0, sizeof(*config));
	section_set_defaults(config, false);
}

void config_print_defaults(FILE *out)
{
	const char *section = "";

	for (size_t i = 0; i < KEYS; i++) {
		if (strcmp(section, keys[i].section) != 0) {
			section = keys[i].section;
			if (key_repeats(&keys[i]))
				fputs("# the section may repeat\n", out);
			fprintf(out, "[%s]\n", section);
		}
		fprintf(out, "# %s%s\n%s=%s\n", keys[i].help,
			keys[i].effect == AT_ONCE ? "" : " (not by a reload)", keys[i].name,
			keys[i].standard);
	}
}
