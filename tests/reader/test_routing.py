"""An observer who was told the traffic keys reads routing: records with their links, what answers
them, and errors; and says which record nobody should believe."""
import json

import pytest
from meshp import capture, decode, error, frames, message, record, session
from meshp.address import shown
from meshp.examples import ALICE, BOB, CLOSED, udp
from meshp.examples import sealed as seal
from meshp.routing import a_fragment, entries_of

SUITE, EPOCH = 0, 1


def on_lane_0(said):
    case = seal("", SUITE, EPOCH, session.CONTROL, said.write(), session.CONTROL_LANE,
                hop_limit=255)
    return bytes.fromhex(case["frame"])


@pytest.fixture
def decoded(tmp_path, capsys):
    """Decodes payloads that Alice sent; gives whether all was well, and what was printed."""
    def run(*payloads):
        key = seal("", SUITE, EPOCH, session.UDP, b"")["key"]
        keys = {"network_key": CLOSED.hex(), "traffic_keys": [
            {"source": shown(ALICE.address), "destination": shown(BOB.address), "suite": SUITE,
             "epoch": EPOCH, "key": key}]}
        (tmp_path / "keys.json").write_text(json.dumps(keys))
        (tmp_path / "wire.pcap").write_bytes(capture.write(
            capture.Arrival(0, BOB.link_address, ALICE.link_address, data) for data in payloads))
        return decode.decode(tmp_path / "wire.pcap", tmp_path / "keys.json"), \
            capsys.readouterr().out
    return run


def test_records_are_printed_with_their_links(decoded):
    entries = entries_of(2)
    first = a_fragment(fragments=2, flags=record.GATEWAY, sequence=77, tlvs=b"\7\1z")
    later = a_fragment(fragment=1, fragments=2, entries=entries)
    good, out = decoded(on_lane_0(message.Records(5, (first.write(), later.write()))))
    assert good and "RECORDS number=5" in out and "flags=4 " in out and "sequence=77" in out
    assert out.count(f"record {shown(ALICE.address)}") == 2 and "tlvs=07017a" in out
    assert all(f"link {shown(entry.address)} cost={entry.cost} mtu={entry.mtu}" in out
               for entry in entries)


def test_acks_compares_and_errors_are_printed(decoded):
    culprit = frames.read(bytes.fromhex(seal("", SUITE, EPOCH, session.UDP, udp(b"x"))["frame"]))
    good, out = decoded(on_lane_0(message.Ack(message.ACK, 9, 5)),
                        on_lane_0(message.Compare(message.COMPARE, 1, bytes(1024))),
                        error.about(culprit, BOB.address[2:10], error.TOO_BIG, 1400).write())
    assert good and "ACK greatest=9 bitmap=5" in out and "COMPARE flags=1" in out
    assert "ERROR" in out and "kind=2 mtu=1400" in out


@pytest.mark.parametrize("spoiled, code", [
    (lambda good: good[:-1] + bytes([good[-1] ^ 1]), "record"),
    (lambda good: good + b"\0", "malformed"),
    (lambda good: a_fragment(None).write(), "certificate")])
def test_a_record_that_nobody_should_believe_is_named(decoded, spoiled, code):
    said = message.Records(1, (spoiled(a_fragment().write()),))
    good, out = decoded(on_lane_0(said))
    assert not good and f"refused: {code}" in out


def test_a_later_fragment_is_judged_by_the_first(decoded):
    later = a_fragment(fragment=1, fragments=2).write()
    forged = later[:-1] + bytes([later[-1] ^ 1])
    alone, _ = decoded(on_lane_0(message.Records(1, (forged,))))
    after, out = decoded(on_lane_0(message.Records(1, (a_fragment().write(), forged))))
    assert alone and not after and "refused: record" in out
