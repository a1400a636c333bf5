"""Five hosts in a line, each wire between two of them alone: ordinary programs over four hops, and
what those between see of it."""
import hashlib
import ipaddress
import json
import os
import pathlib
import tempfile

import pytest
import wires
from mesh import Mesh

SECRET = b"nothing of this sentence may be read on the wire "


@pytest.fixture(scope="module")
def line():
    """The hosts a to e, made once: no test here changes the mesh."""
    with tempfile.TemporaryDirectory(prefix="meshpd-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        mesh = Mesh(folder)
        try:
            yield wires.wired(mesh, "abcde", "ab bc cd de")
        finally:
            mesh.end()


def test_the_ends_ping_each_other_over_three_relays(line):
    a, *_, e = line
    for one, other in ((a, e), (e, a)):
        assert "ttl=61" in one.ping(other, "-s", 1452, "-M", "do").stdout


def test_every_host_pings_every_other(line):
    for one in line:
        for other in line:
            one.ping(other)


@pytest.mark.parametrize("kind", ["", "-I", "-T -p 80"])
def test_traceroute_shows_every_hop(line, kind):
    a, *beyond = line
    said = a.run("traceroute", "-6", "-n", "-q", 1, *kind.split(), line[-1].address).stdout
    hops = [hop.split()[1] for hop in said.splitlines()[1:]]
    assert hops == wires.addresses(beyond)


@pytest.mark.parametrize("kind", ["", "-u"])
def test_mtr_shows_every_hop_and_no_loss(line, kind):
    a, *beyond = line
    said = a.run("mtr", "-6", "-n", "--json", "-c", 3, "-i", 0.1, "-G", 0.5, *kind.split(),
                 line[-1].address).stdout
    hubs = json.loads(said)["report"]["hubs"]
    assert [hub["host"] for hub in hubs] == wires.addresses(beyond)
    assert [hub["Loss%"] for hub in hubs] == [0, 0, 0, 0]


def test_tracepath_finds_the_way_there_and_back_alike(line):
    a, *beyond = line
    said = a.run("tracepath", "-6", "-n", line[-1].address).stdout
    *hops, end = said.splitlines()[1:]
    assert list(dict.fromkeys(hop.split()[1] for hop in hops)) == wires.addresses(beyond)
    assert "asymm" not in said
    assert end.split() == "Resume: pmtu 1500 hops 4 back 4".split()


def test_a_relay_sees_who_and_nothing_of_what(line):
    a, _, c, _, e = line
    page = SECRET * 10000 + os.urandom(5_000_000)
    (e.folder / "page").write_bytes(page)
    e.serve(e.folder)
    watched = [c.wire("eth-b"), c.wire("eth-d")]
    a.run("curl", "-sSf", "-o", "/run/copy", f"http://[{e.address}]/page")
    copy = a.run("sha256sum", "/run/copy").stdout.split()[0]
    assert copy == hashlib.sha256(page).hexdigest()
    for wire in watched:
        frames = wire.heard()
        assert sum(map(len, frames)) > len(page)
        assert {frame[12:14] for frame in frames} == {b"\x88\xb5"}
        for end in (a, e):
            address = ipaddress.ip_address(end.address).packed
            assert not any(address in frame for frame in frames)
            assert any(address[2:10] in frame for frame in frames), "its id is how it is found"
        assert not any(SECRET[:16] in frame for frame in frames)
