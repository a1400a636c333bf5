"""Two nodes and the nodes behind one of them, who are made up: what a real mesh would have told it
over a second link."""
from conversation import Wire
from meshp import record
from meshp.address import suffix_of
from meshp.examples import Person
from meshp.node import Node

CROWD = [Person(f"node {i}", 1, 1, i, bytes(6), 1) for i in range(20)]


class Gateway(Node):
    """Has one more link, to the first of the crowd, who stand in a row."""

    def _entries(self):
        return sorted([*super()._entries(), an_entry(CROWD[0].address)], key=lambda e: e.suffix)


def an_entry(address):
    return record.Entry(suffix_of(address), 100, 1500, 255, record.WIRE)


def a_record(person, others, network_key=None, **fields):
    entries = sorted(map(an_entry, others), key=lambda entry: entry.suffix)
    usual = {"epoch": person.boot_epoch, "instance": person.instance}
    return record.issue(person.identity, person.address, person.certificate(network_key), entries,
                        network_key, **{**usual, **fields})


def crowd_of(node, **fields):
    row = [node.address, *(person.address for person in CROWD)]
    return [a_record(person, row[i:i + 1] + row[i + 2:i + 3], **fields)
            for i, person in enumerate(CROWD)]


def learn(node, fragments, now):
    """As if they came over the other link."""
    for fragment in fragments:
        node._spread(node.database.take(fragment, now), now)


def joined(keys=(None, None), **how):
    wire = Wire(keys, **how)
    assert wire.run(3) and wire.run(3, Node.level)
    return wire
