"""The scripts by which meshnet-lab starts and stops meshpd, called as its software.py calls them:
handed to sh as input, in a network namespace with one interface `uplink`, with where it runs and
the node's id as arguments. Its ping.py then asks `ip` for tun0's address."""
import os
import re

import pytest
from mesh import BUILD, TREE, wait_for

SCRIPTS = TREE / "contrib/meshnet-lab"


def call(host, script, *arguments):
    path = f"{BUILD}/daemon:{BUILD}/tools:{os.environ['PATH']}"
    with open(SCRIPTS / script, encoding="utf-8") as text:
        return host.run("env", f"PATH={path}", "sh", "-s", *arguments, stdin=text)


def node(host):
    return f"{os.getpid()}-{host.name}"


@pytest.fixture
def lab(mesh):
    hosts = [mesh.unplugged(name) for name in ("one", "two")]
    for host in hosts:
        mesh.switch.plug(host, "uplink")
        call(host, "meshpd_start.sh", "local", node(host))
    yield hosts
    for host in hosts:
        call(host, "meshpd_stop.sh", "local", node(host))


def address_of_tun0(host):
    found = re.findall(r"inet6 ([0-9a-f:]+)/", host.ip("address list dev tun0"))
    return next(address for address in found if not address.startswith("fe80:"))


def test_nodes_of_the_lab_ping_each_other_and_are_stopped(lab):
    one, two = lab
    target = address_of_tun0(two)
    wait_for(lambda: one.run("ping", "-c", 1, "-w", 1, "-D", "-I", "tun0", target,
                             check=False).returncode == 0, "two answers one")
    call(two, "meshpd_stop.sh", "local", node(two))
    assert "tun0" not in two.ip("-oneline link") and "tun0" in one.ip("-oneline link")
    assert not os.path.exists(f"/tmp/meshpd-{node(two)}")
