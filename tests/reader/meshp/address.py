"""Addresses (meshp.md, section 1): the hash of an identity's public key in beef::/16. The network's
part, be ef, is implied on the wire, so a "suffix" is the 14 bytes after it and a "node id" the
first 8 of those."""
import ipaddress

from .digest import blake2b

PREFIX = b"\xbe\xef"


def address_of(identity):
    return PREFIX + blake2b(256, b"meshp address 1" + identity)[:14]


def suffix_of(address):
    return address[2:]


def node_id_of(address):
    return address[2:10]


def shown(address):
    return str(ipaddress.IPv6Address(address))
