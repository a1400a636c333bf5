"""tun0 and lo2 belong to the mesh, but everybody with the right to can delete them, set them down
or change them. The daemon, which has no right, hears of it and has its warden make them again;
traffic goes on, and few words are made about it."""
import os
import re
import signal

import pytest
from mesh import MESHPD, wait_for


@pytest.fixture(params=["0", "1", "2"])
def busy(request, mesh):
    """Two hosts and a flow between them, for some number of carriers."""
    alice, bob = mesh.pair(f"Daemon.Workers={request.param}")
    alice.start("ping", "-6", "-q", "-i", "0.01", bob.address)
    return alice, bob


def repairs(host):
    return host.log_of("meshpd").read_text().count("all is as it should be again")


def recovers(alice, bob, before):
    """True once everything is in place and packets flow, by one repair more or two."""
    wait_for(lambda: repairs(alice) > before, "alice repairs", 3)
    wait_for(lambda: alice.reaches(bob), "alice reaches bob", 3)
    wait_for(lambda: bob.reaches(alice), "bob reaches alice", 3)
    assert repairs(alice) <= before + 2
    own = alice.address
    assert f"{own}/128" in alice.ip("-6 address show dev tun0")
    assert "beef::/128" in alice.ip("-6 address show dev lo2")
    routes = alice.ip("-6 route show proto 190")
    assert f"beef::/16 dev tun0 src {own}" in routes and "unreachable beef::/16" in routes


@pytest.mark.parametrize("harm", [
    ["link delete tun0"],
    ["link delete lo2"],
    ["link set tun0 down"],
    ["link set tun0 down", "link set tun0 up"],
    ["link set lo2 down"],
    ["link set tun0 mtu 1300"],
    ["link set tun0 name other0"],
    ["address delete OWN dev tun0"],
    ["address delete beef::/128 dev lo2"],
    ["-6 route flush proto 190"],
])
def test_what_somebody_takes_away_comes_back(busy, harm):
    alice, bob = busy
    own, mtu = alice.address, alice.meshctl("status")["mtu"]
    for command in harm:
        alice.ip(command.replace("OWN", own))
    recovers(alice, bob, 0)
    assert f"mtu {mtu} " in alice.ip("link show dev tun0")
    alice.ping(bob, "-s", mtu - 48, "-M", "do")


def test_again_and_again_is_said_less_and_less(busy):
    alice, bob = busy
    for _ in range(60):
        alice.run("ip", "link", "delete", "tun0", check=False)
    wait_for(lambda: alice.reaches(bob), "alice reaches bob", 15)
    assert len(alice.log_of("meshpd").read_text().splitlines()) < 20


def test_a_tun0_of_somebody_else_is_waited_for(pair):
    alice, bob = pair
    alice.kill("meshpd", signal.SIGSTOP)
    alice.ip("link delete tun0")
    alice.ip("link add tun0 type bridge")
    os.kill(alice.running["meshpd"].pid, signal.SIGCONT)  # nsenter stops and goes on with its child
    alice.until_logged("meshpd", "trying again")
    alice.ip("link delete tun0")
    wait_for(lambda: alice.reaches(bob), "alice reaches bob", 10)


def warden(host):
    return host.run("pgrep", "-x", "meshpd-warden").stdout.split()


def facts(host, pid):
    shown = host.run("cat", f"/proc/{pid}/status").stdout
    return dict(re.findall(r"^(\w+):\t(.*)$", shown, re.MULTILINE))


def test_the_warden_has_one_right_and_no_descriptor_of_the_daemon(pair):
    alice, _ = pair
    [pid] = warden(alice)
    CAP_NET_ADMIN = 1 << 12
    shown = facts(alice, pid)
    assert int(shown["CapEff"], 16) == int(shown["CapPrm"], 16) == CAP_NET_ADMIN
    assert int(shown["CapInh"], 16) | int(shown["CapAmb"], 16) | int(shown["CapBnd"], 16) == 0
    assert shown["NoNewPrivs"] == "1" and shown["Uid"].split() == ["977"] * 4
    assert len(alice.run("ls", f"/proc/{pid}/fd").stdout.split()) <= 5


@pytest.mark.parametrize("how", [15, 9])
def test_the_warden_ends_with_the_daemon(pair, how):
    alice, _ = pair
    assert len(warden(alice)) == 1
    alice.stop("meshpd", how)
    wait_for(lambda: not alice.run("pgrep", "meshpd", check=False).stdout, "all of it ends")
    assert "tun0" not in alice.ip("link")


RIGHTS = ["+net_admin", "+net_raw"]


def as_user(host, *rights):
    """Starts the daemon as the user meshpd with these rights and no other."""
    given = ",".join(rights)
    host.run("install", "-d", "-o", "meshpd", "-g", "meshpd", "-m", "700", "/var/lib/meshpd")
    host.run("install", "-d", "-o", "meshpd", "-g", "meshpd", "/run/meshpd")
    host.run("mknod", "-m", "666", "/run/tun", "c", "10", "200")  # as udev has it
    host.run("mount", "--bind", "/run/tun", "/dev/net/tun")
    bounds = ["--bounding-set", f"-all,{given}" if given else "-all"]
    gives = ["--inh-caps", f"-all,{given}", "--ambient-caps", f"-all,{given}"] if given else \
        ["--inh-caps", "-all", "--ambient-caps", "-all"]
    return host.start("setpriv", "--reuid", "meshpd", "--regid", "meshpd", "--clear-groups",
                      *bounds, *gives, "--", MESHPD, *host.settings, log=host.log_of("meshpd"))


def test_an_ordinary_user_with_the_two_rights_needs_no_root(mesh):
    alice, bob = mesh.host("alice", up=False), mesh.host("bob")
    as_user(alice, *RIGHTS)
    wait_for(alice.answers, "alice answers")
    mesh.joined(alice, bob)
    alice.ip("link delete tun0")
    wait_for(lambda: alice.reaches(bob), "alice reaches bob again")
    shown = facts(alice, alice.run("pgrep", "-x", "meshpd").stdout.strip())
    assert int(shown["CapEff"], 16) | int(shown["CapPrm"], 16) | int(shown["CapAmb"], 16) == 0


@pytest.mark.parametrize("rights, said", [
    ([], ["CAP_NET_ADMIN"]), (["+net_raw"], ["CAP_NET_ADMIN"]), (["+net_admin"], ["CAP_NET_RAW"])])
def test_who_lacks_a_right_is_told_which(mesh, rights, said):
    alice = mesh.host("alice", up=False)
    assert as_user(alice, *rights).wait(10) == 1
    [line] = alice.log_of("meshpd").read_text().splitlines()
    assert all(word in line for word in said), line
    assert "tun0" not in alice.ip("link")
