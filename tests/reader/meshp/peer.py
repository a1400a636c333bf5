"""A node with whom keys are shared, or soon will be (meshp.md, section 5): a neighbour or, over
relays, any other."""
import dataclasses

from . import control, handshake
from .address import node_id_of

RETRY_FIRST = 0.25


@dataclasses.dataclass
class Attempt:
    """An INITIATION of ours that was not answered yet."""
    transcript: handshake.Transcript
    offer: handshake.Offer
    frame: control.Initiation


class Peer:

    def __init__(self, certificate):
        self.certificate, self.address = certificate, certificate.address
        self.confirmed = self.previous = self.unconfirmed = self.attempt = self.cookie = None
        self.initiate_at, self.retry = None, RETRY_FIRST
        self.last_epoch, self.newest = 0, None

    @property
    def id(self):
        return node_id_of(self.address)

    def held(self):
        """The sets of keys in the order in which they are tried."""
        return [keys for keys in (self.confirmed, self.previous, self.unconfirmed) if keys]

    def confirm(self, keys, own_address):
        """Two sets are ordered by epoch, sets of one epoch by the address of who began."""
        def rank(one):
            beginner = own_address if one.ours else self.address
            return one.epoch, [-byte for byte in beginner]
        if keys is self.unconfirmed:
            self.unconfirmed = None
        if self.confirmed:
            self.previous, self.confirmed = sorted((self.confirmed, keys), key=rank)
        else:
            self.confirmed = keys
        self.last_epoch = max(self.last_epoch, keys.epoch)
