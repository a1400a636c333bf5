"""Keys are replaced under load without anybody noticing, whichever ciphers the two ends have."""
import os

import pytest
from mesh import wait_for

BOTH = "Session.Suites=chacha20-poly1305 aes-256-gcm"
CHACHA = "Session.Suites=chacha20-poly1305"


@pytest.mark.parametrize("alice_suites, bob_suites", [(BOTH, BOTH), (CHACHA, BOTH), (BOTH, CHACHA)],
                         ids=["both", "alice-only-chacha20", "bob-only-chacha20"])
def test_ten_rekeys_pass_under_a_running_download(mesh, folder, alice_suites, bob_suites):
    alice, bob = mesh.joined(mesh.host("alice", alice_suites, "Session.RekeySec=1"),
                             mesh.host("bob", bob_suites, "Session.RekeySec=1"))
    (folder / "file").write_bytes(os.urandom(50_000_000))
    bob.serve(folder)
    first = epoch(alice)
    alice.start("curl", "-sSf", "--limit-rate", "2500k", "-o", folder / "copy",
                f"http://[{bob.address}]/file")
    wait_for(lambda: epoch(alice) >= first + 10, "ten rekeys", 30)
    assert alice.running["curl"].poll() is None, "the download ended before the tenth rekey"
    assert alice.running["curl"].wait(30) == 0
    assert (folder / "copy").read_bytes() == (folder / "file").read_bytes()
    suites = {host.meshctl("sessions")["sessions"][0]["suite"] for host in (alice, bob)}
    assert suites == {"chacha20-poly1305"} or BOTH == alice_suites == bob_suites


def epoch(host):
    sessions = host.meshctl("sessions")["sessions"]
    return sessions[0]["epoch"] if sessions else 0
