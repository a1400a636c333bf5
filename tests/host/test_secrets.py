"""What the daemon keeps to itself: neither its memory as others see it, of which a core dump is a
part, nor its log, nor its control socket show a byte of its keys."""
import base64
import json
import pathlib
import sys

import pytest
from mesh import MESHCTL, MESHPD, SANITIZED, TREE, wait_for

sys.path.insert(0, str(TREE / "tests/reader"))
from meshp import capture as pcap  # noqa: E402
from meshp.observer import Observer  # noqa: E402

READER = ["env", f"PYTHONPATH={TREE}/tests/reader", "/usr/bin/python3", "-m", "meshp"]
MEMORY = pathlib.Path(__file__).resolve().parent / "memory.py"
WEAK = ["setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock", "prlimit",
        "--memlock=65536", "--"]


def conversation(mesh, folder, alice):
    """The second reader meets alice. The keys of their session, both ways, as it knows them."""
    reader, capture = mesh.host("reader", up=False), folder / "wire.pcap"
    mesh.switch.start(*"tcpdump -i alice -Z root -U --immediate-mode -w".split(), capture)
    mesh.switch.until_logged("tcpdump", "listening")
    reader.run(*READER, "greet", "eth0", "--keys-out", folder / "keys")
    mesh.switch.stop("tcpdump", how=2)
    observer = Observer.told(json.loads((folder / "keys").read_text()))
    for arrival in pcap.read(capture.read_bytes()):
        observer.see(arrival.payload)
    return {way.key.key for ways in observer._ways.values() for way in ways}


def seen(host, needles):
    """(what, where) for each needle that is in the daemon's memory, as root sees it."""
    pid = host.run("pgrep", "-o", "-x", "meshpd").stdout.strip()
    said = host.run(MEMORY, pid, *(needle.hex() for needle in needles)).stdout
    return [tuple(line.split(" ", 1)) for line in said.splitlines()]


PLAIN = pytest.mark.skipif(SANITIZED, reason="a sanitizer's shadow is too long to be searched")


def identity(host):
    """The seed, and how it is written in its file."""
    text = host.run("cat", "/var/lib/meshpd/identity").stdout.split()[1]
    return [base64.b64decode(text), text.encode()]


@PLAIN
def test_no_key_is_in_memory_that_others_read(mesh, folder):
    alice = mesh.host("alice")
    keys = conversation(mesh, folder, alice)
    assert len(keys) == 2
    if alice.meshctl("status")["node"]["memory"] != "secret":
        pytest.skip("this kernel has no memfd_secret")
    known = b"/run/meshpd/io.meshpd\0"
    finds = seen(alice, [known, *identity(alice), *keys])
    assert {what for what, _ in finds} == {known.hex(), "unreadable"}, finds
    assert any("secretmem" in where for what, where in finds if what == "unreadable")


@PLAIN
def test_without_it_keys_are_in_the_memory_of_the_node_alone(mesh, folder):
    """So they are not in a core dump, either, of which that memory is no part."""
    alice = mesh.host("alice", up=False)
    alice.start(*WEAK, MESHPD)
    wait_for(alice.answers, "alice answers")
    keys = conversation(mesh, folder, alice)
    assert alice.meshctl("status")["node"]["memory"] == "plain"
    finds = seen(alice, [*identity(alice), *keys])
    assert {what for what, _ in finds} == {key.hex() for key in (identity(alice)[0], *keys)}
    assert {where for _, where in finds} == {"/memfd:meshpd (deleted)"}


def test_no_key_is_said(mesh, folder):
    alice = mesh.host("alice")
    keys = [*identity(alice), *conversation(mesh, folder, alice)]
    verbs = ("status", "neighbours", "sessions", "routes", "links")
    said = "".join(alice.run(MESHCTL, "--json", verb).stdout for verb in verbs)
    said = said.encode() + alice.log_of("meshpd").read_bytes()
    for key in keys:
        for shown in (key, key.hex().encode(), key.hex().upper().encode(), base64.b64encode(key)):
            assert shown not in said
