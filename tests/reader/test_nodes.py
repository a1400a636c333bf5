"""Two small nodes find each other, shake hands in either role, prove the link and exchange packets,
on good wires and on bad ones; and one who saw it all and was told one side's keys reads
everything."""
import json

import pytest
from conversation import MACS, Wire, entropy
from meshp import (capture, control, cookie, decode, frames, greet, handshake, packet,
                   session)
from meshp.address import shown
from meshp.examples import ALICE, CLOSED
from meshp.layout import Refused
from meshp.neighbour import Neighbour
from meshp.node import EITHER, INITIATOR, RESPONDER
from meshp.observer import Observer
from meshp.peer import Peer

CLOSED_BOTH = CLOSED, CLOSED
EARLY = {"neighbour_unknown"}  # a COMPARE that came before the link was proven here too


@pytest.mark.parametrize("roles", [(EITHER, EITHER), (INITIATOR, RESPONDER), (EITHER, RESPONDER),
                                   (RESPONDER, INITIATOR), (INITIATOR, INITIATOR)])
@pytest.mark.parametrize("keys", [(None, None), CLOSED_BOTH], ids=["open", "closed"])
def test_two_nodes_prove_their_link_in_every_role(roles, keys):
    wire = Wire(keys, roles)
    assert wire.run(2)
    assert all(set(node.refused) <= EARLY for node in wire.nodes)
    confirmed = [node.peer.confirmed for node in wire.nodes]
    assert confirmed[0].sending.key == confirmed[1].receiving.key
    assert confirmed[0].ours != confirmed[1].ours


@pytest.mark.parametrize("suites, chosen", [((3, 3), 1), ((1, 3), 0), ((3, 1), 0), ((2, 3), 1)])
def test_the_suite_is_the_best_of_both(suites, chosen):
    wire = Wire(suites=suites)
    assert wire.run(2)
    assert wire.nodes[0].peer.confirmed.suite == chosen


def test_nodes_without_a_common_suite_do_not_meet():
    wire = Wire(suites=(1, 2))
    assert not wire.run(2)
    assert sum(node.refused["suite"] for node in wire.nodes) > 0


def test_nodes_of_two_networks_do_not_meet():
    wire = Wire((CLOSED, None))
    assert not wire.run(2)
    assert all(set(node.refused) == {"network"} for node in wire.nodes)


@pytest.mark.parametrize("seed", range(5))
def test_lost_frames_are_made_up_for(seed):
    """A third of all frames does not arrive."""
    luck = entropy(f"loss {seed}")
    wire = Wire(seed=str(seed), tamper=lambda frame, number: None if luck(1)[0] < 85 else frame)
    assert wire.run(30)


def test_every_frame_twice_changes_nothing():
    wire = Wire()
    deliver = wire.carry

    def twice(number, destination, payload):
        deliver(number, destination, payload)
        wire.nodes[1 - number].receive(MACS[number], payload, wire.now)
    wire.carry = twice
    assert wire.run(2)
    assert all(set(node.refused) <= {"replay", "handshake_stale", "handshake_unasked", *EARLY}
               for node in wire.nodes)
    assert any(node.refused for node in wire.nodes)


def test_a_frame_from_another_link_address_is_spoofed():
    wire = Wire()
    wire.nodes[0].tick(0)
    wire.nodes[1].receive(MACS[0], wire.nodes[0].outbox.pop()[1], 0)
    wire.nodes[1].tick(1)
    first = [frame for _, frame in wire.nodes[1].outbox if frame[1] == control.INITIATION]
    wire.nodes[0].receive(bytes(6), first[0], 1)
    assert wire.nodes[0].refused == {"source_spoofed": 1}


def test_a_cookie_that_is_asked_for_is_given():
    """The second node stands for one under load: a stranger without mac2 gets a COOKIE."""
    wire = Wire(CLOSED_BOTH, (INITIATOR, RESPONDER))
    other, value = wire.nodes[1], bytes(range(16))
    take = other._initiation

    def under_load(frame, source, now):
        if frame.mac2 == bytes(16):
            demand = cookie.demand(frame, other.certificate.session, CLOSED, value, bytes(24))
            other._send(source, demand)
            return
        cookie.check_mac2(frame, [value])
        take(frame, source, now)
    other._initiation = under_load
    assert wire.run(3)
    kinds = [arrival.payload[1] for arrival in wire.carried if not arrival.payload[0] & 0x10]
    assert kinds.count(control.COOKIE) == 1 and kinds.count(control.INITIATION) == 2


def test_of_two_sets_of_one_epoch_that_of_the_lower_address_is_used():
    wire = Wire(roles=(INITIATOR, INITIATOR))
    assert wire.run(2)
    lower = min(wire.nodes, key=lambda node: node.address)
    for node in wire.nodes:
        assert {keys.epoch for keys in (node.peer.confirmed, node.peer.previous)} == {1}
        assert node.peer.confirmed.ours == (node is lower)


def test_an_answer_that_comes_too_late_is_refused_unless_both_began():
    own, other = (session.Session(0, 5, bytes(32), bytes(32), ours) for ours in (True, False))
    handshake.check_epoch(6, 5, own)
    handshake.check_epoch(5, 5, other)
    for epoch, last, confirmed in ((5, 5, own), (5, 5, None), (4, 5, other)):
        with pytest.raises(Refused, match="handshake_stale"):
            handshake.check_epoch(epoch, last, confirmed)


def test_an_echo_proves_if_it_is_the_last_or_greater_than_all_before():
    neighbour = Neighbour(Peer(ALICE.certificate(None)), ALICE.link_address)
    assert not neighbour.proves(0)
    neighbour.sent, neighbour.best_echo = 20, 14
    assert [echo for echo in range(30) if neighbour.proves(echo)] == [15, 16, 17, 18, 19, 20]
    neighbour.best_echo = 20
    assert [echo for echo in range(30) if neighbour.proves(echo)] == [20]
    neighbour.sent, neighbour.best_echo = 20, 0
    assert [echo for echo in range(30) if neighbour.proves(echo)] == list(range(13, 21))


def exchange(wire):
    """Both echo requests of greet, from the first node to the second; the answers."""
    first = wire.nodes[0]
    for number, size in enumerate(greet.SIZES, 1):
        request = packet.echo(packet.ECHO_REQUEST, 1, number, bytes(range(size)))
        first.send_packet(packet.icmp(first.address, first.peer.address, request))
    for _ in range(3):
        wire.step()
    return [packet.read_echo(ipv6) for ipv6 in first.packets]


def test_echo_requests_of_both_forms_are_answered():
    wire = Wire(CLOSED_BOTH)
    assert wire.run(2)
    answers = exchange(wire)
    assert [(kind, number, len(data)) for kind, _, number, data in answers] == \
        [(packet.ECHO_REPLY, 1, 56), (packet.ECHO_REPLY, 2, 0)]
    forms = {type(frames.read(arrival.payload)) for arrival in wire.carried[-4:]}
    assert forms == {frames.Compact, frames.Extended}


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("roles", [(INITIATOR, RESPONDER), (RESPONDER, INITIATOR)])
def test_one_side_s_keys_open_the_whole_conversation(side, roles):
    wire = Wire(CLOSED_BOTH, roles)
    assert wire.run(2)
    exchange(wire)
    observer = Observer.told(greet.keys_of(wire.nodes[side]))
    sights = [observer.see(arrival.payload) for arrival in wire.carried]
    assert all(sight.same and not sight.refused for sight in sights)
    assert all(sight.opened or sight.frame.TYPE == control.HELLO for sight in sights)
    seen = [ipv6 for sight in sights if isinstance(sight.inner, list) for ipv6 in sight.inner]
    assert all(ipv6 in seen for node in wire.nodes for ipv6 in node.packets) and len(seen) == 4


def test_traffic_keys_open_a_capture_without_its_handshake():
    wire = Wire(CLOSED_BOTH)
    assert wire.run(2)
    exchange(wire)
    first = wire.nodes[0]
    own, other, keys = shown(first.address), shown(first.peer.address), first.peer.confirmed
    told = [{"source": source, "destination": destination, "suite": keys.suite,
             "epoch": keys.epoch, "key": key.key.hex()}
            for source, destination, key in ((own, other, keys.sending),
                                             (other, own, keys.receiving))]
    observer = Observer.told({"network_key": CLOSED.hex(), "traffic_keys": told})
    sights = [observer.see(arrival.payload) for arrival in wire.carried[-4:]]
    assert all(sight.opened and sight.same for sight in sights)


def test_decode_prints_every_packet_and_counts(tmp_path, capsys):
    wire = Wire(CLOSED_BOTH)
    assert wire.run(2)
    answers = len(exchange(wire))
    path, keys = tmp_path / "wire.pcap", tmp_path / "keys.json"
    path.write_bytes(capture.write(wire.carried))
    keys.write_text(json.dumps(greet.keys_of(wire.nodes[1])))
    assert decode.decode(path, keys)
    out = capsys.readouterr().out
    assert out.count("echo request") == out.count("echo reply") == answers == 2
    assert all(name in out for name in ("HELLO", "INITIATION", "RESPONSE", "PROBE", "empty frame"))
    count = len(wire.carried)
    assert out.splitlines()[-1].startswith(f"{count} frames: {count} written again as read")


def test_decode_without_keys_reads_and_opens_nothing(tmp_path, capsys):
    wire = Wire(CLOSED_BOTH)
    assert wire.run(2)
    (tmp_path / "wire.pcap").write_bytes(capture.write(wire.carried))
    assert decode.decode(tmp_path / "wire.pcap")
    assert ", 0 opened, 0 refused" in capsys.readouterr().out


def test_decode_says_what_is_refused(tmp_path, capsys):
    wire = Wire(CLOSED_BOTH)
    assert wire.run(2)
    last = wire.carried[-1]
    forged = last._replace(payload=last.payload[:-1] + bytes([last.payload[-1] ^ 1]))
    foreign = last._replace(payload=b"\x80" + last.payload[1:])
    path, keys = tmp_path / "wire.pcap", tmp_path / "keys.json"
    path.write_bytes(capture.write([*wire.carried, forged, foreign]))
    keys.write_text(json.dumps(greet.keys_of(wire.nodes[0])))
    assert not decode.decode(path, keys)
    out = capsys.readouterr().out
    assert "refused: authentication" in out and "refused: version" in out and ", 2 refused" in out


def test_a_capture_that_is_cut_off_is_not_read():
    whole = capture.write([capture.Arrival(1.5, MACS[0], MACS[1], bytes(60))])
    assert [(a.time, a.payload) for a in capture.read(whole)] == [(1.5, bytes(60))]
    for length in (0, 3, 23, 30, len(whole) - 1):
        with pytest.raises(capture.Unreadable):
            list(capture.read(whole[:length]))
