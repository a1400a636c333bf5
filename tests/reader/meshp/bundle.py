"""Bundles (meshp.md, section 2): several small packets in one data frame, each behind a head of its
own."""
import dataclasses

from .layout import Layout, number, require

NEXT_HEADER = 254
LEAST, MOST = 2, 24               # packets
SIZE = 1240                       # bytes of all
LEAST_PAYLOAD, MOST_PAYLOAD = 10, 560


@dataclasses.dataclass(frozen=True)
class Head(Layout):
    next_header: int = number(1)
    flags: int = number(1)
    length: int = number(2)

    def check(self):
        require(self.flags <= 1)
        require(LEAST_PAYLOAD <= self.length <= MOST_PAYLOAD)


@dataclasses.dataclass(frozen=True)
class Bundled:
    """A packet: what of it is not in the frame's header."""
    next_header: int
    payload: bytes
    partial: int = 0

    def write(self):
        return Head(self.next_header, self.partial, len(self.payload)).write() + self.payload


def write(packets):
    return b"".join(one.write() for one in packets)


def read(data):
    """The packets, whatever is in them."""
    require(len(data) <= SIZE)
    packets = []
    while data:
        head, data = Head.read(data[:Head.size()]), data[Head.size():]
        require(head.length <= len(data))
        packets.append(Bundled(head.next_header, data[:head.length], head.flags))
        data = data[head.length:]
    require(LEAST <= len(packets) <= MOST)
    return packets
