"""The records that a node knows, its own among them (route.md, section 2): what is taken, who is
connected, and the digest. No rates are kept, for this node is in a test and gone soon."""
import dataclasses

from . import record
from .address import PREFIX, suffix_of
from .layout import require
from .message import BUCKETS

ZONE = 0
MOST_LIFETIME = 10800
MOST_NODES, MOST_WAITING = 2048, 64
WORD, LOW = 2**64, 2**32


@dataclasses.dataclass
class Held:
    fragment: record.Fragment
    hash: int
    until: float


class Database:

    def __init__(self, address, network_key, ledger):
        self.own = suffix_of(address)
        self._network_key, self._ledger = network_key, ledger
        self._nodes, self._gone, self._known = {}, {}, {self.own}
        self._standing = {}
        self.connected, self.sums = {self.own}, [0] * BUCKETS

    def read(self, data):
        fragment = record.read(data)
        require(fragment.head.zone == ZONE, "zone")
        return fragment

    def find(self, key):
        """The newest fragment of that key, or None."""
        held = self._nodes.get(key[0], {}).get(key[1])
        return held and held.fragment

    def certificate_of(self, address):
        """Of a connected node."""
        suffix = suffix_of(address)
        require(suffix in self.connected, "no_route")
        return self.find((suffix, 0)).certificate

    def take(self, fragment, now):
        """Judges another node's fragment that came; the keys of what is to be passed on for it."""
        first = self.find((fragment.head.suffix, 0))
        require(first or fragment.certificate, "record_unknown")
        self._check_newer(fragment, now)
        require(fragment.head.suffix in self._nodes or len(self._nodes) < MOST_NODES,
                "database_full")
        if fragment.certificate:
            require(fragment.certificate.address == fragment.head.address, "certificate")
            self._ledger.take(fragment.certificate)
        identity = (fragment.certificate or first.certificate).identity
        fragment.verify(identity, self._network_key)
        return self.put(fragment, now)

    def _check_newer(self, fragment, now):
        known = self.find(fragment.key)
        if known:
            theirs, ours = ((each.version, each.hash(self._network_key))
                            for each in (fragment, known))
            require(theirs != ours, "record_known")
            require(theirs > ours, "record_old")
        version, until = self._gone.get(fragment.key, (None, now))
        require(now >= until or fragment.version > version, "record_old")

    def put(self, fragment, now):
        """Keeps a fragment that is good; the keys of what is to be passed on for it."""
        suffix, number = fragment.key
        until = now + min(fragment.head.lifetime, MOST_LIFETIME)
        self._nodes.setdefault(suffix, {})[number] = \
            Held(fragment, fragment.hash(self._network_key), until)
        before = self._standing
        self._settle()
        self._forget_waiting()
        return [key for key, held in self._standing.items()
                if key not in before or before[key].hash != held.hash]

    def _forget_waiting(self):
        """Of nodes that never were connected only the youngest stay."""
        waiting = [suffix for suffix in self._nodes if suffix not in self._known]
        for suffix in waiting[:-MOST_WAITING]:
            del self._nodes[suffix]

    def expire(self, now):
        """Others' fragments die; they, and older ones, are not taken for as long again."""
        dead = [held for suffix, kept in self._nodes.items() if suffix != self.own
                for held in kept.values() if now >= held.until]
        for held in dead:
            suffix, number = held.fragment.key
            again = now + min(held.fragment.head.lifetime, MOST_LIFETIME)
            self._gone[suffix, number] = held.fragment.version, again
            del self._nodes[suffix][number]
        if dead:
            self._nodes = {suffix: kept for suffix, kept in self._nodes.items() if kept}
            self._settle()

    def _used(self, suffix):
        kept = self._nodes.get(suffix, {})
        if 0 not in kept:
            return []
        first = kept[0].fragment.head
        return [held for number, held in kept.items()
                if number < first.fragments and held.fragment.head.epoch >= first.epoch]

    def links_of(self, suffix):
        """The entries that count of a node's record, by the neighbour's address."""
        used = sorted((held.fragment for held in self._used(suffix)), key=lambda one: one.key)
        if not used or used[0].head.flags & record.LEAVING:
            return {}
        return {entry.suffix: entry for one in reversed(used) for entry in one.entries}

    def _settle(self):
        """Who is connected: over links that both ends list. Then what the digest is of."""
        links = {suffix: self.links_of(suffix) for suffix in self._nodes}
        reached, edge = {self.own}, [self.own]
        while edge:
            one = edge.pop()
            further = [other for other in links.get(one, ())
                       if other not in reached and one in links.get(other, ())]
            reached.update(further)
            edge += further
        self.connected = reached
        self._known |= reached
        self._standing = {held.fragment.key: held for suffix in reached
                          for held in self._used(suffix)}
        self.sums = [0] * BUCKETS
        for held in self._standing.values():
            bucket = held.fragment.bucket()
            self.sums[bucket] = (self.sums[bucket] + held.hash) % WORD

    @property
    def digest(self):
        return (sum(self.sums) % WORD).to_bytes(8, "big")

    @property
    def addresses(self):
        """Of the connected nodes, this one included."""
        return sorted(PREFIX + suffix for suffix in self.connected)

    def compared(self):
        """The sums as COMPARE has them."""
        return b"".join((one % LOW).to_bytes(4, "big") for one in self.sums)

    def differing(self, compared):
        """The keys of all fragments in buckets whose sum is another there."""
        ours = self.compared()
        return [key for key in self._standing
                if ours[4 * key[0][0]:][:4] != compared[4 * key[0][0]:][:4]]
