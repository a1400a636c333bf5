"""One who sees all frames and was told some keys. Told a private session key or ephemeral key, it
follows the handshake and derives the traffic keys itself; traffic keys can also be told. What it
opens it seals again, and the bytes must be those it saw."""
import collections
import dataclasses
import ipaddress
import typing

from . import control, frames, message, packet, record, session
from .address import node_id_of
from .certificate import Certificate, Ledger
from .handshake import Transcript
from .hello import Hello
from .keyring import Keyring, MissingKey
from .layout import Refused


@dataclasses.dataclass
class Sight:
    """A frame as far as it could be read: refused is the name it would be counted under, inner what
    was sealed (a payload, a message, an IPv6 packet), opened whether there was a key for it."""
    frame: typing.Any = None
    refused: str = ""
    same: bool = False
    opened: bool = False
    inner: typing.Any = None


@dataclasses.dataclass(frozen=True)
class Way:
    """One direction of a session."""
    source: bytes
    destination: bytes
    key: session.DataKey


class Observer:

    def __init__(self, network_key=None, privates=(), certificates=(), judges=True):
        self._network_key, self._judges = network_key, judges
        self._ledger = Ledger(network_key)
        self._keyring = Keyring(privates)
        self._certificates = collections.defaultdict(list)
        self._asked = {}
        self._identities = {}
        self._ways = collections.defaultdict(list)
        for certificate in certificates:
            self._meet(certificate)

    @classmethod
    def told(cls, keys):
        """An observer who knows what a file of keys says (see README.md). Told nothing, it does not
        judge either, because it does not know which network it looks at."""
        secret = bytes.fromhex(keys.get("network_key", "")) or None
        observer = cls(secret, map(bytes.fromhex, keys.get("private_keys", ())),
                       [Certificate.read(bytes.fromhex(c)) for c in keys.get("certificates", ())],
                       judges=bool(keys))
        for way in keys.get("traffic_keys", ()):
            source, destination = (ipaddress.IPv6Address(way[end]).packed
                                   for end in ("source", "destination"))
            key = session.DataKey(way["suite"], way["epoch"], bytes.fromhex(way["key"]))
            observer.add_way(source, destination, key)
        return observer

    def add_way(self, source, destination, key):
        """The newest way is tried first."""
        ids = node_id_of(source), node_id_of(destination)
        self._ways[ids].insert(0, Way(source, destination, key))

    def _meet(self, certificate):
        known = self._certificates[node_id_of(certificate.address)]
        if certificate not in known:
            known.append(certificate)

    def see(self, payload):
        sight = Sight()
        try:
            sight.frame = frames.read(payload)
            sight.same = sight.frame.write() == payload
            self._look_inside(sight)
        except Refused as refused:
            sight.refused = refused.code
        except MissingKey:
            pass
        return sight

    def _look_inside(self, sight):
        frame = sight.frame
        if isinstance(frame, Hello):
            if self._judges:
                frame.verify(self._network_key)
                self._ledger.take(frame.certificate)
            self._meet(frame.certificate)
        elif isinstance(frame, control.Initiation):
            self._initiation(sight)
        elif isinstance(frame, control.Response):
            self._response(sight)
        elif isinstance(frame, frames.Data):
            self._data(sight)

    def _initiation(self, sight):
        frame, refused = sight.frame, None
        for responder in self._certificates[frame.header.destination]:
            transcript = Transcript(self._keyring, self._network_key, frame.header.source,
                                    responder.address, responder.session)
            try:
                sight.inner = transcript.read_initiation(frame)
            except Refused as reason:
                refused = reason
                continue
            sight.opened = True
            self._meet(sight.inner.certificate)
            self._asked[frame.number] = transcript, sight.inner
            return
        if refused:
            raise refused

    def _response(self, sight):
        if sight.frame.number not in self._asked:
            return
        transcript, offer = self._asked[sight.frame.number]
        transcript = transcript.fork()
        sight.inner = choice = transcript.read_response(sight.frame)
        sight.opened = True
        initiator, responder = offer.certificate.address, choice.certificate.address
        keys = [session.DataKey(choice.suite, choice.epoch, key)
                for key in transcript.noise.split()]
        self.add_way(initiator, responder, keys[0])
        self.add_way(responder, initiator, keys[1])

    def _data(self, sight):
        frame = sight.frame
        frame.check_hops()
        ways = [way for way in self._ways[frame.source, frame.destination]
                if way.key.epoch & 1 == frame.parity]
        for way in ways:
            try:
                next_header, payload = way.key.open(frame)
            except Refused as refused:
                if refused.code == "authentication":
                    continue
                raise
            sight.opened = True
            sight.same &= way.key.seal(frame, next_header, payload) == frame
            if frame.lane == session.CONTROL_LANE:
                message.check_hops(payload, frame.hop_limit)
                self._message(sight, payload)
            else:
                sight.inner = packet.rebuild_all(frame, way.source, way.destination, next_header,
                                                 payload)
            return
        if ways:
            raise Refused("authentication")

    def _message(self, sight, payload):
        sight.inner = message.read(payload)
        sight.same &= sight.inner is None or sight.inner.write() == payload
        if isinstance(sight.inner, message.Records):
            for fragment in sight.inner.fragments:
                sight.same &= self._fragment(fragment).write() == fragment

    def _fragment(self, data):
        """Later fragments can be judged once their node's first was seen."""
        fragment = record.read(data)
        address = fragment.head.address
        if fragment.certificate:
            if self._judges:
                fragment.verify_certificate(self._network_key)
            self._identities[address] = fragment.certificate.identity
            self._meet(fragment.certificate)
        if self._judges and address in self._identities:
            fragment.verify(self._identities[address], self._network_key)
        return fragment
