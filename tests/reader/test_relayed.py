"""Handshakes and packets with a node that is no neighbour, and what a node does with frames that
are another's."""
import dataclasses

import pytest
from conversation import MACS, Wire
from crowd import a_record, an_entry, joined, learn
from meshp import control, cookie, frames, handshake, message, packet, record, session
from meshp.address import node_id_of
from meshp.examples import ALICE
from meshp.keyring import Keyring


class Far:
    """Alice, who is no neighbour: she talks to the first node through its neighbour."""

    def __init__(self, wire):
        self.wire, self.node = wire, wire.nodes[0]
        self.keyring = Keyring([ALICE.secret("session"), ALICE.secret("ephemeral")])
        self.keys = None

    def give(self, frame, hop_limit=61):
        """Relays hand a frame to the node; what it answers."""
        header = {"hop_limit": hop_limit} if isinstance(frame, frames.Data) else \
            {"header": dataclasses.replace(frame.header, hop_limit=hop_limit)}
        self.node.receive(MACS[1], frame.with_(**header).write(), self.wire.now)
        out, self.node.outbox = self.node.outbox, []
        assert all(to == MACS[1] for to, _ in out)
        return [frames.read(data) for _, data in out]

    def transcript(self):
        return handshake.Transcript(self.keyring, None, node_id_of(ALICE.address),
                                    self.node.address, self.node.certificate.session)

    def seal(self, next_header, payload, lane):
        form = frames.data_form(len(payload), self.node.address, ALICE.address, lane=lane, parity=0,
                                partial=0, hop_limit=64, dscp=0, ecn=0, counter=0)
        return self.keys.seal(form, next_header, payload)

    def ping(self):
        request = packet.icmp(ALICE.address, self.node.address,
                              packet.echo(packet.ECHO_REQUEST, 1, 1, bytes(20)))
        reply, = self.give(self.seal(packet.ICMPV6, request[40:], packet.lane_of(request)))
        assert reply.hop_limit == 64
        next_header, payload = self.keys.open(reply)
        return packet.read_echo(packet.build(self.node.address, ALICE.address, next_header,
                                             payload))


def test_a_node_far_away_shakes_hands_and_pings():
    far = Far(joined())
    transcript = far.transcript()
    offer = handshake.Offer(1, 1, 0, 3, ALICE.certificate(None), 0, 1, 1, 1, bytes(6), 0)
    asked = transcript.initiate(1, far.keyring.publics()[1], offer, hops=64)
    answer, = far.give(asked)
    assert answer.hop_limit == 64
    answer = answer.with_(header=dataclasses.replace(answer.header, hop_limit=60))
    cookie.check_mac1(answer, ALICE.session, None)
    choice = transcript.read_response(answer)
    assert (choice.link_address, choice.interface) == (bytes(6), 0)
    far.keys = session.Session(choice.suite, choice.epoch, *transcript.noise.split(), ours=True)
    assert far.give(far.seal(session.CONTROL, b"", 0)) == []
    assert far.ping() == (packet.ECHO_REPLY, 1, 1, bytes(20))
    assert far.node.peer.address == far.wire.nodes[1].address
    refused = set(far.node.refused)
    far.give(far.seal(session.CONTROL, message.Ack(message.ACK, 1, 0).write(), 0), hop_limit=255)
    far.give(far.seal(session.CONTROL, message.Ack(message.ACK, 1, 0).write() * 2, 0))
    assert set(far.node.refused) - refused <= {"neighbour_unknown", "hop_limit"}
    assert far.node.refused["hop_limit"] == 1


def test_a_node_of_the_database_is_reached_over_relays():
    wire = Wire()
    assert wire.run(3)
    far = Far(wire)
    learn(far.node, [a_record(ALICE, [wire.nodes[1].address])], wire.now)
    learn(far.node, [record.issue(
        wire.nodes[1].identity, wire.nodes[1].address, wire.nodes[1].certificate,
        sorted(map(an_entry, (far.node.address, ALICE.address)), key=lambda one: one.suffix), None,
        instance=wire.nodes[1].instance, sequence=50)], wire.now)
    far.node.reach(ALICE.address, wire.now)
    far.node.tick(wire.now)
    asked = next(frame for frame in map(frames.read, (data for _, data in far.node.outbox))
                 if isinstance(frame, control.Initiation))
    far.node.outbox.clear()
    assert asked.hop_limit == 64
    transcript = handshake.Transcript(far.keyring, None, asked.source, ALICE.address, ALICE.session)
    offer = transcript.read_initiation(asked)
    assert (offer.link_address, offer.interface) == (bytes(6), 0)
    choice = handshake.Choice(1, 1, 0, 1, ALICE.certificate(None), 1, 1, 1, bytes(6), 0)
    answer = transcript.respond(asked.number, far.keyring.publics()[1], choice, 64)
    theirs, ours = transcript.noise.split()
    far.keys = session.Session(1, 1, ours, theirs, ours=False)
    empty, = far.give(answer)
    assert empty.hop_limit == 64 and far.keys.open(empty) == (session.CONTROL, b"")
    assert far.ping() == (packet.ECHO_REPLY, 1, 1, bytes(20))


@pytest.mark.parametrize("source, changes, code", [
    (bytes(6), {}, "relay_stranger"), (MACS[1], {"source": "own"}, "own"),
    (MACS[1], {"lane": 0, "hop_limit": 255}, "hop_limit"), (MACS[1], {"hop_limit": 1}, "hop_limit"),
    (MACS[1], {}, "no_route"), (MACS[1], {"lane": 0}, "no_route"),
    (MACS[1], {"destination": "peer"}, "backwards")])
def test_what_is_another_s_is_refused_in_this_order(source, changes, code):
    wire = joined()
    node = wire.nodes[0]
    ids = {"own": node.id, "peer": node.peer.id}
    changes = {name: ids.get(value, value) for name, value in changes.items()}
    frame = frames.Compact(0, 0, 3, 64, 0, 0, bytes(8), bytes(7) + b"\1", 0, bytes(40))
    before = node.refused[code]
    node.receive(source, frame.with_(**changes).write(), wire.now)
    assert node.refused[code] == before + 1 and not node.outbox
