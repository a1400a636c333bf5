"""The certificate (meshp.md, section 1) ties a session key to an identity for one network. A Ledger
remembers the highest generation of each identity and takes nothing older, nor another certificate
of the same generation."""
import dataclasses

from . import keyring
from .address import address_of
from .layout import Layout, number, octets, require
from .network import network_id


def signed_bytes(context, network_key, kind, message):
    return context + b"\0" + network_id(network_key) + bytes([kind]) + message


@dataclasses.dataclass(frozen=True)
class Certificate(Layout):
    identity: bytes = octets(32)
    session: bytes = octets(32)
    generation: int = number(4)
    signature: bytes = octets(64)

    @property
    def address(self):
        return address_of(self.identity)

    def signed(self, network_key):
        return signed_bytes(b"meshp certificate", network_key, 1, self.write()[:68])

    def verify(self, network_key):
        good = keyring.signature_good(self.identity, self.signed(network_key), self.signature)
        require(good, "certificate")


def issue(identity, session, generation, network_key):
    """The certificate of an Identity for a public session key."""
    blank = Certificate(identity.public, session, generation, bytes(64))
    return blank.with_(signature=identity.sign(blank.signed(network_key)))


class Ledger:

    def __init__(self, network_key):
        self._network_key = network_key
        self._newest = {}

    def take(self, certificate):
        newest = self._newest.get(certificate.identity)
        if newest == certificate:
            return
        require(newest is None or certificate.generation > newest.generation, "certificate_old")
        certificate.verify(self._network_key)
        self._newest[certificate.identity] = certificate
