"""What must not be accepted is not: truncated and altered frames, non-canonical ones, and those
that open but hold what they may not. Whatever is accepted is written again as it was."""
import dataclasses
import itertools
import json
import pathlib

import pytest
from meshp import cookie, error, frames, handshake, message, record, session
from meshp.certificate import Ledger, issue
from meshp.examples import ALICE, BOB, CLOSED, udp
from meshp.hello import Hello
from meshp.keyring import Identity, Keyring
from meshp.layout import Refused
from meshp.node import Node
from meshp.session import Session, Window

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "vectors"
b = bytes.fromhex


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text("ascii"))


def cases(name):
    return [pytest.param(case, id=case["name"]) for case in load(name)]


def one(name, case_name):
    return next(case for case in load(name) if case["name"] == case_name)


def all_frames():
    for name, fields in {"hello": ["frame"], "handshake": ["initiation", "response"],
                         "cookie": ["frame"], "data": ["frame"], "bundle": ["frame"],
                         "error": ["frame"]}.items():
        for case in load(name):
            yield from (pytest.param(b(case[field]), id=f"{case['name']} {field}")
                        for field in fields)


def flipped(data):
    """(bit number, data with that bit flipped) for every bit."""
    for bit in range(8 * len(data)):
        other = bytearray(data)
        other[bit // 8] ^= 0x80 >> bit % 8
        yield bit, bytes(other)


def refusal(action, *arguments):
    """The name under which it was refused, or an empty string."""
    try:
        action(*arguments)
    except Refused as refused:
        return refused.code
    return ""


@pytest.mark.parametrize("data", all_frames())
def test_what_is_accepted_is_written_again_as_it_was(data):
    assert frames.read(data).write() == data
    for _, other in flipped(data):
        if not refusal(frames.read, other):
            assert frames.read(other).write() == other


@pytest.mark.parametrize("data", all_frames())
def test_a_truncated_or_longer_frame_is_refused_or_does_not_open(data):
    compact = isinstance(frames.read(data), frames.Compact)
    lengths = range(50 if compact else len(data))
    assert all(refusal(frames.read, data[:length]) for length in lengths)
    assert compact or refusal(frames.read, data + b"\0") == "frame_long"


@pytest.mark.parametrize("case", cases("refused") + cases("refused_relayed"))
def test_frames_refused_without_a_key(case):
    """By a node that has heard nobody yet; nothing is answered and nobody remembered."""
    drawn = itertools.chain([b(case["reader_session_private"]), b(case["reader_identity_seed"])],
                            itertools.repeat(bytes(32)))
    reader = Node(bytes(6), b(case["network_key"]), entropy=lambda count: next(drawn)[:count])
    reader.receive(b(case["link_address"]), b(case["frame"]), now=0)
    assert reader.refused == {case["refusal"]: 1}
    assert not reader.outbox and not reader.packets


@pytest.mark.parametrize("case", cases("refused_sealed"))
def test_frames_refused_after_they_opened(case):
    data_key = session.DataKey(case["suite"], case["epoch"], b(case["key"]))

    def take(frame):
        _, payload = data_key.open(frame)
        message.check_hops(payload, frame.hop_limit)
        message.read(payload)
    assert refusal(take, frames.read(b(case["frame"]))) == case["refusal"]


@pytest.mark.parametrize("case", cases("refused_record"))
def test_fragments_refused(case):
    def take(data):
        record.read(data).verify(b(case["identity_public"]), b(case["network_key"]))
    assert refusal(take, b(case["bytes"])) == case["refusal"]


@pytest.mark.parametrize("case", cases("refused_message"))
def test_messages_of_routing_refused(case):
    assert refusal(message.read, b(case["message"])) == case["refusal"]


@pytest.mark.parametrize("name", ["two links, closed mesh", "the last of sixteen, empty"])
def test_a_flipped_bit_or_a_cut_of_a_fragment_is_refused(name):
    case = one("record", name)
    data, public = b(case["bytes"]), Identity(b(case["identity_seed"])).public

    def take(changed):
        record.read(changed).verify(public, b(case["network_key"]))
    assert refusal(take, data) == ""
    assert all(refusal(take, changed) for _, changed in flipped(data))
    assert all(refusal(take, data[:size]) for size in range(len(data)))


def test_a_certificate_of_another_is_refused():
    said = record.read(b(one("record", "alone")["bytes"]))
    other = said.with_(certificate=BOB.certificate(CLOSED))
    forged = said.with_(certificate=said.certificate.with_(generation=9))
    assert [refusal(fragment.verify_certificate, CLOSED) for fragment in (said, other, forged)] == \
        ["", "certificate", "certificate"]


def an_error(**changes):
    culprit = frames.read(b(one("data", "a packet of 1500 bytes")["frame"]))
    return error.about(culprit, BOB.address[2:10], error.TOO_BIG, 1400).with_(**changes)


def test_an_error_names_its_culprit():
    culprit = frames.read(b(one("data", "a packet of 1500 bytes")["frame"]))
    said = frames.read(an_error().write())
    assert len(said.write()) == 46 and said == an_error()
    assert said.header.destination == culprit.source and said.culprit == culprit.destination
    assert said.flow == culprit.parity << 7 | culprit.lane
    assert said.seal == culprit.sealed[:8] and said.counter == culprit.counter


def test_an_error_about_nothing_we_sent_is_refused():
    node = Node(bytes(6), CLOSED)
    for destination, code in ((node.id, "error_unmatched"), (bytes(8), "relay_stranger")):
        header = dataclasses.replace(an_error().header, destination=destination)
        node.receive(bytes(6), an_error(header=header).write(), now=0)
        assert node.refused.pop(code) == 1 and not node.refused


@pytest.mark.parametrize("case", [param for param in cases("data") if len(
    param.values[0]["frame"]) < 200])
def test_a_flipped_bit_of_a_data_frame_does_not_open(case):
    """But for hop limit, ECN and padding, which are not authenticated."""
    data = b(case["frame"])
    extended = case["form"] == "extended"
    free = {8 * (2 if extended else 1) + bit for bit in range(8)}
    free |= {8 * 20 + 6, 8 * 20 + 7} if extended else {22, 23}
    free |= set(range(8 * (len(data) - len(frames.read(data).padding)), 8 * len(data))) \
        if extended else set()
    keys = Session(case["suite"], case["epoch"], bytes(32), b(case["key"]), ours=False)

    def take(changed):
        frame = frames.read(changed)
        assert isinstance(frame, frames.Data)
        assert (frame.destination, frame.source) == (b(case["destination"])[2:10],
                                                     b(case["source"])[2:10])
        keys.open(frame)

    def opens(changed):
        try:
            return not refusal(take, changed)
        except AssertionError:
            return False
    opened = {bit for bit, changed in flipped(data) if bit not in free and opens(changed)}
    assert opened == set()
    assert opens(data)


def test_a_flipped_bit_of_a_hello_is_refused_in_a_closed_mesh():
    data = b(one("hello", "to the group, closed mesh")["frame"])

    def take(changed):
        frame = frames.read(changed)
        assert isinstance(frame, Hello)
        frame.verify(CLOSED)
        Ledger(CLOSED).take(frame.certificate)
    assert refusal(take, data) == ""
    for bit, changed in flipped(data):
        if bit not in (3, 15):
            assert refusal(take, changed), f"bit {bit}"


def responder_takes(data, case):
    frame, own = frames.read(data), Keyring([b(case["responder_session_private"])])
    cookie.check_mac1(frame, own.publics()[0], CLOSED)
    transcript = handshake.Transcript(own, CLOSED, frame.header.source,
                                      b(case["responder_address"]), own.publics()[0])
    offer = transcript.read_initiation(frame)
    handshake.check_offer(offer, transcript, b(case["initiator_link_address"]), Ledger(CLOSED))


def test_a_flipped_bit_of_an_initiation_is_refused_before_its_mac2():
    """But for the hop limit, which relays change."""
    case = one("handshake", "first, closed mesh, both suites")
    data = b(case["initiation"])
    assert refusal(responder_takes, data, case) == ""
    for bit, changed in flipped(data[:302]):
        if bit not in (3, *range(8, 24)):
            assert refusal(responder_takes, changed + bytes(16), case), f"bit {bit}"


def test_noise_alone_refuses_what_mac1_would_have():
    case = one("handshake", "first, closed mesh, both suites")
    frame = frames.read(b(case["initiation"]))
    own = Keyring([b(case["responder_session_private"])])
    for at in (27, 59, 106, 107, 285):
        changed = bytearray(frame.write())
        changed[at] ^= 1
        sealed = cookie.with_mac1(frames.read(bytes(changed)), own.publics()[0], CLOSED)
        assert refusal(responder_takes, sealed.write(), case) == "handshake"
    zeros = cookie.with_mac1(frame.with_(ephemeral=bytes(32)), own.publics()[0], CLOSED)
    assert refusal(responder_takes, zeros.write(), case) == "handshake"


def test_an_older_or_second_certificate_of_a_generation_is_refused():
    ledger = Ledger(CLOSED)
    newest = issue(ALICE.identity, ALICE.session, 9, CLOSED)
    ledger.take(newest)
    ledger.take(newest)
    older = issue(ALICE.identity, ALICE.session, 8, CLOSED)
    other = issue(ALICE.identity, BOB.session, 9, CLOSED)
    forged = older.with_(signature=bytes(64))
    assert [refusal(ledger.take, one) for one in (older, other, forged)] == ["certificate_old"] * 3
    ledger.take(issue(ALICE.identity, BOB.session, 10, CLOSED))


def test_a_wrong_cookie_is_refused():
    case = one("cookie", "closed mesh")
    first, answer = frames.read(b(case["initiation"])), frames.read(b(case["frame"]))
    public = b(case["session_public"])
    assert refusal(cookie.accept, answer.with_(number=1), first, public, CLOSED) \
        == "handshake_unasked"
    assert refusal(cookie.accept, answer, first.with_(mac1=bytes(16)), public, CLOSED) \
        == "authentication"
    assert refusal(cookie.check_mac2, first, [b(case["cookie"])]) == "cookie"


def test_suites_are_chosen_from_what_was_offered():
    chosen = [handshake.choose_suite(*sets) for sets in ((3, 3), (3, 2), (1, 3), (3, 1))]
    assert chosen == [1, 1, 0, 0]
    assert refusal(handshake.choose_suite, 2, 1) == "suite"


def test_the_window_takes_each_counter_once_and_none_too_old():
    window = Window()

    def take(counter):
        window.check(counter)
        window.move(counter)
    taken = [refusal(take, counter) for counter in (0, 0, 5, 3, 3, 1028, 5, 4, 1027, 1028)]
    assert taken == ["", "replay", "", "", "replay", "", "replay", "replay", "", "replay"]


def test_a_forged_frame_does_not_move_the_window():
    case = load("data")[0]
    keys = Session(case["suite"], case["epoch"], bytes(32), b(case["key"]), ours=False)
    frame = frames.read(b(case["frame"]))
    forged = frame.with_(counter=frame.counter + 5000)
    assert refusal(keys.open, forged) == "authentication"
    assert refusal(keys.open, frame) == ""
    assert refusal(keys.open, frame) == "replay"


def test_a_lane_ends_before_its_last_counter():
    keys = Session(0, 1, bytes(32), bytes(32), ours=True)
    keys._counters[1] = 2**32 - 1
    form = frames.data_form(20, BOB.address, ALICE.address, lane=1, parity=0, partial=0, counter=0,
                            hop_limit=64, dscp=0, ecn=0)
    assert refusal(keys.seal, form, 17, udp(bytes(12))) == "exhausted"
