"""A node as small as the text lets it be: one link and one neighbour, and of the timers only HELLO,
INITIATION and probe. It is fed frames and the time and leaves frames to be sent in outbox; it draws
no randomness but from entropy and does no input or output, so two can be run against each other in
a test."""
import collections
import dataclasses
import os

from . import control, cookie, frames, handshake, packet, probe, session
from .address import address_of, node_id_of
from .certificate import Ledger, issue
from .hello import GROUP, Hello, announce
from .keyring import Identity, Keyring
from .layout import Refused, require

EITHER, INITIATOR, RESPONDER = "either", "initiator", "responder"
INTERFACE = 1
HELLO_FIRST, HELLO_LAST = 0.25, 64
RETRY_FIRST, RETRY_LAST = 0.25, 5
PROBE_FIRST, PROBE_LAST = 0.075, 1
SEQUENCES_A_SECOND, ECHOES = 16, 8
LOWER_WAITS, HIGHER_WAITS = 0.02, 0.3


@dataclasses.dataclass
class Attempt:
    """An INITIATION of ours that was not answered yet."""
    transcript: handshake.Transcript
    offer: handshake.Offer
    frame: control.Initiation


class Peer:
    """The neighbour and what is held with it."""

    def __init__(self, certificate, link_address):
        self.certificate, self.link_address = certificate, link_address
        self.address = certificate.address
        self.confirmed = self.previous = self.unconfirmed = self.attempt = self.cookie = None
        self.initiate_at, self.retry = None, RETRY_FIRST
        self.last_epoch, self.newest = 0, None
        self.record, self.best_echo = probe.Record(), 0
        self.sent, self.sent_at = 0, 0
        self.probe_at, self.probe_interval = None, PROBE_FIRST
        self.proven = self.answered = False

    @property
    def id(self):
        return node_id_of(self.address)

    def proves(self, echo):
        """True if it is of our last probe, or of one of our last 8 and the greatest so far."""
        one_of_them = self.best_echo < echo <= self.sent and echo > self.sent - ECHOES
        return one_of_them or 0 < echo == self.sent

    def held(self):
        """The sets of keys in the order in which they are tried."""
        return [keys for keys in (self.confirmed, self.previous, self.unconfirmed) if keys]

    def confirm(self, keys, own_address):
        """Two sets are ordered by epoch, sets of one epoch by the address of who began."""
        def rank(one):
            beginner = own_address if one.ours else self.address
            return one.epoch, [-byte for byte in beginner]
        if keys is self.unconfirmed:
            self.unconfirmed = None
        if self.confirmed:
            self.previous, self.confirmed = sorted((self.confirmed, keys), key=rank)
        else:
            self.confirmed = keys
        self.last_epoch = max(self.last_epoch, keys.epoch)


class Node:

    def __init__(self, link_address, network_key=None, role=EITHER, suites=3, entropy=os.urandom,
                 now=0):
        self.link_address, self.network_key, self.role = link_address, network_key, role
        self.suites, self.entropy = suites, entropy
        self.privates = [entropy(32)]
        self.keyring = Keyring(self.privates)
        identity = Identity(entropy(32))
        self.address = address_of(identity.public)
        self.epoch = self.sequence = 1
        self.certificate = issue(identity, self.keyring.publics()[0], self.epoch, network_key)
        self.instance = int.from_bytes(entropy(4), "big")
        self.ledger = Ledger(network_key)
        self.peer = None
        self.outbox, self.events, self.packets = [], [], []
        self.refused = collections.Counter()
        self.roles = set()
        self.started = self._hello_at = now
        self._hello_interval = HELLO_FIRST

    @property
    def id(self):
        return node_id_of(self.address)

    def ready(self):
        """The neighbour can forward to us and we to it, by a handshake of the role wanted."""
        wanted = self.roles if self.role == EITHER else self.roles & {self.role}
        return bool(wanted) and self.peer.proven and self.peer.answered

    def send_packet(self, ipv6):
        """Seals an IPv6 packet for the neighbour, whatever its destination."""
        next_header, payload = ipv6[6], ipv6[packet.HEADER:]
        traffic = int.from_bytes(ipv6[:2], "big") >> 4 & 0xff
        self._seal(next_header, payload, packet.lane_of(ipv6), hop_limit=ipv6[7],
                   dscp=traffic >> 2, ecn=traffic & 3)

    def receive(self, source, data, now):
        """One frame from a link address."""
        handlers = {Hello: self._hello, control.Initiation: self._initiation,
                    control.Response: self._response, control.Cookie: self._cookie}
        try:
            frame = frames.read(data)
            handlers.get(type(frame), self._data)(frame, source, now)
        except Refused as refused:
            self.refused[refused.code] += 1

    def tick(self, now):
        """Whatever is due."""
        if now >= self._hello_at:
            self._send(GROUP, announce(self.certificate, self.network_key, self.epoch,
                                       self.instance, INTERFACE))
            self._hello_at = now + self._hello_interval
            self._hello_interval = min(2 * self._hello_interval, HELLO_LAST)
        peer = self.peer
        if peer and peer.initiate_at is not None and now >= peer.initiate_at:
            self._initiate(now)
        if peer and peer.probe_at is not None and now >= peer.probe_at:
            self._ask(now)

    def _send(self, link_address, frame):
        self.outbox.append((link_address, frame.write()))

    def _fresh_key(self):
        self.privates.append(self.entropy(32))
        return self.keyring.add(self.privates[-1])

    def _hello(self, frame, source, now):
        frame.verify(self.network_key)
        require(frame.header.destination in (control.ANY, self.id), "not_for_us")
        if frame.certificate.address == self.address:
            raise Refused("own" if frame.instance == self.instance else "duplicate_node")
        self.ledger.take(frame.certificate)
        self._meet(frame.certificate, source, now)

    def _meet(self, certificate, source, now):
        if self.peer is None:
            self.peer = Peer(certificate, source)
            self.events.append("heard")
            if self.role != RESPONDER:
                waits = self.role == EITHER and self.address > self.peer.address
                delay = self.entropy(1)[0] / 255 * LOWER_WAITS if self.role == EITHER else 0
                self.peer.initiate_at = now + delay + waits * HIGHER_WAITS
        require(self.peer.address == certificate.address, "neighbours_full")

    def _initiate(self, now):
        peer = self.peer
        transcript = handshake.Transcript(self.keyring, self.network_key, self.id, peer.address,
                                          peer.certificate.session)
        offer = handshake.Offer(1, 1, 0, self.suites, self.certificate, peer.last_epoch, self.epoch,
                                self.sequence, self.instance, self.link_address, INTERFACE)
        number = int.from_bytes(self.entropy(8), "big")
        frame = transcript.initiate(number, self._fresh_key(), offer, peer.cookie)
        peer.attempt = Attempt(transcript, offer, frame)
        self.sequence += 1
        peer.initiate_at, peer.retry = now + peer.retry, min(2 * peer.retry, RETRY_LAST)
        self._send(peer.link_address, frame)

    def _initiation(self, frame, source, now):
        require(frame.header.destination == self.id, "not_for_us")
        cookie.check_mac1(frame, self.certificate.session, self.network_key)
        transcript = handshake.Transcript(self.keyring, self.network_key, frame.header.source,
                                          self.address, self.certificate.session)
        offer = transcript.read_initiation(frame)
        handshake.check_offer(offer, transcript, source, self.ledger)
        self._meet(offer.certificate, source, now)
        peer, newness = self.peer, (offer.boot_epoch, offer.sequence)
        require(not peer.held() or not peer.newest or newness > peer.newest, "handshake_stale")
        peer.newest = newness
        suite = handshake.choose_suite(offer.suites, self.suites)
        epoch = handshake.next_epoch(offer.last_epoch, peer.last_epoch)
        choice = handshake.Choice(1, 1, 0, suite, self.certificate, epoch, self.epoch,
                                  self.instance, self.link_address, INTERFACE)
        self._send(source, transcript.respond(frame.number, self._fresh_key(), choice))
        theirs, ours = transcript.noise.split()
        peer.unconfirmed = session.Session(suite, epoch, ours, theirs, ours=False)
        if peer.initiate_at is not None and self.role == EITHER:
            peer.initiate_at = now + HIGHER_WAITS

    def _attempt(self, frame):
        """The attempt of ours that a frame answers."""
        attempt = self.peer and self.peer.attempt
        require(attempt and frame.number == attempt.frame.number, "handshake_unasked")
        return attempt

    def _response(self, frame, source, now):
        require(frame.header.destination == self.id, "not_for_us")
        cookie.check_mac1(frame, self.certificate.session, self.network_key)
        attempt = self._attempt(frame)
        transcript = attempt.transcript.fork()
        choice = transcript.read_response(frame)
        handshake.check_choice(choice, transcript, attempt.offer, frame.header.source, source,
                               self.ledger)
        handshake.check_epoch(choice.epoch, self.peer.last_epoch, self.peer.confirmed)
        ours, theirs = transcript.noise.split()
        keys = session.Session(choice.suite, choice.epoch, ours, theirs, ours=True)
        self.peer.confirm(keys, self.address)
        self.peer.attempt = self.peer.initiate_at = None
        self._seal(session.CONTROL, b"", session.CONTROL_LANE, keys=keys)
        self._usable(keys, now)

    def _cookie(self, frame, source, now):
        require(frame.header.destination == self.id, "not_for_us")
        attempt = self._attempt(frame)
        self.peer.cookie = cookie.accept(frame, attempt.frame, attempt.transcript.responder_session,
                                         self.network_key)

    def _usable(self, keys, now):
        role = INITIATOR if keys.ours else RESPONDER
        self.roles.add(role)
        self.events.append(f"handshake as {role}: epoch {keys.epoch}, {session.NAMES[keys.suite]}")
        if self.peer.probe_at is None:
            self.peer.probe_at = now

    def _seal(self, next_header, payload, lane, hop_limit=control.NEIGHBOUR_HOPS, dscp=0, ecn=0,
              keys=None):
        peer = self.peer
        form = frames.data_form(len(payload), peer.address, self.address, lane=lane, parity=0,
                                partial=0, hop_limit=hop_limit, dscp=dscp, ecn=ecn, counter=0)
        self._send(peer.link_address, (keys or peer.confirmed).seal(form, next_header, payload))

    def _data(self, frame, source, now):
        require(frame.destination == self.id, "not_for_us")
        require(self.peer and self.peer.id == frame.source, "no_session")
        next_header, payload = self._open(frame, now)
        if frame.lane == session.CONTROL_LANE:
            said = probe.read(payload)
            if said:
                self._probed(said, source, now)
            return
        ipv6 = packet.rebuild(frame, self.peer.address, self.address, next_header, payload)
        self.packets.append(ipv6)
        asked = packet.read_echo(ipv6)
        if asked and asked[0] == packet.ECHO_REQUEST and self.peer.confirmed:
            answer = packet.echo(packet.ECHO_REPLY, *asked[1:])
            self.send_packet(packet.icmp(self.address, self.peer.address, answer))

    def _open(self, frame, now):
        peer, reason = self.peer, Refused("no_session")
        for keys in (keys for keys in peer.held() if keys.epoch & 1 == frame.parity):
            try:
                content = keys.open(frame)
            except Refused as refused:
                reason = refused
                continue
            if keys is peer.unconfirmed:
                peer.confirm(keys, self.address)
                if self.role != INITIATOR:
                    peer.initiate_at = peer.attempt = None
                self._usable(keys, now)
            return content
        raise reason

    def _probe(self, flags, now):
        peer = self.peer
        peer.sent = peer.sent + 1 if peer.sent else \
            1 + SEQUENCES_A_SECOND * int(now - self.started)
        peer.sent_at = now
        said = probe.Probe(probe.PROBE, flags, peer.sent, peer.record.last,
                           peer.record.delay(now), peer.record.heard, self.instance,
                           self.link_address, INTERFACE, bytes(8), 1)
        self._seal(session.CONTROL, said.write(), session.CONTROL_LANE)

    def _ask(self, now):
        self._probe(probe.ASK, now)
        self.peer.probe_at = now + self.peer.probe_interval
        self.peer.probe_interval = min(2 * self.peer.probe_interval, PROBE_LAST)

    def _probed(self, said, source, now):
        peer = self.peer
        require(said.link_address == source, "source_spoofed")
        peer.record.take(said, now)
        if peer.proves(said.echo):
            peer.best_echo, peer.probe_at = max(said.echo, peer.best_echo), now + PROBE_LAST
            if not peer.proven:
                peer.proven, peer.probe_interval = True, PROBE_LAST
                self.events.append("proven")
        if said.asks and said.echo != peer.sent and now - peer.sent_at > PROBE_FIRST:
            peer.probe_at = now
        if said.asks and peer.confirmed:
            self._probe(0, now)
            peer.answered = True
