"""A grid of hosts that start together."""
import wires
from mesh import wait_for

ROWS = ("abc", "def", "ghi")
PAIRS = [row[i:i + 2] for row in (*ROWS, *map("".join, zip(*ROWS))) for i in (0, 1)]


def hops(host, to):
    """Who stock traceroute hears of, or None if somebody was silent."""
    said = host.run("traceroute", "-6", "-n", "-q", 1, to.address).stdout
    heard = [line.split()[1] for line in said.splitlines()[1:]]
    return None if "*" in heard else heard


def test_nine_hosts_that_start_together_reach_each_other_along_wires(mesh):
    hosts = wires.wired(mesh, "".join(ROWS), " ".join(PAIRS))
    for one in hosts:
        for other in hosts:
            # While costs settle, ways move and a packet may be lost.
            wait_for(lambda one=one, other=other: one.reaches(other), f"{one.name} to {other.name}")
    first, last = hosts[0], hosts[-1]
    named = {host.address: host.name for host in hosts}
    # While they settle a probe may be lost as well.
    heard = wait_for(lambda: hops(first, last), "every hop answers", 20)
    way = first.name + "".join(named[hop] for hop in heard)
    steps = ["".join(sorted(way[i:i + 2])) for i in range(len(way) - 1)]
    assert way[-1] == last.name and len(set(way)) == len(way)
    assert set(steps) <= set(PAIRS), way
