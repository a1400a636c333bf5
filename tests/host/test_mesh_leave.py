"""A daemon that is stopped tells its neighbours first: ways lead round it before it is gone, and
nobody waits for its silence. One that is not a way for others says so."""
import signal

import wires
from mesh import MESHPD, wait_for

EVERY = 0.005


class Pings:
    """Echo requests, one every EVERY seconds, until told to end."""

    def __init__(self, host, to):
        self.host, self.log = host, host.log_of("ping")
        host.start("ping", "-6", "-n", "-D", "-i", EVERY, to.address)
        wait_for(lambda: self.answers() > 50, "pings are answered")

    def answers(self):
        return self.log.read_text().count("bytes from")

    def lost(self):
        """How many requests no answer came to; the last ones may still be under way."""
        self.host.stop("ping", signal.SIGINT)
        said = self.log.read_text().split("packets transmitted, ")
        return int(said[0].split()[-1]) - int(said[1].split()[0])


def state(host, other):
    return [n["state"].upper() for n in host.meshctl("neighbours")["neighbours"]
            if n["address"] == other.address]


def relay_of(pings, between, to):
    """Which of these hosts passes the pings on."""
    watched = {host: host.wire(wires.port(to)) for host in between}
    before = pings.answers()
    wait_for(lambda: pings.answers() > before + 100, "pings go on")
    return max(between, key=lambda host: len(watched[host].ours()))


def test_pings_outlive_the_stop_of_their_relay(mesh):
    a, b, c, d = wires.wired(mesh, "abcd", "ab ac bd cd")
    pings = Pings(a, d)
    relay = relay_of(pings, (b, c), d)
    address, before = relay.address, pings.answers()
    assert relay.stop("meshpd") == 0
    for host in (a, d):
        wait_for(lambda: address not in wires.routes(host), f"{host.name} knows", 1)
    wait_for(lambda: pings.answers() > before + 100, "pings go on")
    lost = pings.lost()
    print(f"{lost} pings lost, one every {EVERY} s")
    assert lost * EVERY < 0.15, "silence would be noticed after 0.33 s at the earliest"
    wait_for(lambda: state(a, relay) == state(d, relay) == ["LOST"], "its neighbours count it out")


def test_a_host_is_back_in_the_second_it_left(mesh):
    a, b, c = wires.wired(mesh, "abc", "ab bc")
    for _ in range(3):
        assert b.stop("meshpd") == 0
        b.start(MESHPD)
        wires.converged(a, c, seconds=3)
        a.ping(c)


def test_the_ways_of_others_do_not_lead_over_an_end(mesh):
    a, b, c, d = hosts = wires.wired(mesh, "abcd", "ab bc ad cd", up=False)
    b.settings.append("Mesh.Transit=no")
    wires.start(*hosts)
    assert b.meshctl("status")["flags"] == ["no-transit"]
    assert a.meshctl("status")["flags"] == []
    wait_for(lambda: wires.routes(a)[c.address]["next_hop"] == d.address, "the way by d")
    wires.cut(a, d)
    wait_for(lambda: c.address not in wires.routes(a), "there is no way over b")
    assert wires.routes(a)[b.address]["hops"] == 1
