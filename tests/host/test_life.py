"""The life of interfaces under traffic: whatever happens to one is noticed at once, said once, and
costs no more packets than were on it. Where another way is there, or comes, none is lost."""
import contextlib
import re
import signal
import subprocess

import pytest
from mesh import wait_for
from test_reload import configured

INTERVAL = 0.01


class Pings:
    """Pings every 10 ms while something happens, and what became of them."""

    def __init__(self, host, to):
        self.host, self.log = host, host.folder / f"{host.name}-pings.log"
        self.log.write_text("")
        self.popen = host.start("ping", "-6", "-n", "-i", INTERVAL, to.address, log=self.log)
        self.more(1)

    def answers(self):
        return re.findall(r"icmp_seq=(\d+) ttl", self.log.read_text())

    def more(self, count):
        """Waits for so many further answers."""
        enough = len(self.answers()) + count
        wait_for(lambda: len(self.answers()) >= enough, "pings are answered")

    def end(self):
        self.host.stop("ping", signal.SIGINT)
        said, seen = self.log.read_text(), set(map(int, self.answers()))
        # The last may have been under way.
        self.sent = int(re.search(r"(\d+) packets transmitted", said)[1]) - 1
        self.lost = [n for n in range(1, self.sent + 1) if n not in seen]


@contextlib.contextmanager
def pinging(host, to):
    pings = Pings(host, to)
    yield pings
    pings.more(20)
    pings.end()


def said(host):
    """How many lines the daemon has written."""
    return len(host.log_of("meshpd").read_text().splitlines())


def links(host):
    return sorted(link["name"] for link in host.meshctl("status")["links"])


@pytest.fixture
def twice(mesh):
    """Two hosts with two links each, on one switch."""
    hosts = [mesh.host(name, up=False) for name in ("alice", "bob")]
    for number, host in enumerate(hosts):
        mesh.switch.plug(host, "eth1", f"{host.name}1")
        # Of equal links the lower is taken, then the lower address: those are eth0's.
        for link in range(2):
            host.ip(f"link set eth{link} address 02:00:00:00:0{number}:0{link}")
        host.meshpd()
    return both(mesh.joined(*hosts))


def both(hosts):
    for host in hosts:
        wait_for(lambda: sum(n["state"] == "FULL" for n in
                             host.meshctl("neighbours")["neighbours"]) == 4, "all four are FULL",
                 12)
    return hosts


@contextlib.contextmanager
def quietly(host, lines):
    """Nothing but so many lines is said about it."""
    before = said(host)
    yield
    assert said(host) - before <= lines, host.log_of("meshpd").read_text()


BREAK = 60  # pings, until the other end of a link that broke unseen notices, and some more


def test_nothing_is_lost_when_a_link_comes_and_little_when_it_goes(mesh, twice):
    alice, bob = twice
    for down, up in (("link set eth0 down", lambda: bob.ip("link set eth0 up")),
                     ("link delete eth0", lambda: mesh.switch.plug(bob))):
        with quietly(bob, 3), pinging(alice, bob) as pings:
            bob.ip(down)
        assert len(pings.lost) < BREAK
        assert ("link eth0: gone" in bob.log_of("meshpd").read_text()) == ("delete" in down)
        with quietly(bob, 4), pinging(alice, bob) as pings:
            up()
            both(twice)
        assert pings.lost == []


def test_a_carrier_that_flaps_costs_what_was_on_the_link(mesh, twice):
    alice, bob = twice
    for _ in range(3):
        with quietly(bob, 3), pinging(alice, bob) as pings:
            mesh.switch.ip("link set bob down")
        assert len(pings.lost) < BREAK
        with quietly(bob, 3), pinging(alice, bob) as pings:
            mesh.switch.ip("link set bob up")
            both(twice)
        assert pings.lost == []


def test_a_better_link_takes_over_without_a_loss(mesh):
    alice, bob = (configured(mesh, name, "[Link]\nMatch=eth0\nCost=5000\n[Link]\nMatch=eth*\n")
                  for name in ("alice", "bob"))
    mesh.switch.plug(alice, "eth1", "alice1")
    mesh.joined(alice, bob)
    with quietly(bob, 4), pinging(alice, bob) as pings:
        mesh.switch.plug(bob, "eth1", "bob1")
        wait_for(lambda: any(n["link"] == "eth1" and n["state"] == "FULL" for n in
                             bob.meshctl("neighbours")["neighbours"]), "eth1 is used")
        wait_for(lambda: alice.meshctl("routes")["routes"][0]["link"] == "eth1", "both ways")
    assert pings.lost == []


def test_a_new_name_is_a_line_and_a_new_address_a_moment(mesh, pair):
    alice, bob = pair
    for name in ("eth5", "eth0"):
        with quietly(bob, 1), pinging(alice, bob) as pings:
            bob.ip(f"link set {links(bob)[0]} name {name}")
            wait_for(lambda: links(bob) == [name], "bob knows the name")
        assert pings.lost == []
    bob.ip("link set eth0 name other")
    bob.until_logged("meshpd", "link eth0: let go")
    bob.ip("link set other name eth0")
    mesh.joined(alice, bob)
    with quietly(bob, 3), pinging(alice, bob) as pings:
        bob.ip("link set eth0 address 02:00:00:00:00:77")
        wait_for(lambda: bob.meshctl("status")["links"][0]["lladdr"] == "02:00:00:00:00:77",
                 "bob knows the address")
    assert len(pings.lost) < BREAK


def test_the_packet_size_follows_the_link(pair):
    alice, bob = pair
    for mtu in (1400, 1500):
        with quietly(bob, 1), pinging(alice, bob) as pings:
            bob.ip(f"link set eth0 mtu {mtu}")
            wait_for(lambda: bob.meshctl("status")["mtu"] <= mtu, "tun0 follows")
        assert pings.lost == []
        assert f"mtu {bob.meshctl('status')['mtu']} " in bob.ip("link show dev tun0")


def test_a_link_that_goes_to_another_namespace_comes_back(mesh, twice):
    alice, bob = twice
    with quietly(bob, 3), pinging(alice, bob) as pings:
        subprocess.run(["nsenter", "-t", str(bob.pid), "-n", "ip", "link", "set", "eth0", "netns",
                        str(mesh.switch.pid)], check=True)
        wait_for(lambda: links(bob) == ["eth1"], "bob knows that it is gone")
    assert "link eth0: gone" in bob.log_of("meshpd").read_text()
    assert len(pings.lost) < BREAK
    with quietly(bob, 4), pinging(alice, bob) as pings:
        subprocess.run(["nsenter", "-t", str(mesh.switch.pid), "-n", "ip", "link", "set", "eth0",
                        "netns", str(bob.pid)], check=True)
        bob.ip("link set eth0 up")
        both(twice)
    assert pings.lost == []


def test_a_daemon_at_rest_says_nothing_and_asks_nothing(pair):
    """No polling: of all calls in two seconds none is about interfaces."""
    alice, _ = pair
    with quietly(alice, 0):
        traced = alice.run("sh", "-c", "timeout 2 strace -f -e trace=network,ioctl,openat -p "
                           "$(pgrep -x meshpd) 2>&1 || true").stdout
    assert "attached" in traced
    assert "NETLINK" not in traced and "SIOCGIF" not in traced and "/sys/" not in traced
