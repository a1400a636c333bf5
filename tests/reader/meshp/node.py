"""A node as small as the text lets it be: one link, one neighbour, which is the way to everybody
else, and of the timers only HELLO, INITIATION, probe and what records need. It is fed frames and
the time and leaves frames to be sent in outbox; it draws no randomness but from entropy and does no
input or output, so two can be run against each other in a test."""
import collections
import itertools
import os

from . import (control, cookie, cost, frames, handshake, hint, message, packet, probe, record,
               session, trace)
from .address import address_of, node_id_of, suffix_of
from .certificate import Ledger, issue
from .database import Database
from .error import Error
from .exchange import Exchange
from .hello import GROUP, Hello, announce
from .keyring import Identity, Keyring
from .layout import Refused, require
from .neighbour import FULL, SYNC, Neighbour
from .own_record import OwnRecord
from .peer import Attempt, Peer

EITHER, INITIATOR, RESPONDER = "either", "initiator", "responder"
INTERFACE, NOWHERE = 1, 0
HELLO_FIRST, HELLO_LAST = 0.25, 64
RETRY_LAST = 5
LOWER_WAITS, HIGHER_WAITS = 0.02, 0.3
MOST_PEERS = 16
WHOLE_QUALITY = 255
MANY_NODES = 65535


class Node:

    def __init__(self, link_address, network_key=None, role=EITHER, suites=3, entropy=os.urandom,
                 now=0, mtu=1500):
        self.link_address, self.network_key, self.role = link_address, network_key, role
        self.suites, self.entropy, self.mtu = suites, entropy, mtu
        self.privates = [entropy(32)]
        self.keyring = Keyring(self.privates)
        self.identity = Identity(entropy(32))
        self.address = address_of(self.identity.public)
        self.epoch = self.sequence = 1
        self.certificate = issue(self.identity, self.keyring.publics()[0], self.epoch, network_key)
        self.instance = int.from_bytes(entropy(4), "big")
        self.ledger = Ledger(network_key)
        self.database = Database(self.address, network_key, self.ledger)
        self.peers, self.neighbour = {}, None
        self.outbox, self.events, self.packets = [], [], []
        self.refused = collections.Counter()
        self.roles = set()
        self.started = self._hello_at = now
        self._hello_interval = HELLO_FIRST
        self._record_numbers = itertools.count(1)
        self._own_record = OwnRecord(self.identity, self.certificate, network_key, self.epoch,
                                     self.instance)
        self._renew(now)

    @property
    def id(self):
        return node_id_of(self.address)

    @property
    def peer(self):
        """The neighbour as the other end of a session, or None."""
        return self.neighbour and self.neighbour.peer

    def ready(self):
        """Either end says that it is FULL with the other, by a handshake of the role wanted."""
        wanted = self.roles if self.role == EITHER else self.roles & {self.role}
        full = self.neighbour and self.neighbour.state == FULL
        return bool(wanted and full and suffix_of(self.peer.address) in self.database.connected)

    def level(self):
        """The neighbour's database has the digest of ours."""
        return bool(self.neighbour and self.neighbour.digest == self.database.digest)

    def reach(self, address, now):
        """Begins to talk to a node of the database, over relays if it is not the neighbour."""
        peer = self._acquaint(self.database.certificate_of(address))
        if not peer.confirmed:
            peer.initiate_at = now

    def leave(self, now):
        """Says that this node goes."""
        self._renew(now, record.NO_TRANSIT | record.LEAVING)

    def send_packet(self, ipv6):
        """Seals an IPv6 packet for the node of its destination, with whom a key is held."""
        peer = self.peers[node_id_of(ipv6[24:packet.HEADER])]
        next_header, payload = ipv6[6], ipv6[packet.HEADER:]
        traffic = int.from_bytes(ipv6[:2], "big") >> 4 & 0xff
        self._seal(peer, next_header, payload, packet.lane_of(ipv6), hop_limit=ipv6[7],
                   dscp=traffic >> 2, ecn=traffic & 3)

    def receive(self, source, data, now):
        """One frame from a link address."""
        handlers = {Hello: self._hello, control.Initiation: self._initiation,
                    control.Response: self._response, control.Cookie: self._cookie,
                    Error: self._error}
        try:
            frame = frames.read(data)
            twins = isinstance(frame, frames.Addressed) and frame.to != suffix_of(self.address)
            if twins or (frame.destination != self.id and not isinstance(frame, Hello)):
                self._relay(frame, source)
            frame = frame.frame if isinstance(frame, frames.Addressed) else frame
            handlers.get(type(frame), self._data)(frame, source, now)
        except Refused as refused:
            self.refused[refused.code] += 1

    def tick(self, now):
        """Whatever is due."""
        if now >= self._hello_at:
            self._send(GROUP, announce(self.certificate, self.network_key, self.epoch,
                                       self.instance, INTERFACE, nodes=self._nodes(),
                                       digest=self.database.digest))
            self._hello_at = now + self._hello_interval
            self._hello_interval = min(2 * self._hello_interval, HELLO_LAST)
        for peer in self.peers.values():
            if peer.initiate_at is not None and now >= peer.initiate_at:
                self._initiate(peer, now)
        self.database.expire(now)
        if self.neighbour:
            self._tick_neighbour(self.neighbour, now)

    def _tick_neighbour(self, neighbour, now):
        if neighbour.probe_at is not None and now >= neighbour.probe_at:
            self._probe(probe.ASK, now)
            neighbour.ask(now)
        if not neighbour.adjacent():
            return
        neighbour.exchange.tick(now)
        if neighbour.state == SYNC and neighbour.exchange.level():
            neighbour.state = FULL
            self.events.append("full")
            self._renew(now)

    def _nodes(self):
        return min(len(self.database.connected), MANY_NODES)

    def _send(self, link_address, frame):
        self.outbox.append((link_address, frame.write()))

    def _fresh_key(self):
        self.privates.append(self.entropy(32))
        return self.keyring.add(self.privates[-1])

    def _acquaint(self, certificate):
        """What is or will be held with a node."""
        peer = self.peers.get(node_id_of(certificate.address))
        if peer is None:
            require(len(self.peers) < MOST_PEERS, "peers_full")
            peer = Peer(certificate)
            self.peers[peer.id] = peer
        require(peer.address == certificate.address, "id_conflict")
        peer.certificate = certificate
        return peer

    def _next_hop(self):
        require(self.neighbour, "no_route")
        return self.neighbour.link_address

    def _hops(self, peer):
        return control.NEIGHBOUR_HOPS if peer is self.peer else control.RELAYED_HOPS

    def _place(self, hops):
        """Link address and interface as handshakes name them."""
        return (self.link_address, INTERFACE) if hops == control.NEIGHBOUR_HOPS \
            else (bytes(6), NOWHERE)

    def _relay(self, frame, source):
        """Refuses, in the order of route.md, section 7, what is another's: there is no second
        neighbour to give it to, and as NO_TRANSIT nobody asks for it."""
        neighbour = self.neighbour
        require(neighbour and neighbour.state == FULL and neighbour.link_address == source,
                "relay_stranger")
        require(frame.source != self.id, "own")
        said = isinstance(frame, frames.Data) and frame.lane == session.CONTROL_LANE
        require(frame.hop_limit > 1 and not (said and frame.hop_limit == control.NEIGHBOUR_HOPS),
                "hop_limit")
        known = {node_id_of(address) for address in self.database.addresses}
        require(frame.destination in known, "no_route")
        raise Refused("backwards")

    def _hello(self, frame, source, now):
        frame.verify(self.network_key)
        require(frame.destination in (control.ANY, self.id), "not_for_us")
        if frame.certificate.address == self.address:
            raise Refused("own" if frame.instance == self.instance else "duplicate_node")
        self.ledger.take(frame.certificate)
        self._meet(frame.certificate, source, now)

    def _meet(self, certificate, source, now):
        if self.neighbour is None:
            self.neighbour = Neighbour(self._acquaint(certificate), source)
            self.events.append("heard")
            if self.peer.confirmed:
                self.neighbour.usable(now)
            elif self.role != RESPONDER:
                waits = self.role == EITHER and self.address > self.peer.address
                delay = self.entropy(1)[0] / 255 * LOWER_WAITS if self.role == EITHER else 0
                self.peer.initiate_at = now + delay + waits * HIGHER_WAITS
        require(self.peer.address == certificate.address, "neighbours_full")

    def _initiate(self, peer, now):
        transcript = handshake.Transcript(self.keyring, self.network_key, self.id, peer.address,
                                          peer.certificate.session)
        hops = self._hops(peer)
        offer = handshake.Offer(1, 1, 0, self.suites, self.certificate, peer.last_epoch, self.epoch,
                                self.sequence, self.instance, *self._place(hops))
        number = int.from_bytes(self.entropy(8), "big")
        frame = transcript.initiate(number, self._fresh_key(), offer, peer.cookie, hops)
        peer.attempt = Attempt(transcript, offer, frame)
        self.sequence += 1
        peer.initiate_at, peer.retry = now + peer.retry, min(2 * peer.retry, RETRY_LAST)
        self._send(self._next_hop(), frame)

    def _initiation(self, frame, source, now):
        cookie.check_mac1(frame, self.certificate.session, self.network_key)
        transcript = handshake.Transcript(self.keyring, self.network_key, frame.source,
                                          self.address, self.certificate.session)
        offer = transcript.read_initiation(frame)
        handshake.check_offer(offer, transcript, None if frame.relayed else source, self.ledger)
        require(offer.certificate.address != self.address, "own")
        if not frame.relayed:
            self._meet(offer.certificate, source, now)
        peer, newness = self._acquaint(offer.certificate), (offer.boot_epoch, offer.sequence)
        require(not peer.held() or not peer.newest or newness > peer.newest, "handshake_stale")
        peer.newest = newness
        self._answer(frame, transcript, offer, peer, self._next_hop() if frame.relayed else source)
        if peer.initiate_at is not None and self.role == EITHER:
            peer.initiate_at = now + HIGHER_WAITS

    def _answer(self, frame, transcript, offer, peer, link_address):
        suite = handshake.choose_suite(offer.suites, self.suites)
        epoch = handshake.next_epoch(offer.last_epoch, peer.last_epoch)
        hops = control.RELAYED_HOPS if frame.relayed else control.NEIGHBOUR_HOPS
        choice = handshake.Choice(1, 1, 0, suite, self.certificate, epoch, self.epoch,
                                  self.instance, *self._place(hops))
        self._send(link_address, transcript.respond(frame.number, self._fresh_key(), choice, hops))
        theirs, ours = transcript.noise.split()
        peer.unconfirmed = session.Session(suite, epoch, ours, theirs, ours=False)

    def _asked(self, frame):
        """The peer whose attempt a frame answers."""
        asked = [peer for peer in self.peers.values()
                 if peer.attempt and peer.attempt.frame.number == frame.number]
        require(asked, "handshake_unasked")
        return asked[0]

    def _response(self, frame, source, now):
        cookie.check_mac1(frame, self.certificate.session, self.network_key)
        peer = self._asked(frame)
        transcript = peer.attempt.transcript.fork()
        choice = transcript.read_response(frame)
        handshake.check_choice(choice, transcript, peer.attempt.offer, frame.source,
                               None if frame.relayed else source, self.ledger)
        handshake.check_epoch(choice.epoch, peer.last_epoch, peer.confirmed)
        ours, theirs = transcript.noise.split()
        keys = session.Session(choice.suite, choice.epoch, ours, theirs, ours=True)
        peer.confirm(keys, self.address)
        peer.attempt = peer.initiate_at = None
        self._seal(peer, session.CONTROL, b"", session.CONTROL_LANE, self._hops(peer), keys=keys)
        self._usable(peer, keys, now)

    def _cookie(self, frame, source, now):
        peer = self._asked(frame)
        attempt = peer.attempt
        peer.cookie = cookie.accept(frame, attempt.frame, attempt.transcript.responder_session,
                                    self.network_key)

    def _error(self, frame, source, now):
        """None is of use to a node that keeps no packet."""
        raise Refused("error_unmatched")

    def _usable(self, peer, keys, now):
        role = INITIATOR if keys.ours else RESPONDER
        said = f"handshake as {role}: epoch {keys.epoch}, {session.NAMES[keys.suite]}"
        self.events.append(said if peer is self.peer else f"{said}, over relays")
        if peer is self.peer:
            self.roles.add(role)
            self.neighbour.usable(now)

    def _seal(self, peer, next_header, payload, lane, hop_limit, dscp=0, ecn=0, keys=None):
        form = frames.data_form(len(payload), peer.address, self.address, lane=lane, parity=0,
                                partial=0, hop_limit=hop_limit, dscp=dscp, ecn=ecn, counter=0)
        self._send(self._next_hop(), (keys or peer.confirmed).seal(form, next_header, payload))

    def _say(self, said):
        """To the neighbour."""
        self._seal(self.peer, session.CONTROL, said.write(), session.CONTROL_LANE,
                   control.NEIGHBOUR_HOPS)

    def _data(self, frame, source, now):
        frame.check_hops()
        peer = self.peers.get(frame.source)
        require(peer, "no_session")
        next_header, payload = self._open(peer, frame, now)
        if frame.lane == session.CONTROL_LANE:
            message.check_hops(payload, frame.hop_limit)
            said = message.read(payload)
            if said:
                self._said(said, peer, source, now)
            return
        for ipv6 in packet.rebuild_all(frame, peer.address, self.address, next_header, payload):
            self._packet(ipv6, peer)

    def _packet(self, ipv6, peer):
        self.packets.append(ipv6)
        asked = packet.read_echo(ipv6)
        if asked and asked[0] == packet.ECHO_REQUEST and peer.confirmed:
            answer = packet.echo(packet.ECHO_REPLY, *asked[1:])
            self.send_packet(packet.icmp(self.address, peer.address, answer))

    def _open(self, peer, frame, now):
        reason = Refused("no_session")
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
                self._usable(peer, keys, now)
            return content
        raise reason

    def _traced(self, asked, peer):
        """Says that a way ends here, and that the way back begins with the one neighbour."""
        require(asked.origin == suffix_of(peer.address))
        back = suffix_of(self.peer.address) if self.peer else trace.NOBODY
        said = trace.answer(asked, self.identity, self.address, self.network_key, back=back)
        self._seal(peer, session.CONTROL, said.write(), session.CONTROL_LANE, self._hops(peer))

    def _said(self, said, peer, source, now):
        neighbour = self.neighbour
        if isinstance(said, trace.Trace):
            self._traced(said, peer)
            return
        require(not isinstance(said, trace.Traced), "trace_unasked")
        require(peer is self.peer, "neighbour_unknown")
        require(not isinstance(said, hint.Hint), "hint")
        if isinstance(said, probe.Probe):
            self._probed(said, source, now)
            return
        require(neighbour.adjacent() and source == neighbour.link_address, "neighbour_unknown")
        if isinstance(said, message.Records):
            self._records(said, now)
        elif isinstance(said, message.Ack):
            neighbour.exchange.acknowledged(said)
        else:
            neighbour.exchange.compared(said, now)

    def _probe(self, flags, now):
        said = probe.Probe(probe.PROBE, flags | probe.SELECT,
                           *self.neighbour.next_probe(now - self.started, now), self.instance,
                           self.link_address, INTERFACE, self.database.digest, self._nodes())
        self._say(said)

    def _probed(self, said, source, now):
        neighbour = self.neighbour
        require(said.link_address == source, "source_spoofed")
        proven = neighbour.hear(said, now)
        if said.declines:
            neighbour.state = ONEWAY
        if neighbour.exchange and not neighbour.adjacent():
            neighbour.exchange = None
            self._renew(now)
        if proven and not said.declines:
            neighbour.state = SYNC
            neighbour.exchange = Exchange(self.database, self._record_numbers, self._say, now)
            self.events.append("proven")
        if neighbour.exchange:
            neighbour.exchange.srtt = neighbour.srtt or 0
        if neighbour.state == FULL:
            neighbour.exchange.shown(said.digest, now)
        if said.asks and self.peer.confirmed:
            self._probe(0, now)

    def _entries(self):
        """The links of our record."""
        if not self.neighbour or self.neighbour.state != FULL:
            return []
        us = cost.of_link(self.neighbour.srtt or 0)
        return [record.Entry(suffix_of(self.peer.address), cost.code_of(us), self.mtu,
                             WHOLE_QUALITY, record.WIRE)]

    def _renew(self, now, flags=record.NO_TRANSIT):
        """Makes our record anew, and passes it on."""
        fragment = self._own_record.make(self._entries(), flags)
        self._spread(self.database.put(fragment, now), now)

    def _spread(self, keys, now):
        if self.neighbour and self.neighbour.exchange:
            self.neighbour.exchange.spread(keys, now)

    def _records(self, said, now):
        """All are acknowledged, whatever becomes of each."""
        self.neighbour.exchange.arrived(said.number, now)
        for data in said.fragments:
            try:
                self._fragment(self.database.read(data), now)
            except Refused as refused:
                self.refused[refused.code] += 1

    def _fragment(self, fragment, now):
        exchange = self.neighbour.exchange
        try:
            if fragment.head.address == self.address:
                self._own_record.heed(fragment)
                self._renew(now)
                return
            fresh = self.database.take(fragment, now)
        except Refused as refused:
            if refused.code == "record_known":
                exchange.holds(fragment)
            elif refused.code == "record_old":
                exchange.want([fragment.key], now)
            raise
        exchange.holds(fragment)
        self._spread(fresh, now)
