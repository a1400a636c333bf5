"""A host that tries addresses nobody has is told so, and costs the mesh nothing."""
import time

import pytest
import wires
from mesh import wait_for
from scanner import is_probe_or_hello, scan, unreachable

ADDRESSES = 10000


def memory(host):
    """Resident kilobytes of the daemon."""
    status = host.run("sh", "-c", "cat /proc/$(pgrep -x meshpd)/status").stdout
    return int(status.split("VmRSS:")[1].split()[0])


def test_unknown_addresses_cost_no_frame_and_no_memory(mesh):
    a, b, c = wires.wired(mesh, "abc", "ab bc")
    a.ping(c)
    scan(a, "warm up", 5000)
    before, known = memory(a), unreachable(a)
    wire = b.wire("eth-a")
    started = time.monotonic()
    errors = scan(a, "all", ADDRESSES)
    wait_for(lambda: unreachable(a) - known == ADDRESSES, "every packet is refused", 10)
    took = time.monotonic() - started
    frames = wire.ours()
    assert all(map(is_probe_or_hello, frames))
    assert len(frames) < 10 + 10 * took
    assert errors > 10, "hosts are told, as often as errors may be sent"
    assert memory(a) - before <= 256, "buffers of fixed size are touched for the first time"
    a.ping(c)


def test_a_data_frame_would_be_noticed(mesh):
    a, b = wires.wired(mesh, "ab", "ab")
    wire = b.wire("eth-a")
    a.ping(b)
    a.ping(b, "-s", 0)
    assert sum(not is_probe_or_hello(frame) for frame in wire.ours()) == 4


@pytest.mark.parametrize("size", [8, 1400])
def test_each_is_told_at_once(mesh, size):
    a, b = wires.wired(mesh, "ab", "ab")
    started = time.monotonic()
    for _ in range(20):
        said = a.ping("beef:dead::1", "-s", size, check=False).stdout
        assert f"From {a.address}" in said and "Address unreachable" in said
    assert time.monotonic() - started < 2
