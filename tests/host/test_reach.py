"""Hosts on one switch reach each other without any configuration, and themselves always."""
import time

from mesh import MESHPD, wait_for


def test_two_hosts_ping_each_other(pair):
    alice, bob = pair
    alice.ping(bob)
    bob.ping(alice)


def test_full_packets_cross_unfragmented(pair):
    alice, bob = pair
    for one, other in ((alice, bob), (bob, alice)):
        one.ping(other, "-s", 1452, "-M", "do")


def test_a_packet_larger_than_the_wire_is_told_to_be_too_big(pair):
    alice, bob = pair
    said = alice.ping(bob, "-s", 1453, "-M", "do", check=False)
    assert said.returncode != 0 and "mtu: 1500" in said.stderr + said.stdout


def test_a_large_packet_crosses_in_fragments(pair):
    alice, bob = pair
    alice.ping(bob, "-s", 20000)


def test_a_third_host_joins_later(mesh, pair):
    alice, bob = pair
    carol = mesh.host("carol")
    mesh.joined(alice, bob, carol)
    for one, other in ((alice, carol), (bob, carol), (carol, alice), (carol, bob)):
        one.ping(other)


def test_the_first_ping_answers_within_two_seconds_of_the_start(mesh):
    alice, bob = mesh.host("alice"), mesh.host("bob", up=False)
    address = bob.lo2()
    started = time.monotonic()
    bob.start(MESHPD)
    wait_for(lambda: alice.reaches(address), "a reply", 2)
    assert time.monotonic() - started <= 2


def test_a_host_reaches_itself_with_and_without_the_daemon(mesh):
    alice = mesh.host("alice", up=False)
    address = alice.lo2()
    for moment in (lambda: None, alice.meshpd, lambda: alice.stop("meshpd")):
        moment()
        assert alice.address == address
        alice.ping("beef::")
        alice.ping(address)


def test_the_daemon_makes_the_addresses_itself_and_leaves_them(mesh):
    alice = mesh.host("alice")
    address = alice.meshctl("status")["address"]
    assert alice.address == address
    assert alice.stop("meshpd") == 0
    assert alice.address == address
    alice.ping("beef::")
    alice.ping(address)


def test_the_address_stays_the_same_after_a_restart(mesh, pair):
    alice, bob = pair
    address = bob.address
    bob.stop("meshpd")
    bob.meshpd()
    assert bob.meshctl("status")["address"] == address
    wait_for(lambda: alice.reaches(bob), "bob answers after his restart")


def test_a_killed_daemon_comes_back(mesh, pair):
    alice, bob = pair
    bob.stop("meshpd", how=9)
    bob.meshpd()
    wait_for(lambda: alice.reaches(bob), "bob answers after the kill")


def test_the_daemon_outlives_who_reads_what_it_says(mesh):
    alice, bob = mesh.host("alice", up=False), mesh.host("bob")
    alice.start("sh", "-c", f"{MESHPD} 2>&1 | head -n 1")
    wait_for(alice.answers, "alice answers")
    mesh.joined(alice, bob)
    mesh.switch.ip("link set alice down")
    wait_for(lambda: not alice.knows(bob), "alice notices the dead link", 1)
    mesh.switch.ip("link set alice up")
    mesh.joined(alice, bob)


def test_an_unknown_address_is_unreachable_at_once(pair):
    alice, _ = pair
    started = time.monotonic()
    said = alice.ping("beef:dead::1", check=False)
    assert "Destination unreachable" in said.stdout
    assert time.monotonic() - started < 0.5


def test_without_the_daemon_the_mesh_is_unreachable_at_once(pair):
    alice, bob = pair
    address = bob.address
    alice.stop("meshpd")
    started = time.monotonic()
    said = alice.ping(address, check=False)
    assert "No route to host" in said.stderr
    assert time.monotonic() - started < 0.5
