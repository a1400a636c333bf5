"""The test vectors in tests/vectors: for each kind of frame, complete examples with all that goes
in and the bytes that must come out. Every file is a list of flat objects of numbers, hex strings
and a name; an open mesh has an empty network_key."""
import json
import pathlib

from . import bundle, control, cookie, hint, network, packet, probe, routing, session
from .address import node_id_of, shown, suffix_of
from .bundle import Bundled
from .digest import blake2b
from .examples import (ALICE, BOB, CLOSED, NETWORKS, OPEN, a_probe, bundled, conversation,
                       hexed, sealed, tcp, udp)
from .hello import announce
from .refusals import refused, sealed_refusals


LANE = 6  # of some flow
DIGEST = blake2b(64, b"digest")


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
    cases = [("to the group, closed mesh", CLOSED, ALICE, control.ANY, 1, 0, DIGEST),
             ("to the group, open mesh", OPEN, BOB, control.ANY, 65535, 0, bytes(8)),
             ("to a neighbour, closed mesh", CLOSED, BOB, node_id_of(ALICE.address), 2, 0x01020304,
              DIGEST)]
    for name, key, person, destination, nodes, zone, digest in cases:
        hello = announce(person.certificate(key), key, person.boot_epoch, person.instance,
                         person.interface, destination, nodes, zone, digest)
        yield {"name": name, "network_key": hexed(key), "destination_id": destination.hex(),
               "source_id": node_id_of(person.address).hex(), "network_id": hello.network.hex(),
               "zone": zone, "nodes": nodes, "digest": digest.hex(),
               "boot_epoch": person.boot_epoch, "instance": person.instance,
               "interface": person.interface,
               "certificate": hello.certificate.write().hex(), "frame": hello.write().hex()}


def key_schedules():
    for name, key in NETWORKS:
        for person in (ALICE, BOB):
            yield {"name": f"to {person.name}, {name} mesh", "network_key": hexed(key),
                   "session_public": person.session.hex(),
                   "mac1_key": cookie.mac1_key(person.session, key).hex(),
                   "cookie_key": cookie.cookie_key(person.session, key).hex()}


def conversations():
    yield conversation("first, closed mesh, both suites", CLOSED, ALICE, BOB, 3, 3, (0, 0))
    yield conversation("first, open mesh, ChaCha20-Poly1305 offered", OPEN, BOB, ALICE, 1, 3,
                       (0, 0))
    yield conversation("rekey, closed mesh, with a cookie", CLOSED, BOB, ALICE, 3, 1, (6, 7),
                       blake2b(128, b"a cookie"))
    yield conversation("over relays, closed mesh", CLOSED, ALICE, BOB, 3, 3, (0, 0),
                       hops=control.RELAYED_HOPS)
    yield conversation("rekey over relays, open mesh, with a cookie", OPEN, BOB, ALICE, 1, 3,
                       (3, 4), blake2b(128, b"a cookie"), control.RELAYED_HOPS)


def cookies():
    far = "closed mesh, over relays", CLOSED, control.RELAYED_HOPS
    near = [(f"{name} mesh", key, control.NEIGHBOUR_HOPS) for name, key in NETWORKS]
    for name, key, hops in [*near, far]:
        case = conversation(f"cookie, {name}", key, ALICE, BOB, 3, 3, (0, 0), hops=hops)
        initiation = control.Initiation.read(bytes.fromhex(case["initiation"]))
        secret, nonce = blake2b(256, b"secret"), blake2b(256, b"nonce")[:24]
        value = cookie.cookie_for(secret, BOB.interface, ALICE.link_address)
        frame = cookie.demand(initiation, BOB.session, key, value, nonce)
        yield {"name": name, "network_key": hexed(key), "secret": secret.hex(),
               "session_public": BOB.session.hex(), "interface": BOB.interface,
               "link_address": ALICE.link_address.hex(), "cookie": value.hex(),
               "initiation": initiation.write().hex(), "nonce": nonce.hex(),
               "frame": frame.write().hex(),
               "initiation_with_mac2": cookie.with_mac2(initiation, value).write().hex()}


def probes():
    cases = [("first, asks", a_probe(sequence=1, echo=0, delay=0, heard=0, digest=DIGEST)),
             ("asks", a_probe()),
             ("answers", a_probe(flags=0, sequence=0x01020304, echo=0x05060708, heard=0xfffffffd,
                                 nodes=65535, delay=0xffffffff)),
             ("declines and is eager", a_probe(flags=probe.DECLINE | probe.EAGER))]
    for name, said in cases:
        yield {"name": name, "asks": int(said.asks), "selects": int(said.selects),
               "declines": int(said.declines), "eager": int(said.eager),
               "sequence": said.sequence, "echo": said.echo,
               "delay": said.delay, "heard": said.heard, "instance": said.instance,
               "link_address": said.link_address.hex(), "interface": said.interface,
               "digest": said.digest.hex(), "nodes": said.nodes, "payload": said.write().hex()}


def hints():
    for name, person in (("Bob", BOB), ("Alice", ALICE)):
        said = hint.Hint(hint.HINT, 0, suffix_of(person.address), person.link_address)
        yield {"name": f"{name} is on the link", "destination": person.address.hex(),
               "link_address": said.link_address.hex(), "message": said.write().hex()}


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
    yield sealed("empty frame over relays", 0, 1, session.CONTROL, b"", session.CONTROL_LANE)
    yield sealed("last counter but one", 0, 1, session.UDP, udp(b"last"), counter=2**32 - 2)
    yield sealed("checksum left to the receiver, TCP", 0, 1, session.TCP,
                 tcp(b"odd", checksum=False), partial=1)
    yield sealed("checksum left to the receiver, UDP in the extended form", 1, 2, session.UDP,
                 udp(b""), partial=1)
    yield sealed("id conflict, long", 0, 2, session.UDP, udp(b"full addresses"), conflict=True)
    yield sealed("id conflict, short", 1, 1, session.UDP, udp(b""), conflict=True, dscp=63, ecn=2)


def bundles():
    some = [Bundled(session.UDP, udp(b"one")), Bundled(session.UDP, udp(b"of two"))]
    yield bundled("two datagrams", 0, 1, some, lane=LANE, dscp=46, ecn=1, counter=0)
    mixed = [Bundled(session.TCP, tcp(b"odd", checksum=False), 1), some[0],
             Bundled(59, bytes(range(10))), Bundled(session.UDP, udp(b"left"), 1),
             Bundled(packet.ICMPV6, bytes(16))]
    yield bundled("all kinds, some checksums left to the receiver", 1, 2, mixed, lane=LANE,
                  hop_limit=32, counter=0x01020304)
    yield bundled("as many as there may be", 0, 2, [Bundled(59, bytes([i] * 10)) for i in
                                                    range(bundle.MOST)], lane=7)
    yield bundled("as long as there may be", 1, 1, [
        Bundled(59, bytes(560)), Bundled(59, bytes(560)), Bundled(59, bytes(108))], lane=1,
        hop_limit=255)


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


FILES = {"address": addresses, "network": networks, "certificate": certificates, "hello": hellos,
         "keys": key_schedules, "handshake": conversations, "cookie": cookies, "probe": probes,
         "hint": hints,
         "data": data_frames, "bundle": bundles, "lane": lanes, "refused": refused,
         "refused_sealed": sealed_refusals,
         **routing.FILES}


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
