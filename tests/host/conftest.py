"""A fresh mesh for each test, ended whatever happens."""
import pathlib
import tempfile

import pytest
from mesh import Mesh


@pytest.fixture
def folder():
    """A folder that every account may read, for files, settings and logs."""
    with tempfile.TemporaryDirectory(prefix="meshpd-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture
def mesh(folder):
    mesh = Mesh(folder)
    yield mesh
    mesh.end()


@pytest.fixture
def pair(mesh):
    """Two hosts that reach each other."""
    return mesh.pair()
