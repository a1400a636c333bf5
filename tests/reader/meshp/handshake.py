"""The handshake (meshp.md, section 5): Noise_IKpsk2 by hand. One Transcript serves the initiator,
the responder and an observer, because its keyring knows for each exchange one private key of the
two. Judging what was opened (certificate, newness, suite, epoch) is done here too; when to send is
not."""
import copy
import dataclasses

from . import control, cookie
from .address import node_id_of, suffix_of
from .certificate import Certificate
from .layout import Layout, number, octets, part, require
from .network import mixed
from .noise import Symmetric

CHACHA, AES = 0, 1
VERSION = 1
LAST_EPOCH = 2**32 - 1


@dataclasses.dataclass(frozen=True)
class Offer(Layout):
    """The payload of INITIATION."""
    least: int = number(1)
    greatest: int = number(1)
    features: int = number(2)
    suites: int = number(1)
    certificate: Certificate = part(Certificate)
    last_epoch: int = number(4)
    boot_epoch: int = number(4)
    sequence: int = number(4)
    instance: int = number(4)
    link_address: bytes = octets(6)
    interface: int = number(4)


@dataclasses.dataclass(frozen=True)
class Choice(Layout):
    """The payload of RESPONSE."""
    least: int = number(1)
    greatest: int = number(1)
    features: int = number(2)
    suite: int = number(1)
    certificate: Certificate = part(Certificate)
    epoch: int = number(4)
    boot_epoch: int = number(4)
    instance: int = number(4)
    link_address: bytes = octets(6)
    interface: int = number(4)


def prologue(initiator_id, responder_address):
    return b"MESHP" + bytes([VERSION]) + initiator_id + suffix_of(responder_address)


class Transcript:
    """A handshake of the node initiator_id with a responder known by address and session key."""

    def __init__(self, keyring, network_key, initiator_id, responder_address, responder_session):
        self._keyring, self._psk = keyring, mixed(network_key)
        self._network_key = network_key
        self.initiator_id, self.responder_address = initiator_id, responder_address
        self.responder_session = responder_session
        self.initiator_session = self.initiator_ephemeral = None
        self.noise = Symmetric(prologue(initiator_id, responder_address))
        self.noise.mix_hash(responder_session)

    def fork(self):
        """A copy to read an answer with, so that a forged one spoils nothing."""
        other = copy.copy(self)
        other.noise = copy.copy(self.noise)
        return other

    def _mix_exchange(self, one, other):
        self.noise.mix_key(self._keyring.exchange(one, other))

    def _first_tokens(self, ephemeral):
        self.initiator_ephemeral = ephemeral
        self.noise.mix_hash(ephemeral)
        self.noise.mix_key(ephemeral)
        self._mix_exchange(ephemeral, self.responder_session)

    def _second_tokens(self, ephemeral):
        self.noise.mix_hash(ephemeral)
        self.noise.mix_key(ephemeral)
        self._mix_exchange(ephemeral, self.initiator_ephemeral)
        self._mix_exchange(ephemeral, self.initiator_session)
        self.noise.mix_key_and_hash(self._psk)

    def write_first(self, ephemeral, static, payload):
        """The sealed static key and payload of message 1."""
        self._first_tokens(ephemeral)
        self.initiator_session = static
        sealed_static = self.noise.seal(static)
        self._mix_exchange(static, self.responder_session)
        return sealed_static, self.noise.seal(payload)

    def read_first(self, ephemeral, sealed_static, sealed_payload):
        self._first_tokens(ephemeral)
        self.initiator_session = self.noise.open(sealed_static)
        self._mix_exchange(self.initiator_session, self.responder_session)
        return self.noise.open(sealed_payload)

    def write_second(self, ephemeral, payload):
        self._second_tokens(ephemeral)
        return self.noise.seal(payload)

    def read_second(self, ephemeral, sealed_payload):
        self._second_tokens(ephemeral)
        return self.noise.open(sealed_payload)

    def initiate(self, handshake_number, ephemeral, offer, held_cookie=None,
                 hops=control.NEIGHBOUR_HOPS):
        """The INITIATION with its macs; mac2 is zeros without a cookie."""
        static, payload = self.write_first(ephemeral, offer.certificate.session, offer.write())
        header = control.header(control.INITIATION, node_id_of(self.responder_address),
                                self.initiator_id, hops)
        frame = control.Initiation(header, handshake_number, ephemeral, static, payload,
                                   bytes(16), bytes(16))
        frame = cookie.with_mac1(frame, self.responder_session, self._network_key)
        return cookie.with_mac2(frame, held_cookie) if held_cookie else frame

    def read_initiation(self, frame):
        return Offer.read(self.read_first(frame.ephemeral, frame.sealed_static,
                                          frame.sealed_payload))

    def respond(self, handshake_number, ephemeral, choice, hops=control.NEIGHBOUR_HOPS):
        payload = self.write_second(ephemeral, choice.write())
        header = control.header(control.RESPONSE, self.initiator_id,
                                node_id_of(self.responder_address), hops)
        frame = control.Response(header, handshake_number, ephemeral, payload, bytes(16))
        return cookie.with_mac1(frame, self.initiator_session, self._network_key)

    def read_response(self, frame):
        return Choice.read(self.read_second(frame.ephemeral, frame.sealed_payload))


def check_speaker(payload, source_id, link_address):
    """What both payloads must hold, whoever sent them: rules 1 and 4. link_address is None if the
    frame was relayed: then the payload's says nothing of where it came from."""
    require(payload.least <= VERSION <= payload.greatest, "version")
    require(payload.features == 0)
    require(node_id_of(payload.certificate.address) == source_id, "certificate")
    require(link_address in (None, payload.link_address), "source_spoofed")


def check_offer(offer, transcript, link_address, ledger):
    require(offer.certificate.session == transcript.initiator_session, "certificate")
    check_speaker(offer, transcript.initiator_id, link_address)
    require(offer.last_epoch < LAST_EPOCH)
    ledger.take(offer.certificate)


def check_choice(choice, transcript, offer, source_id, link_address, ledger):
    certificate = choice.certificate
    asked = (transcript.responder_address, transcript.responder_session)
    require((certificate.address, certificate.session) == asked, "certificate")
    check_speaker(choice, source_id, link_address)
    ledger.take(certificate)
    require(choice.suite in (CHACHA, AES) and offer.suites >> choice.suite & 1, "suite")


def check_epoch(epoch, last_epoch, confirmed):
    """Rule 6: the epoch of a RESPONSE is a new one, unless the other end, beginning too, made it
    meanwhile; confirmed: the set of keys in use, or None."""
    crossed = confirmed and confirmed.epoch == epoch and not confirmed.ours
    require(epoch > last_epoch or crossed, "handshake_stale")


def choose_suite(offered, own):
    """Rule 5: AES-256-GCM if both can, else ChaCha20-Poly1305."""
    for suite in (AES, CHACHA):
        if offered & own & 1 << suite:
            return suite
    return require(False, "suite")


def next_epoch(one, other):
    return 1 + max(one, other)
