"""Where there are several ways a cut is gone round, during a transfer too, and the size of packets
follows the narrowest wire of the path."""
import re
import time

import pytest
import wires
from mesh import wait_for

SIZE = 24_000_000


class Download:
    """curl fetches a file of random bytes from another host, a little over a second long."""

    def __init__(self, host, server):
        self.host = host
        server.run("dd", "if=/dev/urandom", "of=/run/file", f"bs={SIZE}", "count=1")
        self.sum = server.run("sha256sum", "/run/file").stdout.split()[0]
        server.serve("/run")
        self.tun0 = host.wire("tun0")
        self.curl = host.start("curl", "-sSf", "--limit-rate", "16M", "-o", "/run/copy",
                               f"http://[{server.address}]/file")
        self.bytes = self.longest_pause = 0
        self.last = time.monotonic()

    def going(self, enough):
        """True while curl runs and less than enough bytes came through tun0."""
        came = sum(map(len, self.tun0.heard()))
        if came:
            now = time.monotonic()
            self.longest_pause = max(self.longest_pause, now - self.last)
            self.last = now
        self.bytes += came
        return self.curl.poll() is None and self.bytes < enough

    def until(self, part):
        wait_for(lambda: not self.going(part * SIZE), f"{part} of the file", 15)
        assert self.bytes >= part * SIZE

    def ends_whole(self):
        wait_for(lambda: not self.going(100 * SIZE), "the rest of the file", 30)
        assert self.curl.wait() == 0, self.host.log_of("curl").read_text()
        assert self.host.run("sha256sum", "/run/copy").stdout.split()[0] == self.sum


    def way(self, *between):
        """Which of these hosts passes the file on: paths of equal cost are shared by lane."""
        watched = {host: host.wire(wires.port(self.host)) for host in between}
        self.until(0.4)
        return max(between, key=lambda host: sum(map(len, watched[host].heard())))


def hops(one, other):
    return wires.routes(one).get(other.address, {}).get("hops")


def test_a_download_goes_on_when_its_wire_is_cut(mesh):
    a, b, c, d = wires.wired(mesh, "abcd", "ab ac bd cd")
    download = Download(a, d)
    download.until(0.2)
    way = download.way(b, c)
    wires.cut(way, d)
    download.ends_whole()
    assert wires.routes(a)[d.address]["next_hop"] != way.address
    assert download.longest_pause < 3


def test_a_download_goes_on_when_its_wire_falls_silent(mesh):
    a, b, c, d = wires.wired(mesh, "abcd", "ab ac", up=False)
    bridge = {host: wires.long_wire(mesh, host, d) for host in (b, c)}
    wires.start(a, b, c, d)
    download = Download(a, d)
    download.until(0.2)
    way = download.way(b, c)
    mesh.switch.ip(f"link set {bridge[way]} down")
    download.ends_whole()
    assert wires.routes(a)[d.address]["next_hop"] != way.address
    assert download.longest_pause < 3


def turns(a, middle, b):
    """True if the way between two hosts leads by a third, which has one hop to each."""
    ways = (a, b, 2), (b, a, 2), (middle, a, 1), (middle, b, 1)
    return all(hops(start, end) == count for start, end, count in ways)


def test_a_mended_wire_is_used_again(mesh):
    a, b, c = wires.wired(mesh, "abc", "ab bc ac")
    wires.cut(a, c)
    wait_for(lambda: turns(a, b, c), "the way by b, as b knows it, too")
    a.ping(c)
    wires.mend(a, c)
    wait_for(lambda: a.knows(c) and c.knows(a), "the wire is in use again")
    wires.cut(a, b)
    wait_for(lambda: turns(a, c, b), "the way by c, as c knows it, too")
    a.ping(b)


def test_a_host_that_is_cut_off_is_unreachable_at_once(mesh):
    a, b, c = wires.wired(mesh, "abc", "ab bc")
    a.ping(c)
    wires.cut(b, c)
    wait_for(lambda: c.address not in wires.routes(a), "a knows no way to c")
    started = time.monotonic()
    assert "Destination unreachable" in a.ping(c, check=False).stdout
    assert time.monotonic() - started < 0.5


@pytest.fixture
def narrow(mesh):
    """A line whose wire in the middle carries 1400 bytes."""
    return wires.wired(mesh, "abcd", "ab bc cd", mtu={"bc": 1400})


def test_packets_follow_the_narrowest_wire(narrow):
    a, b, c, d = narrow
    a.ping(d, "-M", "do", "-s", 1352)
    said = a.ping(d, "-M", "do", "-s", 1353, check=False)
    assert re.search("mtu[:=] ?1400", said.stderr + said.stdout), "said by tun0 or by the kernel"
    a.ping(b, "-M", "do", "-s", 1452)
    assert "pmtu 1400 hops 3 back 3" in a.run("tracepath", "-6", "-n", d.address).stdout


def test_tcp_fits_the_narrowest_wire(narrow):
    a, *_, d = narrow
    download = Download(a, d)
    download.ends_whole()


def test_a_download_goes_on_when_a_wire_gets_narrower(mesh):
    a, b, c, d = wires.wired(mesh, "abcd", "ab bc cd")
    download = Download(a, d)
    download.until(0.3)
    for host, far in ((b, c), (c, b)):
        host.ip("link set", wires.port(far), "mtu", 1300)
    download.ends_whole()
    assert wires.routes(a)[d.address]["mtu"] == 1300
    assert download.longest_pause < 3


def test_the_first_packet_over_several_hops_is_not_lost(mesh):
    a, *_, e = wires.wired(mesh, "abcde", "ab bc cd de")
    assert " 0% packet loss" in a.ping(e).stdout
