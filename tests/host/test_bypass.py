"""Frames of others relayed in the kernel: hosts in a line, each wire between two of them alone,
every link with Bypass=yes unless said otherwise. Ordinary programs notice nothing, and the daemons
between do not see the frames."""
import hashlib
import json
import os
import signal

import pytest
import wires
from mesh import MESHPD, wait_for

BYPASS = "Link.Bypass=yes"
SAID = "no relay in the kernel"


def skip_without(*hosts):
    for host in hosts:
        if SAID in host.log_of("meshpd").read_text():
            pytest.skip("this machine or this build has no relay in the kernel")


def made(mesh, settings, up=True):
    """Hosts a, b, c ... in a line, each with its settings."""
    hosts = [mesh.unplugged(name, *given) for name, given in zip("abcdef", settings)]
    for one, other in zip(hosts, hosts[1:]):
        wires.wire(one, other)
    if up:
        wires.start(*hosts)
        skip_without(*hosts)
    return hosts


@pytest.fixture
def line(mesh):
    return made(mesh, 4 * [[BYPASS]])


def bypass(host, to):
    """What a link, or that to a neighbour, shows of the relay in the kernel."""
    links = {link["name"]: link for link in host.meshctl("links")["links"]}
    return links[to if isinstance(to, str) else wires.port(to)]["bypass"]


def program(host, to):
    """The XDP program that the kernel has before an interface, or None."""
    shown = json.loads(host.run("ip", "-json", "link", "show", wires.port(to)).stdout)[0]
    return shown.get("xdp")


def is_data(frame):
    """A compact data frame of one of the lanes of packets."""
    return frame[14] & 0xd0 == 0x50 and frame[14] & 7 != 0


def relayed(host, *neighbours):
    return sum(bypass(host, neighbour)["frames"] for neighbour in neighbours)


def test_programs_notice_nothing_and_daemons_see_no_frames(line):
    a, b, c, d = line
    page = os.urandom(5_000_000)
    (d.folder / "page").write_bytes(page)
    d.serve(d.folder)
    a.ping(d)
    watched = [b.wire("eth-a"), b.wire("eth-c"), c.wire("eth-b"), c.wire("eth-d")]
    a.ping(d, "-s", 1452, "-M", "do")
    a.run("curl", "-sSf", "-o", "/run/copy", f"http://[{d.address}]/page")
    copy = a.run("sha256sum", "/run/copy").stdout.split()[0]
    assert copy == hashlib.sha256(page).hexdigest()
    assert not any(is_data(frame) for wire in watched for frame in wire.ours())
    for host, before, behind in ((b, a, c), (c, b, d)):
        assert bypass(host, before)["mode"] == "native"
        assert bypass(host, behind)["bytes"] > len(page)
        drops = host.drops()
        assert not drops.keys() & {"link_no_room", "relay_stranger", "backwards", "too_big"}


def test_what_ends_at_a_relay_is_answered_by_its_daemon(line):
    a, *beyond = line
    d = beyond[-1]
    assert "ttl=62" in a.ping(d).stdout
    said = a.run("traceroute", "-6", "-n", "-q", 1, d.address).stdout
    assert [hop.split()[1] for hop in said.splitlines()[1:]] == wires.addresses(beyond)
    for host in beyond[:2]:
        a.ping(host)


def test_links_that_flap_or_come_anew_relay_again(line):
    a, b, c, d = line
    a.ping(d)

    def relays_again():
        wait_for(lambda: a.reaches(d), "a reaches d", 10)
        count = relayed(b, a)
        a.ping(d)
        assert relayed(b, a) > count

    wires.cut(b, c)
    wait_for(lambda: not a.reaches(d), "a does not reach d")
    wires.mend(b, c)
    relays_again()
    b.ip("link del", wires.port(c))
    wires.wire(b, c)
    wait_for(lambda: bypass(b, c)["mode"] == "native", "the new link has the program")
    relays_again()


def test_who_ends_takes_the_program_along(line):
    _, b, c, _ = line
    assert program(b, c) and program(c, b)
    b.stop("meshpd")
    c.stop("meshpd", signal.SIGKILL)
    assert program(b, c) is None
    wait_for(lambda: program(c, b) is None, "the kernel has taken it off")


def test_the_setting_can_change_while_running(mesh, folder):
    settings = folder / "b.conf"
    settings.write_text("[Link]\nMatch=eth*\n")
    a, b, c = made(mesh, [[BYPASS], ["-c", settings], [BYPASS]])
    assert bypass(b, a)["mode"] == "off" and program(b, a) is None
    settings.write_text("[Link]\nMatch=eth*\nBypass=yes\n")
    b.kill("meshpd", signal.SIGHUP)
    b.until_logged("meshpd", "Link.Bypass: takes effect at the next start")
    assert bypass(b, a)["mode"] == "off"
    b.stop("meshpd")
    wires.start(b)
    wait_for(lambda: a.reaches(c), "a reaches c", 10)
    assert bypass(b, a)["mode"] == "native" and relayed(b, a) > 0
    settings.write_text("[Link]\nMatch=eth*\nBypass=no\n")
    b.kill("meshpd", signal.SIGHUP)
    wait_for(lambda: bypass(b, a)["mode"] == "off", "the setting is read")
    assert program(b, a) is None
    wait_for(lambda: a.reaches(c), "a reaches c", 10)


def test_an_end_that_takes_no_frames_of_drivers_gets_them_from_the_daemon(mesh):
    """The far end of a veth pair takes them only while it has a program, too."""
    a, b, c = made(mesh, [[], [BYPASS], []])
    a.ping(c)
    assert bypass(b, a)["mode"] == "native"
    assert relayed(b, a, c) == 0 and bypass(b, a)["passed"] > 0
    c.settings = [BYPASS]
    c.stop("meshpd")
    wires.start(c)
    wait_for(lambda: a.reaches(c) and relayed(b, a) > 0, "b relays to c in the kernel", 10)
    assert relayed(b, c) == 0


def bridge(host, name, port):
    host.ip(f"link add {name} type bridge mcast_snooping 0 forward_delay 0")
    host.ip(f"link set {port} master {name}")
    host.ip(f"link set {name} up")


def test_an_interface_without_a_driver_of_its_own_relays_before_the_stack(mesh):
    """A bridge: frames that come by it can be sent on, those for it are the daemon's."""
    a, b, c = made(mesh, [[], [BYPASS, "Link.Match=eth* br*"], []], up=False)
    bridge(b, "br-a", wires.port(a))
    wires.start(a, b, c)
    skip_without(b)
    page = os.urandom(500_000)
    for one, other in ((a, c), (c, a)):
        (one.folder / "page").write_bytes(page)
        other.serve(one.folder)
        one.run("curl", "-sSf", "-o", "/run/copy", f"http://[{other.address}]/page")
        assert one.run("sha256sum", "/run/copy").stdout.split()[0] == \
            hashlib.sha256(page).hexdigest()
    assert bypass(b, "br-a")["mode"] == "generic" and bypass(b, c)["mode"] == "native"
    assert bypass(b, "br-a")["bytes"] > len(page)
    assert bypass(b, c)["frames"] == 0 and bypass(b, c)["passed"] > 300


def test_interfaces_that_share_an_address_may_be_vlans_of_each_other(mesh):
    """Before the stack a program does not see that a frame has a tag: it is left to the daemon."""
    a, b, c = made(mesh, [[], [BYPASS, "Link.Match=br*"], []], up=False)
    for name, neighbour in (("br-a", a), ("br-c", c)):
        bridge(b, name, wires.port(neighbour))
    wires.start(a, b, c)
    skip_without(b)
    a.ping(c)
    assert bypass(b, "br-a")["frames"] > 0
    b.ip("link set br-c address", json.loads(b.run("ip", "-json", "link", "show", "br-a").stdout)
         [0]["address"])
    wait_for(lambda: not a.reaches(c), "the new address is noticed")
    wait_for(lambda: a.reaches(c), "a reaches c", 10)
    before = bypass(b, "br-a")
    a.ping(c)
    assert bypass(b, "br-a") == before and before["mode"] == "generic"


def test_the_silence_of_a_next_hop_counts_though_the_daemon_sees_no_frame(line):
    """A stopped daemon is missed within a second where data flows; by probes alone after 5 s."""
    a, b, c, d = line
    a.ping(d)
    flow = a.start("ping", "-6", "-q", "-i", "0.02", d.address)
    count = relayed(b, a)
    wait_for(lambda: relayed(b, a) > count + 20, "a flow goes over b")
    c.kill("meshpd", signal.SIGSTOP)
    wait_for(lambda: not b.knows(c), "b misses c", 2)
    os.kill(c.running["meshpd"].pid, signal.SIGCONT)  # nsenter stops and goes on with its child
    wait_for(lambda: b.knows(c) and a.reaches(d), "all is well again", 10)
    assert flow.poll() is None


def test_without_the_right_the_daemon_relays_and_says_so(mesh):
    a, b, c = made(mesh, [[], [BYPASS], []], up=False)
    without = ["setpriv", "--bounding-set", "-bpf,-sys_admin"]
    b.start(*without, MESHPD, *b.settings, log=b.log_of("meshpd"))
    wires.start(a, c)
    wait_for(lambda: a.reaches(c), "a reaches c", 10)
    lines = [line for line in b.log_of("meshpd").read_text().splitlines() if SAID in line]
    assert len(lines) == 1
    assert bypass(b, a) == {"mode": "off", "frames": 0, "bytes": 0, "passed": 0}


def test_nothing_is_attached_unless_asked_for(mesh):
    a, b, c = made(mesh, 3 * [[]])
    a.ping(c)
    assert program(b, a) is None and bypass(b, a)["mode"] == "off"
