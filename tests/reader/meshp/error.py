"""ERROR (route.md, section 8): a relay tells the source of a data frame what became of it. The
culprit is named by what the source knows of it and hardly anybody else."""
import dataclasses

from . import control
from .layout import number, octets, require

NO_ROUTE, TOO_BIG, HOP_LIMIT = 1, 2, 3
LEAST_MTU = 1280


@dataclasses.dataclass(frozen=True)
class Error(control.Control):
    kind: int = number(1)
    mtu: int = number(2)
    culprit: bytes = octets(8)
    flow: int = number(1)
    counter: int = number(4)
    seal: bytes = octets(8)
    zeros: bytes = octets(3)

    TYPE = control.ERROR

    def check(self):
        super().check()
        require(self.kind in (NO_ROUTE, TOO_BIG, HOP_LIMIT) and not any(self.zeros))
        require(self.mtu >= LEAST_MTU if self.kind == TOO_BIG else self.mtu == 0)
        require(not self.flow & 0x38 and self.flow & 7)


def about(frame, relay_id, kind, mtu=0):
    """What a relay sends to the source of a data frame."""
    header = control.header(control.ERROR, frame.source, relay_id, control.RELAYED_HOPS)
    flow = frame.parity << 7 | frame.EXTENDED << 6 | frame.lane
    return Error(header, kind, mtu, frame.destination, flow, frame.counter, frame.sealed[:8],
                 bytes(3))
