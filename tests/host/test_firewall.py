"""Closed by default: what of the mesh comes in, what does not, and that nothing opens it by
accident. Servers and clients are stock programs or a dozen lines of Python."""
import fcntl
import ipaddress
import json
import os
import re
import socket
import struct

import pytest
from mesh import MESHCTL, wait_for

WEB = "import http.server, socket, sys\n" \
      "class Server(http.server.HTTPServer): address_family = socket.AF_INET6\n" \
      "Server((sys.argv[1], int(sys.argv[2])), http.server.SimpleHTTPRequestHandler)" \
      ".serve_forever()\n"
ECHO = "import socket, sys\n" \
       "s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)\n" \
       "s.bind((sys.argv[1], int(sys.argv[2])))\n" \
       "while True: s.sendto(*s.recvfrom(100))\n"
ASK = "import socket, sys\n" \
      "s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)\n" \
      "s.settimeout(0.5)\n" \
      "s.sendto(b'?', (sys.argv[1], int(sys.argv[2])))\n" \
      "print(s.recvfrom(100)[1][0])\n"


def serve(host, program, address, port, kind):
    """Starts a server and waits until it listens. Its name among those that run is the port."""
    host.start("python3", "-c", program, address, port, log=host.folder / f"{port}.log")
    host.running[str(port)] = host.running.pop("python3")
    wait_for(lambda: host.run("ss", f"-6Hln{kind}", f"sport = :{port}").stdout, "a server")


def web(host, address, port):
    serve(host, WEB, address, port, "t")


def echo(host, address, port):
    serve(host, ECHO, address, port, "u")


def fetches(client, server, port):
    return client.run("curl", "-sS", "-m", 2, "-o", "/dev/null",
                      f"http://[{server.address}]:{port}/", check=False).returncode == 0


def answer(client, server, port):
    """Where the answer to a datagram came from; empty if none did."""
    return client.run("python3", "-c", ASK, server.address, port, check=False).stdout.strip()


def meshctl(host, *arguments, status=0):
    done = host.run(MESHCTL, *arguments, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def exposed(host):
    return json.loads(meshctl(host, "--json", "exposed"))


def refused(host, reason):
    return exposed(host)["drops"][reason]


# ---- servers

def test_a_server_on_all_addresses_is_unreachable_until_it_is_exposed(pair):
    alice, bob = pair
    web(bob, "::", 8000)
    echo(bob, "::", 9000)
    assert not fetches(alice, bob, 8000)
    assert answer(alice, bob, 9000) == ""
    assert refused(bob, "refused") >= 2
    assert fetches(bob, bob, 8000), "the host itself is not asked"
    meshctl(bob, "expose", "tcp/8000")
    assert fetches(alice, bob, 8000)
    assert answer(alice, bob, 9000) == ""
    meshctl(bob, "expose", "udp/9000-9010")
    assert answer(alice, bob, 9000) == bob.address
    meshctl(bob, "unexpose", "tcp/8000")
    assert not fetches(alice, bob, 8000)


def test_a_server_on_the_own_address_is_reachable(pair):
    alice, bob = pair
    web(bob, bob.address, 8000)
    echo(bob, bob.address, 9000)
    assert fetches(alice, bob, 8000)
    assert answer(alice, bob, 9000) == bob.address
    bound = [(b["protocol"], b["port"], b["program"]) for b in exposed(bob)["bound"]]
    assert sorted(bound) == [("tcp", 8000, "python3"), ("udp", 9000, "python3")]


def test_a_server_on_this_node_answers_at_the_nodes_address_once_exposed(pair):
    alice, bob = pair
    web(bob, "beef::", 8000)
    echo(bob, "beef::", 9000)
    assert not fetches(alice, bob, 8000)
    assert answer(alice, bob, 9000) == ""
    meshctl(bob, "expose", "tcp/8000")
    meshctl(bob, "expose", "udp/9000")
    assert fetches(alice, bob, 8000)
    assert answer(alice, bob, 9000) == bob.address


def test_an_own_server_is_preferred_to_one_on_this_node(pair):
    alice, bob = pair
    meshctl(bob, "expose", "udp/9000")
    echo(bob, "beef::", 9000)
    assert answer(alice, bob, 9000) == bob.address
    bob.stop("9000")
    echo(bob, bob.address, 9000)
    assert answer(alice, bob, 9000) == bob.address


def test_outgoing_traffic_and_its_replies_pass(pair):
    alice, bob = pair
    web(alice, alice.address, 8000)
    echo(alice, alice.address, 9000)
    assert fetches(bob, alice, 8000)
    assert answer(bob, alice, 9000) == alice.address
    assert "Destination unreachable" not in bob.ping(alice).stdout
    assert refused(bob, "refused") == 0


def test_a_closed_port_looks_like_one_nobody_listens_on(pair):
    alice, bob = pair
    web(bob, "::", 8000)
    for port in (8000, 8001):
        said = alice.run("curl", "-sS", "-m", 2, f"http://[{bob.address}]:{port}/", check=False)
        assert said.returncode == 7, "refused at once"
    for options in ([], ["-T", "-p", "8000"]):
        said = alice.run("traceroute", "-6", "-n", "-q", 1, *options, bob.address).stdout
        assert re.search(rf"\n 1  {bob.address}  [0-9.]+ ms\n$", said), said
    assert "reached" in alice.run("tracepath", "-6", "-n", bob.address).stdout


# ---- from whom

def test_a_port_is_open_to_some(mesh):
    alice, bob, carol = mesh.joined(*(mesh.host(name) for name in ("alice", "bob", "carol")))
    web(bob, "::", 8000)
    prefix = ipaddress.ip_network(f"{alice.address}/64", strict=False)
    key = alice.meshctl("status")["public_key"]
    for whom in (alice.address, str(prefix), key):
        meshctl(bob, "expose", "tcp/8000", "from", whom)
        assert exposed(bob)["exposed"][0]["from"] == whom
        assert fetches(alice, bob, 8000), whom
        assert not fetches(carol, bob, 8000), whom
        meshctl(bob, "unexpose", "tcp/8000", "from", whom)
        assert not fetches(alice, bob, 8000), whom


# ---- what is asked for

def test_what_was_exposed_by_command_stays_so(pair):
    alice, bob = pair
    web(bob, "::", 8000)
    meshctl(bob, "expose", "tcp/8000")
    meshctl(bob, "expose", "tcp/8000")
    assert [(e["what"], e["by"]) for e in exposed(bob)["exposed"]] == [("tcp/8000", "command")]
    bob.stop("meshpd")
    assert "meshpd" not in bob.run("nft", "list", "tables").stdout
    bob.meshpd("Firewall.Expose=udp/53")
    wait_for(lambda: fetches(alice, bob, 8000), "it is exposed again", 15)
    shown = {e["what"]: e["by"] for e in exposed(bob)["exposed"]}
    assert shown == {"udp/53": "configuration", "tcp/8000": "command"}
    meshctl(bob, "unexpose", "tcp/8000")
    assert not fetches(alice, bob, 8000)
    said = meshctl(bob, "unexpose", "tcp/8000", status=1)
    assert said == "meshctl: tcp/8000 was not exposed by command\n"
    assert "configuration" in meshctl(bob, "unexpose", "udp/53", status=1)


def test_nonsense_is_refused_and_changes_nothing(mesh):
    bob = mesh.host("bob")
    for what in ("80", "tcp/0", "sctp/80", "tcp/80 from 2001:db8::1", "x" * 300):
        assert "write" in meshctl(bob, "expose", what, status=1)
    meshctl(bob, "expose", status=2)
    assert exposed(bob)["exposed"] == []


def test_only_root_changes_it(mesh):
    bob = mesh.host("bob")
    for verb in ("expose", "unexpose"):
        done = bob.run("setpriv", "--reuid", 977, "--regid", 977, "--clear-groups", MESHCTL, verb,
                       "tcp/80", check=False)
        assert (done.returncode, done.stdout) == (4, ""), done.stderr
    done = bob.run("setpriv", "--reuid", 977, "--regid", 977, "--clear-groups", MESHCTL, "exposed")
    assert "inbound     deny" in done.stdout
    assert exposed(bob)["exposed"] == []


def test_there_is_room_for_so_many(mesh):
    bob = mesh.host("bob", *(f"Firewall.Expose=tcp/{port}" for port in range(1, 65)))
    for port in range(1, 65):
        meshctl(bob, "expose", f"udp/{port}-65535", "from",
                "beef:1234:1234:1234:1234:1234:1234:1234")
    assert "64 are exposed" in meshctl(bob, "expose", "udp/99", status=1)
    assert bob.run("nft", "list", "chain", "inet", "meshpd", "exposed").stdout.count("dport") == 128


def test_who_listens_is_shown(mesh):
    bob = mesh.host("bob", "Firewall.Expose=tcp/80")
    web(bob, "beef::", 80)
    meshctl(bob, "expose", "udp/5353")
    first, second = exposed(bob)["exposed"]
    assert second["listeners"] == []
    listener, = first["listeners"]
    assert (listener["program"], listener["address"], listener["port"]) == ("python3", "beef::", 80)
    assert bob.run("cat", f"/proc/{listener['pid']}/comm").stdout == "python3\n"
    said = meshctl(bob, "exposed")
    assert re.search(r"tcp/80 +configuration +python3 \(\d+\) on beef::\n", said)
    assert re.search(r"udp/5353 +command +nobody\n", said)


def test_a_reload_follows_the_configuration(mesh):
    alice, bob = mesh.host("alice"), mesh.unplugged("bob")
    config = mesh.folder / "bob.conf"
    config.write_text("")
    bob.settings = ["-c", config]
    mesh.switch.plug(bob)
    bob.meshpd()
    mesh.joined(alice, bob)
    web(bob, "::", 8000)
    assert not fetches(alice, bob, 8000)
    config.write_text("[Firewall]\nExpose=tcp/8000\n")
    assert "Firewall.Expose: '' -> 'tcp/8000'\n" in meshctl(bob, "reload")
    assert fetches(alice, bob, 8000)
    config.write_text("[Firewall]\nInbound=allow\n")
    meshctl(bob, "reload")
    assert bob.meshctl("status")["firewall"] == "allow"
    assert fetches(alice, bob, 8000)
    config.write_text("")
    meshctl(bob, "reload")
    assert not fetches(alice, bob, 8000)


def test_who_wants_it_open_has_it_open(mesh):
    alice, bob = mesh.pair("Firewall.Inbound=allow")
    web(bob, "::", 8000)
    assert bob.meshctl("status")["firewall"] == "allow"
    assert fetches(alice, bob, 8000)


# ---- the table

@pytest.mark.parametrize("how", ["flush ruleset", "delete table inet meshpd",
                                 "flush chain inet meshpd inbound",
                                 "insert rule inet meshpd exposed accept"])
def test_a_table_that_others_changed_is_made_again(mesh, how):
    bob = mesh.host("bob", "Firewall.Expose=tcp/80")

    def rules():
        listed = bob.run("nft", "--stateless", "list", "table", "inet", "meshpd", check=False)
        return re.sub(r"packets \d+ bytes \d+|elements = .*", "", listed.stdout)
    before = rules()
    assert "tcp dport 80" in before
    for _ in range(2):
        bob.run("nft", *how.split())
        wait_for(lambda: rules() == before, "the table is whole again", 3)
    bob.until_logged("meshpd", "the firewall was changed by 'nft' and is made again")
    assert bob.log_of("meshpd").read_text().count("made again") <= 2


def test_tables_of_others_are_left_alone(mesh):
    bob = mesh.host("bob")
    bob.run("nft", "add table inet other; add chain inet other one")
    meshctl(bob, "expose", "tcp/80")
    assert "chain one" in bob.run("nft", "list", "table", "inet", "other").stdout
    assert "made again" not in bob.log_of("meshpd").read_text()


def test_a_connection_outlives_the_table(pair):
    alice, bob = pair
    web(bob, "::", 8000)
    meshctl(bob, "expose", "tcp/8000")
    with connected(alice, bob, 8000) as connection:
        meshctl(bob, "unexpose", "tcp/8000")
        bob.run("nft", "flush", "ruleset")
        wait_for(lambda: "meshpd" in bob.run("nft", "list", "tables").stdout, "the table", 3)
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert connection.recv(4) == b"HTTP"


def connected(client, server, port):
    """A connection of the client's network."""
    with client.network():
        return socket.create_connection((server.address, port), timeout=5)


# ---- the second line

def inject(host, *packets):
    """Writes packets into tun0 as the daemon would if it were not careful."""
    IFF_TUN, IFF_NO_PI, IFF_MULTI_QUEUE, TUNSETIFF = 0x0001, 0x1000, 0x0100, 0x400454CA
    IFF_VNET_HDR = 0x4000
    with host.network():
        tun = os.open("/dev/net/tun", os.O_RDWR)
        try:
            fcntl.ioctl(tun, TUNSETIFF, struct.pack(
                "16sH22x", b"tun0", IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE | IFF_VNET_HDR))
            for packet in packets:
                os.write(tun, bytes(10) + packet)
        finally:
            os.close(tun)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return 0xFFFF - total


def packet(source, destination, protocol, payload, at):
    """An IPv6 packet; its payload of even size has its checksum put in."""
    ends = ipaddress.ip_address(source).packed + ipaddress.ip_address(destination).packed
    total = checksum(ends + struct.pack("!I3xB", len(payload), protocol) + payload)
    payload = payload[:at] + struct.pack("!H", total) + payload[at + 2:]
    return struct.pack("!IHBB", 6 << 28, len(payload), protocol, 64) + ends + payload


def datagram(source, destination, port):
    return packet(source, destination, 17, struct.pack("!HHHH", 40000, port, 10, 0) + b"hi", 6)


@pytest.fixture
def bob(mesh):
    """Bob, whose server at port 9000 of all addresses is exposed, and who has a LAN address."""
    bob = mesh.host("bob", "Daemon.Workers=2", "Firewall.Expose=udp/9000")
    bob.ip("address add 2001:db8::1/64 dev eth0 nodad")
    echo(bob, "::", 9000)
    return bob


def test_forged_sources_do_not_come_in(bob):
    heard = bob.wire("tun0")
    peer = "beef:1::1"
    inject(bob, datagram(peer, bob.address, 9000))
    wait_for(heard.heard, "a packet with a proper source is answered")
    assert refused(bob, "forged") == 0
    inject(bob, *(datagram(source, bob.address, 9000)
                  for source in ("2001:db8::5", bob.address, "beef::", "::1")))
    wait_for(lambda: refused(bob, "forged") == 3, "three are refused (the kernel refused ::1)")


def test_packets_for_other_addresses_of_the_host_do_not_come_in(bob):
    heard = bob.wire("tun0")
    inject(bob, datagram("beef:1::1", "2001:db8::1", 9000), datagram("beef:1::1", "beef::", 9000),
           datagram("beef:1::1", "ff02::1", 9000))
    wait_for(lambda: refused(bob, "foreign") == 3, "three are refused")
    inject(bob, bytes.fromhex("450000 1c 0000 0000 40 11 0000 0a000001 0a000002") + bytes(8))
    wait_for(lambda: refused(bob, "foreign") >= 3, "IPv4 as well")
    assert [f for f in heard.heard() if f[6:7] == b"\x11" and f[8:24] == bob.address] == []


def test_nothing_of_the_mesh_comes_in_by_other_links(mesh, bob):
    mallory = mesh.unplugged("mallory")
    mesh.switch.plug(mallory)
    wire = mallory.wire("eth0")
    lan = datagram("2001:db8::5", "2001:db8::1", 9000)
    head = bytes.fromhex(bob.lladdr.replace(":", "")) + \
        bytes.fromhex(mallory.lladdr.replace(":", "")) + b"\x86\xdd"
    mallory.ip("address add 2001:db8::5/64 dev eth0 nodad")
    for inside in (datagram("beef:1::1", bob.address, 9000),
                   datagram("2001:db8::5", bob.address, 9000),
                   datagram("beef:1::1", "2001:db8::1", 9000)):
        wire.send(head + inside)
    wait_for(lambda: refused(bob, "outside") == 3, "three are refused")
    wire.heard()
    wire.send(head + lan)

    def answered():
        return [f for f in wire.heard() if f[12:14] == b"\x86\xdd" and f[20] == 17
                and f[22:38] == ipaddress.ip_address("2001:db8::1").packed]
    wait_for(answered, "what is not of the mesh is none of our business")


def test_the_host_forwards_nothing_into_the_mesh_or_out_of_it(mesh):
    alice, bob = mesh.pair("Firewall.Expose=tcp/8000")
    carol = mesh.unplugged("carol")
    mesh.switch.plug(carol)
    for host, address in ((bob, "2001:db8::1"), (carol, "2001:db8::2")):
        host.ip(f"address add {address}/64 dev eth0 nodad")
    bob.sysctl("net.ipv6.conf.all.forwarding", 1)
    carol.ip("route add beef::/16 via 2001:db8::1")
    carol.ping(alice, check=False)
    assert refused(bob, "outside") > 0
    web(carol, "2001:db8::2", 8000)
    bob.run("nft", "add table ip6 nat; add chain ip6 nat pre { type nat hook prerouting priority "
            "-110; }; add rule ip6 nat pre iifname tun0 tcp dport 8000 dnat to 2001:db8::2")
    assert not fetches(alice, bob, 8000)
    assert refused(bob, "forwarded") > 0


def test_a_flood_of_pings_is_limited_and_silences_nobody_else(mesh):
    alice, bob, carol = mesh.joined(*(mesh.host(name) for name in ("alice", "bob", "carol")))
    flood = alice.start("ping", "-6", "-q", "-f", "-w", 3, bob.address)
    wait_for(lambda: refused(bob, "echo") > 0, "the flood is limited", 10)
    said = carol.run("ping", "-6", "-q", "-i", "0.01", "-c", 100, bob.address).stdout
    assert " 0% packet loss" in said, said
    flood.wait(10)
