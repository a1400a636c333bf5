"""TRACE and TRACED (route.md, section 9): which way a lane takes from a node, and its signed
answer. A node is named by the 14 bytes of its address that follow be ef; zeros are nobody."""
import dataclasses

from . import keyring
from .address import suffix_of
from .certificate import signed_bytes
from .layout import Layout, number, octets, require

TRACE, TRACED = 5, 6
LANES = 8
ARRIVED, NO_WAY = 0x80, 0x40
NOBODY = bytes(14)
UNKNOWN = 2**32 - 1
LEAST_MTU = 1280
SIGNED = 112


@dataclasses.dataclass(frozen=True)
class Trace(Layout):
    type: int = number(1)
    lane: int = number(1)
    nonce: bytes = octets(16)
    destination: bytes = octets(14)
    origin: bytes = octets(14)
    zeros: int = number(2)

    def check(self):
        require(self.type == TRACE and self.lane < LANES and self.zeros == 0)
        require(NOBODY not in (self.destination, self.origin))


@dataclasses.dataclass(frozen=True)
class Traced(Layout):
    type: int = number(1)
    flags: int = number(1)
    nonce: bytes = octets(16)
    destination: bytes = octets(14)
    origin: bytes = octets(14)
    answerer: bytes = octets(14)
    next: bytes = octets(14)
    interface: int = number(4)
    mtu: int = number(2)
    rtt: int = number(4)
    loss: int = number(4)
    metric: int = number(4)
    queued: int = number(4)
    back: bytes = octets(14)
    zeros: int = number(2)
    signature: bytes = octets(64)

    def check(self):
        ends = self.flags & (ARRIVED | NO_WAY)
        require(self.type == TRACED and self.zeros == 0)
        require(not self.flags & 0x38 and ends != ARRIVED | NO_WAY)
        require(NOBODY not in (self.destination, self.origin, self.answerer))
        if ends:
            require(self.next == NOBODY and self.queued == UNKNOWN)
            require(not any((self.interface, self.mtu, self.rtt, self.loss, self.metric)))
        else:
            require(self.next != NOBODY and self.interface > 0)
            require(self.mtu >= LEAST_MTU and self.loss <= 1000000)

    def signed(self, network_key):
        return signed_bytes(b"meshp trace 1", network_key, TRACED, self.write()[:SIGNED])

    def verify(self, identity, network_key):
        """identity: the public key of who answers."""
        return keyring.signature_good(identity, self.signed(network_key), self.signature)


def ask(lane, nonce, destination, origin):
    return Trace(TRACE, lane, nonce, suffix_of(destination), suffix_of(origin), 0)


def answer(trace, identity, own, network_key, next_=NOBODY, back=NOBODY, **figures):
    """What the node at the address `own` says, signed. Without next_ its way ends there."""
    flags = trace.lane
    if next_ == NOBODY:
        flags |= ARRIVED if trace.destination == suffix_of(own) else NO_WAY
    link = {"interface": 0, "mtu": 0, "rtt": 0, "loss": 0, "metric": 0, "queued": UNKNOWN}
    blank = Traced(TRACED, flags, trace.nonce, trace.destination, trace.origin, suffix_of(own),
                   next_, **{**link, **figures}, back=back, zeros=0, signature=bytes(64))
    return blank.with_(signature=identity.sign(blank.signed(network_key)))
