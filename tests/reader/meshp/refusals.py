"""Frames that must be refused, each with the name it is counted under. They come from Alice's link
address; Bob, who has heard nobody yet, is the reader."""
from . import bundle, control, cookie, error, frames, handshake, network, packet, session
from .bundle import Bundled
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


def handshake_frames(name, **fields):
    """One of each that comes from Alice to Bob; the fields are those of a conversation."""
    answer = conversation(name, CLOSED, BOB, ALICE, 3, 3, (0, 0), **fields)
    asked = control.Initiation.read(bytes.fromhex(answer["initiation"]))
    demand = cookie.demand(asked, ALICE.session, CLOSED, bytes(16), bytes(24))
    return {"INITIATION": an_initiation().write(), "RESPONSE": bytes.fromhex(answer["response"]),
            "COOKIE": demand.write()}


def shapes():
    """Frames whose form alone is wrong."""
    hello = a_hello()
    compact, extended, empty = (bytes.fromhex(case["frame"]) for case in (
        sealed("", 0, 1, session.UDP, udp(b"some payload")),
        sealed("", 0, 1, session.UDP, udp(b"9")),
        sealed("", 0, 1, session.CONTROL, b"", session.CONTROL_LANE, hop_limit=255)))
    on_lane_0, short_on_lane_0 = (bytes.fromhex(
        sealed("", 0, 1, session.CONTROL, payload, session.CONTROL_LANE, hop_limit=255)["frame"])
        for payload in (a_probe().write(), b"\1"))
    addressed = bytes.fromhex(
        sealed("", 0, 1, session.UDP, udp(b""), conflict=True)["frame"])
    yield "no byte at all", b"", "frame_short"
    yield "version 0", altered(hello, 0, 0x00), "version"
    yield "version 2", altered(hello, 0, 0x80), "version"
    yield "control with a lane", altered(hello, 0, 0x41), "malformed"
    yield "control with key parity", altered(hello, 0, 0x60), "malformed"
    yield "control, nothing else", hello[:1], "frame_short"
    for kind in (0, 6, 8):
        yield f"type {kind}", altered(hello, 1, kind), "type"
    yield "compact, payload of 9", compact[:49], "frame_short"
    yield "compact, lane 0, relayed", altered(on_lane_0, 1, 254), "hop_limit"
    yield "extended, lane 0, not empty, relayed", altered(short_on_lane_0, 2, 254), "hop_limit"
    yield "extended, zones", altered(extended, 19, extended[19] | 0x20), "type"
    yield "extended, bit 3", altered(extended, 19, extended[19] | 0x08), "malformed"
    yield "extended, length 0", altered(extended, 22, 0), "malformed"
    yield "extended, longer than said", extended + b"\0", "frame_long"
    yield "extended, shorter than said", extended[:-1], "frame_short"
    yield "extended, not padded", empty[:-1], "frame_short"
    for at, end in ((27, "destination"), (41, "source")):
        yield f"extended, address of another {end}", altered(addressed, at, addressed[at] ^ 1), \
            "malformed"
    yield "compact, from a stranger", compact, "no_session"
    yield "extended, from a stranger", extended, "no_session"
    yield "extended with addresses, from a stranger", addressed, "no_session"


def control_shapes():
    """Control frames of a wrong length, and answers that nobody asked for."""
    answers = handshake_frames("an answer")
    whole = {"HELLO": a_hello(), **answers}
    for name, frame in whole.items():
        yield f"{name}, a byte short", frame[:-1], "frame_short"
        yield f"{name}, a byte long", frame + b"\0", "frame_long"
    yield "HELLO, relayed", altered(whole["HELLO"], 2, 254), "hop_limit"
    response = whole["RESPONSE"]
    yield "RESPONSE, unasked", response, "handshake_unasked"
    yield "RESPONSE, unasked, wrong mac1", altered(response, 249, response[249] ^ 1), "mac1"
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
            ("source_spoofed", "link address of zeros", {"link_address": bytes(6)}),
            ("suite", "no suite", {"suites": 0}),
            ("suite", "unknown suites", {"suites": 0xfc})]:
        yield f"INITIATION, {what}", an_initiation(**changes).write(), code


def an_error(**changes):
    """That a packet of Bob to somebody was too big for Alice's next link."""
    data_key = session.DataKey(0, 1, BOB.secret("traffic"))
    form = frames.Compact(0, 0, 3, 64, 0, 0, NOBODY, BOB.address[2:10], 0x01020304, b"")
    culprit = data_key.seal(form, session.UDP, udp(b"some payload", BOB, ALICE))
    return error.about(culprit, ALICE.address[2:10], error.TOO_BIG, 1400).with_(**changes)


def relayed():
    """Frames that came over relays, and frames that are another's to relay."""
    compact, extended, empty = (bytes.fromhex(sealed("", 0, 1, *said)["frame"]) for said in (
        (session.UDP, udp(b"some payload")), (session.UDP, udp(b"9")),
        (session.CONTROL, b"", session.CONTROL_LANE)))
    whole = handshake_frames("a relayed answer", hops=control.RELAYED_HOPS)
    for name in ("RESPONSE", "COOKIE"):
        yield f"{name}, relayed, unasked", altered(whole[name], 2, 61), "handshake_unasked"
    spoiled = altered(whole["RESPONSE"], 249, whole["RESPONSE"][249] ^ 1)
    yield "RESPONSE, relayed, wrong mac1", altered(spoiled, 2, 61), "mac1"
    yield "empty frame, relayed, from a stranger", altered(empty, 2, 61), "no_session"
    frames_ = {**whole, "ERROR": an_error().write(), "extended": extended, "empty frame": empty}
    for name, frame in frames_.items():
        yield f"{name}, to another", altered(frame, 3, *NOBODY), "relay_stranger"
    yield "compact, to another", altered(compact, 3, *NOBODY), "relay_stranger"
    yield "compact, to another, last hop", altered(altered(compact, 3, *NOBODY), 1, 1), \
        "relay_stranger"


def spoiled_errors():
    whole = an_error().write()
    yield "ERROR, a byte short", whole[:-1], "frame_short"
    yield "ERROR, a byte long", whole + b"\0", "frame_long"
    for name, changes in [("kind 0", {"kind": 0}), ("kind 4", {"kind": 4}),
                          ("no route, with an MTU", {"kind": error.NO_ROUTE}),
                          ("hop limit, with an MTU", {"kind": error.HOP_LIMIT}),
                          ("too big, without MTU", {"mtu": 0}), ("MTU 1279", {"mtu": 1279}),
                          ("lane 0", {"flow": 0}), ("bit 3 of the flow", {"flow": 0x0b}),
                          ("bit 5 of the flow", {"flow": 0x23}),
                          ("a last byte", {"zeros": b"\0\0\1"})]:
        yield f"ERROR, {name}", an_error(**changes).write(), "malformed"
    yield "ERROR about nothing we sent", whole, "error_unmatched"


def refusals(*makers):
    """Frames that are refused by a reader who holds no traffic key."""
    for maker in makers:
        for name, frame, code in maker():
            yield {"name": name, "network_key": CLOSED.hex(),
                   "reader_identity_seed": BOB.secret("identity").hex(),
                   "reader_session_private": BOB.secret("session").hex(),
                   "link_address": ALICE.link_address.hex(), "frame": frame.hex(),
                   "refusal": code}


def refused():
    return refusals(shapes, control_shapes, spoiled_hellos, spoiled_initiations)


def refused_relayed():
    return refusals(relayed, spoiled_errors)


SPOILED_PROBES = [("sequence 0", {"sequence": 0}), ("interface 0", {"interface": 0}),
                  ("echo that was not heard", {"heard": 0b1110}),
                  ("heard what was before the first", {"echo": 3, "heard": 0b1001}),
                  ("delay without echo", {"echo": 0, "heard": 0}),
                  ("heard without echo", {"echo": 0, "delay": 0, "heard": 1})]


def spoiled_bundles():
    """As sealed_refusals() has its cases."""
    one, control_one, inner = (Bundled(kind, bytes(10)) for kind in
                               (59, session.CONTROL, session.BUNDLE))
    longest, left = Bundled(59, bytes(560)), Bundled(packet.ICMPV6, bytes(40), 1)
    good = bundle.write([one, one])
    shapes_ = [("of zeros", bytes(40)), ("of one packet", one.write()),
               ("of 25 packets", one.write() * 25),
               ("with a payload of 9", altered(good[:-1], 17, 9)),
               ("with a payload of 561", bundle.write([one, longest])[:14]
                + bundle.Head(59, 0, 560).write()[:3] + b"\x31" + bytes(561)),
               ("with another flag", altered(good, 15, 2)),
               ("with half a head behind it", good + good[:2]),
               ("with a packet cut off", good + good[:13]),
               ("of 1241 bytes", bundle.write([longest, longest, Bundled(59, bytes(109))])),
               ("without shape, with control in it", bundle.write([control_one, one]) + b"\0")]
    cases = [(what, "malformed", payload, {}) for what, payload in shapes_]
    cases += [("with control in it", "lane", bundle.write([one, control_one]), {}),
              ("with a bundle in it", "inner", bundle.write([inner, one]), {}),
              ("with a checksum left that may not be", "checksum_partial",
               bundle.write([one, left]), {}),
              ("with a hop limit of 0", "inner", good, {"hop_limit": 0}),
              ("in the extended form", "inner", good, {"conflict": True}),
              ("with a checksum left", "checksum_partial", good, {"partial": 1})]
    for what, code, payload, fields in cases:
        yield f"bundle {what}", code, {"next_header": session.BUNDLE, "payload": payload,
                                       "lane": 1, **fields}


def sealed_refusals():
    """Frames that open and are refused for what was in them."""
    def on_lane_0(payload):
        return {"next_header": session.CONTROL, "payload": payload, "lane": session.CONTROL_LANE,
                "hop_limit": 255}
    said = a_probe().write()
    cases = [("unknown type on lane 0", "type", on_lane_0(altered(said, 0, 8))),
             ("PROBE with another flag", "malformed", on_lane_0(altered(said, 1, 0x10))),
             ("PROBE, a byte short", "malformed", on_lane_0(said[:-1])),
             *[(f"PROBE, {what}", "malformed", on_lane_0(a_probe(**changes).write()))
               for what, changes in SPOILED_PROBES],
             ("RECORDS as long as TRACE, relayed", "hop_limit",
              {**on_lane_0(b"\2" + bytes(3) + b"\1\0\x29" + bytes(41)), "hop_limit": 64}),
             *spoiled_bundles(),
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
