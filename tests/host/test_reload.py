"""A new configuration under a running daemon: what differs takes effect, the rest is not disturbed,
and nonsense changes nothing."""
import base64
import json
import os
import signal
import subprocess

import wires
from mesh import MESHCTL, MESHPD, wait_for


def configured(mesh, name, text, plug=True):
    """A host whose daemon reads a file."""
    host = mesh.unplugged(name)
    host.config = mesh.folder / f"{name}.conf"
    host.config.write_text(text)
    host.settings = ["-c", host.config]
    if plug:
        mesh.switch.plug(host)
    host.meshpd()
    return host


def reload(host, text, status=0):
    """What meshctl reload says of a new file."""
    host.config.write_text(text)
    done = host.run(MESHCTL, "reload", check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_what_changed_is_said_and_what_waits_is_said_again(mesh):
    alice = configured(mesh, "alice", "[Mesh]\nZone=7\n")
    assert reload(alice, "[Mesh]\nZone=7\n") == "nothing has changed\n"
    said = reload(alice, "[Mesh]\nZone=8\nTransit=no\n[Sesion]\nRekeySec=5\n")
    assert "Mesh.Zone: '7' -> '8' (at the next start)\n" in said
    assert "Mesh.Transit: 'yes' -> 'no'\n" in said
    assert f"{alice.config}:5: warning: Sesion.RekeySec is not known" in said
    assert alice.meshctl("status")["zone"] == 7
    shown = json.loads(alice.run(MESHCTL, "--json", "reload").stdout)["changes"]
    assert shown == [{"key": "Mesh.Zone", "before": "7", "after": "8", "live": False}]


def test_drop_ins_and_a_list_are_read_with_the_rights_that_are_left(mesh):
    alice = mesh.host("alice", up=False)
    alice.run("mkdir", "-p", "/run/meshpd/meshpd.conf.d")
    alice.meshpd()
    alice.run("sh", "-c", "cd /run/meshpd; printf '[Mesh]\\nAllowFile=/run/meshpd/allow\\n' "
              ">meshpd.conf.d/members.conf; echo '# nobody' >allow")
    assert "Mesh.AllowFile: '' -> '/run/meshpd/allow'" in alice.run(MESHCTL, "reload").stdout
    assert alice.meshctl("status")["members"] == 0
    alice.run("rm", "/run/meshpd/allow")
    refused = alice.run(MESHCTL, "reload", check=False)
    assert refused.returncode == 1 and "/run/meshpd/allow:0: No such file" in refused.stderr
    alice.run("rm", "/run/meshpd/meshpd.conf.d/members.conf")
    alice.run(MESHCTL, "reload")
    assert alice.meshctl("status")["members"] is None


def test_another_network_key_in_the_same_file_waits_for_the_next_start(mesh, folder):
    key = folder / "network.key"

    def write(number, mode=0o600):
        key.write_text(base64.b64encode(bytes([number] * 32)).decode() + "\n")
        key.chmod(mode)
        os.chown(key, 977, 977)
    write(1)
    text = f"[Mesh]\nNetworkKeyFile={key}\n"
    alice = configured(mesh, "alice", text)
    assert reload(alice, text) == "nothing has changed\n"
    write(2)
    for _ in range(2):
        said = reload(alice, text)
        assert said == "network key: 'the one in use' -> 'another one' (at the next start)\n"
    write(1, 0o644)
    assert "warning: Mesh.NetworkKeyFile" in reload(alice, text)
    key.write_text("no key\n")
    key.chmod(0o600)
    assert "is not 32 bytes" in reload(alice, text, status=1)
    key.unlink()
    assert "No such file" in reload(alice, text, status=1)


def test_a_faulty_file_changes_nothing_and_is_refused_by_its_line(mesh):
    alice = configured(mesh, "alice", "[Mesh]\nZone=7\n")
    said = reload(alice, "[Link]\nMatch=none*\n[Mesh]\nZone=x\n", status=1)
    assert f"{alice.config}:4: " in said
    assert [link["name"] for link in alice.meshctl("status")["links"]] == ["eth0"]
    assert "stays" in alice.log_of("meshpd").read_text()
    alice.config.unlink()
    assert alice.run(MESHCTL, "reload", check=False).returncode == 1


def test_a_signal_does_the_same(mesh):
    alice = configured(mesh, "alice", "[Link]\nMatch=none*\n")
    bob = mesh.host("bob")
    alice.config.write_text("[Link]\nMatch=eth*\n")
    alice.kill("meshpd", signal.SIGHUP)
    mesh.joined(alice, bob)


def test_only_root_may(mesh):
    alice = configured(mesh, "alice", "")
    alice.config.write_text("[Mesh]\nTransit=no\n")
    as_meshpd = ("setpriv", "--reuid", "977", "--regid", "977", "--clear-groups", MESHCTL)
    refused = alice.run(*as_meshpd, "reload", check=False)
    assert refused.returncode == 4 and "root" in refused.stderr
    assert alice.meshctl("status")["flags"] == []
    alice.run(*as_meshpd, "status")


def test_other_links_come_and_go_and_no_packet_of_the_rest_is_lost(mesh):
    alice = configured(mesh, "alice", "[Link]\nMatch=eth0\n")
    bob = mesh.host("bob")
    # Nobody is there, so that no packet has reason to go that way.
    alice.ip("link add eth1 type veth peer name loose")
    alice.ip("link set eth1 up")
    alice.ip("link set loose up")
    mesh.joined(alice, bob)
    since = alice.meshctl("neighbours")["neighbours"][0]["since_ms"]
    ping = subprocess.Popen(alice.inside("ping", "-6", "-n", "-i", "0.01", "-c", "100",
                                         bob.address), stdout=subprocess.PIPE, text=True)
    both = ["eth0", "eth1"]
    for match, names in (("eth*", both), ("eth0", ["eth0"]), ("eth*", both)):
        reload(alice, f"[Link]\nMatch={match}\n")
        assert sorted(link["name"] for link in alice.meshctl("status")["links"]) == names
    assert " 0% packet loss" in ping.communicate(timeout=20)[0]
    kept = [n for n in alice.meshctl("neighbours")["neighbours"] if n["link"] == "eth0"]
    assert kept[0]["since_ms"] > since and kept[0]["state"] == "FULL"


def test_a_cost_moves_the_traffic(mesh):
    hosts = wires.wired(mesh, "abcd", "ab bc cd da", up=False)
    a, b, c, d = hosts
    a.config = mesh.folder / "a.conf"
    a.settings = ["-c", a.config]
    a.config.write_text("[Link]\nMatch=eth*\n")
    wires.start(*hosts)
    for dear, by in ((b, d), (d, b)):
        reload(a, f"[Link]\nMatch={wires.port(dear)}\nCost=60000\n[Link]\nMatch=eth*\n")
        wait_for(lambda: wires.routes(a)[c.address]["next_hop"] == by.address,
                 f"a sends to c by {by.name}")


def test_who_passes_nothing_on_any_more_is_gone_round(mesh):
    hosts = wires.wired(mesh, "abcd", "ab bc cd da", up=False)
    a, b, c, d = hosts
    b.config = mesh.folder / "b.conf"
    b.settings = ["-c", b.config]
    b.config.write_text("")
    wires.start(*hosts)
    assert reload(b, "[Mesh]\nTransit=no\n") == "Mesh.Transit: 'yes' -> 'no'\n"
    wait_for(lambda: wires.routes(a)[c.address]["next_hop"] == d.address, "a goes by d")
    wires.cut(a, d)
    wait_for(lambda: not a.has_route(c), "no way leads over b")
    reload(b, "[Mesh]\nTransit=yes\n")
    wait_for(lambda: a.has_route(c), "one does again")


def test_sessions_follow_the_age_they_are_given(mesh):
    alice = configured(mesh, "alice", "")
    bob = mesh.host("bob")
    mesh.joined(alice, bob)
    alice.ping(bob)
    epoch = alice.meshctl("sessions")["sessions"][0]["epoch"]
    assert "Session.RekeySec: '120' -> '1'" in reload(alice, "[Session]\nRekeySec=1\n"
                                                      "Suites=chacha20-poly1305\n")

    def renewed():
        alice.ping(bob)
        session = alice.meshctl("sessions")["sessions"][0]
        return session["epoch"] > epoch and session["suite"] == "chacha20-poly1305"
    wait_for(renewed, "new keys, with the one cipher", 10)
