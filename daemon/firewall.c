/* The text of the table. Four chains judge what comes in by tun0, in the order of their hooks:
 * whose packet it is, whether an exposed port is served at beef::, whether it may come in, and that
 * nothing is forwarded. The invariant is that text from outside never gets in but as numbers and as
 * an interface name that was checked. docs/firewall.md; nft(8). */
#include "daemon/firewall.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>

/* Before connection tracking, so that what is refused here costs no entry. What the daemon itself
 * says to its host are ICMPv6 errors from the own address, to whatever address a program used. */
static const char checks[] =
	"add table inet " FIREWALL_TABLE "\n"
	"delete table inet " FIREWALL_TABLE "\n"
	"table inet " FIREWALL_TABLE " {\n"
	"counter forged { }\n"
	"counter foreign { }\n"
	"counter outside { }\n"
	"counter echo { }\n"
	"counter refused { }\n"
	"counter forwarded { }\n"
	"set echoes { type ipv6_addr; size 4096; flags dynamic, timeout; timeout 10s; }\n"
	"chain from_mesh {\n"
	"	ip6 saddr $own icmpv6 type { destination-unreachable, packet-too-big, "
	"time-exceeded, parameter-problem } accept\n"
	"	ip6 daddr != $own counter name foreign drop\n"
	"	ip6 saddr != beef::/16 counter name forged drop\n"
	"	ip6 saddr { $own, beef:: } counter name forged drop\n"
	"}\n"
	"chain arriving {\n"
	"	type filter hook prerouting priority raw - 10; policy accept;\n"
	"	iifname \"lo\" accept\n"
	"	iifname $tun meta nfproto ipv4 counter name foreign drop\n"
	"	iifname $tun goto from_mesh\n"
	"	ip6 saddr beef::/16 counter name outside drop\n"
	"	ip6 daddr beef::/16 counter name outside drop\n"
	"}\n"
	"chain through {\n"
	"	type filter hook forward priority filter; policy accept;\n"
	"	iifname $tun counter name forwarded drop\n"
	"	oifname $tun counter name forwarded drop\n"
	"}\n"
	"chain input {\n"
	"	type filter hook input priority filter; policy accept;\n"
	"	iifname $tun jump inbound\n"
	"}\n";

/* Echo comes first: its first answer would make the rest of it established. A refusal looks like
 * that of a port nobody listens on. */
static const char inbound_denied[] =
	"chain inbound {\n"
	"	icmpv6 type echo-request update @echoes { ip6 saddr limit rate 1000/second burst "
	"1000 packets } accept\n"
	"	icmpv6 type echo-request counter name echo drop\n"
	"	ct state established,related accept\n"
	"	icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, "
	"parameter-problem } limit rate 100/second burst 100 packets accept\n"
	"	jump exposed\n"
	"	socket wildcard 0 accept\n"
	"	counter name refused\n"
	"	limit rate over 200/second burst 200 packets drop\n"
	"	meta l4proto tcp reject with tcp reset\n"
	"	meta l4proto udp reject\n"
	"	drop\n"
	"}\n";

static const char inbound_allowed[] = "chain inbound {\n"
				      "	accept\n"
				      "}\n";

struct firewall_exposure firewall_exposure_of(const struct config_expose *expose)
{
	struct firewall_exposure made = {
		.from = {{0xbe, 0xef}},
		.first = expose->first,
		.last = expose->last,
		.bits = 8 * ADDRESS_PREFIX,
		.tcp = expose->tcp,
	};

	switch (expose->from) {
	case CONFIG_FROM_ALL:
		break;
	case CONFIG_FROM_PREFIX:
		memcpy(made.from.bytes, expose->who, ADDRESS);
		made.bits = expose->bits;
		break;
	case CONFIG_FROM_KEY:
		made.from = address_of_key(expose->who);
		made.bits = 8 * ADDRESS;
		break;
	}
	return made;
}

static bool name_valid(const char name[CONFIG_NAME])
{
	size_t size = strnlen(name, CONFIG_NAME);

	for (size_t i = 0; i < size; i++)
		if (!isalnum((unsigned char)name[i]) && strchr("-_.", name[i]) == NULL)
			return false;
	return size > 0 && size < CONFIG_NAME;
}

bool firewall_valid(const struct firewall *firewall)
{
	if (!name_valid(firewall->tun) || !address_in_mesh(firewall->own.bytes) ||
	    firewall->inbound_allowed > 1 || firewall->count > FIREWALL_EXPOSED)
		return false;
	for (uint32_t i = 0; i < firewall->count; i++) {
		const struct firewall_exposure *exposure = &firewall->exposed[i];

		if (exposure->tcp > 1 || exposure->first == 0 || exposure->first > exposure->last ||
		    exposure->bits < 8 * ADDRESS_PREFIX || exposure->bits > 8 * ADDRESS ||
		    !address_in_mesh(exposure->from.bytes))
			return false;
	}
	return true;
}

static void exposures_write(const struct firewall *firewall, const char *verdict, FILE *out)
{
	char from[INET6_ADDRSTRLEN];

	for (uint32_t i = 0; i < firewall->count; i++) {
		const struct firewall_exposure *exposure = &firewall->exposed[i];

		inet_ntop(AF_INET6, exposure->from.bytes, from, sizeof(from));
		fprintf(out, "	ip6 saddr %s/%u %s dport %u-%u %s\n", from, exposure->bits,
			exposure->tcp ? "tcp" : "udp", exposure->first, exposure->last, verdict);
	}
}

void firewall_write(const struct firewall *firewall, FILE *out)
{
	char own[INET6_ADDRSTRLEN];

	inet_ntop(AF_INET6, firewall->own.bytes, own, sizeof(own));
	fprintf(out, "define own = %s\ndefine tun = \"%s\"\n%s", own, firewall->tun, checks);
	fputs("chain exposed {\n", out);
	exposures_write(firewall, "accept", out);
	fputs("}\n", out);
	fputs(firewall->inbound_allowed ? inbound_allowed : inbound_denied, out);
	fputs("chain aimed {\n"
	      "	type nat hook prerouting priority dstnat; policy accept;\n"
	      "	iifname != $tun accept\n"
	      "	socket wildcard { 0, 1 } accept\n",
	      out);
	exposures_write(firewall, "dnat ip6 to beef::", out);
	fputs("}\n}\n", out);
}
