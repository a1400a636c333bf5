"""The vectors in tests/vectors are what the reader writes today, and read from the files alone,
without the code that made them, they open and hold what they say."""
import json
import pathlib

import pytest
from meshp import (bundle, cookie, cost, frames, handshake, message, network, packet, record,
                   session, vectors)
from meshp.address import address_of, node_id_of
from meshp.certificate import Certificate, Ledger
from meshp.keyring import Identity, Keyring

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "vectors"
b = bytes.fromhex


def cases(name):
    loaded = json.loads((FOLDER / f"{name}.json").read_text("ascii"))
    return [pytest.param(case, id=case["name"]) for case in loaded]


def key_of(case):
    return b(case["network_key"]) or None


@pytest.mark.parametrize("name", vectors.FILES)
def test_the_reader_writes_the_same_file_again(name):
    assert (FOLDER / f"{name}.json").read_text("ascii") == vectors.text_of(name)


def test_a_vector_that_differs_is_noticed(tmp_path, capsys):
    vectors.write(tmp_path)
    assert vectors.check(tmp_path)
    text = (tmp_path / "hello.json").read_text("ascii")
    (tmp_path / "hello.json").write_text(text.replace("4001ff", "4001fe", 1))
    assert not vectors.check(tmp_path)
    assert capsys.readouterr().out == f"{tmp_path / 'hello.json'} differs\n"


@pytest.mark.parametrize("name", vectors.FILES)
def test_every_case_is_flat_and_has_a_name_of_its_own(name):
    loaded = json.loads((FOLDER / f"{name}.json").read_text("ascii"))
    assert len({case["name"] for case in loaded}) == len(loaded) > 0
    assert all(isinstance(value, (int, str)) for case in loaded for value in case.values())


@pytest.mark.parametrize("case", cases("address"))
def test_addresses(case):
    address = address_of(b(case["identity_public"]))
    assert address == b(case["address"]) and address[:2] == b"\xbe\xef"
    assert node_id_of(address) == b(case["node_id"])


@pytest.mark.parametrize("case", cases("certificate"))
def test_certificates(case):
    certificate = Certificate.read(b(case["certificate"]))
    Ledger(key_of(case)).take(certificate)
    assert certificate.session == Keyring().add(b(case["session_private"]))
    assert certificate.generation == case["generation"]


@pytest.mark.parametrize("case", cases("hello"))
def test_hellos(case):
    hello = frames.read(b(case["frame"]))
    hello.verify(key_of(case))
    Ledger(key_of(case)).take(hello.certificate)
    assert hello.write() == b(case["frame"])
    assert (hello.zone, hello.nodes, hello.epoch, hello.instance, hello.interface) == \
        (case["zone"], case["nodes"], case["boot_epoch"], case["instance"], case["interface"])
    assert hello.digest == b(case["digest"])


def link_address(case, role):
    """Where a handshake came from, None if over relays: then the payload names zeros."""
    named = b(case[f"{role}_link_address"])
    if case["hop_limit"] == 255:
        return named
    assert named == bytes(6) and case[f"{role}_interface"] == 0
    return None


@pytest.mark.parametrize("case", cases("handshake"))
def test_the_responder_opens_the_initiation(case):
    key, frame = key_of(case), frames.read(b(case["initiation"]))
    own = Keyring([b(case["responder_session_private"])])
    cookie.check_mac1(frame, own.publics()[0], key)
    transcript = handshake.Transcript(own, key, frame.header.source, b(case["responder_address"]),
                                      own.publics()[0])
    offer = transcript.read_initiation(frame)
    handshake.check_offer(offer, transcript, link_address(case, "initiator"), Ledger(key))
    assert frame.hop_limit == case["hop_limit"]
    assert offer.write() == b(case["initiation_payload"])
    assert transcript.noise.hash == b(case["hash_after_initiation"])
    if case["cookie"]:
        cookie.check_mac2(frame, [b(case["cookie"])])


@pytest.mark.parametrize("case", cases("handshake"))
def test_the_initiator_opens_the_response(case):
    key, frame = key_of(case), frames.read(b(case["initiation"]))
    own = Keyring([b(case["initiator_session_private"]), b(case["initiator_ephemeral_private"])])
    responder = Certificate.read(b(case["responder_certificate"]))
    transcript = handshake.Transcript(own, key, frame.header.source, responder.address,
                                      responder.session)
    offer = transcript.read_initiation(frame)
    response = frames.read(b(case["response"]))
    cookie.check_mac1(response, own.publics()[0], key)
    choice = transcript.read_response(response)
    handshake.check_choice(choice, transcript, offer, response.header.source,
                           link_address(case, "responder"), Ledger(key))
    handshake.check_epoch(choice.epoch, offer.last_epoch, None)
    assert choice.write() == b(case["response_payload"])
    assert (choice.suite, choice.epoch) == (case["suite"], case["epoch"])
    keys = b(case["initiator_sending_key"]), b(case["responder_sending_key"])
    assert transcript.noise.split() == keys
    assert transcript.noise.hash == b(case["hash_after_response"])


@pytest.mark.parametrize("case", cases("cookie"))
def test_cookies(case):
    initiation, answer = frames.read(b(case["initiation"])), frames.read(b(case["frame"]))
    value = cookie.accept(answer, initiation, b(case["session_public"]), key_of(case))
    assert value == b(case["cookie"])
    again = frames.read(b(case["initiation_with_mac2"]))
    assert again == cookie.with_mac2(initiation, value)
    cookie.check_mac2(again, [bytes(16), value])


@pytest.mark.parametrize("case", cases("keys"))
def test_key_schedules(case):
    public, key = b(case["session_public"]), key_of(case)
    assert cookie.mac1_key(public, key) == b(case["mac1_key"])
    assert cookie.cookie_key(public, key) == b(case["cookie_key"])


@pytest.mark.parametrize("case", cases("network"))
def test_networks(case):
    assert network.network_id(key_of(case)) == b(case["network_id"])


@pytest.mark.parametrize("case", cases("data"))
def test_data_frames(case):
    data_key = session.DataKey(case["suite"], case["epoch"], b(case["key"]))
    frame = frames.read(b(case["frame"]))
    next_header, payload = data_key.open(frame)
    assert (next_header, payload) == (case["next_header"], b(case["payload"]))
    assert (frame.nonce(), frame.associated()) == (b(case["nonce"]), b(case["associated"]))
    assert data_key.seal(frame, next_header, payload).write() == b(case["frame"])
    if case["packet"]:
        ends = b(case["source"]), b(case["destination"])
        assert packet.rebuild_all(frame, *ends, next_header, payload) == [b(case["packet"])]
        assert packet.lane_of(b(case["packet"])) == case["lane"]
    else:
        assert frame.lane == 0 and next_header == 253
        message.read(payload)


@pytest.mark.parametrize("case", cases("bundle"))
def test_bundles(case):
    data_key = session.DataKey(case["suite"], case["epoch"], b(case["key"]))
    frame = frames.read(b(case["frame"]))
    next_header, payload = data_key.open(frame)
    packets = bundle.read(payload)
    assert (next_header, payload) == (254, b(case["payload"])) and bundle.write(packets) == payload
    ends = b(case["source"]), b(case["destination"])
    assert packet.rebuild_all(frame, *ends, next_header, payload) == [
        b(case[f"packet_{i}"]) for i in range(case["packets"])]
    assert [one.partial for one in packets] == [
        case[f"partial_{i}"] for i in range(case["packets"])]
    assert len(b(case["frame"])) <= 1280


@pytest.mark.parametrize("case", cases("probe"))
def test_probes(case):
    said = message.read(b(case["payload"]))
    assert said.write() == b(case["payload"])
    assert said.asks == bool(case["asks"]) and said.sequence == case["sequence"]
    assert said.digest == b(case["digest"]) and said.nodes == case["nodes"]


@pytest.mark.parametrize("case", cases("cost"))
def test_costs(case):
    assert cost.code_of(case["us"]) == case["code"] and cost.is_code(case["code"])
    assert cost.us_of(case["code"]) == case["advertised_us"] >= case["us"]


def test_a_cost_has_one_code():
    known = [code for code in range(1 << 16) if cost.is_code(code)]
    values = [cost.us_of(code) for code in known]
    assert values == sorted(set(values)) and values[-1] == 2**24
    assert [cost.code_of(us) for us in values] == known


@pytest.mark.parametrize("case", cases("record"))
def test_records(case):
    fragment = record.read(b(case["bytes"]))
    assert fragment.write() == b(case["bytes"]) and len(b(case["bytes"])) <= 1150
    if fragment.certificate:
        fragment.verify_certificate(key_of(case))
    fragment.verify(Identity(b(case["identity_seed"])).public, key_of(case))
    assert fragment.hash(key_of(case)) == int(case["hash"], 16)
    assert (fragment.head.sequence, len(fragment.entries)) == (case["sequence"], case["entries"])


@pytest.mark.parametrize("name", ["records", "ack", "compare"])
def test_messages_of_routing(name):
    for param in cases(name):
        data = b(param.values[0]["message"])
        assert message.read(data).write() == data and len(data) <= 1200


@pytest.mark.parametrize("case", cases("records"))
def test_fragments_of_records(case):
    said = message.read(b(case["message"]))
    assert said.number == case["number"]
    assert [data.hex() for data in said.fragments] == [
        case[f"fragment_{i}"] for i in range(case["fragments"])]


@pytest.mark.parametrize("case", cases("error"))
def test_errors(case):
    said, culprit = frames.read(b(case["frame"])), frames.read(b(case["culprit"]))
    assert said.write() == b(case["frame"]) and len(said.write()) == 46
    assert (said.kind, said.mtu, said.counter) == (case["kind"], case["mtu"], culprit.counter)
    assert (said.source, said.destination, said.hop_limit) == \
        (b(case["relay_id"]), culprit.source, 64)
    assert said.culprit == culprit.destination and said.seal == culprit.sealed[:8]
    assert said.flow == case["parity"] << 7 | case["extended"] << 6 | case["lane"]


@pytest.mark.parametrize("case", cases("trace"))
def test_traces(case):
    asked = message.read(b(case["message"]))
    assert asked.write() == b(case["message"]) and len(asked.write()) == 48
    assert (asked.lane, asked.nonce) == (case["lane"], b(case["nonce"]))
    assert [b"\xbe\xef" + asked.destination, b"\xbe\xef" + asked.origin] == \
        [b(case["destination"]), b(case["origin"])]


@pytest.mark.parametrize("case", cases("traced"))
def test_answers_to_traces(case):
    said, key = message.read(b(case["message"])), key_of(case)
    identity = Identity(b(case["identity_seed"])).public
    assert said.write() == b(case["message"]) and len(said.write()) == 176
    assert said.verify(identity, key) and said.signature == b(case["signature"])
    assert not said.verify(identity, b"another network" if key is None else None)
    assert not said.with_(metric=said.metric ^ 1).verify(identity, key)
    for who in ("destination", "origin", "answerer", "next", "back"):
        assert b"\xbe\xef" + getattr(said, who) == b(case[who])
    assert (said.interface, said.mtu, said.rtt, said.loss, said.metric, said.queued) == tuple(
        case[name] for name in ("interface", "mtu", "rtt", "loss", "metric", "queued"))
    assert said.flags == case["lane"] | case["arrived"] << 7 | case["no_way"] << 6


@pytest.mark.parametrize("case", cases("lane"))
def test_lanes(case):
    assert packet.lane_of(b(case["packet"])) == case["lane"]


def test_a_flow_and_its_answers_share_a_lane():
    by_name = {param.values[0]["name"]: param.values[0]["lane"] for param in cases("lane")}
    assert by_name["UDP"] == by_name["answer to UDP"]
    assert len(set(by_name.values())) > 1


def test_a_full_packet_crosses_a_1500_byte_link_in_one_frame():
    frame = next(param.values[0] for param in cases("data") if "1500" in param.values[0]["name"])
    assert len(b(frame["packet"])) == len(b(frame["frame"])) == 1500
