"""Keys of a session: one per direction, of one epoch and suite. A DataKey seals and opens data
frames of both forms (meshp.md, sections 2 and 3); a Session adds the counters and replay windows of
its lanes."""
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from . import bundle
from .frames import TAG, Compact
from .layout import Refused, require

SUITES = ChaCha20Poly1305, AESGCM
NAMES = "ChaCha20-Poly1305", "AES-256-GCM"
CONTROL, BUNDLE, TCP, UDP = 253, bundle.NEXT_HEADER, 6, 17
CHECKSUMMED = {TCP: 20, UDP: 8}
CONTROL_LANE = 0
WINDOW = 1024
LAST_COUNTER = 2**32 - 1


def check_content(frame, next_header, payload):
    """What the sealed part may hold, given the part that is not sealed."""
    require((frame.lane == CONTROL_LANE) == (next_header == CONTROL), "lane")
    require(frame.lane == CONTROL_LANE or frame.hop_limit > 0, "inner")
    if next_header != BUNDLE:
        check_checksum(next_header, payload, frame.partial)
        return
    require(isinstance(frame, Compact), "inner")
    require(not frame.partial, "checksum_partial")
    for one in bundle.read(payload):
        require(one.next_header != CONTROL, "lane")
        require(one.next_header != BUNDLE, "inner")
        check_checksum(one.next_header, one.payload, one.partial)


def check_checksum(next_header, payload, partial):
    least = CHECKSUMMED.get(next_header)
    require(not partial or least and len(payload) >= least, "checksum_partial")


class DataKey:

    def __init__(self, suite, epoch, key):
        self.suite, self.epoch, self.key = suite, epoch, key
        self._cipher = SUITES[suite](key)

    def seal(self, frame, next_header, payload):
        """The frame with its sealed part; its parity is that of this key's epoch."""
        plain = bytes([next_header]) + payload
        frame = frame.with_(parity=self.epoch & 1, sealed=bytes(len(plain) + TAG))
        return frame.with_(sealed=self._cipher.encrypt(frame.nonce(), plain, frame.associated()))

    def open(self, frame):
        """Next header and payload."""
        try:
            plain = self._cipher.decrypt(frame.nonce(), frame.sealed, frame.associated())
        except InvalidTag:
            raise Refused("authentication") from None
        next_header, payload = plain[0], plain[1:]
        check_content(frame, next_header, payload)
        return next_header, payload


class Window:
    """The greatest counter opened and the 1,023 before it."""

    def __init__(self):
        self._greatest, self._seen = -1, set()

    def check(self, counter):
        fresh = counter > self._greatest - WINDOW and counter not in self._seen
        require(fresh, "replay")

    def move(self, counter):
        self._greatest = max(self._greatest, counter)
        self._seen = {seen for seen in self._seen if seen > self._greatest - WINDOW} | {counter}


class Session:
    """One set of keys. ours: whether we began the handshake that made it."""

    def __init__(self, suite, epoch, sending, receiving, ours):
        self.epoch, self.suite, self.ours = epoch, suite, ours
        self.sending = DataKey(suite, epoch, sending)
        self.receiving = DataKey(suite, epoch, receiving)
        self._counters = [0] * 8
        self._windows = [Window() for _ in range(8)]

    def seal(self, frame, next_header, payload):
        counter = self._counters[frame.lane]
        require(counter < LAST_COUNTER, "exhausted")
        self._counters[frame.lane] += 1
        return self.sending.seal(frame.with_(counter=counter), next_header, payload)

    def open(self, frame):
        window = self._windows[frame.lane]
        window.check(frame.counter)
        content = self.receiving.open(frame)
        window.move(frame.counter)
        return content
