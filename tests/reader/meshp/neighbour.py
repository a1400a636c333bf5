"""The one neighbour and its link (mesharp.md, sections 2 and 3): the states of an adjacency that a
node without loss or silence goes through, and its probes."""
from . import probe

HEARD, ONEWAY, SYNC, FULL = "heard", "oneway", "sync", "full"
PROBE_FIRST, PROBE_LAST = 0.075, 1
SEQUENCES_A_SECOND, ECHOES = 16, 8
SMOOTHING, LONGEST_DELAY = 8, 10**6


class Neighbour:

    def __init__(self, peer, link_address):
        self.peer, self.link_address, self.state = peer, link_address, HEARD
        self.record, self.best_echo, self.sent = probe.Record(), 0, 0
        self.srtt, self.digest = None, None
        self.probe_at, self._interval = None, PROBE_FIRST
        self._sent_at = {}
        self.exchange = None

    def adjacent(self):
        """Records are exchanged."""
        return self.state in (SYNC, FULL)

    def usable(self, now):
        """There is a session."""
        if self.state == HEARD:
            self.state, self.probe_at = ONEWAY, now

    def proves(self, echo):
        """True if it is of our last probe, or of one of our last 8 and the greatest so far."""
        one_of_them = self.best_echo < echo <= self.sent and echo > self.sent - ECHOES
        return one_of_them or 0 < echo == self.sent

    def ask(self, now):
        """A question is sent now."""
        self.probe_at = now + self._interval
        self._interval = min(2 * self._interval, PROBE_LAST)

    def next_probe(self, age, now):
        """Sequence, echo, delay and heard of the next probe; age: of our node, in s."""
        self.sent = self.sent + 1 if self.sent else 1 + SEQUENCES_A_SECOND * int(age)
        self._sent_at[self.sent] = now
        self._sent_at.pop(self.sent - ECHOES, None)
        return self.sent, self.record.last, self.record.delay(now), self.record.heard

    def hear(self, said, now):
        """Takes a probe; True if the adjacency reaches SYNC by it."""
        restarted = self.record.instance not in (None, said.instance)
        self.record.take(said, now)
        self.digest = said.digest
        if restarted:
            self.state, self.probe_at, self._interval = ONEWAY, now, PROBE_FIRST
        proven = self.proves(said.echo)
        if proven:
            self._measure(said, now)
            self.best_echo = max(said.echo, self.best_echo)
            self.probe_at, self._interval = now + PROBE_LAST, PROBE_LAST
        if said.asks and said.echo != self.sent and \
                now - self._sent_at.get(self.sent, now) > PROBE_FIRST:
            self.probe_at = now
        return proven and not self.adjacent()

    def _measure(self, said, now):
        if said.delay > LONGEST_DELAY or said.echo not in self._sent_at:
            return
        took = max(0, now - self._sent_at[said.echo] - said.delay / 1e6)
        self.srtt = took if self.srtt is None else self.srtt + (took - self.srtt) / SMOOTHING
