"""What travels on lane 0 (meshp.md, section 4): nothing at all, a PROBE (mesharp.md, section 3),
RECORDS, ACK and COMPARE (route.md, section 3), TRACE and TRACED (route.md, section 9), or a HINT
(mesharp.md, section 5)."""
import dataclasses

from .control import NEIGHBOUR_HOPS
from .hint import HINT, Hint
from .layout import Layout, Refused, number, octets, require
from .probe import PROBE, Probe
from .trace import TRACE, TRACED, Trace, Traced

RECORDS, ACK, COMPARE = 2, 3, 4
MOST_BYTES = 1200
RECORDS_HEADER, LENGTH = 5, 2
BUCKETS = 256
ASK = 1


@dataclasses.dataclass(frozen=True)
class Records:
    """Fragments as bytes, each of which may be refused alone."""
    number: int
    fragments: tuple

    def write(self):
        return bytes([RECORDS]) + self.number.to_bytes(4, "big") + b"".join(
            len(fragment).to_bytes(2, "big") + fragment for fragment in self.fragments)

    @classmethod
    def read(cls, data):
        require(5 < len(data) <= MOST_BYTES)
        count, rest, fragments = int.from_bytes(data[1:5], "big"), data[5:], []
        require(count > 0)
        while rest:
            require(len(rest) >= 2)
            end = 2 + int.from_bytes(rest[:2], "big")
            require(len(rest) >= end)
            fragments.append(rest[2:end])
            rest = rest[end:]
        return cls(count, tuple(fragments))


@dataclasses.dataclass(frozen=True)
class Ack(Layout):
    type: int = number(1)
    greatest: int = number(4)
    bitmap: int = number(4)

    def check(self):
        require(self.greatest > 0 and not self.bitmap >> self.greatest - 1)


@dataclasses.dataclass(frozen=True)
class Compare(Layout):
    type: int = number(1)
    flags: int = number(1)
    sums: bytes = octets(4 * BUCKETS)

    def check(self):
        require(not self.flags & ~ASK)

    @property
    def asks(self):
        return bool(self.flags & ASK)


KINDS = {PROBE: Probe, RECORDS: Records, ACK: Ack, COMPARE: Compare, TRACE: Trace,
         TRACED: Traced, HINT: Hint}


def check_hops(payload, hop_limit):
    """Of what is said TRACE and TRACED alone may come over relays."""
    near = hop_limit == NEIGHBOUR_HOPS
    require(near or not payload or payload[0] in (TRACE, TRACED), "hop_limit")


def read(payload):
    """The message in a payload of lane 0, or None if that is empty."""
    if not payload:
        return None
    if payload[0] not in KINDS:
        raise Refused("type")
    return KINDS[payload[0]].read(payload)
