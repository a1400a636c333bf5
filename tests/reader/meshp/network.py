"""The network key: 32 bytes, or none (None) in an open mesh. Its id stands in HELLO and in
everything signed; where a key must be mixed in and there is none, 32 zeros are."""
from .digest import blake2b, same


def network_id(key):
    return bytes(8) if key is None else blake2b(64, key)


def mixed(key):
    """The 32 bytes that stand for the key in the handshake (psk) and in the keys of section 6."""
    return bytes(32) if key is None else key


def code(key, data):
    """The 16 bytes by which HELLO shows that its sender has the network key."""
    return bytes(16) if key is None else blake2b(128, data, key)


def code_good(key, data, shown):
    return same(code(key, data), shown)
