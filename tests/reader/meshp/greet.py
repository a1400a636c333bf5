"""Greets the first neighbour heard on an interface, as a node that has never been seen: HELLO,
handshake, probes until both directions are proven at both ends, then two ICMPv6 echo requests, one
long enough for the compact form and one so short that it takes the extended form. Needs root for
its AF_PACKET socket, whose group membership ends with it; nothing else of the host is touched."""
import json
import pathlib
import select
import socket
import struct
import time

from . import packet
from .address import shown
from .capture import ETHERTYPE
from .hello import GROUP
from .node import Node

MEMBERSHIP, ADD, MULTICAST = 263, 1, 0
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

    def __init__(self, node, rounds):
        self._node, self._rounds = node, rounds
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
            self._node.send_packet(packet.icmp(self._node.address, self._node.peer.address,
                                               request))

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


def say_events(node):
    for event in node.events:
        peer = node.peer
        print({"heard": f"heard {shown(peer.address)} at {peer.link_address.hex(':')}",
               "proven": "both directions are proven"}.get(event, event), flush=True)
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
    certificates = [node.certificate] + ([node.peer.certificate] if node.peer else [])
    return {"network_key": (node.network_key or b"").hex(),
            "private_keys": [private.hex() for private in node.privates],
            "certificates": [certificate.write().hex() for certificate in certificates]}


def write_keys(node, path):
    path.touch(0o600)
    path.write_text(json.dumps(keys_of(node), indent=1), "ascii")


def say_end(node, answered):
    for code, count in sorted(node.refused.items()):
        print(f"refused {count} as {code}")
    if not answered:
        print("no answer: " + ("nobody was heard" if node.peer is None else
                               "the link was not proven" if not node.ready() else
                               "the echo was not answered"))


def greet(interface, network_key, role, suites, rounds, seconds, keys_path):
    """True if the neighbour answered every request in time."""
    link = Link(interface)
    node = Node(link.address, network_key, role, suites, now=time.monotonic())
    print(f"we are {shown(node.address)} at {link.address.hex(':')}", flush=True)
    pinger, until = Pinger(node, rounds), time.monotonic() + seconds
    answered = False
    while (now := hear(node, link)) < until:
        if node.ready():
            pinger.tick(now)
        for ipv6 in node.packets:
            pinger.heard(ipv6, now)
        node.packets.clear()
        speak(node, link)
        if pinger.done() and not answered:
            answered, until = True, now + LINGER
    if keys_path:
        write_keys(node, pathlib.Path(keys_path))
    say_end(node, pinger.done())
    return pinger.done()
