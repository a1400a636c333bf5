"""Two small nodes on one wire in memory, with a clock that only moves when told: what greet does on
a real interface, without one. The wire keeps what it carried and may lose or alter it."""
import hashlib

from meshp import capture
from meshp.node import EITHER, Node

MACS = bytes.fromhex("02000000000a"), bytes.fromhex("02000000000b")
STEP = 0.005


def entropy(seed):
    """A stand-in for os.urandom that gives the same bytes for the same seed."""
    state = [0]

    def draw(count):
        state[0] += 1
        return hashlib.shake_128(f"{seed} {state[0]}".encode()).digest(count)
    return draw


class Wire:
    """tamper(frame, number) gives the frame to deliver, or None to lose it."""

    def __init__(self, keys=(None, None), roles=(EITHER, EITHER), suites=(3, 3), seed="",
                 tamper=lambda frame, number: frame, kinds=(Node, Node)):
        self.nodes = [kinds[n](MACS[n], keys[n], roles[n], suites[n], entropy(f"{seed} {n}"))
                      for n in (0, 1)]
        self.now, self.carried, self._tamper = 0.0, [], tamper

    def step(self):
        self.now += STEP
        for node in self.nodes:
            node.tick(self.now)
        for number, node in enumerate(self.nodes):
            out, node.outbox = node.outbox, []
            for destination, payload in out:
                self.carry(number, destination, payload)

    def carry(self, number, destination, payload):
        self.carried.append(capture.Arrival(self.now, destination, MACS[number], payload))
        payload = self._tamper(payload, len(self.carried))
        if payload is not None:
            self.nodes[1 - number].receive(MACS[number], payload, self.now)

    def run(self, seconds, until=Node.ready):
        """True as soon as something is so of both nodes."""
        for _ in range(round(seconds / STEP)):
            self.step()
            if all(until(node) for node in self.nodes):
                return True
        return False
