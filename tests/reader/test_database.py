"""The database and the exchange with one neighbour, alone: who is connected, what counts and how
long, and when what is sent again."""
import pytest
from crowd import CROWD, a_record, an_entry
from meshp import message, record
from meshp.address import suffix_of
from meshp.certificate import Ledger
from meshp.database import Database
from meshp.examples import ALICE, BOB, Person
from meshp.exchange import Came, Exchange
from meshp.layout import Refused


def a_database(now=0):
    """Of Alice, linked with Bob, who is linked with the first of the crowd."""
    database = Database(ALICE.address, None, Ledger(None))
    database.put(a_record(ALICE, [BOB.address]), now)
    database.take(a_record(BOB, [ALICE.address, CROWD[0].address], lifetime=100), now)
    return database


def test_a_link_counts_when_both_list_it():
    database = a_database()
    assert database.addresses == sorted([ALICE.address, BOB.address])
    passed = database.take(a_record(CROWD[0], [BOB.address]), 0)
    assert passed == [(suffix_of(CROWD[0].address), 0)] and len(database.connected) == 3
    database.take(a_record(BOB, [ALICE.address], sequence=2), 0)
    assert len(database.connected) == 2


def test_the_digest_is_of_the_connected_alone():
    database = a_database()
    before = database.digest
    database.take(a_record(CROWD[5], [CROWD[0].address]), 0)
    assert database.digest == before
    known = [database.find((suffix_of(person.address), 0)) for person in (ALICE, BOB)]
    assert int.from_bytes(before, "big") == sum(one.hash(None) for one in known) % 2**64


def test_a_fragment_dies_and_is_not_taken_for_as_long_again():
    database = a_database()
    known = database.find((suffix_of(BOB.address), 0))
    database.expire(99)
    assert len(database.connected) == 2
    database.expire(100)
    assert len(database.connected) == 1 and database.find(known.key) is None
    with pytest.raises(Refused, match="record_old"):
        database.take(known, 199)
    newer = a_record(BOB, [ALICE.address], sequence=2)
    assert known.key in database.take(newer, 199)


def test_later_fragments_count_as_far_as_the_first_says():
    database = a_database()
    later = record.issue(BOB.identity, BOB.address, None, [an_entry(CROWD[1].address)], None,
                         epoch=BOB.boot_epoch, instance=BOB.instance, fragment=1, fragments=2)
    assert database.take(later, 0) == []
    first = a_record(BOB, [ALICE.address], sequence=2, fragments=2)
    assert set(database.take(first, 0)) == {first.key, later.key}
    database.take(a_record(BOB, [ALICE.address], sequence=1, epoch=BOB.boot_epoch + 1,
                           fragments=2), 0)
    assert set(database.links_of(suffix_of(BOB.address))) == {suffix_of(ALICE.address)}


def test_of_those_who_wait_the_oldest_give_way():
    database = a_database()
    strangers = [Person(f"stranger {i}", 1, 1, i, bytes(6), 1) for i in range(70)]
    for person in strangers:
        database.take(a_record(person, []), 0)
    kept = [person for person in strangers if database.find((suffix_of(person.address), 0))]
    assert kept == strangers[6:]


def an_exchange():
    """With what Alice would say to Bob in it."""
    said = []
    return Exchange(a_database(), iter(range(1, 1000)), said.append, 0), said


def test_what_is_not_acknowledged_is_sent_again_and_given_up():
    exchange, said = an_exchange()
    exchange.compared(message.Compare(message.COMPARE, 0, bytes(1024)), 0)
    times = []
    for tick in range(2000):
        before = len(said)
        exchange.tick(tick / 1000)
        times += [tick] * (len(said) - before)
        if exchange.level():
            break
    assert [one.number for one in said] == [1, 2, 3, 4, 5]
    assert times == [2, 32, 92, 212, 452] and tick == 932
    assert exchange.idle()


def test_an_acknowledgement_ends_it():
    exchange, said = an_exchange()
    exchange.compared(message.Compare(message.COMPARE, 0, bytes(1024)), 0)
    exchange.tick(0.002)
    assert not exchange.level()
    exchange.acknowledged(message.Ack(message.ACK, 5, 0b1000))
    assert exchange.level() and exchange.idle()


def test_a_compare_is_asked_until_one_came_and_answered_once():
    exchange, said = an_exchange()
    for tick in range(1000):
        exchange.tick(tick / 1000)
    assert [one.flags for one in said] == [1] * 4
    exchange.compared(said[0], 1)
    exchange.tick(10)
    assert [one.flags for one in said] == [1] * 4 + [0] and exchange.level()


def test_a_digest_that_stays_another_is_asked_about_after_a_second():
    exchange, said = an_exchange()
    exchange.compared(message.Compare(message.COMPARE, 0, exchange._database.compared()), 0)
    asked = []
    for second in range(400):
        exchange.shown(bytes(8), second)
        exchange.tick(second)
        if said:
            asked.append(second)
            exchange.compared(said.pop().with_(flags=0), second)
    assert asked == [1, 61, 181]
    exchange._database.take(a_record(CROWD[0], [BOB.address]), 0)
    exchange.shown(bytes(8), 400)
    exchange.shown(exchange._database.digest, 401)
    exchange.shown(bytes(8), 402)
    exchange.tick(402)
    assert not said
    exchange.shown(bytes(8), 403)
    exchange.tick(403)
    assert said


def test_numbers_that_came_are_acknowledged_in_one():
    came = Came()
    for number in (7, 8, 10, 3):
        came.take(number, 1)
    assert came.at == 1.01
    assert came.acknowledge() == message.Ack(message.ACK, 10, 0b1000110)
    for number in range(11, 19):
        came.take(number, 2)
    assert came.at == 2
    came.take(2**32 - 1, 3)
    assert came.acknowledge().bitmap == 0
