"""Noise by hand against the public vector of Noise_IKpsk2_25519_ChaChaPoly_BLAKE2b from the
cacophony project (as shipped with snow, tests/vectors/cacophony.txt), before any of MESHP's own
fields are in it."""
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from meshp.handshake import Transcript
from meshp.keyring import Keyring
from meshp.noise import Symmetric

PSK = bytes.fromhex("54686973206973206d7920417573747269616e20706572737065637469766521")
INITIATOR = bytes.fromhex("e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1")
INITIATOR_E = bytes.fromhex("893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a")
RESPONDER = bytes.fromhex("4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893")
RESPONDER_E = bytes.fromhex("bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b")
FIRST = bytes.fromhex(
    "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944"
    "b6fe0240b839afac809de1630eaf99d8f9b941394f0512c0554633bbb021d151"
    "76135c0a20e7fdb9a9ed066f22f054b47625b1d5061cb27d6a17f053273db7c2"
    "5216a5addc506ee321bc0618feb5849d")
SECOND = bytes.fromhex(
    "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843"
    "8f627e69fc120006f746b9d420bf4056cf8481ab32d9e904ffaeeaa56a5290")
THIRD = bytes.fromhex("07fc0034398a5f1010322be193d62f94bebf2948a20b3e15d681fe")
FOURTH = bytes.fromhex("2ea5400f5b8a16971c8b67bde75aeb7987d454b1c0beeb2566932d")


def transcript(privates):
    """A transcript with the vector's prologue in place of ours."""
    responder = Keyring().add(RESPONDER)
    bare = Transcript(Keyring(privates), PSK, bytes(8), bytes(16), responder)
    bare.noise = Symmetric(b"John Galt")
    bare.noise.mix_hash(responder)
    return bare


def test_initiator_and_responder_write_the_published_messages():
    initiator = transcript([INITIATOR, INITIATOR_E])
    responder = transcript([RESPONDER, RESPONDER_E])
    static, ephemeral = Keyring().add(INITIATOR), Keyring().add(INITIATOR_E)
    sealed = b"".join(initiator.write_first(ephemeral, static, b"Ludwig von Mises"))
    assert ephemeral + sealed == FIRST
    assert responder.read_first(FIRST[:32], FIRST[32:80], FIRST[80:]) == b"Ludwig von Mises"
    answer = Keyring().add(RESPONDER_E)
    assert answer + responder.write_second(answer, b"Murray Rothbard") == SECOND
    assert initiator.read_second(SECOND[:32], SECOND[32:]) == b"Murray Rothbard"
    assert initiator.noise.hash == responder.noise.hash


def test_the_keys_after_it_are_the_published_ones():
    observer = transcript([INITIATOR, INITIATOR_E])
    observer.read_first(FIRST[:32], FIRST[32:80], FIRST[80:])
    observer.read_second(SECOND[:32], SECOND[32:])
    there, back = observer.noise.split()
    assert ChaCha20Poly1305(there).encrypt(bytes(12), b"F. A. Hayek", b"") == THIRD
    assert ChaCha20Poly1305(back).encrypt(bytes(12), b"Carl Menger", b"") == FOURTH
