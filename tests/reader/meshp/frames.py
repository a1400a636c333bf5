"""Frames as the wire shows them (meshp.md, sections 2 to 4): the compact and the extended data
frame, and read(), which tells every kind of frame by its first two bytes."""
import dataclasses

from . import control
from .address import suffix_of
from .error import Error
from .hello import Hello
from .layout import Layout, number, part, require, require_length
from .trace import Trace, Traced

TAG = 16
EMPTY = 1 + TAG
RELAYED_SIZES = Trace.size(), Traced.size()
COMPACT_HEADER, EXTENDED_HEADER = 23, 27
LEAST_COMPACT = 10
SUFFIX = 14  # bytes of an address without be ef
FLOOR = 46


@dataclasses.dataclass(frozen=True)
class Data:
    """The fields that both forms have; sealed ends with the tag."""
    parity: int
    partial: int
    lane: int
    hop_limit: int
    dscp: int
    ecn: int
    destination: bytes
    source: bytes
    counter: int
    sealed: bytes

    def with_(self, **changes):
        return dataclasses.replace(self, **changes)

    def nonce(self):
        return bytes(7) + bytes([self.lane]) + self.counter.to_bytes(4, "big")

    def check_hops(self):
        """What is said on lane 0 is said to neighbours, but for TRACE and TRACED, as far as their
        sizes tell; whoever relays does not ask."""
        said = self.lane == 0 and len(self.sealed) - EMPTY not in (0, *RELAYED_SIZES)
        require(not said or self.hop_limit == control.NEIGHBOUR_HOPS, "hop_limit")


@dataclasses.dataclass(frozen=True)
class Compact(Data):

    EXTENDED = False

    def header(self):
        first = 0x50 | self.parity << 5 | self.partial << 3 | self.lane
        return bytes([first, self.hop_limit, self.dscp << 2 | self.ecn]) \
            + self.destination + self.source + self.counter.to_bytes(4, "big")

    def associated(self):
        header = self.header()
        return header[:1] + bytes([self.dscp << 2]) + header[3:19]

    def write(self):
        return self.header() + self.sealed

    @classmethod
    def read(cls, data):
        require_length(data, COMPACT_HEADER + 1 + LEAST_COMPACT + TAG)
        first = data[0]
        return cls(parity=first >> 5 & 1, partial=first >> 3 & 1, lane=first & 7,
                   hop_limit=data[1], dscp=data[2] >> 2, ecn=data[2] & 3,
                   destination=data[3:11], source=data[11:19],
                   counter=int.from_bytes(data[19:23], "big"), sealed=data[23:])


@dataclasses.dataclass(frozen=True)
class ExtendedHead(Layout):
    """The fixed bytes 0 to 26 of the extended form."""
    header: control.Header = part(control.Header)
    flags: int = number(1)
    traffic: int = number(1)
    length: int = number(2)
    counter: int = number(4)


@dataclasses.dataclass(frozen=True)
class Extended(Data):
    """addresses: destination and source without be ef, or empty; padding is kept as it came."""
    addresses: bytes = b""
    padding: bytes = b""

    EXTENDED = True

    @property
    def flags(self):
        return self.parity << 7 | self.partial << 6 | bool(self.addresses) << 4 | self.lane

    def head(self):
        header = control.Header(control.FIRST, control.DATA_EXT, self.hop_limit,
                                self.destination, self.source)
        return ExtendedHead(header, self.flags, self.dscp << 2 | self.ecn,
                            len(self.sealed) - TAG, self.counter)

    def associated(self):
        head = self.head().write()
        return head[:2] + head[3:20] + bytes([self.dscp << 2]) + head[21:23] + self.addresses

    def write(self):
        frame = self.head().write() + self.addresses + self.sealed
        return frame + (self.padding or bytes(max(0, FLOOR - len(frame))))

    @classmethod
    def read(cls, data):
        require_length(data, FLOOR)
        head = ExtendedHead.read(data[:EXTENDED_HEADER])
        require(not head.flags & 0x20, "type")
        require(not head.flags & 0x08 and head.length > 0)
        at = EXTENDED_HEADER + (28 if head.flags & 0x10 else 0)
        end = at + head.length + TAG
        require_length(data, end, max(end, FLOOR))
        frame = cls(parity=head.flags >> 7, partial=head.flags >> 6 & 1, lane=head.flags & 7,
                    hop_limit=head.header.hop_limit, dscp=head.traffic >> 2, ecn=head.traffic & 3,
                    destination=head.header.destination, source=head.header.source,
                    counter=head.counter, sealed=data[at:end],
                    addresses=data[EXTENDED_HEADER:at], padding=data[end:])
        ids = frame.addresses[0:8], frame.addresses[14:22]
        require(not frame.addresses or ids == (frame.destination, frame.source))
        return frame


@dataclasses.dataclass(frozen=True)
class Addressed:
    """A frame of a handshake with its destination's address behind it (meshp.md, section 4)."""
    frame: object
    to: bytes

    @classmethod
    def read(cls, kind, data):
        return cls(kind.read(data[:kind.size()]), data[kind.size():])

    @property
    def destination(self):
        return self.frame.destination

    def write(self):
        return self.frame.write() + self.to


def is_addressed(kind, data):
    return kind in (control.Initiation, control.Response, control.Cookie) \
        and len(data) == kind.size() + SUFFIX and data[-SUFFIX:-SUFFIX + 8] == data[3:11]


KINDS = {control.HELLO: Hello, control.INITIATION: control.Initiation,
         control.RESPONSE: control.Response, control.COOKIE: control.Cookie,
         control.ERROR: Error, control.DATA_EXT: Extended}


def read(data):
    """The frame object of what an Ethernet frame carried."""
    require_length(data, 1)
    require(data[0] >> 6 == 1, "version")
    if data[0] & 0x10:
        return Compact.read(data)
    require(data[0] == control.FIRST)
    require_length(data, 2)
    kind = KINDS.get(data[1])
    require(kind is not None, "type")
    if is_addressed(kind, data):
        return Addressed.read(kind, data)
    if kind is not Extended:
        require_length(data, kind.size(), kind.size())
    return kind.read(data)


def data_form(payload_length, destination, source, conflict=False, **fields):
    """The form that a payload of this length takes, still unsealed."""
    ids = {"destination": destination[2:10], "source": source[2:10], "sealed": b""}
    if conflict:
        return Extended(**ids, addresses=suffix_of(destination) + suffix_of(source), **fields)
    return (Extended if payload_length < LEAST_COMPACT else Compact)(**ids, **fields)
