"""`meshctl capture` on a live mesh, read by tshark as nobody with our dissector: frames of the
links and what those of a host's own carry, in pairs; of others' nothing; and how a capture ends."""
import fcntl
import os
import re
import select
import shutil
import signal
import struct
import subprocess
import termios
import time

import pytest
from mesh import MESHCTL, TREE, process_of, wait_for
from wires import converged, start, wire

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env"]
EXTCAP = TREE / "wireshark/extcap/meshpd"
PAUSE = 0.2  # seconds of a reader, within what it is given
STATISTICS = 5  # the type of their blocks

pytestmark = pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not there")


class Capture:
    """A capture under way on a host, into a file."""

    def __init__(self, host, *options):
        self.host, self.path = host, host.folder / f"{host.name}.pcapng"
        self.path.touch()
        self.log = host.folder / f"{host.name}-capture.log"
        with self.path.open("wb") as out, self.log.open("wb") as said:
            self.popen = subprocess.Popen(host.inside(MESHCTL, "capture", *options), stdout=out,
                                          stderr=said, stdin=subprocess.DEVNULL)
        wait_for(lambda: "capturing" in self.said() or self.popen.poll() is not None, "it begins")

    def said(self):
        return self.log.read_text()

    def end(self, how=signal.SIGINT):
        """Ends it and returns its exit status."""
        if self.popen.poll() is None:
            os.kill(process_of(self.popen), how)
        return self.popen.wait(10)


def wait_for_capture(host):
    """A capture that begins, though another ended a moment ago."""
    def tried():
        capture = Capture(host)
        return capture if capture.popen.poll() is None else None
    return wait_for(tried, "a capture begins")


def tshark(path, *options):
    script = path.parent / "meshp.lua"
    script.write_text((TREE / "wireshark/meshp.lua").read_text())
    done = subprocess.run([*NOBODY, f"HOME={path.parent}", "tshark", "-n", "-2", "-X",
                           f"lua_script:{script}", "-r", path, *options],
                          capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "Lua" not in done.stdout + done.stderr.replace("lua_script", "")
    return done.stdout


NAMES = ["frame.number", "frame.interface_name", "frame.packet_flags_direction", "frame.comment",
         "meshp.source", "meshp.destination", "meshp.counter", "meshp.type", "meshp.message",
         "meshp.opened_in", "meshp.sealed_in", "icmpv6.type", "icmpv6.echo.identifier",
         "icmpv6.echo.sequence_number", "icmpv6.checksum.status", "tcp.dstport", "ipv6.src",
         "ipv6.dst", "_ws.expert.message"]


def packets(path):
    """Each packet with its fields, by number."""
    asked = [word for name in NAMES for word in ("-e", name)]
    read = tshark(path, "-Y", "frame", "-T", "fields", "-E", "separator=/t", *asked)
    rows = [dict(zip(NAMES, line.split("\t"))) for line in read.splitlines()]
    return {row["frame.number"]: row for row in rows}


def waiting(pipe):
    """Bytes in a pipe."""
    return struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, b"\0" * 4))[0]


def block_types(path):
    """The types of the blocks that a whole file is made of."""
    data, types = path.read_bytes(), []
    while data:
        kind, size = struct.unpack_from(">II", data)
        assert data[size - 4:size] == data[4:8], "a block is cut"
        types.append(kind)
        data = data[size:]
    return types


def node_id(host):
    return host.meshctl("status")["id"]


def called(comment):
    """What a frame and what it carries are both called."""
    return comment.split(" ", 1)[1]


def line(mesh):
    """alice, relay and bob in a row."""
    hosts = [mesh.unplugged(name) for name in ("alice", "relay", "bob")]
    wire(hosts[0], hosts[1])
    wire(hosts[1], hosts[2])
    start(*hosts)
    converged(*hosts)
    return hosts


def test_frames_and_what_they_carry_come_in_pairs(mesh, folder):
    alice, relay, bob = line(mesh)
    (folder / "page").write_text("x" * 100000)
    bob.serve(folder)
    captures = [Capture(host) for host in (alice, relay)]
    echo = alice.run("ping", "-6", "-n", "-c", 3, "-i", 0.05, "-e", 4711, bob.address).stdout
    assert "3 received" in echo
    assert len(alice.run("curl", "-sSf", f"http://[{bob.address}]/page").stdout) == 100000
    assert [capture.end() for capture in captures] == [0, 0]
    seen = packets(captures[0].path)

    requests = [p for p in seen.values() if p["icmpv6.type"] == "128"]
    assert [int(p["icmpv6.echo.sequence_number"]) for p in requests] == [1, 2, 3]
    assert {int(p["icmpv6.echo.identifier"], 0) for p in requests} == {4711}
    replies = [p for p in seen.values() if p["icmpv6.type"] == "129"]
    assert {int(p["icmpv6.echo.identifier"], 0) for p in replies} == {4711} and len(replies) == 3
    for opened, way, ends in ((requests, 2, (alice, bob)), (replies, 1, (bob, alice))):
        for packet in opened:
            frame = seen[packet["meshp.sealed_in"]]
            assert packet["frame.number"] in frame["meshp.opened_in"].split(",")
            assert called(packet["frame.comment"]) == called(frame["frame.comment"])
            assert int(packet["frame.packet_flags_direction"], 0) == way
            assert int(frame["frame.packet_flags_direction"], 0) == way
            assert (frame["frame.interface_name"], packet["frame.interface_name"]) == \
                ("eth-relay", "tun0")
            assert frame["meshp.source"].replace(":", "") == node_id(ends[0])
            assert frame["meshp.destination"].replace(":", "") == node_id(ends[1])
    assert [p for p in seen.values() if "80" in p["tcp.dstport"]] != []
    assert {p["meshp.message"] for p in seen.values()} > {"1"}  # probes, opened
    assert [p["_ws.expert.message"] for p in seen.values() if "MESHP" in p["_ws.expert.message"]] \
        == []

    # The relay passed all that on, and has nothing of what is in it.
    seen = packets(captures[1].path)
    passed = [p for p in seen.values() if p["meshp.source"].replace(":", "") == node_id(alice)
              and p["meshp.destination"].replace(":", "") == node_id(bob)]
    assert len(passed) > 20
    assert {p["frame.interface_name"] for p in passed} == {"eth-alice", "eth-bob"}
    inside = [p for p in seen.values() if p["frame.interface_name"] == "tun0"]
    assert inside != []
    assert all(relay.address in (p["ipv6.src"], p["ipv6.dst"]) for p in inside)
    assert {p["icmpv6.type"] for p in seen.values()} == {""}


def test_handshake_and_hello_are_captured(mesh):
    alice = mesh.host("alice")
    capture = Capture(alice, "--sealed")
    bob = mesh.host("bob")
    mesh.joined(alice, bob)
    assert capture.end() == 0
    seen = packets(capture.path).values()
    assert {p["meshp.type"] for p in seen} >= {"1", "2", "3", ""}
    assert {p["frame.interface_name"] for p in seen} == {"eth0"}
    ways = {(p["meshp.type"], int(p["frame.packet_flags_direction"], 0)) for p in seen}
    assert {("1", 1), ("1", 2)} <= ways


def test_without_carriers_it_is_the_same(mesh):
    alice, bob = mesh.pair("Daemon.Workers=0")
    capture = Capture(alice)
    alice.ping(bob)
    assert capture.end() == 0
    seen = packets(capture.path)
    echoes = [p for p in seen.values() if p["icmpv6.type"] in ("128", "129")]
    assert len(echoes) == 2
    for packet in echoes:
        frame = seen[packet["meshp.sealed_in"]]
        assert called(packet["frame.comment"]) == called(frame["frame.comment"])


def test_it_keeps_what_is_asked_for(pair):
    alice, bob = pair
    capture = Capture(alice, "-i", "tun0", "-c", 4, "-s", 50)
    while capture.popen.poll() is None:
        alice.ping(bob)
    assert capture.popen.wait() == 0
    assert "4 packets, 0 lost" in capture.said()
    rows = tshark(capture.path, "-T", "fields", "-e", "frame.interface_name", "-e", "frame.cap_len",
                  "-e", "frame.len").splitlines()
    assert len(rows) == 4
    for name, kept, whole in map(str.split, rows):
        assert name == "tun0" and int(kept) == min(50, int(whole))
    assert Capture(alice, "-i", "eth7").end() == 1
    assert Capture(alice, "-c", "none").end() == 2


def test_who_may_and_how_many(pair, folder):
    alice, _ = pair
    capture = Capture(alice)
    assert Capture(alice, "-i", "eth0").end() == 1  # one at a time
    assert capture.end() == 0
    wait_for(lambda: Capture(alice, "-c", 1).end() == 0, "the next one may")
    alice.run("chmod", "0666", "/run/meshpd/io.meshpd")
    refused = alice.run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", MESHCTL,
                        "capture", check=False)
    assert refused.returncode == 4 and "root" in refused.stderr


def test_it_ends_with_its_reader_and_with_the_daemon(pair):
    alice, bob = pair
    alone = subprocess.run(alice.inside("sh", "-c", f"{MESHCTL} capture | head -c 100 >/dev/null"),
                           capture_output=True, timeout=10)
    assert alone.returncode == 0
    capture = wait_for_capture(alice)
    alice.ping(bob)
    alice.stop("meshpd")
    assert capture.popen.wait(10) == 3
    assert len(packets(capture.path)) > 2  # whole, to its end
    assert "meshpd has ended" in capture.said()


def test_memory_that_is_not_as_it_should_be_is_refused(pair):
    alice, _ = pair
    ask = TREE / "tests/host/lend"
    for how in ("none", "unsealed", "short", "pipe"):
        said = alice.run(ask, "/run/meshpd/io.meshpd", how).stdout
        assert "Malformed" in said, (how, said)
    assert "format" in alice.run(ask, "/run/meshpd/io.meshpd", "good").stdout
    assert alice.answers()


def test_nobody_waits_for_a_capture_that_is_not_read(pair):
    alice, bob = pair
    read, write = os.pipe()
    popen = subprocess.Popen(alice.inside(MESHCTL, "capture"), stdout=write,
                             stderr=subprocess.PIPE, text=True)
    assert "capturing" in popen.stderr.readline()
    os.close(write)
    flood = alice.run("ping", "-6", "-n", "-f", "-q", "-c", 4000, "-s", 1400, bob.address).stdout
    # The firewall lets through about a thousand echoes of one source a second, captured or not.
    assert int(re.search(r"(\d+) received", flood)[1]) > 3000
    os.kill(process_of(popen), signal.SIGINT)
    said = popen.communicate(timeout=10)[1]
    os.close(read)
    assert popen.returncode == 0
    assert int(re.search(r"(\d+) lost", said)[1]) > 1000
    assert "the file is cut short" in said


def test_who_reads_on_when_it_ends_gets_the_whole_file(pair, folder):
    alice, bob = pair
    read, write = os.pipe()
    size = fcntl.fcntl(write, fcntl.F_SETPIPE_SZ, 4096)
    popen = subprocess.Popen(alice.inside(MESHCTL, "capture"), stdout=write,
                             stderr=subprocess.PIPE, text=True)
    assert "capturing" in popen.stderr.readline()
    os.close(write)
    alice.run("ping", "-6", "-n", "-f", "-q", "-c", 20, "-s", 1000, bob.address)
    wait_for(lambda: waiting(read) > size - select.PIPE_BUF, "the pipe is full")
    os.kill(process_of(popen), signal.SIGINT)
    time.sleep(PAUSE)
    path = folder / "paused.pcapng"
    with os.fdopen(read, "rb") as pipe:
        path.write_bytes(pipe.read())
    said = popen.communicate(timeout=10)[1]
    assert popen.returncode == 0 and "cut short" not in said
    assert int(re.search(r"(\d+) packets", said)[1]) == len(packets(path)) > 40
    assert block_types(path)[-1] == STATISTICS


def test_wireshark_gets_it_by_extcap(pair, folder):
    alice, bob = pair
    shell = ["env", f"PATH={MESHCTL.parent}:{os.environ['PATH']}", EXTCAP]
    assert "interface {value=meshpd}" in alice.run(*shell, "--extcap-interfaces",
                                                   "--extcap-version=4.0").stdout
    asked = ["--extcap-interface", "meshpd"]
    assert alice.run(*shell, *asked, "--extcap-dlts").stdout.startswith("dlt {number=1}")
    assert "{call=--links}" in alice.run(*shell, *asked, "--extcap-config").stdout
    assert alice.run(*shell, *asked, check=False).returncode == 2
    assert alice.run(*shell, "--bad", check=False).returncode == 2
    fifo, copy = folder / "fifo", folder / "fifo.pcapng"
    os.mkfifo(fifo)
    reader = subprocess.Popen(["cat", fifo], stdout=copy.open("wb"))
    popen = subprocess.Popen(alice.inside(*shell, *asked, "--capture", "--fifo", fifo,
                                          "--links", "eth0,tun0", "--snaplen=2000"),
                             stderr=subprocess.PIPE, text=True)
    assert "capturing" in popen.stderr.readline()
    alice.ping(bob)
    os.kill(process_of(popen), signal.SIGTERM)
    assert popen.wait(10) == 0 and reader.wait(10) == 0
    assert {"128", "129"} <= {p["icmpv6.type"] for p in packets(copy).values()}
