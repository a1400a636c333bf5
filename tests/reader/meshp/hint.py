"""HINT (mesharp.md, section 5): the node a frame was for is on the link itself, at that link
address."""
import dataclasses

from .layout import Layout, number, octets, require

HINT = 7
NOBODY, NOWHERE, GROUP = bytes(14), bytes(6), 1


@dataclasses.dataclass(frozen=True)
class Hint(Layout):
    type: int = number(1)
    zero: int = number(1)
    destination: bytes = octets(14)
    link_address: bytes = octets(6)

    def check(self):
        require(self.type == HINT and self.zero == 0)
        require(self.destination != NOBODY and self.link_address != NOWHERE)
        require(not self.link_address[0] & GROUP)
