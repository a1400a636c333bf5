"""What cannot work is refused before anything is touched, with one clear message that says what to
do and the exit status of its kind: 2 for settings, 1 for the machine."""
import pytest
from mesh import MESHCTL, MESHPD, wait_for


@pytest.fixture
def alice(mesh):
    return mesh.host("alice", up=False)


def refusal(host, *arguments, status):
    """What meshpd says when it refuses to start."""
    said = host.run("timeout", 10, MESHPD, *arguments, check=False)
    assert (said.returncode, said.stdout) == (status, ""), said.stderr
    return said.stderr


def interfaces(host):
    return [line.split()[0] for line in host.ip("-br link").splitlines()]


@pytest.mark.parametrize("line, fault", [
    ("[Mesh]\nZone=70000\n", 2), ("[Tun]\n\nName=a/b\n", 3), ("[Firewall]\n#\nInbound=no\n", 3),
    ("[Link]\nCost=-1\n", 2), ("[Session]\nSuites=rot13\n", 2), ("[Mesh]\n Zone=1\n", 2),
    ("[Mesh]\nZone=" + "1" * 200 + "\n", 2), ("no section\n", 1)])
def test_a_wrong_setting_is_refused_at_its_line(alice, folder, line, fault):
    config, before = folder / "meshpd.conf", interfaces(alice)
    config.write_text(line)
    said = refusal(alice, "-c", config, status=2)
    assert f"{config}:{fault}: " in said
    assert len(said.strip().split("\n")) == 1
    assert interfaces(alice) == before
    assert alice.run("ls", "/var/lib").stdout == ""


def test_an_unknown_setting_is_a_warning_with_the_nearest_name(alice, folder):
    config = folder / "meshpd.conf"
    config.write_text("[Mesh]\nZnoe=1\n")
    said = alice.run(MESHPD, "--check", "-c", config)
    assert f"{config}:2: " in said.stderr and "Zone" in said.stderr


@pytest.mark.parametrize("arguments", [["--no-such-option"], ["nonsense"], ["-c", "/no/such/file"],
                                       ["Mesh.Zone=x"], ["Daemon.User=nobody-of-that-name"]])
def test_wrong_usage_is_refused(alice, arguments):
    before = interfaces(alice)
    assert refusal(alice, *arguments, status=2).strip()
    assert interfaces(alice) == before


def test_an_identity_others_may_read_is_refused_and_left_alone(alice):
    alice.lo2()
    alice.run("chmod", "644", "/var/lib/meshpd/identity")
    before = alice.run("cat", "/var/lib/meshpd/identity").stdout
    assert "/var/lib/meshpd/identity" in refusal(alice, status=1)
    assert alice.run("cat", "/var/lib/meshpd/identity").stdout == before


def test_an_identity_of_somebody_else_is_refused(alice):
    alice.lo2()
    alice.run("chown", "nobody", "/var/lib/meshpd/identity")
    assert "/var/lib/meshpd/identity" in refusal(alice, status=1)


@pytest.mark.parametrize("content", ["", "not a key\n", "A" * 100_000])
def test_a_broken_identity_is_refused_and_left_alone(alice, folder, content):
    alice.lo2()
    (folder / "broken").write_text(content)
    alice.run("cp", folder / "broken", "/var/lib/meshpd/identity")
    assert "/var/lib/meshpd/identity" in refusal(alice, status=1)
    alice.run("cmp", folder / "broken", "/var/lib/meshpd/identity")


def test_a_held_tun0_is_named_with_its_holder_and_the_way_out(alice):
    alice.meshpd("Tun.Name=tun0")
    said = refusal(alice, "Paths.StateDirectory=/var/lib/second",
                   "Paths.ControlSocket=/run/second.socket", status=1)
    assert "tun0" in said and "Tun.Name" in said and "meshpd" in said


def test_a_second_daemon_with_the_same_state_is_refused(alice):
    alice.meshpd()
    said = refusal(alice, "Tun.Name=tun1", "Paths.ControlSocket=/run/second.socket", status=1)
    assert "/var/lib/meshpd" in said and "Paths.StateDirectory" in said


def test_a_machine_without_tun_is_told_so(alice):
    alice.run("mount", "-t", "tmpfs", "tmpfs", "/dev/net")
    assert "/dev/net/tun" in refusal(alice, status=1)


def test_a_state_directory_that_cannot_be_written_is_named(alice):
    alice.lo2()
    alice.run("mount", "-o", "remount,ro", "/var/lib")
    said = refusal(alice, status=1)
    assert "/var/lib/meshpd/epoch: cannot be written: Read-only" in said and "writable" in said
    assert "tun0" not in interfaces(alice)


def test_a_full_disk_is_named_and_nobody_minds_who_runs(mesh, alice):
    """What has to be written is written at the start: who runs needs no disk."""
    state = "/var/lib/meshpd"
    alice.run("mkdir", state)
    alice.run("mount", "-t", "tmpfs", "-o", "size=32k,mode=700,uid=977,gid=977", "tmpfs", state)
    alice.meshpd()
    alice.run("sh", "-c", f"dd if=/dev/zero of={state}/fill bs=1k 2>/dev/null || true")
    bob = mesh.host("bob")
    mesh.joined(alice, bob)
    alice.ping(bob)
    assert alice.run(MESHCTL, "reload").returncode == 0
    assert alice.stop("meshpd") == 0
    said = refusal(alice, status=1)
    assert f"{state}/epoch: cannot be written: No space left" in said and "make room" in said
    alice.run("rm", f"{state}/fill")
    alice.meshpd()
    mesh.joined(alice, bob)


def test_a_user_without_rights_is_told_so(alice):
    said = alice.run("setpriv", "--reuid", "nobody", "--clear-groups", MESHPD, "Daemon.User=",
                     "Paths.StateDirectory=/tmp", "Paths.ControlSocket=/dev/shm/x", check=False)
    assert said.returncode == 1
    assert len(said.stderr.strip().split("\n")) == 1 and said.stderr.strip()


def test_the_defaults_are_a_valid_file(alice, folder):
    printed = alice.run(MESHPD, "--print-defaults").stdout
    (folder / "meshpd.conf").write_text(printed)
    assert alice.run(MESHPD, "--check", "-c", folder / "meshpd.conf").stderr == ""
    assert "[Mesh]" in printed and "Zone=0" in printed


def test_two_daemons_live_side_by_side(mesh, alice):
    """Another name, another state, another socket: nothing else is shared."""
    alice.meshpd()
    other = ["Tun.Name=tun1", "Tun.Loopback=lo3", "Paths.StateDirectory=/var/lib/second",
             "Paths.ControlSocket=/run/second/io.meshpd"]
    alice.start(MESHPD, *other, log=alice.log_of("second"))
    wait_for(lambda: "lo3" in alice.ip("-br link"), "the second daemon's lo3")
