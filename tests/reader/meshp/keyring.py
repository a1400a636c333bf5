"""Private keys by their public halves. One X25519 exchange needs either of two private keys, so
initiator, responder and an observer who was told some keys all run the same handshake."""
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .layout import Refused


def raw(public):
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


class MissingKey(Exception):
    """Neither private key of an exchange is known."""


class Keyring:

    def __init__(self, privates=()):
        self._keys = {}
        for private in privates:
            self.add(private)

    def add(self, private):
        """Keeps a private X25519 key and returns its public one."""
        key = X25519PrivateKey.from_private_bytes(private)
        public = raw(key.public_key())
        self._keys[public] = key
        return public

    def publics(self):
        return list(self._keys)

    def exchange(self, one, other):
        """The shared secret of two public keys; one of zeros is no secret and refused."""
        if one not in self._keys:
            one, other = other, one
        if one not in self._keys:
            raise MissingKey()
        try:
            return self._keys[one].exchange(X25519PublicKey.from_public_bytes(other))
        except ValueError:
            raise Refused("handshake") from None


class Identity:
    """An Ed25519 key pair of a 32-byte seed."""

    def __init__(self, seed):
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = raw(self._key.public_key())

    def sign(self, data):
        return self._key.sign(data)


def signature_good(public, data, signature):
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
        return True
    except (InvalidSignature, ValueError):
        return False
