"""Packets into the mesh carry the host's own mesh address, whatever other addresses it has, and
packets that carry another are refused."""
import json

import pytest
from mesh import wait_for


def route(host, to):
    return json.loads(host.run("ip", "-json", "-6", "route", "get", to).stdout)[0]


def test_the_kernel_picks_our_address(pair):
    alice, bob = pair
    chosen = route(alice, bob.address)
    assert (chosen["dev"], chosen["prefsrc"]) == ("tun0", alice.address)


def test_the_kernel_picks_our_address_on_a_desktop_with_a_public_one(pair):
    alice, bob = pair
    alice.sysctl("net.ipv6.conf.eth0.use_tempaddr", 2)
    alice.ip("address add 2001:db8::1234/64 dev eth0 mngtmpaddr")
    wait_for(lambda: "temporary" in alice.ip("-6 address show dev eth0"), "a temporary address")
    assert route(alice, bob.address)["prefsrc"] == alice.address
    wire = bob.wire("tun0")
    alice.ping(bob)
    assert alice.ip("-6 route get", bob.address).count(alice.address) == 1
    assert wire.heard()


@pytest.mark.parametrize("source", ["2001:db8::5", "beef:1::5"])
def test_a_foreign_source_is_refused_by_name(pair, source):
    alice, bob = pair
    alice.ip(f"address add {source}/128 dev lo")
    tun0, wire = alice.wire("tun0"), bob.wire("tun0")
    said = alice.ping(bob, "-I", source, check=False)
    assert "Destination unreachable" in said.stdout
    _, answer = tun0.heard()
    assert answer[40:42] == bytes([1, 5]), "ICMPv6: source address failed ingress/egress policy"
    assert alice.drops()["packet_source"] == 1
    assert wire.heard() == []
