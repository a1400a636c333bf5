"""An implementation written from the specification alone meets the daemon on a wire."""
import pytest
from mesh import TREE
from test_settings import network_key

READER = ["env", f"PYTHONPATH={TREE}/tests/reader", "/usr/bin/python3", "-m", "meshp"]
GREET = [*READER, "greet", "eth0"]


@pytest.mark.parametrize("role", ["initiator", "responder"])
def test_it_joins_an_open_mesh(mesh, role):
    alice, reader = mesh.host("alice"), mesh.host("reader", up=False)
    said = reader.run(*GREET, "--role", role)
    assert alice.address in said.stdout


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
