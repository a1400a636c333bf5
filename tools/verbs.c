/* The table of verbs. Texts are plain: they stand in --help and in the man page. */
#include "tools/verbs.h"

#include <string.h>

/* The words alone, for a program of the build, or all of it. */
#ifdef VERBS_WORDS
#define BY(function) NULL
#else
#include "tools/doctor/doctor.h"
#include "tools/nouns.h"
#include "tools/trace.h"
#define BY(function) function
#endif

#define READING (TAKES(JSON) | TAKES(WATCH))

#define DST_TEXT                                                                                   \
	"DST is an address of the mesh, or the first digits of a node's id, as many as tell it "   \
	"from others. "

const struct flag verbs_flags[CHOICES] = {
	[CHOICE_SOCKET] = {"socket", 'S', "SOCKET", NULL,
			   "ask at this control socket instead of /run/meshpd/io.meshpd"},
	[CHOICE_JSON] =
		{"json", 0, NULL, NULL,
		 "print one JSON object on one line instead of tables; its member schema is 1"},
	[CHOICE_WATCH] = {"watch", 0, "[=SECONDS]", NULL,
			  "ask again every SECONDS, from 0.1 on, 2 if they are not given, until "
			  "interrupted"},
	[CHOICE_FORMAT] = {"format", 0, "FORMAT", "netjson dot openmetrics prometheus",
			   "write topology as netjson (NetJSON NetworkGraph) or dot (Graphviz), "
			   "metrics as openmetrics or prometheus"},
	[CHOICE_FULL] = {"full", 0, NULL, NULL,
			 "show names, addresses and public keys as they are"},
	[CHOICE_INTERFACE] =
		{"interface", 'i', "NAMES", NULL,
		 "capture on these links alone, commas between; tun0: what frames carry"},
	[CHOICE_COUNT] = {"count", 'c', "PACKETS", NULL, "end after so many packets"},
	[CHOICE_SNAPLEN] = {"snaplen", 's', "BYTES", NULL, "keep of each packet no more than that"},
	[CHOICE_SEALED] = {"sealed", 0, NULL, NULL, "capture frames alone, not what they carry"},
	[CHOICE_HELP] = {"help", 'h', NULL, NULL,
			 "say how it is called; with a verb, what it does"},
	[CHOICE_VERSION] = {"version", 0, NULL, NULL, "print the version"},
};

static const struct verb verbs[] = {
	{.name = "status",
	 .arguments = "",
	 .takes = READING,
	 .summary = "the daemon itself, its links, and what was dropped and why",
	 .text = "Shows the node's address, id and keys, what it seals with, how long it runs, and "
		 "a line for each reason for which packets or frames were dropped.",
	 .example = "meshctl status",
	 .method = "io.meshpd.Status",
	 .print = BY(status_print)},
	{.name = "neighbours",
	 .arguments = "",
	 .takes = READING,
	 .summary = "who is on our links",
	 .text = "Shows each neighbour with the link it is on, the state it is in, the round trip, "
		 "the share of probes that were lost, and the metric that follows from them.",
	 .example = "meshctl --watch neighbours",
	 .method = "io.meshpd.Neighbours",
	 .print = BY(neighbours_print)},
	{.name = "sessions",
	 .arguments = "",
	 .takes = READING,
	 .summary = "with whom we share keys",
	 .text = "Shows each node packets are exchanged with, the cipher, the age of the keys, "
		 "packets sent and received, and how many were refused because they came twice.",
	 .example = "meshctl sessions",
	 .method = "io.meshpd.Sessions",
	 .print = BY(sessions_print)},
	{.name = "routes",
	 .arguments = "",
	 .takes = READING,
	 .summary = "which way to whom",
	 .text = "Shows each node that can be reached, the neighbour packets for it are given to, "
		 "and the metric, the hops and the MTU of the whole way.",
	 .example = "meshctl --json routes",
	 .method = "io.meshpd.Routes",
	 .print = BY(routes_print)},
	{.name = "links",
	 .arguments = "",
	 .takes = READING,
	 .summary = "the interfaces the mesh uses, and what goes over each",
	 .text = "Shows each link with its rate, its cost, how many neighbours are on it, to how "
		 "many nodes it carries packets, and whether the kernel relays there.",
	 .example = "meshctl links",
	 .method = "io.meshpd.Links",
	 .print = BY(links_print)},
	{.name = "topology",
	 .arguments = "",
	 .takes = READING | TAKES(FORMAT),
	 .summary = "all nodes and links of the zone",
	 .text = "Shows what the nodes say of themselves and their links.",
	 .example = "meshctl topology --format dot | dot -Tsvg >mesh.svg",
	 .method = "io.meshpd.Topology",
	 .print = BY(topology_print),
	 .write = BY(topology_write)},
	{.name = "explain",
	 .arguments = "DST",
	 .least = 1,
	 .most = 1,
	 .operand = OPERAND_NODE,
	 .takes = READING,
	 .summary = "the way packets take to a node, and why not another",
	 .text = DST_TEXT "Shows the way hop by hop, then each neighbour it could lead over with "
			  "the parts its cost is made of, and why it was chosen or not.",
	 .no = "no path leads to DST, or there is no such node, or several",
	 .example = "meshctl explain 3f",
	 .method = "io.meshpd.Explain",
	 .print = BY(explain_print),
	 .judge = BY(explain_judge)},
	{.name = "trace",
	 .arguments = "DST",
	 .least = 1,
	 .most = 1,
	 .operand = OPERAND_NODE,
	 .takes = READING,
	 .summary = "asks every hop on the way to a node",
	 .text = DST_TEXT "Each hop answers under its signature. meshtraceroute(1) does the same "
			  "with more to choose.",
	 .no = "DST was not reached, or there is no such node, or several",
	 .example = "meshctl trace beef:36b:2b45:6a83:d4c7:5aa4:9f4e:7d39",
	 .method = "io.meshpd.Trace",
	 .print = BY(trace_print),
	 .judge = BY(trace_judge)},
	{.name = "top",
	 .arguments = "",
	 .takes = TAKES(WATCH),
	 .summary = "a live view of links, neighbours, sessions and drops",
	 .text = "Every second, or as often as --watch says. n, i, o and m sort by name, what "
		 "comes in, what goes out and metric; q quits. A daemon that goes away is waited "
		 "for. What an interface carries is as the kernel counts it, other traffic "
		 "included.",
	 .example = "meshctl top",
	 .method = "io.meshpd.Status",
	 .run = BY(top_run)},
	{.name = "exposed",
	 .arguments = "",
	 .takes = READING,
	 .summary = "ports that are open to the mesh, and who listens there",
	 .text = "Shows what the configuration and meshctl expose opened, programs that are bound "
		 "to the node's address, and what the firewall refused. Only root is told the "
		 "names of others' programs and the firewall's counters.",
	 .example = "meshctl exposed",
	 .method = "io.meshpd.Exposed",
	 .add = BY(exposed_add),
	 .print = BY(exposed_print)},
	{.name = "expose",
	 .arguments = "PORTS [from WHOM]",
	 .least = 1,
	 .most = ARGUMENTS_ANY,
	 .words = "tcp/ udp/",
	 .user = USER_ROOT,
	 .summary = "opens ports to the mesh",
	 .text = "PORTS are tcp/80 or udp/8000-8010; WHOM is an address, a PREFIX/BITS or a public "
		 "key, without it all nodes. It holds until unexpose, restarts included.",
	 .no = "the ports cannot be opened",
	 .example = "meshctl expose tcp/22 from beef:36b::/32",
	 .method = "io.meshpd.Expose",
	 .run = BY(expose_run)},
	{.name = "unexpose",
	 .arguments = "PORTS [from WHOM]",
	 .least = 1,
	 .most = ARGUMENTS_ANY,
	 .words = "tcp/ udp/",
	 .user = USER_ROOT,
	 .summary = "closes what expose opened",
	 .text = "In the words expose was given.",
	 .no = "they were not opened by expose",
	 .example = "meshctl unexpose tcp/80",
	 .method = "io.meshpd.Unexpose",
	 .run = BY(expose_run)},
	{.name = "capture",
	 .arguments = "",
	 .takes = TAKES(INTERFACE) | TAKES(COUNT) | TAKES(SNAPLEN) | TAKES(SEALED),
	 .user = USER_ROOT,
	 .summary = "writes frames, and what they carry, as pcapng to standard output",
	 .text = "Shows every frame of the links in both directions, and, as packets of tun0, what "
		 "those of this node carry in the clear: packets of the host, and under protocol "
		 "253 what nodes say to each other. A frame and the packets in it have comments "
		 "with the same words. Wireshark and tshark read it with the dissector of "
		 "wireshark-meshp. It ends when interrupted, when nobody reads it any more, and "
		 "with status 3 when meshpd goes. One can be made at a time. What comes faster "
		 "than it is read is lost and counted; meshpd never waits.",
	 .no = "somebody else captures, or there is no such link",
	 .example = "meshctl capture | tshark -r - -Y meshp",
	 .method = "io.meshpd.Capture",
	 .run = BY(capture_run)},
	{.name = "reload",
	 .arguments = "",
	 .takes = TAKES(JSON),
	 .user = USER_ROOT,
	 .summary = "reads the configuration again",
	 .text = "Shows each setting that differs, and which of them wait for the next start. A "
		 "faulty configuration changes nothing.",
	 .no = "the configuration is faulty",
	 .example = "meshctl reload",
	 .method = "io.meshpd.Reload",
	 .print = BY(reload_print)},
	{.name = "metrics",
	 .arguments = "",
	 .takes = TAKES(FORMAT),
	 .summary = "figures for monitoring systems",
	 .text = "Prints what is counted and measured in the OpenMetrics text format 1.0, or with "
		 "--format prometheus in the older text format 0.0.4, which node_exporter's "
		 "textfile collector reads. Names begin with meshpd_; times are seconds, sizes "
		 "bytes. Labels are link, neighbour and, of drops, reason.\n"
		 "meshpd-metrics.timer writes /var/lib/prometheus/node-exporter/meshpd.prom every "
		 "15 s once it is enabled.",
	 .example = "systemctl enable --now meshpd-metrics.timer",
	 .method = "io.meshpd.Status",
	 .run = BY(metrics_run)},
	{.name = "monitor",
	 .arguments = "",
	 .takes = TAKES(JSON),
	 .summary = "what happens, as it happens",
	 .text = "Prints a line for each event until it is interrupted or meshpd ends: neighbours, "
		 "links, routes and sessions that come, change or go, drops for a new reason, what "
		 "is exposed, settings that change. The words of events and their members are "
		 "those of the journal's entries, there with MESHPD_ before them. What came faster "
		 "than it was read is counted by the event monitor_missed.",
	 .example = "meshctl --json monitor | grep route_",
	 .method = "io.meshpd.Monitor",
	 .run = BY(monitor_run)},
	{.name = "key",
	 .arguments = "gen | pub [FILE]",
	 .least = 1,
	 .most = 2,
	 .operand = OPERAND_FILE,
	 .words = "gen pub",
	 .takes = TAKES(JSON),
	 .user = USER_ANYBODY,
	 .summary = "makes an identity, or shows what others may know of one",
	 .text = "gen prints a new identity, a secret. pub shows the address, the id and the "
		 "public key of the identity in FILE, or in /var/lib/meshpd/identity.",
	 .no = "FILE cannot be read or holds no identity",
	 .example = "meshctl key pub",
	 .run = BY(key_run)},
	{.name = "config",
	 .arguments = "check [FILE] | cat",
	 .least = 1,
	 .most = 2,
	 .operand = OPERAND_FILE,
	 .words = "check cat",
	 .user = USER_ANYBODY,
	 .summary = "says whether the configuration is good, or shows its files",
	 .text = "check reads FILE, or the files meshpd would read. cat prints these, each under "
		 "its name.",
	 .no = "it is not good, or cannot be read",
	 .example = "meshctl config check ./meshpd.conf",
	 .run = BY(config_run)},
	{.name = "complete",
	 .arguments = "-- COMMAND [WORD ...]",
	 .least = 1,
	 .most = ARGUMENTS_ANY,
	 .user = USER_ANYBODY,
	 .text = "Prints what the last WORD of a command line of COMMAND may become, each on a "
		 "line with a tab and what it is. The shells' completions call it.",
	 .run = BY(complete_run)},
	{.name = "doctor",
	 .arguments = "",
	 .takes = TAKES(JSON),
	 .user = USER_ANYBODY,
	 .summary = "looks for what is wrong on this host, and says what mends it",
	 .text = "Looks at the kernel, the daemon, its key, its interfaces, addresses and routes, "
		 "the links, and the firewall. Each finding is ok, skipped, which means that it "
		 "could not be looked at, a warning, or failed, and has a fix: a line for root's "
		 "shell, or a remark that begins with #. Nothing is changed. It works without the "
		 "daemon, and as any user; root sees most.",
	 .no = "a check failed",
	 .example = "sudo meshctl doctor",
	 .run = BY(doctor_run)},
	{.name = "bugreport",
	 .arguments = "",
	 .takes = TAKES(FULL),
	 .user = USER_ANYBODY,
	 .summary = "writes a text to be sent to who is asked for help",
	 .text = "Holds versions, settings, what doctor finds, what the daemon knows, its routes "
		 "and its journal. Addresses, ids, public keys, link addresses and the host's name "
		 "are replaced by short names, each the same throughout; secrets are never in it. "
		 "Read it before it is sent.",
	 .no = "it cannot be written",
	 .example = "sudo meshctl bugreport >report.txt",
	 .run = BY(bugreport_run)},
};

enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

const struct verb *verb_first(void)
{
	return &verbs[0];
}

const struct verb *verb_next(const struct verb *verb)
{
	return verb < &verbs[VERBS - 1] ? verb + 1 : NULL;
}

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < VERBS; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

bool verb_takes(const struct verb *verb, enum choice choice)
{
	unsigned all = TAKES(SOCKET) | TAKES(HELP) | TAKES(VERSION);

	return ((verb->takes | all) & 1U << choice) != 0;
}
