"""What the switch sees: frames of our EtherType, and nothing of what they carry."""
import ipaddress

MESH = ipaddress.ip_network("beef::/16")
SECRET = b"nothing of this sentence may be read on the wire "


def mesh_packets(frames):
    """IPv6 packets with an address of the mesh, tagged or not."""
    for frame in frames:
        kind, at = frame[12:14], 14
        if kind == b"\x81\x00":
            kind, at = frame[16:18], 18
        if kind == b"\x86\xdd":
            ends = (ipaddress.ip_address(frame[at + o:at + o + 16]) for o in (8, 24))
            if any(end in MESH for end in ends):
                yield frame


def test_the_wire_shows_sealed_frames_and_nothing_else(mesh, pair, folder):
    alice, bob = pair
    (folder / "page").write_bytes(SECRET * 1000)
    bob.serve(folder)
    wire = mesh.switch.wire("alice")
    page = alice.run("curl", "-sSf", f"http://[{bob.address}]/page").stdout
    assert SECRET.decode() in page
    frames = wire.heard()
    ours = [f for f in frames if f[12:14] == b"\x88\xb5"]
    assert sum(len(f) for f in ours) > len(page)
    assert list(mesh_packets(frames)) == []
    assert not any(SECRET[:16] in frame for frame in frames)


def test_packets_in_clear_would_be_seen(mesh):
    """The same eyes on hosts that talk without meshpd."""
    alice, bob = [mesh.host(name, up=False) for name in ("alice", "bob")]
    alice.ip("address add beef:1::a/64 dev eth0")
    bob.ip("address add beef:1::b/64 dev eth0")
    wire = mesh.switch.wire("alice")
    alice.ping("beef:1::b", "-p", SECRET[:16].hex())
    frames = wire.heard()
    assert list(mesh_packets(frames)) != []
    assert any(SECRET[:16] in frame for frame in frames)


def test_a_full_packet_is_one_frame_of_the_same_size(mesh, pair):
    alice, bob = pair
    alice.ping(bob)
    wire = mesh.switch.wire("alice")
    alice.ping(bob, "-s", 1452, "-M", "do")
    assert sorted(len(f) for f in wire.ours())[-2:] == [1514, 1514]


def test_the_kernel_sends_nothing_of_its_own_into_tun0(pair):
    """No router solicitation, no multicast report: they would be refused and counted."""
    for host in pair:
        assert [name for name in host.drops() if name.startswith("packet")] == []
