"""What the daemon keeps to itself: neither its memory as others see it, nor a core dump, nor its
log, nor its control socket show a byte of its keys. tests/service looks into the journal."""
import json
import pathlib
import signal

import keys as known
import pytest
from mesh import BUILD, MESHCTL, MESHPD, SANITIZED, wait_for
from meshp import capture as pcap

MEMORY = pathlib.Path(__file__).resolve().parent / "memory.py"
PUBLIC = b"/run/meshpd/io.meshpd\0"  # what has to be found where keys must not be
WEAK = ["setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock", "prlimit",
        "--memlock=65536", "--"]


def conversation(mesh, folder, alice):
    """The second reader meets alice. The keys of their session, both ways, as it knows them."""
    reader, capture = mesh.host("reader", up=False), folder / "wire.pcap"
    mesh.switch.start(*"tcpdump -i alice -Z root -U --immediate-mode -w".split(), capture)
    mesh.switch.until_logged("tcpdump", "listening")
    reader.run(*known.READER, "greet", "eth0", "--keys-out", folder / "keys")
    mesh.switch.stop("tcpdump", how=2)
    return known.session(json.loads((folder / "keys").read_text()),
                         [arrival.payload for arrival in pcap.read(capture.read_bytes())])


def seen(host, needles):
    """(what, where) for each needle that is in the daemon's memory, as root sees it."""
    pid = host.run("pgrep", "-o", "-x", "meshpd").stdout.strip()
    said = host.run(MEMORY, pid, *(needle.hex() for needle in needles)).stdout
    return [tuple(line.split(" ", 1)) for line in said.splitlines()]


PLAIN = pytest.mark.skipif(SANITIZED, reason="a sanitizer's shadow is too long to be searched")


@PLAIN
def test_no_key_is_in_memory_that_others_read(mesh, folder):
    alice = mesh.host("alice")
    keys = conversation(mesh, folder, alice)
    assert len(keys) == 2
    if alice.meshctl("status")["node"]["memory"] != "secret":
        pytest.skip("this kernel has no memfd_secret")
    finds = seen(alice, [PUBLIC, *known.identity(alice), *keys])
    assert {what for what, _ in finds} == {PUBLIC.hex(), "unreadable"}, finds
    assert any("secretmem" in where for what, where in finds if what == "unreadable")


@PLAIN
def test_without_it_keys_are_in_the_memory_of_the_node_alone(mesh, folder):
    alice = mesh.host("alice", up=False)
    alice.start(*WEAK, MESHPD)
    wait_for(alice.answers, "alice answers")
    keys = conversation(mesh, folder, alice)
    assert alice.meshctl("status")["node"]["memory"] == "plain"
    finds = seen(alice, [*known.identity(alice), *keys])
    assert {what for what, _ in finds} == {key.hex() for key in (known.identity(alice)[0], *keys)}
    assert {where for _, where in finds} == {"/memfd:meshpd (deleted)"}


def crashing(host, folder, *before):
    """Starts the daemon where a core dump of it would lie, with all the memory a dump can have."""
    folder.mkdir()
    folder.chmod(0o777)
    command = " ".join(map(str, (*before, MESHPD)))
    host.start("sh", "-c", f"cd {folder}; ulimit -c unlimited; "
               f"echo 0x7f >/proc/self/coredump_filter; exec {command}")
    wait_for(host.answers, f"{host.name} answers")


def dump(host, folder):
    """Ends it as a fault of its own would; the core dump, or nothing."""
    host.stop("sh", signal.SIGABRT)
    return b"".join(path.read_bytes() for path in folder.glob("core*"))


@PLAIN
@pytest.mark.parametrize("before, memory", [([], "secret"), (WEAK, "plain")])
def test_no_key_is_in_a_core_dump(mesh, folder, before, memory):
    """There is none, as the daemon asks for none; nor are they in one that is written all the
    same."""
    pattern = pathlib.Path("/proc/sys/kernel/core_pattern").read_text()
    if pattern[0] in "/|":
        pytest.skip("core dumps go elsewhere on this machine")
    alice = mesh.host("alice", up=False)
    crashing(alice, folder / "as-it-is", *before)
    assert dump(alice, folder / "as-it-is") == b""
    crashing(alice, folder / "forced", "env", f"LD_PRELOAD={BUILD}/tests/host/dumpable.so", *before)
    keys = [*known.identity(alice), *conversation(mesh, folder, alice)]
    if alice.meshctl("status")["node"]["memory"] != memory:
        pytest.skip("this kernel has no memfd_secret")
    core = dump(alice, folder / "forced")
    assert len(keys) == 4 and PUBLIC in core
    assert known.shown(keys, core) == []


def test_no_key_is_said(mesh, folder):
    alice = mesh.host("alice")
    keys = [*known.identity(alice), *conversation(mesh, folder, alice)]
    verbs = ("status", "neighbours", "sessions", "routes", "links")
    said = "".join(alice.run(MESHCTL, "--json", verb).stdout for verb in verbs)
    assert known.shown(keys, said.encode() + alice.log_of("meshpd").read_bytes()) == []
