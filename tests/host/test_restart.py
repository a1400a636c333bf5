"""Nobody notices that a process of the daemon is replaced by another: by force, under traffic, or
on purpose, at both ends and on a relay. tests/bench/kills prints figures of more of it."""
import hashlib
import os
import time

from kept import Kept, Pings, Streams
from mesh import wait_for
from wires import converged, wired

KILLS = 5


def kept_pair(mesh):
    alice, bob = (mesh.host(name, up=False) for name in ("alice", "bob"))
    daemons = [Kept(host) for host in (alice, bob)]
    mesh.joined(alice, bob)
    return alice, bob, daemons


def test_killed_under_traffic_it_goes_on(mesh):
    alice, bob, daemons = kept_pair(mesh)
    epochs = [host.meshctl("status")["epoch"] for host in (alice, bob)]
    streams = Streams(alice, bob, KILLS + 2, "-b", "100M")
    pings = Pings(alice, bob, 100 * (KILLS + 1))
    torn = 0
    for kill in range(KILLS):
        time.sleep(0.7)
        node = daemons[kill % 2].kill()
        torn += node["origin"] != "adopted"
    streams.wait()
    pings.wait()
    # Who dies within an event of the control side, which takes it some 10 µs now and then, begins
    # anew.
    assert torn <= 1
    assert pings.lost <= (60 if torn else 2), pings.gaps()[:5]
    assert torn or [host.meshctl("status")["epoch"] for host in (alice, bob)] == epochs
    assert torn or pings.gaps()[0] < 0.5


def test_restarted_at_both_ends_and_on_a_relay_no_connection_is_lost(mesh, folder):
    hosts = wired(mesh, "abc", "ab bc", up=False)
    daemons = [Kept(host) for host in hosts]
    converged(*hosts)
    alice, _, carol = hosts
    (folder / "file").write_bytes(os.urandom(60_000_000))
    carol.serve(folder)
    streams = Streams(alice, carol, 6, "-P", 8, "-b", "10M")
    fetch = alice.start("curl", "-sSf", "--limit-rate", "12M", "-o", folder / "copy",
                        f"http://[{carol.address}]/file")
    said = folder / "said"
    ssh = " ".join(map(str, carol.serve_ssh()))
    talk = alice.start("sh", "-c", "for i in $(seq 50); do echo line $i; sleep 0.1; done | "
                       f"{ssh} cat > {said}")
    time.sleep(0.5)
    for daemon in (*daemons, *daemons):
        assert daemon.restart()["origin"] == "adopted"
        time.sleep(0.3)
    streams.wait()
    assert fetch.wait(60) == 0 and talk.wait(60) == 0
    digests = {hashlib.sha256((folder / name).read_bytes()).hexdigest()
               for name in ("file", "copy")}
    assert len(digests) == 1
    assert said.read_text() == "".join(f"line {i}\n" for i in range(1, 51))
    assert streams.longest_stall() <= 1.0


def test_a_stop_is_told_and_leaves_nothing(mesh):
    alice, bob, daemons = kept_pair(mesh)
    bob.stop("keeper.py")
    wait_for(lambda: not alice.has_route(bob), "alice knows that bob left", 1)
    assert daemons[1].told("end=0")
    again = Kept(bob)
    assert again.node()["origin"] == "first"
    mesh.joined(alice, bob)


def test_another_identity_is_another_node(mesh):
    alice, bob, daemons = kept_pair(mesh)
    assert daemons[1].kill()["origin"] == "adopted"
    assert daemons[1].node()["restarts"] == 1
    bob.run("sh", "-c", "rm /var/lib/meshpd/identity")
    before = bob.meshctl("status")["address"]
    assert daemons[1].kill()["origin"] == "other"
    assert bob.meshctl("status")["address"] != before
    assert "adopted" == daemons[1].kill()["origin"]
