"""The dissector for Wireshark (wireshark/meshp.lua) in tshark, run as nobody: it finds in the test
vectors what they hold, field by field, and nothing it is given makes it fail."""
import json
import pathlib
import random
import re
import shutil
import struct
import subprocess
import tempfile

import pytest
from meshp import capture

TREE = pathlib.Path(__file__).resolve().parents[2]
DISSECTOR = TREE / "wireshark/meshp.lua"
MESHP, IPV6, MESSAGE, BUNDLE = capture.ETHERTYPE, 0x86dd, 253, 254
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env"]
b = bytes.fromhex

pytestmark = pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not there")


def cases(name):
    return json.loads((TREE / f"tests/vectors/{name}.json").read_text("ascii"))


def framed(frame):
    return MESHP, frame


def message(payload, next_header=MESSAGE):
    """A message of lane 0 as meshctl capture has it."""
    head = struct.pack("!IHBB", 6 << 28, len(payload), next_header, 255)
    return IPV6, head + b("beef") + bytes(13) + b"\1" + b("beef") + bytes(13) + b"\2" + payload


def write(path, packets):
    """A capture of (EtherType, bytes)."""
    out = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, capture.ETHERNET)]
    for kind, bytes_ in packets:
        frame = bytes(12) + kind.to_bytes(2, "big") + bytes_
        out.append(struct.pack("<4I", 1, 0, len(frame), len(frame)) + frame)
    path.write_bytes(b"".join(out))
    return path


@pytest.fixture(scope="module")
def folder():
    """A folder that everybody may read, with the dissector in it."""
    with tempfile.TemporaryDirectory(prefix="meshpd-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        (folder / "meshp.lua").write_text(DISSECTOR.read_text())
        yield folder


def tshark(path, *options, dissector="meshp.lua"):
    done = subprocess.run([*NOBODY, f"HOME={path.parent}", "tshark", "-n", "-X",
                           f"lua_script:{path.parent / dissector}", "-r", path, *options],
                          capture_output=True, timeout=80)
    said = done.stdout.decode(errors="replace")
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return said


def fields(path, names):
    """For each packet the values of these fields, and what the experts say."""
    asked = [option for name in [*names, "_ws.expert.message"] for option in ("-e", name)]
    rows = tshark(path, "-T", "fields", "-E", "separator=/t", "-E", "aggregator=|", *asked)
    return [dict(zip([*names, "experts"], row.split("\t"))) for row in rows.splitlines()]


# Of each kind of vector: how to see it, and which field of ours is which of the dissector's.
IDS = {"source_id": "source", "destination_id": "destination"}
DATA = {"lane": "lane", "counter": "counter", "hop_limit": "hop_limit", "dscp": "dscp",
        "ecn": "ecn", "partial": "partial"}
EXTENDED = {**DATA, "lane": "ext.lane", "partial": "ext.partial"}
KINDS = {
    "hello": ("frame", framed, {
        **IDS, "network_id": "network", "zone": "zone", "nodes": "nodes", "digest": "digest",
        "boot_epoch": "boot_epoch", "instance": "instance", "interface": "interface"}),
    "handshake": ("initiation", framed, {"number": "handshake.number", "hop_limit": "hop_limit"}),
    "cookie": ("frame", framed, {"nonce": "cookie.nonce"}),
    "error": ("frame", framed, {
        "kind": "error.kind", "mtu": "error.mtu", "lane": "error.lane", "parity": "error.key",
        "counter": "error.counter", "extended": "error.extended", "seal": "error.seal"}),
    "data": ("frame", framed, None),
    "bundle": ("payload", lambda payload: message(payload, BUNDLE), {}),
    "probe": ("payload", message, {
        "asks": "probe.ask", "selects": "probe.selects", "declines": "probe.declines",
        "eager": "probe.news", "sequence": "probe.sequence", "echo": "probe.echo",
        "delay": "probe.delay", "heard": "probe.heard", "instance": "instance",
        "link_address": "link_address", "interface": "interface", "digest": "digest",
        "nodes": "nodes"}),
    "hint": ("message", message, {"destination": "hint.address", "link_address": "link_address"}),
    "records": ("message", message, {"number": "records.number"}),
    "ack": ("message", message, {"greatest": "ack.greatest", "bitmap": "ack.bitmap"}),
    "compare": ("message", message, {"asks": "compare.say"}),
    "trace": ("message", message, {"lane": "trace.lane", "nonce": "trace.nonce",
                                   "destination": "trace.destination", "origin": "trace.origin"}),
    "traced": ("message", message, {
        "lane": "trace.lane", "arrived": "trace.arrived", "no_way": "trace.no_way",
        "nonce": "trace.nonce", "destination": "trace.destination", "origin": "trace.origin",
        "answerer": "trace.answerer", "next": "trace.next", "back": "trace.back",
        "interface": "interface", "mtu": "trace.mtu", "rtt": "trace.rtt_us", "loss": "trace.loss",
        "metric": "trace.metric", "queued": "trace.queue", "signature": "trace.signature"}),
    "record": ("bytes", lambda bytes_: message(
        struct.pack("!BIH", 2, 1, len(bytes_)) + bytes_), {
        "fragment": "record.fragment", "fragments": "record.fragments", "zone": "zone",
        "epoch": "boot_epoch", "instance": "instance", "sequence": "record.sequence",
        "lifetime": "record.lifetime", "entries": "record.entries",
        "least": "least_version", "greatest": "greatest_version"}),
}


def named(kind, case):
    """Which field of a case is which of the dissector's."""
    if kind == "data":
        return EXTENDED if case["form"] == "extended" else DATA
    return KINDS[kind][2]


def shown(kind):
    """The packets of a kind of vector."""
    key, how, _ = KINDS[kind]
    return [how(b(case[key])) for case in cases(kind)]


def same(value, text):
    """True if tshark's text is that value of a vector."""
    if isinstance(value, int):
        return text != "" and int({"True": "1", "False": "0"}.get(text, text), 0) == value
    if text.startswith("beef:"):
        groups = "".join(group.rjust(4, "0") for group in text.split(":"))
        return groups == value or set(value) == {"0"} and set(groups[4:]) == {"0"}
    return re.sub("^0x|:", "", text) == value


ENTRY = [f"meshp.record.{name}" for name in ("neighbour", "mtu", "quality", "medium", "cost_us")]


@pytest.fixture(scope="module")
def rows(folder):
    """Of each kind the rows of its vectors, all read at once."""
    wanted = {f"meshp.{name}" for kind in KINDS for case in cases(kind)
              for name in named(kind, case).values()}
    packets = [packet for kind in KINDS for packet in shown(kind)]
    read = fields(write(folder / "vectors.pcap", packets), sorted(wanted) + ENTRY)
    assert len(read) == len(packets)
    return {kind: [read.pop(0) for _ in cases(kind)] for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_it_finds_in_a_vector_what_it_holds(rows, kind):
    for case, row in zip(cases(kind), rows[kind]):
        for ours, theirs in named(kind, case).items():
            assert same(case[ours], row[f"meshp.{theirs}"]), (case["name"], theirs, row)
        # Another version, and fragments of another shape, it says.
        if case.get("least", 1) == 1 and case["name"] != "fragments that are none":
            assert row["experts"] == "", (case["name"], row)


def test_it_finds_each_entry_of_a_record(rows):
    found = 0
    for case, row in zip(cases("record"), rows["record"]):
        for i, address in enumerate(filter(None, row[ENTRY[0]].split("|"))):
            assert same(case[f"address_{i}"], address)
            for name, field in zip(ENTRY[1:], ("mtu", "quality", "medium")):
                assert same(case[f"{field}_{i}"], row[name].split("|")[i])
            found += 1
    assert found >= 5


def test_it_says_what_is_too_short_or_too_long(folder):
    refused = [case for case in cases("refused")
               if case["frame"] and case["refusal"] in ("frame_short", "frame_long")]
    rows = fields(write(folder / "refused.pcap", [framed(b(c["frame"])) for c in refused]),
                  ["meshp.type"])
    assert len(refused) > 3
    for case, row in zip(refused, rows):
        assert row["experts"] != "", case["name"]


def broken():
    """A case of each kind cut off at each byte, and what chance makes of them."""
    chance = random.Random(8)
    whole = [shown(kind)[0] for kind in KINDS] + shown("data")[:12] + shown("record")[:4]
    for kind, bytes_ in whole:
        head = 40 if kind == IPV6 else 0
        for size in range(0, len(bytes_) - head, 1 if len(bytes_) < 400 else 7):
            cut = bytes_[:head + size]
            yield kind, cut if not head else cut[:4] + struct.pack("!H", size) + cut[6:]
    for _ in range(3000):
        kind, bytes_ = chance.choice(whole)
        head = 40 if kind == IPV6 else 0
        changed = bytearray(bytes_)
        for _ in range(chance.randrange(1, 6)):
            changed[chance.randrange(head, len(changed))] = chance.choice((0, 1, 255, 0x40, 0x50))
        yield kind, bytes(changed)


def test_nothing_makes_it_fail(folder):
    packets = list(broken())
    said = tshark(write(folder / "broken.pcap", packets), "-V")
    assert said.count("Frame Number:") == len(packets) > 5000
    assert "Lua Error" not in said
    assert "Malformed" in said


def test_a_frame_that_is_replayed_costs_no_more_than_another(folder):
    frame, count = shown("data")[0], 80000
    said = tshark(write(folder / "replayed.pcap", [frame] * count), "-Y", "meshp.counter",
                  "-T", "fields", "-e", "frame.number")
    assert len(said.splitlines()) == count


def test_a_failure_would_be_seen(folder):
    faulty = DISSECTOR.read_text().replace('c:add(8, "network")', "c:add(nil)", 1)
    (folder / "faulty.lua").write_text(faulty)
    said = tshark(write(folder / "hello.pcap", shown("hello")), "-V", dissector="faulty.lua")
    assert "Lua Error" in said
