"""A limit of memory: what a daemon with busy links needs is far below it, and is bounded."""
import contextlib
import os
import pathlib

import pytest
from mesh import SANITIZED, wait_for

LIMIT = 16 << 20
KINDS = (("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.max_usage_in_bytes"),
         ("/sys/fs/cgroup", "memory.max", "memory.peak"))


def own(root):
    """The group of this process below a root, as /proc says: 9:memory:/a, or 0::/a."""
    lines = pathlib.Path("/proc/self/cgroup").read_text().splitlines()
    kind = "memory" if root.endswith("memory") else ""
    return next((line.split(":")[2] for line in lines if line.split(":")[1] == kind), "/")


class Group:
    """A control group with that limit, of the first kind that can be had."""

    def __init__(self):
        for root, limit, peak in KINDS:
            self.home = pathlib.Path(root + own(root))
            self.folder = self.home / f"meshpd-test-{os.getpid()}"
            self.peak = self.folder / peak
            with contextlib.suppress(OSError):
                self.folder.mkdir()
                with contextlib.suppress(OSError):
                    (self.folder / limit).write_text(str(LIMIT))
                    return
                self.folder.rmdir()
        pytest.skip("no control group of memory can be made here")

    @contextlib.contextmanager
    def inside(self):
        """Processes made meanwhile stay in it."""
        (self.folder / "cgroup.procs").write_text(str(os.getpid()))
        try:
            yield
        finally:
            (self.home / "cgroup.procs").write_text(str(os.getpid()))

    def end(self):
        wait_for(lambda: not (self.folder / "cgroup.procs").read_text(), "its processes are gone")
        self.folder.rmdir()


@pytest.fixture
def group():
    group = Group()
    yield group
    group.end()


@pytest.mark.skipif(SANITIZED, reason="a sanitizer's memory is beyond any limit")
def test_a_busy_daemon_stays_below_its_limit(group, mesh):
    alice, bob = mesh.host("alice", up=False), mesh.host("bob")
    with group.inside():
        alice.meshpd()
    mesh.joined(alice, bob)
    for size in ("100", "1400"):
        alice.run("ping", "-q", "-f", "-l", "64", "-c", "20000", "-s", size, bob.address)
    assert 0 < int(group.peak.read_text()) < LIMIT
    assert alice.running["meshpd"].poll() is None
    alice.ping(bob)
