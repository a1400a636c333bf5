"""Frames that must be refused, each with the name it is counted under. They come from Alice's link
address; Bob, who has heard nobody yet, is the reader."""
from . import control, cookie, frames, handshake, network, packet, session
from .certificate import issue
from .examples import ALICE, BOB, CLOSED, OPEN, a_probe, conversation, sealed, tcp, udp
from .hello import announce
from .keyring import Keyring

NOBODY = bytes(7) + b"\1"


def altered(data, at, *values):
    return data[:at] + bytes(values) + data[at + len(values):]


def a_hello(person=ALICE, certificate=None, destination=control.ANY, **changes):
    """A HELLO whose code is right for the closed mesh, whatever was changed."""
    hello = announce(certificate or person.certificate(CLOSED), CLOSED, 1, 1, 1, destination)
    hello = hello.with_(**changes)
    return hello.with_(code=network.code(CLOSED, hello.covered())).write()


def an_initiation(source_id=ALICE.address[2:10], **changes):
    """A well-formed INITIATION of Alice to Bob with another payload or source."""
    keyring = Keyring([ALICE.secret("session"), ALICE.secret("ephemeral, refused")])
    static, ephemeral = keyring.publics()
    offer = handshake.Offer(1, 1, 0, 3, ALICE.certificate(CLOSED), 0, 1, 1, 1,
                            ALICE.link_address, 1).with_(**changes)
    transcript = handshake.Transcript(keyring, CLOSED, source_id, BOB.address, BOB.session)
    sealed_parts = transcript.write_first(ephemeral, static, offer.write())
    header = control.header(control.INITIATION, BOB.address[2:10], source_id)
    frame = control.Initiation(header, 1, ephemeral, *sealed_parts, bytes(16), bytes(16))
    return cookie.with_mac1(frame, BOB.session, CLOSED)


def shapes():
    """Frames whose form alone is wrong."""
    hello = a_hello()
    compact, extended, empty = (bytes.fromhex(case["frame"]) for case in (
        sealed("", 0, 1, session.UDP, udp(b"some payload")),
        sealed("", 0, 1, session.UDP, udp(b"9")),
        sealed("", 0, 1, session.CONTROL, b"", session.CONTROL_LANE, hop_limit=255)))
    addressed = bytes.fromhex(
        sealed("", 0, 1, session.UDP, udp(b""), conflict=True)["frame"])
    yield "no byte at all", b"", "frame_short"
    yield "version 0", altered(hello, 0, 0x00), "version"
    yield "version 2", altered(hello, 0, 0x80), "version"
    yield "control with a lane", altered(hello, 0, 0x41), "malformed"
    yield "control with key parity", altered(hello, 0, 0x60), "malformed"
    yield "control, nothing else", hello[:1], "frame_short"
    for kind in (0, 5, 6, 8):
        yield f"type {kind}", altered(hello, 1, kind), "type"
    yield "compact, payload of 9", compact[:49], "frame_short"
    yield "empty frame, relayed", altered(empty, 2, 254), "hop_limit"
    yield "extended, zones", altered(extended, 19, extended[19] | 0x20), "type"
    yield "extended, bit 3", altered(extended, 19, extended[19] | 0x08), "malformed"
    yield "extended, length 0", altered(extended, 22, 0), "malformed"
    yield "extended, longer than said", extended + b"\0", "frame_long"
    yield "extended, shorter than said", extended[:-1], "frame_short"
    yield "extended, not padded", empty[:-1], "frame_short"
    for at, end in ((27, "destination"), (41, "source")):
        yield f"extended, address of another {end}", altered(addressed, at, addressed[at] ^ 1), \
            "malformed"
    yield "compact, to another", altered(compact, 3, compact[3] ^ 1), "not_for_us"
    yield "extended, to another", altered(extended, 3, extended[3] ^ 1), "not_for_us"
    yield "compact, from a stranger", compact, "no_session"
    yield "extended, from a stranger", extended, "no_session"
    yield "extended with addresses, from a stranger", addressed, "no_session"


def control_shapes():
    """Control frames of a wrong length, relayed, or for another node."""
    answer = conversation("an answer", CLOSED, BOB, ALICE, 3, 3, (0, 0))
    response = control.Response.read(bytes.fromhex(answer["response"]))
    asked = control.Initiation.read(bytes.fromhex(answer["initiation"]))
    demand = cookie.demand(asked, ALICE.session, CLOSED, bytes(16), bytes(24))
    whole = {"HELLO": a_hello(), "INITIATION": an_initiation().write(),
             "RESPONSE": response.write(), "COOKIE": demand.write()}
    for name, frame in whole.items():
        yield f"{name}, a byte short", frame[:-1], "frame_short"
        yield f"{name}, a byte long", frame + b"\0", "frame_long"
        yield f"{name}, relayed", altered(frame, 2, 254), "hop_limit"
        if name != "HELLO":
            yield f"{name}, to another", altered(frame, 3, *NOBODY), "not_for_us"
    yield "RESPONSE, unasked", whole["RESPONSE"], "handshake_unasked"
    yield "RESPONSE, unasked, wrong mac1", altered(whole["RESPONSE"], 249, response.mac1[-1] ^ 1), \
        "mac1"
    yield "COOKIE, unasked", whole["COOKIE"], "handshake_unasked"


def spoiled_hellos():
    other_code = announce(ALICE.certificate(CLOSED), BOB.secret("network"), 1, 1, 1)
    open_mesh = announce(ALICE.certificate(OPEN), OPEN, 1, 1, 1)
    interface_0 = announce(ALICE.certificate(CLOSED), CLOSED, 1, 1, 0).write()
    yield "HELLO, versions 2 to 3", a_hello(least=2, greatest=3), "version"
    yield "HELLO, open mesh", open_mesh.write(), "network"
    yield "HELLO, another network", other_code.write(), "network"
    yield "HELLO, wrong code", altered(a_hello(), 204, a_hello()[204] ^ 1), "network"
    yield "HELLO, wrong code, interface 0", altered(interface_0, 204, interface_0[204] ^ 1), \
        "network"
    yield "HELLO, interface 0", interface_0, "malformed"
    yield "HELLO, source id of another", a_hello(
        header=control.header(control.HELLO, control.ANY, NOBODY)), "certificate"
    yield "HELLO, to another", a_hello(destination=NOBODY), "not_for_us"
    yield "HELLO, our own, to another", a_hello(BOB, destination=NOBODY), "not_for_us"
    yield "HELLO, our own certificate, another instance", a_hello(BOB), "duplicate_node"
    yield "HELLO, certificate of the open mesh", \
        a_hello(certificate=ALICE.certificate(OPEN)), "certificate"


def spoiled_initiations():
    whole = an_initiation()
    yield "INITIATION, wrong mac1", whole.with_(mac1=bytes(16)).write(), "mac1"
    for at, what in ((27, "ephemeral key"), (59, "static key"), (285, "payload")):
        changed = control.Initiation.read(altered(whole.write(), at, whole.write()[at] ^ 1))
        yield f"INITIATION, {what} that does not authenticate", \
            cookie.with_mac1(changed, BOB.session, CLOSED).write(), "handshake"
    yield "INITIATION, ephemeral key of zeros", \
        cookie.with_mac1(whole.with_(ephemeral=bytes(32)), BOB.session, CLOSED).write(), "handshake"
    for code, what, changes in [
            ("version", "versions 2 to 3", {"least": 2, "greatest": 3}),
            ("malformed", "a feature bit", {"features": 1}),
            ("malformed", "last epoch 2^32 - 1", {"last_epoch": handshake.LAST_EPOCH}),
            ("certificate", "source id of another", {"source_id": NOBODY}),
            ("certificate", "certificate for another session key",
             {"certificate": issue(ALICE.identity, BOB.session, 9, CLOSED)}),
            ("certificate", "certificate of the open mesh",
             {"certificate": ALICE.certificate(OPEN)}),
            ("source_spoofed", "link address of another", {"link_address": BOB.link_address}),
            ("suite", "no suite", {"suites": 0}),
            ("suite", "unknown suites", {"suites": 0xfc})]:
        yield f"INITIATION, {what}", an_initiation(**changes).write(), code


def refusals():
    """Frames that are refused by a reader who holds no traffic key."""
    for maker in (shapes, control_shapes, spoiled_hellos, spoiled_initiations):
        for name, frame, code in maker():
            yield {"name": name, "network_key": CLOSED.hex(),
                   "reader_identity_seed": BOB.secret("identity").hex(),
                   "reader_session_private": BOB.secret("session").hex(),
                   "link_address": ALICE.link_address.hex(), "frame": frame.hex(),
                   "refusal": code}


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
