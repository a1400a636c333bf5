"""Hosts in a line, each joined to the next by a wire, as several programs here measure them: with
daemons, or as hosts whose kernels forward, which is what the daemons are compared with. Also what
is measured from the first host of a line to its last.

A wire is a veth in one of two modes. `veth`: as it is, so that packets of 64 KB cross it whole,
which no real wire allows. `wire`: segmentation off, so that no frame is longer than 1,514 bytes, as
on Ethernet hardware without large-send; receiving may still merge."""
import argparse
import json
import os
import pathlib
import re

import bench
import wires
from mesh import BUILD, wait_for

FLOW = BUILD / "tests/bench/flow"
WAKEUP = BUILD / "tests/bench/wakeup"
OFF_ON_A_WIRE = ("tso", "tx-udp-segmentation", "tx-gre-segmentation", "tx-udp_tnl-segmentation",
                 "tx-udp_tnl-csum-segmentation")
PORT = 7001
SILENCE = 0.5  # s without a datagram that end a flow
SMALL = 64     # bytes of payload
CONGESTION = "cubic"  # whatever the machine's default is: one that paces is no measure here


class Line:
    """The hosts, and the address by which the first reaches the last."""

    def __init__(self, mesh, name, nodes, link):
        self.name = name
        self.hosts = [mesh.unplugged(f"{name}{i}") for i in range(nodes)]
        self.first, self.last = self.hosts[0], self.hosts[-1]
        for one, other in zip(self.hosts, self.hosts[1:]):
            wires.wire(one, other)
            for host, far in ((one, other), (other, one)):
                shape(host, wires.port(far), link)
        self.join()
        self.last.start("iperf3", "-s")
        self.last.until_listening(5201)

    def first_ping(self):
        """Before it nothing is measured: whoever must find each other has done so then."""
        bench.first_answer(self.first, self.address)


def shape(host, interface, link):
    """One queue a processor, and the mode."""
    host.run("ethtool", "-L", interface, "rx", os.cpu_count(), "tx", os.cpu_count())
    if link == "wire":
        off = [word for feature in OFF_ON_A_WIRE for word in (feature, "off")]
        host.run("ethtool", "-K", interface, *off, "gro", "on")


class Plain(Line):
    """No daemon: the wires have addresses and the kernels forward."""

    def join(self):
        count = len(self.hosts)
        for i, host in enumerate(self.hosts):
            host.sysctl("net.ipv6.conf.all.forwarding", 1)
            if i > 0:
                left = wires.port(self.hosts[i - 1])
                host.ip(f"address add fd10:0:0:{i - 1}::2/64 dev {left} nodad")
            if i < count - 1:
                right = wires.port(self.hosts[i + 1])
                host.ip(f"address add fd10:0:0:{i}::1/64 dev {right} nodad")
        for i, host in enumerate(self.hosts):
            for wire in range(count - 1):
                if wire > i:
                    host.ip(f"-6 route add fd10:0:0:{wire}::/64 via fd10:0:0:{i}::2")
                elif wire < i - 1:
                    host.ip(f"-6 route add fd10:0:0:{wire}::/64 via fd10:0:0:{i - 1}::1")
        self.address = f"fd10:0:0:{count - 2}::2"
        self.daemons = []
        self.first_ping()


class Meshed(Line):
    """A daemon of that build on each host."""

    def __init__(self, mesh, name, nodes, link, build=BUILD, settings=()):
        self.program = build / "daemon/meshpd"
        self.settings = ["Firewall.Inbound=allow", *settings]
        super().__init__(mesh, name, nodes, link)

    def start_daemons(self):
        for host in self.hosts:
            host.start(self.program, *self.settings)

    def join(self):
        self.start_daemons()
        for host in self.hosts:
            wait_for(host.answers, f"{host.name} answers", 10)
        wires.converged(*self.hosts, seconds=20)
        self.address = self.last.address
        self.daemons = self.hosts
        self.first_ping()


def busy_s():
    """Processor time that the whole machine has used."""
    with open("/proc/stat") as file:
        user, nice, system, _, _, interrupt, soft, steal = map(int, file.readline().split()[1:9])
    return (user + nice + system + interrupt + soft + steal) / os.sysconf("SC_CLK_TCK")


def tcp(line, streams, seconds):
    """Mbit/s received, and seconds of processor time a GB: the machine's, the daemons'."""
    daemons, machine = bench.cpu_ms(line.daemons), busy_s()
    said = line.first.run("iperf3", "-J", "-C", CONGESTION, "-c", line.address, "-P", streams,
                          "-t", seconds, timeout=seconds + 30).stdout
    machine, daemons = busy_s() - machine, bench.cpu_ms(line.daemons) - daemons
    received = json.loads(said)["end"]["sum_received"]
    gigabytes = received["bytes"] / 1e9
    return received["bits_per_second"] / 1e6, machine / gigabytes, daemons / 1000 / gigabytes


def said(text):
    """key=value words as numbers."""
    return {key: float(value) for key, value in re.findall(r"(\w+)=(\S+)", text)}


def flow(line, rate, seconds, size=SMALL):
    """A UDP flow, rate 0 as fast as it goes: what its sender and its receiver say."""
    log = line.last.log_of("flow")
    log.unlink(missing_ok=True)
    receiver = line.last.start(FLOW, "receive", PORT, SILENCE + 0.5)
    wait_for(lambda: line.last.run("ss", "-6Hlun", f"sport = :{PORT}").stdout, "a receiver")
    sent = line.first.run(FLOW, "send", line.address, PORT, size, rate, seconds,
                          timeout=seconds + 30).stdout
    receiver.wait(seconds + 30)
    return said(sent) | {f"got_{key}": value for key, value in said(log.read_text()).items()}


def flood(line, seconds):
    """Small datagrams a second that arrive when the sender floods."""
    seen = flow(line, 0, seconds)
    return seen["got_received"] / max(seen["got_seconds"], 0.001)


def lossless(line, highest, tries=6, seconds=0.8):
    """The highest rate, of some tried between 5,000/s and highest, with less than 1 % lost."""
    low, high, found = 5000, max(highest, 20000), 0
    for _ in range(tries):
        rate = round((low * high) ** 0.5)
        seen = flow(line, rate, seconds)
        offered = seen["offered"] / seen["seconds"]
        if offered > 0.9 * rate and seen["got_received"] > 0.99 * seen["offered"]:
            low, found = rate, seen["got_received"] / seen["seconds"]
        else:
            high = rate
    return found


def round_trips(line, count=200):
    """Of as many pings, 5 ms apart, in µs."""
    out = line.first.run("ping", "-6", "-n", "-c", count, "-i", 0.005, line.address,
                         timeout=count * 0.01 + 30).stdout
    return [float(ms) * 1000 for ms in re.findall(r"time=([0-9.]+)", out)]


def wakeup_us(line):
    """What waking another process costs, by two that pass a byte to and fro."""
    return said(line.first.run(WAKEUP).stdout)["wakeup_ns"] / 1000


def options(words, **defaults):
    """What all programs that measure lines take: numbers with these defaults, and which lines."""
    parser = argparse.ArgumentParser(description=words,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=type(value), default=value)
    parser.add_argument("--link", choices=("wire", "veth"), default="wire")
    parser.add_argument("--build", action="append", default=[],
                        help="NAME=FOLDER, one more row; names up to 9 letters")
    parser.add_argument("settings", nargs="*", help="of the daemons, Section.Key=value")
    return parser.parse_args()


def lines(mesh, given, suffix=""):
    """One without daemons, then one of each build; the suffix tells more such from these."""
    builds = {"meshpd": BUILD}
    for word in given.build:
        name, folder = word.split("=", 1)
        builds[name] = pathlib.Path(folder).resolve()
    return [Plain(mesh, f"kernel{suffix}", given.nodes, given.link),
            *(Meshed(mesh, f"{name}{suffix}", given.nodes, given.link, build, given.settings)
              for name, build in builds.items())]


def rounds(mesh, given):
    """Every line once a round: (round, line)."""
    made = lines(mesh, given)
    for number in range(1, given.rounds + 1):
        for one in made:
            yield number, one
