"""Fresh machines for each test, ended whatever happens."""
import pathlib
import sys
import tempfile

import pytest

sys.path.append(str(pathlib.Path(__file__).parents[1] / "host"))
from machines import Rack, missing  # noqa: E402


@pytest.fixture(scope="session")
def switch():
    """A rack without machines yet; making its switch is what takes longest."""
    why = missing()
    if why:
        pytest.skip(why)
    with tempfile.TemporaryDirectory(prefix="meshpd-service-") as folder:
        rack = Rack(pathlib.Path(folder) / "rack")
        yield rack
        rack.boot("down")


@pytest.fixture
def rack(switch):
    yield switch
    switch.clear()


@pytest.fixture
def machine(rack):
    """One machine on which nothing of ours was started."""
    return rack.up("alice")[0]


@pytest.fixture
def pair(rack):
    """Two machines whose daemons are started and reach each other."""
    alice, bob = rack.up("alice", "bob")
    alice.start()
    bob.start()
    alice.until_known(bob)
    return alice, bob
