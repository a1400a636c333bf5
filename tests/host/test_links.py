"""Links come and go, change their names and carry tags; the mesh follows."""
import pytest
from mesh import wait_for


def test_a_flapping_link_comes_back(mesh, pair):
    alice, bob = pair
    for _ in range(3):
        mesh.switch.ip("link set bob down")
        wait_for(lambda: not bob.knows(alice), "bob notices the dead link", 1)
        mesh.switch.ip("link set bob up")
        wait_for(lambda: alice.reaches(bob), "alice reaches bob again")


def test_a_renamed_link_goes_on(pair):
    alice, bob = pair
    bob.ip("link set eth0 down")
    bob.ip("link set eth0 name eth7")
    bob.ip("link set eth7 up")
    wait_for(lambda: alice.reaches(bob), "alice reaches bob over eth7")
    assert [link["name"] for link in bob.meshctl("status")["links"]] == ["eth7"]


def test_a_link_that_vanishes_and_returns_is_used_again(mesh, pair):
    alice, bob = pair
    bob.ip("link delete eth0")
    wait_for(lambda: not bob.knows(alice), "bob notices that eth0 is gone", 1)
    mesh.switch.plug(bob)
    wait_for(lambda: alice.reaches(bob), "alice reaches bob over the new eth0")


def test_a_link_that_appears_later_is_found(mesh):
    alice = mesh.host("alice")
    bob = mesh.unplugged("bob")
    bob.meshpd()
    mesh.switch.plug(bob)
    mesh.joined(alice, bob)
    alice.ping(bob)


def test_a_tagged_vlan_is_a_link(mesh):
    hosts = [mesh.host(name, "Link.Match=vlan*", up=False) for name in ("alice", "bob")]
    for host in hosts:
        vlan = "ip link add link eth0 name vlan7 type vlan id 7"
        if "Unknown device type" in host.run(*vlan.split(), check=False).stderr:
            pytest.skip("this kernel has no 802.1Q devices")
        host.ip("link set vlan7 up")
        host.meshpd()
    alice, bob = mesh.joined(*hosts)
    wire = mesh.switch.wire("bob")
    alice.ping(bob, "-s", 1452, "-M", "do")
    assert [link["name"] for link in bob.meshctl("status")["links"]] == ["vlan7"]
    assert wire.ours() == []  # only tagged ones: the kernel takes the tag off eth0's frames


def test_two_links_to_one_neighbour_back_each_other(mesh):
    alice, bob = [mesh.host(name, up=False) for name in ("alice", "bob")]
    for host in (alice, bob):
        mesh.switch.plug(host, "eth1", f"{host.name}1")
        host.meshpd()
    mesh.joined(alice, bob)
    mesh.switch.ip("link set bob down")
    wait_for(lambda: alice.reaches(bob), "alice reaches bob over the other link")


def test_a_host_without_any_link_waits_for_one(mesh):
    alice = mesh.unplugged("alice")
    alice.meshpd()
    assert alice.meshctl("status")["links"] == []
    alice.ping("beef::")


def test_a_busy_link_is_sent_over_faster_until_somebody_shapes_it(mesh):
    alice, bob = mesh.pair("Firewall.Inbound=allow")  # else echo is limited

    def link():
        return alice.meshctl("status")["links"][0]
    assert (link()["way"], link()["shaped"]) == ("packet", False)
    for _ in range(20):
        alice.run("ping", "-q", "-f", "-l", "64", "-c", "2000", "-s", "1000", bob.address)
        if link()["way"] == "xdp":
            break
    assert link()["way"] == "xdp"
    alice.ping(bob)
    alice.run("tc", "qdisc", "add", "dev", "eth0", "root", "tbf", "rate", "100mbit", "burst",
              "32kb", "latency", "50ms")
    wait_for(lambda: link()["shaped"], "alice notices the shaper", 1)
    wait_for(lambda: link()["way"] == "packet", "alice sends through it", 1)
    alice.ping(bob)
    alice.run("tc", "qdisc", "delete", "dev", "eth0", "root")
    wait_for(lambda: link()["way"] == "xdp", "alice notices that it is gone", 1)
    wire = alice.wire("eth0")
    wait_for(lambda: link()["way"] == "packet", "alice notices who listens", 1)
    alice.ping(bob)
    assert {frame[6:12].hex(":") for frame in wire.ours()} > {link()["lladdr"]}
    wire.close()
    wait_for(lambda: link()["way"] == "xdp", "alice notices that nobody listens", 1)
    alice.ping(bob)
