"""An implementation written from the specification alone meets the daemon on a wire."""
import re

import pytest
from mesh import TREE, wait_for
from test_settings import network_key

READER = ["env", f"PYTHONPATH={TREE}/tests/reader", "/usr/bin/python3", "-m", "meshp"]
GREET = [*READER, "greet", "eth0"]


@pytest.mark.parametrize("role", ["initiator", "responder"])
def test_it_joins_an_open_mesh(mesh, role):
    alice, reader = mesh.host("alice"), mesh.host("reader", up=False)
    said = reader.run(*GREET, "--role", role)
    assert alice.address in said.stdout
    # It says that it is FULL, and so does the daemon, until it says that it goes.
    assert "we are full" in said.stdout
    own = re.match("we are (beef:[0-9a-f:]+) ", said.stdout)[1]
    log = alice.log_of("meshpd").read_text()
    assert re.search(rf"neighbour {own} on eth0 .*: FULL, was SYNC", log)
    wait_for(lambda: alice.meshctl("status")["nodes"] == 1, "alice is told that it goes", 1)


def test_it_joins_a_closed_mesh(mesh, folder):
    setting = network_key(folder)
    alice, reader = mesh.host("alice", setting), mesh.host("reader", up=False)
    said = reader.run(*GREET, "--network-key-file", setting.split("=")[1])
    assert alice.address in said.stdout


def test_it_reads_what_two_daemons_say(mesh, pair, folder):
    """Every frame of a capture is read and, written again, gives the same bytes."""
    alice, bob = pair
    capture = folder / "wire.pcap"
    mesh.switch.start(*"tcpdump -i alice -Z root -U --immediate-mode -w".split(), capture)
    mesh.switch.until_logged("tcpdump", "listening")
    carol = mesh.host("carol")
    mesh.joined(alice, carol)
    alice.ping(carol)
    mesh.switch.stop("tcpdump", how=2)
    carol.run(*READER, "decode", capture)
