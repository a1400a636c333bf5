"""Closed meshes: a list of keys says who may take part, alone and together with a network key."""
import pytest
import wires
from mesh import MESHCTL, MESHPD, wait_for
from test_reload import configured, reload
from test_settings import network_key


def key(host):
    return host.meshctl("status")["public_key"]


def write(mesh, *keys, name="allow"):
    """A list of members; its path."""
    path = mesh.folder / name
    path.write_text("# members\n" + "".join(f"{k}  # one of us\n" for k in keys))
    return path


def closed(mesh, name, *keys, more=""):
    """A host that lets the holders of these keys take part."""
    path = write(mesh, *keys, name=f"{name}.allow")
    host = configured(mesh, name, f"[Mesh]\nAllowFile={path}\n{more}")
    host.allow = path
    return host


def let(mesh, host, *keys):
    """Gives it another list; what meshctl reload says."""
    write(mesh, *keys, name=f"{host.name}.allow")
    return host.run(MESHCTL, "reload").stdout


def test_only_holders_of_listed_keys_take_part(mesh):
    bob, eve = mesh.host("bob"), mesh.host("eve")
    mesh.joined(bob, eve)
    alice = closed(mesh, "alice", key(bob))
    mesh.joined(alice, bob)
    alice.ping(bob)
    status = alice.meshctl("status")
    assert status["members"] == 1 and bob.meshctl("status")["members"] is None
    assert "1 keys may take part" in alice.run(MESHCTL, "status").stdout
    wait_for(lambda: alice.drops().get("not_allowed", 0) > 1, "alice refuses eve")
    assert not eve.reaches(alice) and not alice.reaches(eve)
    assert [s["address"] for s in alice.meshctl("sessions")["sessions"]] == [bob.address]
    assert not alice.has_route(eve)


def test_keys_come_and_go_by_a_reload(mesh):
    bob, eve = mesh.host("bob"), mesh.host("eve")
    alice = closed(mesh, "alice")
    wait_for(lambda: alice.drops().get("not_allowed", 0) > 0, "alice refuses everybody")
    assert alice.meshctl("neighbours")["neighbours"] == []
    assert "members: '0 keys' -> '2 keys, 2 new, 0 gone'" in let(mesh, alice, key(bob), key(eve))
    mesh.joined(alice, bob, eve)
    alice.ping(eve)
    assert "'2 keys' -> '1 keys, 0 new, 1 gone'" in let(mesh, alice, key(bob))
    assert [s["address"] for s in alice.meshctl("sessions")["sessions"]] == [bob.address]
    assert not alice.reaches(eve) and not eve.reaches(alice)
    alice.ping(bob)
    assert "nothing has changed" in let(mesh, alice, key(bob))
    reload(alice, "")
    mesh.joined(alice, bob, eve)


@pytest.mark.parametrize("line, why", [("alice", "not a public key"), (" A", "the line is")])
def test_a_faulty_list_is_refused_by_its_line(mesh, line, why):
    bob = mesh.host("bob")
    alice = closed(mesh, "alice", key(bob))
    mesh.joined(alice, bob)
    alice.allow.write_text(f"{key(bob)}\n{line}\n")
    said = alice.run(MESHCTL, "reload", check=False)
    assert said.returncode == 1 and f"{alice.allow}:2: {why}" in said.stderr
    assert alice.meshctl("status")["members"] == 1
    alice.ping(bob)
    alice.stop("meshpd")
    refused = alice.run(MESHPD, *alice.settings, check=False)
    assert refused.returncode == 2 and f"{alice.allow}:2: " in refused.stderr


def test_who_is_not_listed_is_not_relayed_for(mesh):
    """a - b - c: b relays for a alone, so c, whom b's neighbour list lacks, reaches nobody."""
    a, b, c = hosts = wires.wired(mesh, "abc", "ab bc", up=False)
    for host in hosts:
        host.meshpd()
    wires.converged(*hosts)
    a.ping(c)
    b.config = mesh.folder / "b.conf"
    b.stop("meshpd")
    b.config.write_text(f"[Mesh]\nAllowFile={write(mesh, key(a))}\n")
    b.settings = ["-c", b.config]
    b.meshpd()
    mesh.joined(a, b)
    assert not a.reaches(c) and not c.reaches(a) and not c.reaches(b)
    a.ping(b)


def test_it_goes_together_with_a_network_key(mesh, folder):
    secret = network_key(folder)
    bob, eve = mesh.host("bob", secret), mesh.host("eve", secret)
    outside = mesh.host("olga")
    mesh.joined(bob, eve)
    alice = closed(mesh, "alice", key(bob), key(outside), more=secret.replace("Mesh.", "") + "\n")
    mesh.joined(alice, bob)
    assert alice.meshctl("status")["closed"]
    wait_for(lambda: alice.drops().get("not_allowed"), "alice refuses eve, who has the secret")
    wait_for(lambda: alice.drops().get("network"), "and olga, who is listed and has it not")
    assert not eve.reaches(alice) and not outside.reaches(alice)
