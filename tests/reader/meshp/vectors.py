"""The test vectors in tests/vectors: for each kind of frame, complete examples with all that goes
in and the bytes that must come out. Every file is a list of flat objects of numbers, hex strings
and a name; an open mesh has an empty network_key. Secrets are hashes of their names, so that the
same files come out always."""
import dataclasses
import json
import pathlib
import struct

from . import control, cookie, frames, handshake, network, packet, probe, session
from .address import address_of, node_id_of, shown
from .certificate import issue
from .digest import blake2b
from .hello import announce
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

    def certificate(self, network_key):
        return issue(self.identity, self.session, self.generation, network_key)


ALICE = Person("alice", 7, 6, 0x0a11ce00, bytes.fromhex("02000000000a"), 2)
BOB = Person("bob", 0x01020304, 0x01020303, 0x00000b0b, bytes.fromhex("02000000000b"), 0x00010003)


def hexed(network_key):
    return (network_key or b"").hex()


def addresses():
    for person in (ALICE, BOB):
        public = person.identity.public
        yield {"name": person.name, "identity_seed": person.secret("identity").hex(),
               "identity_public": public.hex(), "address": person.address.hex(),
               "node_id": node_id_of(person.address).hex(), "text": shown(person.address)}


def networks():
    for name, key in NETWORKS:
        yield {"name": name, "network_key": hexed(key), "network_id": network.network_id(key).hex()}


def certificates():
    for name, key in NETWORKS:
        for person in (ALICE, BOB):
            certificate = person.certificate(key)
            yield {"name": f"{person.name}, {name} mesh", "network_key": hexed(key),
                   "identity_seed": person.secret("identity").hex(),
                   "session_private": person.secret("session").hex(),
                   "session_public": person.session.hex(), "generation": person.generation,
                   "signed": certificate.signed(key).hex(),
                   "certificate": certificate.write().hex()}


def hellos():
    cases = [("to the group, closed mesh", CLOSED, ALICE, control.ANY, 1, 0),
             ("to the group, open mesh", OPEN, BOB, control.ANY, 65535, 0),
             ("to a neighbour, closed mesh", CLOSED, BOB, node_id_of(ALICE.address), 2, 0x01020304)]
    for name, key, person, destination, nodes, zone in cases:
        hello = announce(person.certificate(key), key, person.boot_epoch, person.instance,
                         person.interface, destination, nodes, zone)
        yield {"name": name, "network_key": hexed(key), "destination_id": destination.hex(),
               "source_id": node_id_of(person.address).hex(), "network_id": hello.network.hex(),
               "zone": zone, "nodes": nodes, "boot_epoch": person.boot_epoch,
               "instance": person.instance, "interface": person.interface,
               "certificate": hello.certificate.write().hex(), "frame": hello.write().hex()}


def key_schedules():
    for name, key in NETWORKS:
        for person in (ALICE, BOB):
            yield {"name": f"to {person.name}, {name} mesh", "network_key": hexed(key),
                   "session_public": person.session.hex(),
                   "mac1_key": cookie.mac1_key(person.session, key).hex(),
                   "cookie_key": cookie.cookie_key(person.session, key).hex()}


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


def conversation(name, key, initiator, responder, offered, suites, epochs, held_cookie=b""):
    """A whole handshake; epochs: the last confirmed of initiator and responder."""
    ephemerals = [person.secret(f"ephemeral, {name}") for person in (initiator, responder)]
    keyring = Keyring([initiator.secret("session"), *ephemerals])
    first, second = keyring.publics()[1:]
    transcript = handshake.Transcript(keyring, key, node_id_of(initiator.address),
                                      responder.address, responder.session)
    sequence, handshake_number = 3, int.from_bytes(blake2b(64, name.encode()), "big")
    offer = handshake.Offer(1, 1, 0, offered, initiator.certificate(key), epochs[0],
                            initiator.boot_epoch, sequence, initiator.instance,
                            initiator.link_address, initiator.interface)
    initiation = transcript.initiate(handshake_number, first, offer, held_cookie)
    hash_1 = transcript.noise.hash
    suite, epoch = handshake.choose_suite(offered, suites), handshake.next_epoch(*epochs)
    choice = handshake.Choice(1, 1, 0, suite, responder.certificate(key), epoch,
                              responder.boot_epoch, responder.instance, responder.link_address,
                              responder.interface)
    response = transcript.respond(handshake_number, second, choice)
    keys = transcript.noise.split()
    return {"name": name, "network_key": hexed(key), "number": f"{handshake_number:016x}",
            **side("initiator", initiator, key, name, offered, epochs[0]),
            **side("responder", responder, key, name, suites, epochs[1]),
            "sequence": sequence, "cookie": held_cookie.hex(),
            "prologue": handshake.prologue(node_id_of(initiator.address), responder.address).hex(),
            "initiation_payload": offer.write().hex(), "initiation": initiation.write().hex(),
            "hash_after_initiation": hash_1.hex(), "response_payload": choice.write().hex(),
            "response": response.write().hex(), "hash_after_response": transcript.noise.hash.hex(),
            "suite": suite, "epoch": epoch, "initiator_sending_key": keys[0].hex(),
            "responder_sending_key": keys[1].hex()}


def conversations():
    yield conversation("first, closed mesh, both suites", CLOSED, ALICE, BOB, 3, 3, (0, 0))
    yield conversation("first, open mesh, ChaCha20-Poly1305 offered", OPEN, BOB, ALICE, 1, 3,
                       (0, 0))
    yield conversation("rekey, closed mesh, with a cookie", CLOSED, BOB, ALICE, 3, 1, (6, 7),
                       blake2b(128, b"a cookie"))


def cookies():
    for name, key in NETWORKS:
        case = conversation(f"cookie, {name} mesh", key, ALICE, BOB, 3, 3, (0, 0))
        initiation = control.Initiation.read(bytes.fromhex(case["initiation"]))
        secret, nonce = blake2b(256, b"secret"), blake2b(256, b"nonce")[:24]
        value = cookie.cookie_for(secret, BOB.interface, ALICE.link_address)
        frame = cookie.demand(initiation, BOB.session, key, value, nonce)
        yield {"name": f"{name} mesh", "network_key": hexed(key), "secret": secret.hex(),
               "session_public": BOB.session.hex(), "interface": BOB.interface,
               "link_address": ALICE.link_address.hex(), "cookie": value.hex(),
               "initiation": initiation.write().hex(), "nonce": nonce.hex(),
               "frame": frame.write().hex(),
               "initiation_with_mac2": cookie.with_mac2(initiation, value).write().hex()}


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
    rebuilt = packet.rebuild(frame, ALICE.address, BOB.address, next_header, payload) \
        if next_header != session.CONTROL else b""
    return {"name": name, "form": type(frame).__name__.lower(), "suite": suite, "epoch": epoch,
            "key": data_key.key.hex(), "source": ALICE.address.hex(),
            "destination": BOB.address.hex(), "id_conflict": int(conflict), "lane": lane,
            "counter": counter, "hop_limit": hop_limit, "dscp": dscp, "ecn": ecn,
            "partial": partial, "next_header": next_header, "payload": payload.hex(),
            "associated": frame.associated().hex(), "nonce": frame.nonce().hex(),
            "frame": frame.write().hex(), "packet": rebuilt.hex()}


def a_probe(**changes):
    said = probe.Probe(probe.PROBE, probe.ASK, 5, 4, 1500, 0b1111, ALICE.instance,
                       ALICE.link_address, ALICE.interface, bytes(8), 1)
    return said.with_(**changes)


def probes():
    cases = [("first, asks", a_probe(sequence=1, echo=0, delay=0, heard=0)),
             ("asks", a_probe()),
             ("answers", a_probe(flags=0, sequence=0x01020304, echo=0x05060708, heard=0xfffffffd,
                                 nodes=65535, delay=0xffffffff))]
    for name, said in cases:
        yield {"name": name, "asks": int(said.asks), "sequence": said.sequence, "echo": said.echo,
               "delay": said.delay, "heard": said.heard, "instance": said.instance,
               "link_address": said.link_address.hex(), "interface": said.interface,
               "nodes": said.nodes, "payload": said.write().hex()}


def every_suite_and_parity():
    for suite, name in enumerate(session.NAMES):
        for epoch in (1, 2):
            label = f"{name}, epoch {epoch}"
            yield sealed(f"compact, {label}", suite, epoch, session.UDP, udp(b"some payload"),
                         dscp=46, ecn=1, counter=0x01020304)
            yield sealed(f"extended, {label}", suite, epoch, session.UDP, udp(b"9"), dscp=10,
                         ecn=3, counter=0x01020304)
            yield sealed(f"probe, {label}", suite, epoch, session.CONTROL, a_probe().write(),
                         session.CONTROL_LANE, hop_limit=255, counter=1)
            yield sealed(f"empty frame, {label}", suite, epoch, session.CONTROL, b"",
                         session.CONTROL_LANE, hop_limit=255)


def data_frames():
    yield from every_suite_and_parity()
    yield sealed("shortest payload of the compact form", 0, 1, 59, bytes(range(10)))
    yield sealed("longest payload of the extended form", 0, 1, 59, bytes(range(9)))
    yield sealed("no payload, padded", 0, 1, 59, b"", hop_limit=1)
    yield sealed("extended without a byte of padding", 0, 1, 59, b"\1\2")
    yield sealed("a packet of 1500 bytes", 1, 1, session.UDP, udp(bytes(1452)))
    yield sealed("last counter but one", 0, 1, session.UDP, udp(b"last"), counter=2**32 - 2)
    yield sealed("checksum left to the receiver, TCP", 0, 1, session.TCP,
                 tcp(b"odd", checksum=False), partial=1)
    yield sealed("checksum left to the receiver, UDP in the extended form", 1, 2, session.UDP,
                 udp(b""), partial=1)
    yield sealed("id conflict, long", 0, 2, session.UDP, udp(b"full addresses"), conflict=True)
    yield sealed("id conflict, short", 1, 1, session.UDP, udp(b""), conflict=True, dscp=63, ecn=2)


def lanes():
    request = packet.echo(packet.ECHO_REQUEST, 1, 1, b"")
    fragment = bytes([session.UDP, 0, 0, 1, 0, 0, 0, 9]) + udp(bytes(8))
    cases = [("UDP", session.UDP, udp(b"x")), ("TCP", session.TCP, tcp()),
             ("UDP, other port", session.UDP, udp(b"x", ports=(40001, 7))),
             ("ICMPv6", packet.ICMPV6, request), ("SCTP", packet.SCTP, udp(b"")),
             ("DCCP", packet.DCCP, udp(b"")), ("fragment of UDP", 44, fragment),
             ("no next header", 59, b"")]
    for name, next_header, payload in cases:
        there = packet.build(ALICE.address, BOB.address, next_header, payload)
        yield {"name": name, "packet": there.hex(), "lane": packet.lane_of(there)}
    answer = packet.build(BOB.address, ALICE.address, session.UDP,
                          udp(b"y", BOB, ALICE, ports=(7, 40000)))
    yield {"name": "answer to UDP", "packet": answer.hex(), "lane": packet.lane_of(answer)}


def altered(data, at, value):
    return data[:at] + bytes([value]) + data[at + 1:]


def refusals():
    """Frames that are refused for what can be seen without a key."""
    hello = announce(ALICE.certificate(CLOSED), CLOSED, 1, 1, 1).write()
    compact, extended, empty = (bytes.fromhex(case["frame"]) for case in (
        sealed("", 0, 1, session.UDP, udp(b"some payload")),
        sealed("", 0, 1, session.UDP, udp(b"9")),
        sealed("", 0, 1, session.CONTROL, b"", session.CONTROL_LANE, hop_limit=255)))
    cases = [("no byte at all", b"", "frame_short"),
             ("version 0", altered(hello, 0, 0x00), "version"),
             ("version 2", altered(hello, 0, 0x80), "version"),
             ("control with a lane", altered(hello, 0, 0x41), "malformed"),
             ("control with key parity", altered(hello, 0, 0x60), "malformed"),
             ("control, nothing else", hello[:1], "frame_short"),
             ("type 0", altered(hello, 1, 0), "type"), ("type 5", altered(hello, 1, 5), "type"),
             ("type 6", altered(hello, 1, 6), "type"), ("type 8", altered(hello, 1, 8), "type"),
             ("HELLO, relayed", altered(hello, 2, 254), "hop_limit"),
             ("HELLO, a byte short", hello[:-1], "frame_short"),
             ("HELLO, a byte long", hello + b"\0", "frame_long"),
             ("HELLO, versions 2 to 3", altered(altered(hello, 19, 2), 20, 3), "version"),
             ("HELLO, interface 0", hello[:45] + bytes(4) + hello[49:], "malformed"),
             ("compact, payload of 9", compact[:49], "frame_short"),
             ("empty frame, relayed", altered(empty, 2, 254), "hop_limit"),
             ("extended, zones", altered(extended, 19, extended[19] | 0x20), "type"),
             ("extended, bit 3", altered(extended, 19, extended[19] | 0x08), "malformed"),
             ("extended, length 0", altered(extended, 22, 0), "malformed"),
             ("extended, longer than said", extended + b"\0", "frame_long"),
             ("extended, shorter than said", extended[:-1], "frame_short"),
             ("extended, not padded", empty[:-1], "frame_short")]
    for name, frame, code in cases:
        yield {"name": name, "frame": frame.hex(), "refusal": code}


SPOILED_PROBES = [("sequence 0", {"sequence": 0}), ("interface 0", {"interface": 0}),
                  ("echo that was not heard", {"heard": 0b1110}),
                  ("heard what was before the first", {"echo": 3, "heard": 0b1001}),
                  ("delay without echo", {"echo": 0, "heard": 0}),
                  ("heard without echo", {"echo": 0, "delay": 0, "heard": 1})]


def sealed_refusals():
    """Frames that open and are refused for what was in them."""
    def on_lane_0(payload):
        return {"next_header": session.CONTROL, "payload": payload, "lane": session.CONTROL_LANE,
                "hop_limit": 255}
    said = a_probe().write()
    cases = [("unknown type on lane 0", "type", on_lane_0(altered(said, 0, 2))),
             ("PROBE with another flag", "malformed", on_lane_0(altered(said, 1, 3))),
             ("PROBE, a byte short", "malformed", on_lane_0(said[:-1])),
             *[(f"PROBE, {what}", "malformed", on_lane_0(a_probe(**changes).write()))
               for what, changes in SPOILED_PROBES],
             ("bundle", "inner", {"next_header": session.BUNDLE, "payload": bytes(40)}),
             ("control on lane 1", "lane", {**on_lane_0(said), "lane": 1}),
             ("UDP on lane 0", "lane",
              {**on_lane_0(udp(b"some")), "next_header": session.UDP}),
             ("checksum left on lane 0", "checksum_partial", {**on_lane_0(said), "partial": 1})]
    short = [(session.TCP, tcp(checksum=False)[:19]), (session.UDP, udp(b"")[:7]),
             (packet.ICMPV6, bytes(40))]
    cases += [(f"checksum left, next header {next_header}, {len(payload)} bytes",
               "checksum_partial", {"next_header": next_header, "payload": payload, "partial": 1})
              for next_header, payload in short]
    for name, code, made in cases:
        partial = made.pop("partial", 0)
        case = sealed(name, 0, 1, **made)
        if partial:
            case = resealed(case)
        yield {key: case[key] for key in ("name", "suite", "epoch", "key", "source", "destination",
                                          "frame")} | {"refusal": code}


def resealed(case):
    """The same frame with C set, which sealed() could not rebuild a packet from."""
    data_key = session.DataKey(case["suite"], case["epoch"], bytes.fromhex(case["key"]))
    frame = frames.read(bytes.fromhex(case["frame"])).with_(partial=1)
    payload = bytes.fromhex(case["payload"])
    return case | {"frame": data_key.seal(frame, case["next_header"], payload).write().hex()}


FILES = {"address": addresses, "network": networks, "certificate": certificates, "hello": hellos,
         "keys": key_schedules, "handshake": conversations, "cookie": cookies, "probe": probes,
         "data": data_frames, "lane": lanes, "refused": refusals,
         "refused_sealed": sealed_refusals}


def path_of(folder, name):
    return pathlib.Path(folder) / f"{name}.json"


def text_of(name):
    return json.dumps(list(FILES[name]()), indent=1) + "\n"


def write(folder):
    for name in FILES:
        path_of(folder, name).write_text(text_of(name), "ascii")
    return True


def check(folder):
    """True if the files in the folder are what would be written."""
    differ = [name for name in FILES
              if path_of(folder, name).read_text("ascii") != text_of(name)]
    for name in differ:
        print(f"{path_of(folder, name)} differs")
    return not differ
