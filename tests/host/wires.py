"""Hosts joined by wires of their own, in any shape. Each end of a wire is called after the host at
the other end: alice's eth-bob leads to bob. A wire can be cut so that both ends notice at once, or
silently."""
import subprocess

from mesh import MESHPD, wait_for


def port(to):
    return f"eth-{to.name}"


def veth(one, name, other, peer, mtu=1500):
    """A veth pair with an end in each of these trees, both up. They get no link-local address: of
    its groups the kernel would tell (MLD), and what a test sees there is to be the daemons'."""
    subprocess.run(["ip", "link", "add", name, "netns", str(one.pid), "mtu", str(mtu), "type",
                    "veth", "peer", "name", peer, "netns", str(other.pid), "mtu", str(mtu)],
                   check=True)
    for tree, end in ((one, name), (other, peer)):
        tree.ip("link set", end, "addrgenmode none")
    one.ip("link set", name, "up")
    other.ip("link set", peer, "up")


def wire(one, other, mtu=1500):
    """Joins two hosts; a cut takes the carrier from both."""
    veth(one, port(other), other, port(one), mtu)


def cut(one, other):
    one.ip("link set", port(other), "down")


def mend(one, other):
    one.ip("link set", port(other), "up")


def long_wire(mesh, one, other):
    """Joins two hosts by a bridge of their own, the name of which is returned: with the bridge
    down the wire carries nothing, and neither end sees that."""
    name = f"br-{one.name}{other.name}"
    mesh.switch.ip(f"link add {name} type bridge mcast_snooping 0 forward_delay 0")
    mesh.switch.ip(f"link set {name} up")
    for host, far in ((one, other), (other, one)):
        veth(host, port(far), mesh.switch, f"{host.name}-{far.name}")
        mesh.switch.ip(f"link set {host.name}-{far.name} master {name}")
    return name


def wired(mesh, names, pairs, mtu={}, up=True):
    """Hosts called by single letters with wires between those pairs ("ab bc"), their daemons
    running and every path known unless told otherwise."""
    made = {name: mesh.unplugged(name) for name in names}
    for pair in pairs.split():
        wire(made[pair[0]], made[pair[1]], mtu.get(pair, 1500))
    if up:
        start(*made.values())
    return list(made.values())


def start(*hosts):
    """Starts these daemons together and waits until each has a path to each other one."""
    for host in hosts:
        host.start(MESHPD, *host.settings)
    for host in hosts:
        wait_for(host.answers, f"{host.name} answers", 10)
    converged(*hosts)


def routes(host):
    """Who is reached how, by address."""
    return {route["address"]: route for route in host.meshctl("routes")["routes"]}


def converged(*hosts, seconds=10):
    everybody = {host.address for host in hosts}
    for host in hosts:
        wait_for(lambda: everybody - {host.address} <= set(routes(host)),
                 f"{host.name} has paths to all others", seconds)


def addresses(hosts):
    return [host.address for host in hosts]
