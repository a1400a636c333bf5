"""Two small nodes give each other their records until both are FULL and hold the same, on good
wires and on bad ones; what they must not take they do not, and it is told apart."""
import pytest
from conversation import MACS, Wire, entropy
from crowd import CROWD, Gateway, a_record, crowd_of, joined, learn
from meshp import message, record
from meshp.address import suffix_of
from meshp.examples import ALICE, CLOSED
from meshp.neighbour import FULL, ONEWAY
from meshp.node import Node
from meshp.probe import ASK, Record


def same(wire):
    digests = {node.database.digest for node in wire.nodes}
    return len(digests) == 1 and {len(node.database.connected) for node in wire.nodes}


@pytest.mark.parametrize("keys", [(None, None), (CLOSED, CLOSED)], ids=["open", "closed"])
def test_two_nodes_are_full_and_hold_the_same(keys):
    wire = joined(keys)
    assert same(wire) == {2}
    for one, other in (wire.nodes, wire.nodes[::-1]):
        said = one.database.find((suffix_of(other.address), 0))
        said.verify_certificate(keys[0])
        said.verify(other.identity.public, keys[0])
        assert [entry.address for entry in said.entries] == [one.address]
        assert said.head.flags == record.NO_TRANSIT and said.head.sequence == 2
        assert one.neighbour.state == FULL and one.neighbour.exchange.idle()


@pytest.mark.parametrize("seed", range(5))
def test_lost_frames_are_made_up_for(seed):
    """A third of all frames does not arrive."""
    luck = entropy(f"loss {seed}")
    wire = Wire(seed=str(seed), tamper=lambda frame, number: None if luck(1)[0] < 85 else frame,
                kinds=(Gateway, Node))
    learn(wire.nodes[0], crowd_of(wire.nodes[0]), 0)
    assert wire.run(60) and wire.run(10, Node.level)
    assert same(wire) == {22}


def test_who_joins_is_given_all_that_are_connected():
    wire = Wire(kinds=(Gateway, Node))
    learn(wire.nodes[0], crowd_of(wire.nodes[0]), 0)
    learn(wire.nodes[0], [a_record(ALICE, [CROWD[0].address])], 0)
    assert wire.run(3) and wire.run(3, Node.level)
    assert same(wire) == {22} and wire.now < 2
    assert suffix_of(ALICE.address) not in wire.nodes[1].database.connected
    assert wire.nodes[1].database.find((suffix_of(ALICE.address), 0)) is None


def test_a_flood_is_passed_on_in_few_messages():
    wire = joined(kinds=(Gateway, Node))
    before = len(wire.carried)
    learn(wire.nodes[0], crowd_of(wire.nodes[0]), wire.now)
    wire.run(0.1, lambda node: False)
    assert same(wire) == {22}
    sizes = [len(arrival.payload) for arrival in wire.carried[before:]]
    assert sum(size > 400 for size in sizes) == 5 and len(sizes) < 10
    assert max(sizes) <= 1240


def test_the_first_that_connects_brings_the_others_along():
    """Heard in the wrong order they wait, silent."""
    wire = joined(kinds=(Gateway, Node))
    crowd = crowd_of(wire.nodes[0])
    learn(wire.nodes[0], crowd[:0:-1], wire.now)
    wire.run(0.1, lambda node: False)
    assert same(wire) == {2}
    learn(wire.nodes[0], crowd[:1], wire.now)
    wire.run(0.1, lambda node: False)
    assert same(wire) == {22}


def test_who_leaves_is_gone_at_once():
    wire = joined()
    wire.nodes[0].leave(wire.now)
    wire.run(0.1, lambda node: False)
    assert wire.nodes[1].database.connected == {suffix_of(wire.nodes[1].address)}


def test_a_restart_begins_the_adjacency_anew():
    wire = joined()
    one, other = wire.nodes
    one.instance ^= 1
    one.neighbour.record = Record()
    one._probe(ASK, wire.now)
    (_, asked), = one.outbox
    other.receive(MACS[0], asked, wire.now)
    assert other.neighbour.state == ONEWAY and not other._entries()
    assert other.database.connected == {suffix_of(other.address)}
    assert wire.run(3) and wire.run(3, Node.level) and same(wire) == {2}


def hand(node, fragments, now, number=100):
    """Its neighbour sends RECORDS."""
    node._records(message.Records(number, tuple(fragments)), now)


def test_records_that_nobody_should_believe_are_told_apart():
    wire = joined()
    node = wire.nodes[1]
    good = a_record(CROWD[0], [], sequence=5)
    later = a_record(CROWD[1], [], fragment=1, fragments=2)
    hand(node, [good.write(), good.write(), a_record(CROWD[0], [], sequence=4).write(),
                a_record(CROWD[0], [], sequence=6).with_(signature=bytes(64)).write(),
                a_record(CROWD[1], [], network_key=CLOSED).write(), a_record(
                    CROWD[2], [], zone=1).write(), b"", b"\2\2",
                later.with_(certificate=None).write()], wire.now)
    assert node.refused - wire.nodes[0].refused == {
        "record_known": 1, "record_old": 1, "record": 1, "certificate": 1, "zone": 1,
        "malformed": 1, "version": 1, "record_unknown": 1} | {
        code: node.refused[code] for code in node.refused if code == "neighbour_unknown"}
    assert node.database.find(good.key).version == good.version
    assert node.level()


def test_an_older_record_is_answered_by_ours():
    wire = joined()
    one, other = wire.nodes
    learn(one, [a_record(CROWD[0], [], sequence=5)], wire.now)
    hand(one, [a_record(CROWD[0], [], sequence=4).write()], wire.now)
    wire.run(0.1, lambda node: False)
    assert other.database.find((suffix_of(CROWD[0].address), 0)).head.sequence == 5


def own_record(node, **fields):
    usual = {"epoch": node.epoch, "instance": node.instance}
    return record.issue(node.identity, node.address, node.certificate, [], node.network_key,
                        **{**usual, **fields})


def test_our_own_record_of_earlier_is_outdone():
    wire = joined()
    node = wire.nodes[0]
    hand(node, [own_record(node, sequence=1000).write()], wire.now)
    wire.run(0.1, lambda node: False)
    assert same(wire) == {2}
    assert wire.nodes[1].database.find((suffix_of(node.address), 0)).head.sequence == 1001


@pytest.mark.parametrize("fields, code", [
    ({"epoch": 2, "instance": 77}, "duplicate_node"), ({"instance": 77}, "duplicate_node"),
    ({"epoch": 0}, "record_old"), ({"sequence": 1}, "record_old"), ({"sequence": 2}, "")])
def test_our_own_record_from_elsewhere(fields, code):
    wire = joined()
    node = wire.nodes[0]
    if code:
        hand(node, [own_record(node, **fields).write()], wire.now)
        assert node.refused[code] == 1
    else:
        hand(node, [node.database.find((suffix_of(node.address), 0)).write()], wire.now)
        assert node.refused["record_known"] == 1
