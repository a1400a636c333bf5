"""The 19 bytes that every control frame begins with (meshp.md, section 4), and the COOKIE,
INITIATION and RESPONSE as the wire shows them: what is sealed in them is a matter of handshake.py
and cookie.py."""
import dataclasses

from .layout import Layout, number, octets, part, require

FIRST = 0x40
HELLO, INITIATION, RESPONSE, COOKIE, DATA_EXT = 1, 2, 3, 4, 7
NEIGHBOUR_HOPS = 255
ANY = bytes(8)


@dataclasses.dataclass(frozen=True)
class Header(Layout):
    first: int = number(1)
    type: int = number(1)
    hop_limit: int = number(1)
    destination: bytes = octets(8)
    source: bytes = octets(8)


def header(kind, destination, source):
    return Header(FIRST, kind, NEIGHBOUR_HOPS, destination, source)


@dataclasses.dataclass(frozen=True)
class Control(Layout):
    """A control frame between neighbours; each kind sets TYPE."""
    header: Header = part(Header)

    def check(self):
        require(self.header.first == FIRST and self.header.type == self.TYPE)
        require(self.header.hop_limit == NEIGHBOUR_HOPS, "hop_limit")


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
