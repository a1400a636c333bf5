"""Our own record (route.md, section 6): one fragment, made anew whenever what it says changes, and
what others show us of it."""
from . import record
from .address import address_of
from .layout import require


class OwnRecord:

    def __init__(self, identity, certificate, network_key, epoch, instance):
        self._identity, self._certificate = identity, certificate
        self._network_key, self._start = network_key, (epoch, instance)
        self._sequence = 0

    def make(self, entries, flags):
        """The next fragment."""
        self._sequence += 1
        epoch, instance = self._start
        return record.issue(self._identity, address_of(self._identity.public), self._certificate,
                            entries, self._network_key, epoch=epoch, instance=instance,
                            sequence=self._sequence, flags=flags)

    def heed(self, fragment):
        """One of ours that came from elsewhere. Refused if ours says more, or if somebody else made
        it; else it is of this start and later than ours, which must outdo it."""
        fragment.verify(self._identity.public, self._network_key)
        head = fragment.head
        require(head.epoch >= self._start[0], "record_old")
        require((head.epoch, head.instance) == self._start, "duplicate_node")
        require(head.sequence != self._sequence, "record_known")
        require(head.sequence > self._sequence, "record_old")
        self._sequence = head.sequence
