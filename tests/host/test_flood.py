"""Somebody on the wire sends as fast as he can: the traffic of others goes on, nothing grows, and
few words are made about it. tests/bench/flood does the same for longer."""
import pytest
from flood import suffered

RING = 4096  # KiB that a daemon has once it is busy, and no more then; which flood it is, is chance


@pytest.mark.parametrize("kind, frames", [("junk", 1000000), ("hellos", 10000)])
def test_a_flood_disturbs_nobody(mesh, kind, frames):
    alice, bob = mesh.pair()
    mallory = mesh.unplugged("mallory")
    mesh.switch.plug(mallory)
    suffered(alice, bob, mallory, kind, 1, frames)  # what is only used under load is there now
    seen = suffered(alice, bob, mallory, kind, 2, frames)
    assert seen["sent"] >= 10000 and seen["dropped"] > 0, seen
    assert seen["lost"] <= seen["pings"] / 100 + 1, seen
    assert seen["grown"] < RING + 1024, seen
    assert seen["lines"] <= 10, seen
