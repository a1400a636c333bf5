"""The PROBE, by which neighbours prove a link (mesharp.md, section 3)."""
import dataclasses

from .layout import Layout, number, octets, require

PROBE = 1
ASK, SELECT, DECLINE, EAGER = 1, 2, 4, 8
HEARD_BITS = 32
GAP = 12


@dataclasses.dataclass(frozen=True)
class Probe(Layout):
    type: int = number(1)
    flags: int = number(1)
    sequence: int = number(4)
    echo: int = number(4)
    delay: int = number(4)
    heard: int = number(4)
    instance: int = number(4)
    link_address: bytes = octets(6)
    interface: int = number(4)
    digest: bytes = octets(8)
    nodes: int = number(2)

    def check(self):
        require(self.type == PROBE and not self.flags & ~(ASK | SELECT | DECLINE | EAGER))
        require(self.sequence > 0 and self.interface > 0)
        if self.echo:
            require(self.heard & 1 and not self.heard >> self.echo)
        else:
            require(self.delay == self.heard == 0)

    @property
    def asks(self):
        return bool(self.flags & ASK)

    @property
    def selects(self):
        return bool(self.flags & SELECT)

    @property
    def declines(self):
        return bool(self.flags & DECLINE)

    @property
    def eager(self):
        return bool(self.flags & EAGER)


class Record:
    """The probes of one direction: which of the last 32 came, and when the last did. A sequence
    more than 12 above or below the last, or another instance of the sender, begins it anew."""

    def __init__(self):
        self.instance, self.last, self.at, self.heard = None, 0, 0, 0

    def take(self, probe, now):
        gap = probe.sequence - self.last
        goes_on = probe.instance == self.instance and abs(gap) <= GAP
        require(not goes_on or gap > 0, "replay")
        self.heard = (self.heard << gap | 1) & (1 << HEARD_BITS) - 1 if goes_on else 1
        self.instance, self.last, self.at = probe.instance, probe.sequence, now

    def delay(self, now):
        """µs since the last one came."""
        return min(round((now - self.at) * 1e6), 2**32 - 1) if self.last else 0
