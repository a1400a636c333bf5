"""However many threads carry packets, at one end or the other, all of them arrive, whole and each
flow in order: TCP says so."""
import hashlib
import os

import pytest
from mesh import wait_for

SIZE = 20_000_000
FLOWS = 6


def threads(host):
    """How many the daemon has."""
    return int(host.run("sh", "-c", "ls /proc/$(pgrep -x meshpd)/task | wc -l").stdout)


def fetch(client, server, folder):
    """Flows side by side, so that every lane has some; a digest of each copy."""
    copies = [folder / f"copy-{client.name}-{flow}" for flow in range(FLOWS)]
    for copy in copies:
        client.start("curl", "-sSf", "-o", copy, f"http://[{server.address}]/file")
    wait_for(lambda: client.run("sh", "-c", "pgrep -x curl || true").stdout == "",
             "all copies are there", 60)
    return {hashlib.sha256(copy.read_bytes()).hexdigest() for copy in copies}


@pytest.mark.parametrize("here, there", [(0, 1), (2, 3), (7, 7), (64, 0)])
def test_as_many_threads_as_wanted_carry_every_flow(mesh, folder, here, there):
    alice, bob = mesh.joined(mesh.host("alice", f"Daemon.Workers={here}"),
                             mesh.host("bob", f"Daemon.Workers={there}"))
    assert (threads(alice), threads(bob)) == (1 + min(here, 7), 1 + there)
    (folder / "file").write_bytes(os.urandom(SIZE))
    whole = {hashlib.sha256((folder / "file").read_bytes()).hexdigest()}
    for client, server in ((alice, bob), (bob, alice)):
        server.serve(folder)
        assert fetch(client, server, folder) == whole
        client.ping(server)
    for host in (alice, bob):
        assert "not_handed" not in host.drops()
        assert "authentication" not in host.drops()


def test_a_journal_is_of_a_daemon_without_carriers(mesh, folder):
    alice = mesh.host("alice", "Daemon.Workers=4", up=False)
    alice.meshpd("--journal", str(folder / "journal"))
    assert threads(alice) == 1
