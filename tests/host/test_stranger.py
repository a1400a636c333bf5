"""A program that is no member cannot get a packet into a host's stack: what it forges, repeats or
changes is counted by name and dropped, and nothing is answered."""
import hashlib
import os
import random

import pytest
from mesh import ETHERTYPE, MESHPD, wait_for

GROUP = bytes.fromhex("334d45534801")
STRANGER = bytes.fromhex("020000000001")


class Target:
    """Bob as somebody on his wire sees him, and what reaches his stack."""

    def __init__(self, mesh, bob):
        self.bob = bob
        self.port = mesh.switch.wire("bob")
        self.stack = bob.wire("tun0")
        self.mac = bytes.fromhex(bob.lladdr.replace(":", ""))

    def receives(self, *payloads, source=STRANGER):
        """Puts these MESHP frames on bob's wire; returns the drops they caused, by name. An ERROR
        he does not send for want of tokens is none of them."""
        before = self.bob.drops()
        head = self.mac + source + ETHERTYPE.to_bytes(2, "big")
        for payload in payloads:
            self.port.send(head + payload)

        def counted():
            drops = {name: count - before.get(name, 0) for name, count in self.bob.drops().items()}
            drops = {name: count for name, count in drops.items() if count and name != "rate_error"}
            return drops if sum(drops.values()) >= len(payloads) else None
        return wait_for(counted, f"{len(payloads)} counted drops")

    def answered(self):
        """Frames bob sent to the stranger."""
        return [frame for frame in self.port.ours() if frame[:6] == STRANGER]


@pytest.fixture
def target(mesh, pair):
    _, bob = pair
    mesh.switch.ip("link set bob mtu 2000")  # so that frames too long for bob can be sent
    target = Target(mesh, bob)
    target.port.heard()
    return target


@pytest.fixture
def intercepted(mesh, pair, target):
    """A sealed frame from alice that bob has not received, with its source address: bob's port is
    off the bridge meanwhile."""
    alice, bob = pair
    alice.ping(bob)
    mesh.switch.ip("link set bob nomaster")
    wire = mesh.switch.wire("alice")
    alice.ping(bob, "-W", 0.1, check=False)
    frame = max((f for f in wire.ours() if f[:6] == target.mac), key=len)
    target.stack.heard()
    return frame[14:], frame[6:12]


def test_random_frames_of_every_length_are_counted_and_dropped(target):
    dice = random.Random(2)
    frames = [dice.randbytes(size) for size in range(1505)]
    for start in range(0, len(frames), 100):
        part = frames[start:start + 100]
        assert sum(target.receives(*part).values()) == len(part)
    assert target.stack.heard() == []
    assert target.answered() == []


def test_data_frames_without_the_key_are_dropped(pair, target, intercepted):
    frame, source = intercepted
    forged = [frame[:23] + os.urandom(len(frame) - 23) for _ in range(20)]
    assert target.receives(*forged, source=source) == {"authentication": 20}
    assert target.stack.heard() == []


def test_any_flipped_bit_is_noticed_and_the_untouched_frame_is_not(target, intercepted):
    frame, source = intercepted
    # Hop limit and ECN are for relays to change.
    unsealed = {(1, bit) for bit in range(8)} | {(2, 0), (2, 1)}
    flips = [(byte, bit) for byte in range(len(frame)) for bit in range(8)]
    flipped = []
    for byte, bit in (flip for flip in flips if flip not in unsealed):
        changed = bytearray(frame)
        changed[byte] ^= 1 << bit
        flipped.append(bytes(changed))
    for start in range(0, len(flipped), 100):
        part = flipped[start:start + 100]
        assert sum(target.receives(*part, source=source).values()) == len(part)
    assert target.stack.heard() == []
    target.port.send(target.mac + source + ETHERTYPE.to_bytes(2, "big") + frame)
    wait_for(target.stack.heard, "the untouched frame arrives")
    assert target.receives(*[frame] * 10, source=source) == {"replay": 10}


def test_a_truncated_frame_is_dropped(target, intercepted):
    frame, source = intercepted
    cut = [frame[:size] for size in range(len(frame))]
    for start in range(0, len(cut), 100):
        part = cut[start:start + 100]
        assert sum(target.receives(*part, source=source).values()) == len(part)
    assert target.stack.heard() == []


@pytest.mark.parametrize("version", [0, 2, 3])
def test_a_foreign_version_is_counted_and_not_answered(target, version):
    frame = bytes([version << 6 | 0x10]) + os.urandom(100)
    assert target.receives(frame) == {"version": 1}
    assert target.answered() == []


def test_a_repeated_handshake_changes_nothing(mesh, target):
    """Bob's first frames with a newcomer, all of them sent to him once more."""
    carol = mesh.host("carol")
    mesh.joined(carol, target.bob)
    recorded = [f for f in target.port.ours() if f[:6] == target.mac]
    sessions = [s["address"] for s in target.bob.meshctl("sessions")["sessions"]]
    for frame in recorded:
        target.port.send(frame)
    carol.ping(target.bob)
    assert [s["address"] for s in target.bob.meshctl("sessions")["sessions"]] == sessions


def test_a_clone_of_a_node_is_noticed(mesh, pair, folder):
    """The same identity on two hosts: status says so, and the mesh goes on."""
    alice, bob = pair
    clone = mesh.host("clone", up=False)
    clone.lo2()
    (folder / "identity").write_text(bob.run("cat", "/var/lib/meshpd/identity").stdout)
    clone.run("cp", folder / "identity", "/var/lib/meshpd/identity")
    clone.start(MESHPD)
    wait_for(lambda: bob.meshctl("status")["duplicate"], "bob notices his clone")
    assert bob.drops()["duplicate_node"] >= 1


def test_a_flood_of_greetings_is_bounded(mesh, pair, target):
    """Thousands of greetings from invented nodes: memory stays, members are not disturbed."""
    alice, bob = pair
    greeting = next(f for f in greetings(mesh, bob) if len(f) >= 14 + 205)[14:]
    dice = random.Random(3)

    def flood():
        for _ in range(5000):
            key, source = dice.randbytes(32), b"\x02" + dice.randbytes(5)
            node = hashlib.blake2b(b"meshp address 1" + key, digest_size=32).digest()[:8]
            certificate = key + dice.randbytes(100)
            target.port.send(GROUP + source + ETHERTYPE.to_bytes(2, "big")
                             + greeting[:11] + node + greeting[19:57] + certificate + bytes(16))

    flood()
    before = memory(bob)
    flood()
    assert memory(bob) - before < 300
    refused = bob.drops()
    assert refused.get("rate_certificate", 0) > 1000
    assert alice.reaches(bob) and bob.knows(alice)
    assert target.answered() == []


def greetings(mesh, bob):
    """What a newcomer says first."""
    wire = mesh.switch.wire("br0")
    mesh.host("dave")
    return wait_for(lambda: [f for f in wire.ours() if f[:6] == GROUP], "a greeting")


def memory(host):
    """Resident memory of the daemon, in KiB, without pages of files and the ring for frames."""
    status = host.run("sh", "-c", "cat /proc/$(pgrep -x meshpd)/status").stdout
    return int(status.split("RssAnon:")[1].split()[0])
