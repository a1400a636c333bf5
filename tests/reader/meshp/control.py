"""The 19 bytes that every control frame begins with (meshp.md, section 4), and the COOKIE,
INITIATION and RESPONSE as the wire shows them: what is sealed in them is a matter of handshake.py
and cookie.py."""
import dataclasses

from .layout import Layout, number, octets, part, require

FIRST = 0x40
HELLO, INITIATION, RESPONSE, COOKIE, ERROR, DATA_EXT = 1, 2, 3, 4, 5, 7
NEIGHBOUR_HOPS, RELAYED_HOPS = 255, 64
ANY = bytes(8)


@dataclasses.dataclass(frozen=True)
class Header(Layout):
    first: int = number(1)
    type: int = number(1)
    hop_limit: int = number(1)
    destination: bytes = octets(8)
    source: bytes = octets(8)


def header(kind, destination, source, hops=NEIGHBOUR_HOPS):
    return Header(FIRST, kind, hops, destination, source)


@dataclasses.dataclass(frozen=True)
class Control(Layout):
    """Each kind sets TYPE."""
    header: Header = part(Header)

    def check(self):
        require(self.header.first == FIRST and self.header.type == self.TYPE)

    @property
    def destination(self):
        return self.header.destination

    @property
    def source(self):
        return self.header.source

    @property
    def hop_limit(self):
        return self.header.hop_limit

    @property
    def relayed(self):
        """True if it is not between neighbours."""
        return self.hop_limit != NEIGHBOUR_HOPS

    def as_sent(self):
        """The bytes that macs are over: relays change the hop limit, so it counts as 255."""
        header = self.header.with_(hop_limit=NEIGHBOUR_HOPS)
        return self.with_(header=header).write()


@dataclasses.dataclass(frozen=True)
class Initiation(Control):
    number: int = number(8)
    ephemeral: bytes = octets(32)
    sealed_static: bytes = octets(48)
    sealed_payload: bytes = octets(163 + 16)
    mac1: bytes = octets(16)
    mac2: bytes = octets(16)

    TYPE = INITIATION


@dataclasses.dataclass(frozen=True)
class Response(Control):
    number: int = number(8)
    ephemeral: bytes = octets(32)
    sealed_payload: bytes = octets(159 + 16)
    mac1: bytes = octets(16)

    TYPE = RESPONSE


@dataclasses.dataclass(frozen=True)
class Cookie(Control):
    number: int = number(8)
    nonce: bytes = octets(24)
    sealed: bytes = octets(16 + 16)

    TYPE = COOKIE
