"""Greets the first neighbour heard on an interface, as a node that has never been seen: HELLO,
handshake, probes until both directions are proven, records until either end says that it is FULL
with the other, then two ICMPv6 echo requests, one long enough for the compact form and one so short
that it takes the extended form; at last a record that says it goes. Needs root for its AF_PACKET
socket, whose group membership ends with it; nothing else of the host is touched."""
import fcntl
import json
import pathlib
import select
import socket
import struct
import time

from . import cost, packet
from .address import node_id_of, shown, suffix_of
from .capture import ETHERTYPE
from .hello import GROUP
from .neighbour import FULL, HEARD
from .node import Node

MEMBERSHIP, ADD, MULTICAST = 263, 1, 0
GET_MTU = 0x8921
POLL, AGAIN, LINGER, BETWEEN_ROUNDS = 0.01, 0.5, 0.5, 1
SIZES = 56, 0


class Link:
    """Frames of our EtherType on one interface."""

    def __init__(self, name):
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETHERTYPE))
        self._socket.bind((name, ETHERTYPE))
        self.address = self._socket.getsockname()[4]
        request = struct.pack("iHH8s", socket.if_nametoindex(name), MULTICAST, 6, GROUP)
        self._socket.setsockopt(MEMBERSHIP, ADD, request)
        said = fcntl.ioctl(self._socket, GET_MTU, struct.pack("16si12x", name.encode(), 0))
        self.mtu = struct.unpack("16si12x", said)[1]

    def send(self, destination, payload):
        self._socket.send(destination + self.address + ETHERTYPE.to_bytes(2, "big") + payload)

    def receive(self):
        """(source, payload) of a frame, or None if none came for a moment."""
        if not select.select([self._socket], [], [], POLL)[0]:
            return None
        frame, origin = self._socket.recvfrom(65536)
        if origin[2] == socket.PACKET_OUTGOING:
            return None
        return frame[6:12], frame[14:]


class Pinger:
    """Rounds of echo requests, one of each size, a second apart; the unanswered are repeated."""

    def __init__(self, node, rounds, address):
        self._node, self._rounds, self._address = node, rounds, address
        self._waiting, self._sent, self._at, self._number = {}, {}, 0, 0

    def tick(self, now):
        if now < self._at:
            return
        if not self._waiting and self._rounds:
            self._rounds -= 1
            for size in SIZES:
                self._number += 1
                self._waiting[self._number] = bytes(range(size))
        self._at = now + AGAIN
        for number, data in self._waiting.items():
            request = packet.echo(packet.ECHO_REQUEST, self._node.instance & 0xffff, number, data)
            self._sent[number] = now
            self._node.send_packet(packet.icmp(self._node.address, self._address, request))

    def heard(self, ipv6, now):
        """Prints an answer to one of ours."""
        answer = packet.read_echo(ipv6)
        if not answer or answer[0] != packet.ECHO_REPLY:
            return
        _, identifier, number, data = answer
        if identifier != self._node.instance & 0xffff or self._waiting.get(number) != data:
            return
        del self._waiting[number]
        self._at = self._at if self._waiting else now + BETWEEN_ROUNDS
        milliseconds = (now - self._sent[number]) * 1e3
        print(f"answer from {shown(ipv6[8:24])}: sequence {number}, {len(data)} bytes, "
              f"hop limit {ipv6[7]}, {milliseconds:.1f} ms", flush=True)

    def done(self):
        return not self._waiting and not self._rounds


class Greeting:
    """What is done once both ends are FULL: pings of the target, the neighbour if it is None."""

    def __init__(self, node, target, rounds):
        self.node, self.target, self._rounds = node, target, rounds
        self._pinger = None
        self.level = False

    def tick(self, now):
        node = self.node
        if not node.ready():
            return
        self.target = self.target or node.peer.address
        self.level |= node.level()
        if self._pinger is None and self.target in node.database.addresses:
            self._pinger = Pinger(node, self._rounds, self.target)
            node.reach(self.target, now)
        if self._pinger and node.peers[node_id_of(self.target)].confirmed:
            self._pinger.tick(now)

    def hear_packets(self, now):
        for ipv6 in self.node.packets:
            if self._pinger:
                self._pinger.heard(ipv6, now)
        self.node.packets.clear()

    def trouble(self):
        """What is missing, or an empty string: all was answered, and the databases are the same."""
        node = self.node
        met = node.neighbour
        steps = [(met, "nobody was heard"),
                 (met and met.state != HEARD, "no handshake"),
                 (met and met.adjacent(), "the link was not proven"),
                 (met and met.state == FULL, "our records were not taken"),
                 (node.ready(), "the neighbour does not list us"),
                 (self._pinger, "there is no node of that address"),
                 (self._pinger and self._pinger.done(), "the echo was not answered"),
                 (self.level, "the neighbour's digest never was ours")]
        return next((what for holds, what in steps if not holds), "")


def say_events(node):
    said = {"heard": "heard {} at {}", "proven": "both directions are proven",
            "full": "it has what we know, we are full"}
    for event in node.events:
        where = node.peer and (shown(node.peer.address), node.neighbour.link_address.hex(":"))
        print(said.get(event, event).format(*where), flush=True)
    node.events.clear()


def hear(node, link):
    """Receives at most one frame, does what follows from it and from the time, and says when."""
    got, now = link.receive(), time.monotonic()
    if got:
        node.receive(*got, now)
    node.tick(now)
    return now


def speak(node, link):
    for destination, payload in node.outbox:
        link.send(destination, payload)
    node.outbox.clear()
    say_events(node)


def keys_of(node):
    """What an Observer must be told to read everything that this node said and heard."""
    certificates = [node.certificate, *(peer.certificate for peer in node.peers.values())]
    return {"network_key": (node.network_key or b"").hex(),
            "private_keys": [private.hex() for private in node.privates],
            "certificates": [certificate.write().hex() for certificate in certificates]}


def write_keys(node, path):
    path.touch(0o600)
    path.write_text(json.dumps(keys_of(node), indent=1), "ascii")


def say_database(node):
    """Every connected node, with the links that its record lists."""
    database = node.database
    print(f"{len(database.connected)} nodes, digest {database.digest.hex()}")
    for address in database.addresses:
        links = database.links_of(suffix_of(address)).values()
        print(f"{shown(address)}: " + ", ".join(
            f"{shown(entry.address)} {cost.us_of(entry.cost)} us" for entry in links))


def converse(greeting, link, seconds):
    """Until all is answered, or for so many seconds; then says that we go."""
    node, until = greeting.node, time.monotonic() + seconds
    while (now := hear(node, link)) < until and greeting.trouble():
        greeting.tick(now)
        greeting.hear_packets(now)
        speak(node, link)
    say_database(node)
    trouble = greeting.trouble()
    node.leave(now)
    while hear(node, link) < now + LINGER:
        speak(node, link)
    return trouble


def greet(interface, network_key, role, suites, target, rounds, seconds, keys_path):
    """True if all was answered in time, and the neighbour's database was ours."""
    link = Link(interface)
    node = Node(link.address, network_key, role, suites, now=time.monotonic(), mtu=link.mtu)
    print(f"we are {shown(node.address)} at {link.address.hex(':')}", flush=True)
    trouble = converse(Greeting(node, target, rounds), link, seconds)
    if keys_path:
        write_keys(node, pathlib.Path(keys_path))
    for code, count in sorted(node.refused.items()):
        print(f"refused {count} as {code}")
    if trouble:
        print(f"no answer: {trouble}")
    return not trouble
