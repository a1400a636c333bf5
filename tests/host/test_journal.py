"""The journal of a daemon: what `meshpd --journal` wrote on a real host, meshsim replays to the
very same answers, however the daemon ended."""
import json
import signal
import subprocess

from mesh import BUILD, wait_for

MESHSIM = BUILD / "sim/meshsim"


def replay(journal):
    """(exit status, what it says) of a replay."""
    run = subprocess.run([MESHSIM, "replay", "--json", journal], capture_output=True, text=True,
                         check=False, timeout=60)
    assert run.returncode in (0, 1), run.stderr
    return run.returncode, json.loads(run.stdout)


def recorded_pair(mesh, journal):
    """Two hosts that know each other, the first with a journal."""
    alice = mesh.host("alice", up=False)
    alice.meshpd("--journal", journal, "Session.RekeySec=1")
    bob = mesh.host("bob")
    return mesh.joined(alice, bob)


def test_a_daemon_is_replayed(mesh, folder):
    journal = folder / "events"
    alice, bob = recorded_pair(mesh, journal)
    for _ in range(15):
        alice.ping(bob, "-s", "1000")
        bob.ping(alice)
    alice.ip("link set eth0 down")
    wait_for(lambda: not alice.knows(bob), "the link is gone")
    alice.ip("link set eth0 up")
    mesh.joined(alice, bob)
    assert alice.stop("meshpd") == 0
    assert journal.stat().st_mode & 0o777 == 0o600 and journal.stat().st_uid == 0
    status, said = replay(journal)
    assert status == 0 and said["equal"] and not said["cut"] and said["events"] > 60, said


def test_a_killed_daemon_is_replayed_up_to_its_end(mesh, folder):
    journal = folder / "events"
    alice, bob = recorded_pair(mesh, journal)
    alice.ping(bob)
    alice.stop("meshpd", signal.SIGKILL)
    status, said = replay(journal)
    assert status == 0 and said["equal"] and said["events"] > 5, said


def test_a_file_that_is_there_is_left_alone(mesh, folder):
    alice = mesh.host("alice", up=False)
    (folder / "mine").write_text("mine")
    (folder / "link").symlink_to(folder / "elsewhere")
    for name in "mine", "link":
        daemon = alice.start(BUILD / "daemon/meshpd", "--journal", folder / name)
        assert daemon.wait(10) == 1
    assert alice.log_of("meshpd").read_text().count("is there already") == 2
    assert (folder / "mine").read_text() == "mine" and not (folder / "elsewhere").exists()


def test_a_full_disk_ends_the_journal_alone(mesh, folder):
    alice = mesh.host("alice", up=False)
    alice.run("mkdir", "/run/small")
    alice.run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/run/small")
    alice.meshpd("--journal", "/run/small/events")
    bob = mesh.host("bob")
    mesh.joined(alice, bob)
    alice.ping(bob, "-c", 40, "-i", 0.002, "-s", 1400)
    alice.until_logged("meshpd", "the event journal cannot be written: No space left on device")
    alice.ping(bob, "-c", 40, "-i", 0.002, "-s", 1400)
    assert alice.log_of("meshpd").read_text().count("event journal") == 1
    alice.run("cp", "/run/small/events", folder / "copy")
    status, said = replay(folder / "copy")
    assert status == 0 and said["equal"] and said["events"] > 30, said
