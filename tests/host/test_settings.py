"""Settings and keys: what meshctl makes and checks is what the daemon uses."""
import os
import signal

import pytest
from mesh import MESHCTL, MESHPD, wait_for

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"


def network_key(folder):
    """A network key that only the daemon's account may read."""
    key = folder / "network.key"
    key.write_text(KEY)
    key.chmod(0o600)
    os.chown(key, 977, 977)
    return f"Mesh.NetworkKeyFile={key}"


def test_hosts_with_the_same_network_key_reach_each_other(mesh, folder):
    alice, bob = mesh.pair(network_key(folder))
    alice.ping(bob, "-s", 1452, "-M", "do")
    assert alice.meshctl("status")["closed"]


def test_a_host_without_the_network_key_stays_outside(mesh, pair, folder):
    alice, bob = pair
    eve = mesh.host("eve", network_key(folder))
    wait_for(lambda: bob.drops().get("network"), "bob hears and refuses eve")
    assert not bob.knows(eve) and not eve.knows(bob)
    assert "unreachable" in alice.ping(eve, check=False).stdout.lower()


def test_an_ethertype_of_ones_own_is_used(mesh):
    alice, bob = mesh.pair("Mesh.EtherType=0x88B6")
    wire = mesh.switch.wire("alice")
    alice.ping(bob)
    seen = {frame[12:14] for frame in wire.heard()}
    assert b"\x88\xb6" in seen and b"\x88\xb5" not in seen


@pytest.mark.parametrize("workers", ["0", "auto"])
def test_any_number_of_workers_carries_packets(mesh, workers):
    alice, bob = mesh.pair(f"Daemon.Workers={workers}")
    alice.ping(bob)


def test_a_made_key_becomes_the_nodes_identity(mesh, folder):
    alice = mesh.host("alice", up=False)
    alice.lo2()
    key = alice.run(MESHCTL, "key", "gen").stdout
    (folder / "identity").write_text(key)
    alice.run("cp", folder / "identity", "/var/lib/meshpd/identity")
    alice.meshpd()
    shown = alice.run(MESHCTL, "key", "pub").stdout
    status = alice.meshctl("status")
    assert status["address"] in shown and status["public_key"] in shown
    assert key.strip() not in shown


def test_two_made_keys_differ(mesh):
    alice = mesh.host("alice", up=False)
    assert alice.run(MESHCTL, "key", "gen").stdout != alice.run(MESHCTL, "key", "gen").stdout


def test_config_check_names_file_and_line(mesh, folder):
    alice = mesh.host("alice", up=False)
    config = folder / "meshpd.conf"
    config.write_text("[Mesh]\nZone=1\n")
    alice.run(MESHCTL, "config", "check", config)
    config.write_text("[Mesh]\nZone=one\n")
    said = alice.run(MESHCTL, "config", "check", config, check=False)
    assert said.returncode == 1 and f"{config}:2: " in said.stderr


def test_drop_ins_add_to_the_file_and_the_command_line_wins(mesh):
    alice = mesh.host("alice", up=False)
    alice.run("mkdir", "-p", "/run/meshpd/meshpd.conf.d")
    alice.run("sh", "-c", "printf '[Mesh]\\nZone=7\\n' >/run/meshpd/meshpd.conf.d/zone.conf")
    alice.meshpd()
    assert alice.meshctl("status")["zone"] == 7
    alice.stop("meshpd")
    alice.meshpd("Mesh.Zone=8")
    assert alice.meshctl("status")["zone"] == 8


def test_a_reload_takes_up_other_links_and_refuses_nonsense(mesh, folder):
    config = folder / "meshpd.conf"
    config.write_text("[Link]\nMatch=none*\n")
    alice, bob = mesh.host("alice", up=False), mesh.host("bob")
    daemon = alice.start(MESHPD, "-c", config)
    wait_for(alice.answers, "alice answers")
    assert alice.meshctl("status")["links"] == []
    for text, heard in (("[Link]\nMatch=\n[Mesh]\nZone=x\n", f"{config}:4: "),
                        ("[Link]\nMatch=eth*\n", "running")):
        config.write_text(text)
        alice.kill("meshpd", signal.SIGHUP)
        alice.until_logged("meshpd", heard)
    mesh.joined(alice, bob)
    assert daemon.poll() is None


def test_meshctl_without_the_daemon_says_so(mesh):
    alice = mesh.host("alice")
    alice.stop("meshpd")
    said = alice.run(MESHCTL, "status", check=False)
    assert said.returncode == 3 and said.stderr.strip()
