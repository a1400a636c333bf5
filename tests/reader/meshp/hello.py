"""HELLO (mesharp.md, section 1): a hint that a node is there. Only its certificate is believed; the
code at the end shows that the sender has the network key."""
import dataclasses

from . import control, network
from .address import node_id_of
from .certificate import Certificate
from .layout import number, octets, part, require

GROUP = bytes.fromhex("334d45534801")


@dataclasses.dataclass(frozen=True)
class Hello(control.Control):
    least: int = number(1)
    greatest: int = number(1)
    features: int = number(2)
    network: bytes = octets(8)
    zone: int = number(4)
    nodes: int = number(2)
    epoch: int = number(4)
    instance: int = number(4)
    interface: int = number(4)
    digest: bytes = octets(8)
    certificate: Certificate = part(Certificate)
    code: bytes = octets(16)

    TYPE = control.HELLO

    def check(self):
        super().check()
        require(not self.relayed, "hop_limit")
        require(self.least <= 1 <= self.greatest, "version")

    def covered(self):
        return self.write()[:-16]

    def verify(self, network_key):
        """Refuses a HELLO of another network, and what only this network's members can have made
        wrong. Whom it is for and whether its certificate is good comes after."""
        require(self.network == network.network_id(network_key), "network")
        require(network.code_good(network_key, self.covered(), self.code), "network")
        require(self.interface != 0)
        require(node_id_of(self.certificate.address) == self.header.source, "certificate")


def announce(certificate, network_key, epoch, instance, interface,
             destination=control.ANY, nodes=1, zone=0, digest=bytes(8)):
    """A HELLO with its code, to the group or to one neighbour's node id."""
    header = control.header(control.HELLO, destination, node_id_of(certificate.address))
    hello = Hello(header, 1, 1, 0, network.network_id(network_key), zone, nodes, epoch, instance,
                  interface, digest, certificate, bytes(16))
    return hello.with_(code=network.code(network_key, hello.covered()))
