"""A fragment of a record (route.md, section 1): who a node is, and which nodes it is FULL with,
signed. Fragment 0 has the certificate, and TLVs, which are kept as they came."""
import dataclasses
import typing

from . import cost, keyring
from .address import PREFIX, suffix_of
from .certificate import Certificate, signed_bytes
from .digest import blake2b
from .layout import Layout, number, octets, require
from .network import network_id

LEAVING, NO_TRANSIT, GATEWAY, STUB = 1, 2, 4, 8
UNKNOWN, WIRE, RADIO = 0, 1, 2
MOST_BYTES, MOST_FRAGMENTS = 1150, 16
VERSION = 1
SIGNATURE = 64


@dataclasses.dataclass(frozen=True)
class Entry(Layout):
    """A neighbour; its address is without be ef."""
    suffix: bytes = octets(14)
    cost: int = number(2)
    mtu: int = number(2)
    quality: int = number(1)
    medium: int = number(1)

    def check(self):
        require(cost.is_code(self.cost) and self.mtu >= 1280 and self.quality > 0)

    @property
    def address(self):
        return PREFIX + self.suffix


@dataclasses.dataclass(frozen=True)
class Head(Layout):
    least: int = number(1)
    greatest: int = number(1)
    features: int = number(2)
    flags: int = number(1)
    fragment: int = number(1)
    fragments: int = number(1)
    entries: int = number(1)
    zone: int = number(4)
    epoch: int = number(4)
    instance: int = number(4)
    sequence: int = number(4)
    lifetime: int = number(2)
    suffix: bytes = octets(14)

    def check(self):
        require(self.features == 0 and self.flags < 16)
        require(self.fragment < self.fragments <= MOST_FRAGMENTS)
        require(self.sequence > 0 and self.lifetime > 0)

    @property
    def address(self):
        return PREFIX + self.suffix


def check_tlvs(data):
    while data:
        require(len(data) >= 2 and len(data) >= 2 + data[1])
        data = data[2 + data[1]:]


@dataclasses.dataclass(frozen=True)
class Fragment:
    """certificate is None, and tlvs are empty, in fragments other than 0."""
    head: Head
    certificate: typing.Optional[Certificate]
    entries: tuple
    tlvs: bytes
    signature: bytes

    def covered(self):
        certificate = self.certificate.write() if self.certificate else b""
        return self.head.write() + certificate + b"".join(e.write() for e in self.entries) \
            + self.tlvs

    def write(self):
        return self.covered() + self.signature

    def signed(self, network_key):
        return signed_bytes(b"meshp record 1", network_key, 1, self.covered())

    def with_(self, **changes):
        return dataclasses.replace(self, **changes)

    def verify_certificate(self, network_key):
        """Of a fragment 0: that its certificate is good, and the node's."""
        require(self.certificate.address == self.head.address, "certificate")
        self.certificate.verify(network_key)

    def verify(self, identity, network_key):
        """identity: the node's public key, as the certificate in its fragment 0 has it."""
        good = keyring.signature_good(identity, self.signed(network_key), self.signature)
        require(good, "record")

    @property
    def key(self):
        """Which fragment of which node it is."""
        return self.head.suffix, self.head.fragment

    @property
    def version(self):
        """The greater is the newer."""
        return self.head.epoch, self.head.sequence

    def hash(self, network_key):
        """What counts in digests."""
        return int.from_bytes(blake2b(64, self.write(), network_id(network_key)), "big")

    def bucket(self):
        return self.head.suffix[0]


def read(data):
    require(2 <= len(data) <= MOST_BYTES and data[0] <= data[1])
    require(data[0] <= VERSION <= data[1], "version")
    require(len(data) >= Head.size() + SIGNATURE)
    head, at = Head.read(data[:Head.size()]), Head.size()
    body, signature = data[at:-SIGNATURE], data[-SIGNATURE:]
    certificate = None
    if head.fragment == 0:
        certificate = Certificate.read(body[:Certificate.size()])
        body = body[Certificate.size():]
    rows, tlvs = body[:head.entries * Entry.size()], body[head.entries * Entry.size():]
    entries = tuple(Entry.read(rows[i * Entry.size():(i + 1) * Entry.size()])
                    for i in range(head.entries))
    require(all(one.suffix < next_.suffix for one, next_ in zip(entries, entries[1:])))
    require(head.fragment == 0 or not tlvs)
    check_tlvs(tlvs)
    return Fragment(head, certificate, entries, tlvs, signature)


def issue(identity, address, certificate, entries, network_key, tlvs=b"", **fields):
    """A fragment signed by an Identity; fields are those of the head that are not usual."""
    usual = {"least": 1, "greatest": 1, "features": 0, "flags": 0, "fragment": 0, "fragments": 1,
             "entries": len(entries), "zone": 0, "epoch": 1, "instance": 1, "sequence": 1,
             "lifetime": 10800, "suffix": suffix_of(address)}
    blank = Fragment(Head(**{**usual, **fields}), certificate, tuple(entries), tlvs, b"")
    return blank.with_(signature=identity.sign(blank.signed(network_key)))
