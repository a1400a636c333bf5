"""The symmetric half of Noise revision 34 (section 5 there) for 25519, ChaChaPoly and BLAKE2b. HKDF
is HMAC over BLAKE2b-512 as Noise defines it, not BLAKE2b's own keyed mode; keys are the first 32 of
64 bytes."""
import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from .layout import Refused

NAME = b"Noise_IKpsk2_25519_ChaChaPoly_BLAKE2b"


def hkdf(chaining_key, material, count):
    secret = hmac.digest(chaining_key, material, "blake2b")
    outputs, last = [], b""
    for index in range(1, count + 1):
        last = hmac.digest(secret, last + bytes([index]), "blake2b")
        outputs.append(last)
    return outputs


class Symmetric:

    def __init__(self, prologue):
        self.hash = self.chaining_key = NAME.ljust(64, b"\0")
        self.key, self.nonce = None, 0
        self.mix_hash(prologue)

    def mix_hash(self, data):
        self.hash = hashlib.blake2b(self.hash + data).digest()

    def mix_key(self, material):
        self.chaining_key, key = hkdf(self.chaining_key, material, 2)
        self.key, self.nonce = key[:32], 0

    def mix_key_and_hash(self, material):
        self.chaining_key, mixed, key = hkdf(self.chaining_key, material, 3)
        self.mix_hash(mixed)
        self.key, self.nonce = key[:32], 0

    def _nonce(self):
        self.nonce += 1
        return bytes(4) + (self.nonce - 1).to_bytes(8, "little")

    def seal(self, plain):
        sealed = ChaCha20Poly1305(self.key).encrypt(self._nonce(), plain, self.hash)
        self.mix_hash(sealed)
        return sealed

    def open(self, sealed):
        try:
            plain = ChaCha20Poly1305(self.key).decrypt(self._nonce(), sealed, self.hash)
        except InvalidTag:
            raise Refused("handshake") from None
        self.mix_hash(sealed)
        return plain

    def split(self):
        """The initiator's sending key and the responder's."""
        return tuple(key[:32] for key in hkdf(self.chaining_key, b"", 2))
