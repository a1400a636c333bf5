"""What the test vectors are examples of: two nodes, Alice and Bob, and frames that one sends the
other, with everything that goes into them. Secrets are hashes of their names, so that the same
bytes come out always."""
import dataclasses
import struct

from . import bundle, control, frames, handshake, packet, probe, session
from .address import address_of, node_id_of, suffix_of
from .certificate import issue
from .digest import blake2b
from .keyring import Identity, Keyring

CLOSED, OPEN = blake2b(256, b"network key"), None
NETWORKS = ("closed", CLOSED), ("open", OPEN)


@dataclasses.dataclass(frozen=True)
class Person:
    """A node of the examples, with everything fixed that a node draws or is told."""
    name: str
    generation: int
    boot_epoch: int
    instance: int
    link_address: bytes
    interface: int

    def secret(self, what):
        return blake2b(256, f"{self.name} {what}".encode())

    @property
    def identity(self):
        return Identity(self.secret("identity"))

    @property
    def address(self):
        return address_of(self.identity.public)

    @property
    def session(self):
        return Keyring().add(self.secret("session"))

    def seen(self, hops):
        """As handshakes name it: over relays without a place."""
        near = hops == control.NEIGHBOUR_HOPS
        return self if near else dataclasses.replace(self, link_address=bytes(6), interface=0)

    def certificate(self, network_key):
        return issue(self.identity, self.session, self.generation, network_key)


ALICE = Person("alice", 7, 6, 0x0a11ce00, bytes.fromhex("02000000000a"), 2)
BOB = Person("bob", 0x01020304, 0x01020303, 0x00000b0b, bytes.fromhex("02000000000b"), 0x00010003)


def hexed(network_key):
    return (network_key or b"").hex()


def side(role, person, network_key, label, suites, last_epoch):
    ephemeral = person.secret(f"ephemeral, {label}")
    return {f"{role}_identity_seed": person.secret("identity").hex(),
            f"{role}_session_private": person.secret("session").hex(),
            f"{role}_ephemeral_private": ephemeral.hex(),
            f"{role}_certificate": person.certificate(network_key).write().hex(),
            f"{role}_address": person.address.hex(), f"{role}_suites": suites,
            f"{role}_last_epoch": last_epoch, f"{role}_boot_epoch": person.boot_epoch,
            f"{role}_instance": person.instance, f"{role}_link_address": person.link_address.hex(),
            f"{role}_interface": person.interface}


def conversation(name, key, initiator, responder, offered, suites, epochs, held_cookie=b"",
                 hops=control.NEIGHBOUR_HOPS):
    """A whole handshake; epochs: the last confirmed of initiator and responder."""
    initiator, responder = initiator.seen(hops), responder.seen(hops)
    ephemerals = [person.secret(f"ephemeral, {name}") for person in (initiator, responder)]
    keyring = Keyring([initiator.secret("session"), *ephemerals])
    first, second = keyring.publics()[1:]
    transcript = handshake.Transcript(keyring, key, node_id_of(initiator.address),
                                      responder.address, responder.session)
    sequence, handshake_number = 3, int.from_bytes(blake2b(64, name.encode()), "big")
    offer = handshake.Offer(1, 1, 0, offered, initiator.certificate(key), epochs[0],
                            initiator.boot_epoch, sequence, initiator.instance,
                            initiator.link_address, initiator.interface)
    initiation = transcript.initiate(handshake_number, first, offer, held_cookie, hops)
    hash_1 = transcript.noise.hash
    suite, epoch = handshake.choose_suite(offered, suites), handshake.next_epoch(*epochs)
    choice = handshake.Choice(1, 1, 0, suite, responder.certificate(key), epoch,
                              responder.boot_epoch, responder.instance, responder.link_address,
                              responder.interface)
    response = transcript.respond(handshake_number, second, choice, hops)
    keys = transcript.noise.split()
    return {"name": name, "network_key": hexed(key), "number": f"{handshake_number:016x}",
            **side("initiator", initiator, key, name, offered, epochs[0]),
            **side("responder", responder, key, name, suites, epochs[1]),
            "sequence": sequence, "cookie": held_cookie.hex(), "hop_limit": hops,
            "prologue": handshake.prologue(node_id_of(initiator.address), responder.address).hex(),
            "initiation_payload": offer.write().hex(), "initiation": initiation.write().hex(),
            "hash_after_initiation": hash_1.hex(), "response_payload": choice.write().hex(),
            "initiation_addressed": addressed(initiation, responder),
            "response_addressed": addressed(response, initiator),
            "response": response.write().hex(), "hash_after_response": transcript.noise.hash.hex(),
            "suite": suite, "epoch": epoch, "initiator_sending_key": keys[0].hex(),
            "responder_sending_key": keys[1].hex()}


def addressed(frame, to):
    """The frame as it goes to one of two nodes with one id."""
    return frames.Addressed(frame, suffix_of(to.address)).write().hex()


def udp(data, source=ALICE, destination=BOB, ports=(40000, 7)):
    message = struct.pack("!HHHH", *ports, 8 + len(data), 0) + data
    return packet.with_checksum(source.address, destination.address, session.UDP, message)


def tcp(data=b"", checksum=True):
    message = struct.pack("!HHIIBBHHH", 50000, 80, 1, 2, 5 << 4, 0x10, 512, 0, 0) + data
    return packet.with_checksum(ALICE.address, BOB.address, session.TCP, message) \
        if checksum else message


def sealed(name, suite, epoch, next_header, payload, lane=None, hop_limit=64, dscp=0, ecn=0,
           partial=0, counter=0, conflict=False):
    """A data frame from Alice to Bob with all that made it; the lane is the flow's if not given."""
    data_key = session.DataKey(suite, epoch, ALICE.secret(f"traffic {suite} {epoch}"))
    plain_packet = packet.build(ALICE.address, BOB.address, next_header, payload, hop_limit,
                                dscp, ecn)
    lane = packet.lane_of(plain_packet) if lane is None else lane
    form = frames.data_form(len(payload), BOB.address, ALICE.address, conflict, lane=lane, parity=0,
                            partial=partial, hop_limit=hop_limit, dscp=dscp, ecn=ecn,
                            counter=counter)
    frame = data_key.seal(form, next_header, payload)
    alone = next_header not in (session.CONTROL, session.BUNDLE)
    rebuilt = packet.rebuild(frame, ALICE.address, BOB.address, next_header, payload, partial) \
        if alone else b""
    return {"name": name, "form": type(frame).__name__.lower(), "suite": suite, "epoch": epoch,
            "key": data_key.key.hex(), "source": ALICE.address.hex(),
            "destination": BOB.address.hex(), "id_conflict": int(conflict), "lane": lane,
            "counter": counter, "hop_limit": hop_limit, "dscp": dscp, "ecn": ecn,
            "partial": partial, "next_header": next_header, "payload": payload.hex(),
            "associated": frame.associated().hex(), "nonce": frame.nonce().hex(),
            "frame": frame.write().hex(), "packet": rebuilt.hex()}


def bundled(name, suite, epoch, packets, **fields):
    """A frame with several packets from Alice to Bob, and what Bob's host is to have."""
    case = sealed(name, suite, epoch, session.BUNDLE, bundle.write(packets), **fields)
    taken = packet.rebuild_all(frames.read(bytes.fromhex(case["frame"])), ALICE.address,
                               BOB.address, session.BUNDLE, bundle.write(packets))
    drop = "form", "id_conflict", "partial", "next_header", "packet", "associated", "nonce"
    return {key: value for key, value in case.items() if key not in drop} \
        | {"packets": len(packets)} \
        | {f"partial_{i}": one.partial for i, one in enumerate(packets)} \
        | {f"packet_{i}": one.hex() for i, one in enumerate(taken)}


def a_probe(**changes):
    said = probe.Probe(probe.PROBE, probe.ASK | probe.SELECT, 5, 4, 1500, 0b1111, ALICE.instance,
                       ALICE.link_address, ALICE.interface, bytes(8), 1)
    return said.with_(**changes)
