"""Test vectors of routing (route.md): costs, fragments of Alice's record, the messages that carry
them, errors about her frames, and what of each must be refused."""
from . import cost, error, frames, hint, message, record, session, trace
from .address import address_of, node_id_of, suffix_of
from .certificate import Certificate
from .digest import blake2b
from .examples import ALICE, BOB, CLOSED, NETWORKS, hexed, sealed, tcp, udp
from .refusals import altered, refused_relayed

ROOM = record.MOST_BYTES - record.Head.size() - record.SIGNATURE
FULLEST_FIRST = (ROOM - Certificate.size()) // record.Entry.size()
FULLEST = ROOM // record.Entry.size()


def entries_of(count, **fields):
    """Links to so many neighbours, no two alike."""
    suffixes = sorted(suffix_of(address_of(blake2b(256, b"neighbour %d" % i)))
                      for i in range(count))
    return [record.Entry(suffix, cost.code_of(7 ** i % cost.MOST), 1280 + i, 255 - i, i % 3)
            .with_(**fields) for i, suffix in enumerate(suffixes)]


def a_fragment(key=CLOSED, entries=(), **fields):
    """Of Alice's record; the first has her certificate."""
    certificate = None if fields.get("fragment") else ALICE.certificate(key)
    usual = {"epoch": ALICE.boot_epoch, "instance": ALICE.instance}
    return record.issue(ALICE.identity, ALICE.address, certificate, entries, key,
                        **{**usual, **fields})


def costs():
    for us in (1, 2, 2047, 2048, 4095, 4096, 4097, 8190, 8191, 10000, 123456, 1 << 20,
               cost.MOST - 8192, cost.MOST):
        code = cost.code_of(us)
        yield {"name": f"{us} us", "us": us, "code": code, "advertised_us": cost.us_of(code)}


def fragment_case(name, key, fragment):
    head = fragment.head
    case = {"name": name, "network_key": hexed(key),
            "identity_seed": ALICE.secret("identity").hex(),
            "certificate": fragment.certificate.write().hex() if fragment.certificate else ""}
    case |= {field: getattr(head, field) for field in (
        "least", "greatest", "flags", "fragment", "fragments", "zone", "epoch", "instance",
        "sequence", "lifetime", "entries")}
    for i, entry in enumerate(fragment.entries):
        case |= {f"address_{i}": entry.address.hex(), f"cost_{i}": entry.cost,
                 f"mtu_{i}": entry.mtu, f"quality_{i}": entry.quality, f"medium_{i}": entry.medium}
    return case | {"tlvs": fragment.tlvs.hex(), "bytes": fragment.write().hex(),
                   "hash": f"{fragment.hash(key):016x}", "bucket": fragment.bucket()}


def records():
    for name, key in NETWORKS:
        yield fragment_case(f"two links, {name} mesh", key, a_fragment(key, entries_of(2)))
    made = [("alone", {}),
            ("leaving", {"flags": record.LEAVING, "sequence": 2**32 - 1, "lifetime": 1}),
            ("every flag, a later version", {"flags": 15, "greatest": 255}),
            ("every number", {"zone": 0x01020304, "epoch": 0x11121314, "instance": 0x21222324,
                              "sequence": 0x31323334, "lifetime": 0x4142}),
            ("TLVs that nobody knows", {"entries": entries_of(1), "tlvs": b"\7\2xy\0\0\7\1z"}),
            ("the first of three, as full as can be",
             {"fragments": 3, "entries": entries_of(FULLEST_FIRST)}),
            ("the second of three, as full as can be",
             {"fragment": 1, "fragments": 3, "entries": entries_of(FULLEST)}),
            ("the last of sixteen, empty", {"fragment": 15, "fragments": 16}),
            ("a medium of later days", {"entries": entries_of(1, medium=255, mtu=65535)})]
    for name, fields in made:
        yield fragment_case(name, CLOSED, a_fragment(**fields))


def records_messages():
    first, second = (a_fragment(fragment=i, fragments=2, entries=entries_of(3)).write()
                     for i in range(2))
    for name, number, fragments in [("one fragment", 1, [first]),
                                    ("two fragments", 0x01020304, [first, second]),
                                    ("fragments that are none", 2**32 - 1, [b"", b"x"])]:
        yield {"name": name, "number": number, "fragments": len(fragments),
               **{f"fragment_{i}": data.hex() for i, data in enumerate(fragments)},
               "message": message.Records(number, tuple(fragments)).write().hex()}


def acks():
    for name, greatest, bitmap in [("the first", 1, 0), ("two", 2, 1),
                                   ("all of 32", 32, 2**31 - 1), ("all of 33", 33, 2**32 - 1),
                                   ("with gaps", 0x01020304, 0x80000005)]:
        covered = [greatest] + [greatest - 1 - n for n in range(32) if bitmap >> n & 1]
        yield {"name": name, "greatest": greatest, "bitmap": bitmap, "covered": len(covered),
               "least_covered": min(covered),
               "message": message.Ack(message.ACK, greatest, bitmap).write().hex()}


def compares():
    sums = b"".join(blake2b(64, b"bucket %d" % i)[4:] for i in range(message.BUCKETS))
    for name, flags, said in [("asks", message.ASK, sums), ("answers", 0, sums[::-1]),
                              ("of nobody", message.ASK, bytes(len(sums)))]:
        yield {"name": name, "asks": flags, "sums": said.hex(),
               "message": message.Compare(message.COMPARE, flags, said).write().hex()}


def spoiled_heads():
    for name, fields in [("a feature bit", {"features": 1}), ("an unknown flag", {"flags": 16}),
                         ("no fragments", {"fragments": 0}),
                         ("fragment 1 of 1", {"fragment": 1}),
                         ("fragment 16 of 17", {"fragment": 16, "fragments": 17}),
                         ("fragment 0 of 17", {"fragments": 17}),
                         ("sequence 0", {"sequence": 0}), ("lifetime 0", {"lifetime": 0})]:
        yield name, a_fragment(**fields).write(), "malformed"
    yield "version 2 alone", a_fragment(least=2, greatest=2).write(), "version"
    yield "version 0 alone", a_fragment(least=0, greatest=0).write(), "version"
    yield "another version, cut off", b"\2\3", "version"
    yield "least version above the greatest", a_fragment(least=2).write(), "malformed"


def spoiled_entries():
    two = entries_of(2)
    for name, entries in [("descending", two[::-1]), ("the same twice", two[:1] * 2),
                          *((name, [two[0], two[1].with_(**changes)]) for name, changes in [
                              ("cost 0", {"cost": 0}), ("another form of a cost", {"cost": 0x17ff}),
                              ("cost above the greatest", {"cost": cost.LAST_CODE + 1}),
                              ("MTU 1279", {"mtu": 1279}), ("quality 0", {"quality": 0})])]:
        yield f"entries, {name}", a_fragment(entries=entries).write(), "malformed"


def spoiled_fragments():
    """Whatever is not in the shape of one."""
    first, later = a_fragment().write(), a_fragment(fragment=1, fragments=2).write()
    most = b"".join(bytes([7, 200]) + bytes(200) for _ in range(4))
    rest = record.MOST_BYTES + 1 - len(first) - len(most) - 2
    yield "nothing", b"", "malformed"
    yield "one byte", b"\1", "malformed"
    yield "a byte less than a certificate", altered(later, 5, 0), "malformed"
    yield "an entry more than there are", altered(first, 7, 1), "malformed"
    yield "an entry less than there are", \
        altered(a_fragment(entries=entries_of(1), fragment=1, fragments=2).write(), 7, 0), \
        "malformed"
    yield "a certificate in fragment 1", altered(a_fragment(fragments=2).write(), 5, 1), "malformed"
    yield "TLVs in fragment 1", \
        a_fragment(fragment=1, fragments=2, tlvs=b"\7\0").write(), "malformed"
    yield "half a TLV", a_fragment(tlvs=b"\7").write(), "malformed"
    yield "a TLV longer than there is", a_fragment(tlvs=b"\7\0\7\2x").write(), "malformed"
    yield "1151 bytes", a_fragment(tlvs=most + bytes([7, rest]) + bytes(rest)).write(), \
        "malformed"
    yield "a byte short", first[:-1], "malformed"
    yield "a byte long", first + b"\0", "malformed"
    yield "a bit of the signature", altered(first, len(first) - 1, first[-1] ^ 1), "record"
    yield "a bit of the zone", altered(first, 11, first[11] ^ 1), "record"
    yield "signed for the open mesh", \
        first[:-record.SIGNATURE] + a_fragment(None).write()[-record.SIGNATURE:], "record"


def refused_records():
    for maker in (spoiled_heads, spoiled_entries, spoiled_fragments):
        for name, data, code in maker():
            yield {"name": name, "network_key": CLOSED.hex(),
                   "identity_public": ALICE.identity.public.hex(), "bytes": data.hex(),
                   "refusal": code}


def spoiled_traces():
    asked, said = a_trace().write(), a_traced().write()
    end = trace.answer(a_trace(), BOB.identity, BOB.address, CLOSED).write()
    for name, at, value in [("lane 8", 1, 8), ("byte 46", 46, 1), ("byte 47", 47, 1)]:
        yield f"TRACE, {name}", altered(asked, at, value)
    for name, data in [("TRACE", asked), ("TRACED", said)]:
        yield f"{name}, a byte short", data[:-1]
        yield f"{name}, a byte long", data + b"\0"
        yield f"{name} to nobody", altered(data, 18, *trace.NOBODY)
        yield f"{name} from nobody", altered(data, 32, *trace.NOBODY)
    yield "TRACED, answered by nobody", altered(said, 46, *trace.NOBODY)
    yield "TRACED, bit 3", altered(said, 1, 0x0b)
    yield "TRACED, both ends", altered(end, 1, 0xc3)
    yield "TRACED, a next hop beyond the destination", altered(said, 1, 0x83)
    yield "TRACED, no next hop before it", altered(said, 60, *trace.NOBODY)
    yield "TRACED, interface 0", altered(said, 74, 0, 0, 0, 0)
    yield "TRACED, MTU 1279", altered(said, 78, 0x04, 0xff)
    yield "TRACED, loss above 1", altered(said, 84, 0x00, 0x0f, 0x42, 0x41)
    for at in range(60, 92):
        yield f"TRACED, byte {at} of a destination", altered(end, at, 1)
    yield "TRACED, queue of a destination", altered(end, 92, 0)
    yield "TRACED, byte 110", altered(said, 110, 1)
    yield "TRACED, byte 111", altered(said, 111, 1)


def spoiled_hints():
    said = hint.Hint(hint.HINT, 0, suffix_of(BOB.address), BOB.link_address).write()
    yield "HINT, byte 1", altered(said, 1, 1)
    yield "HINT, a byte short", said[:-1]
    yield "HINT, a byte long", said + b"\0"
    yield "HINT about nobody", altered(said, 2, *hint.NOBODY)
    yield "HINT to nowhere", altered(said, 16, *hint.NOWHERE)
    yield "HINT to a group", altered(said, 16, 0x33)


def refused_messages():
    """All of them malformed, each of a type that is known."""
    records_ = message.Records(1, (b"abc", b"d")).write()
    ack = message.Ack(message.ACK, 5, 1).write()
    compare = message.Compare(message.COMPARE, 1, bytes(4 * message.BUCKETS)).write()
    cases = [("RECORDS, number 0", altered(records_, 1, 0, 0, 0, 0)),
             ("RECORDS without a fragment", records_[:5]),
             ("RECORDS, number cut off", records_[:4]),
             ("RECORDS, half a length", records_[:6]),
             ("RECORDS, a fragment cut off", records_[:-1]),
             ("RECORDS, 1201 bytes", message.Records(1, (bytes(1194),)).write()),
             ("ACK of 0", message.Ack(message.ACK, 0, 0).write()),
             ("ACK of what was before the first", message.Ack(message.ACK, 5, 0x10).write()),
             ("ACK, a byte short", ack[:-1]), ("ACK, a byte long", ack + b"\0"),
             ("COMPARE, another flag", altered(compare, 1, 3)),
             ("COMPARE, a byte short", compare[:-1]), ("COMPARE, a byte long", compare + b"\0"),
             *spoiled_traces(), *spoiled_hints()]
    for name, data in cases:
        yield {"name": name, "message": data.hex(), "refusal": "malformed"}


def errors():
    """What Bob tells Alice of a data frame of hers."""
    short, least = sealed("", 1, 2, session.UDP, udp(b"")), sealed("", 0, 1, 59, bytes(10))
    cases = [("no route, extended", error.NO_ROUTE, 0, short),
             ("too big", error.TOO_BIG, 1280, sealed("", 1, 1, session.UDP, udp(bytes(1452)))),
             ("too big, greatest MTU", error.TOO_BIG, 65535, least),
             ("hop limit, id conflict", error.HOP_LIMIT, 0,
              sealed("", 0, 2, session.TCP, tcp(), conflict=True, counter=0x01020304))]
    for name, kind, mtu, case in cases:
        culprit = frames.read(bytes.fromhex(case["frame"]))
        said = error.about(culprit, node_id_of(BOB.address), kind, mtu)
        yield {"name": name, "relay_id": said.source.hex(), "kind": kind, "mtu": mtu,
               "culprit": case["frame"], "source_id": culprit.source.hex(),
               "destination_id": culprit.destination.hex(), "parity": culprit.parity,
               "extended": int(culprit.EXTENDED), "lane": culprit.lane,
               "counter": culprit.counter, "seal": said.seal.hex(), "frame": said.write().hex()}


def a_trace(lane=3):
    return trace.ask(lane, blake2b(128, b"nonce"), BOB.address, ALICE.address)


def a_traced(key=CLOSED, lane=3, **fields):
    """What somebody between Alice and Bob answers, signed with Bob's identity."""
    usual = {"next_": suffix_of(BOB.address), "back": suffix_of(ALICE.address), "interface": 2,
             "mtu": 1500, "rtt": 400, "loss": 0, "metric": 10}
    own = address_of(blake2b(256, b"between"))
    return trace.answer(a_trace(lane), BOB.identity, own, key, **{**usual, **fields})


def traces():
    for lane in (0, 7):
        asked = a_trace(lane)
        yield {"name": f"lane {lane}", "lane": lane, "nonce": asked.nonce.hex(),
               "destination": BOB.address.hex(), "origin": ALICE.address.hex(),
               "message": asked.write().hex()}


def traced_case(name, key, said):
    full = {who: (b"\xbe\xef" + getattr(said, who)).hex()
            for who in ("destination", "origin", "answerer", "next", "back")}
    return {"name": name, "network_key": hexed(key),
            "identity_seed": BOB.secret("identity").hex(), "lane": said.flags & 7,
            "arrived": said.flags >> 7, "no_way": said.flags >> 6 & 1, "nonce": said.nonce.hex(),
            **full, "interface": said.interface, "mtu": said.mtu, "rtt": said.rtt,
            "loss": said.loss, "metric": said.metric, "queued": said.queued,
            "signature": said.signature.hex(), "message": said.write().hex()}


def traceds():
    for name, key in NETWORKS:
        yield traced_case(f"a next hop, {name} mesh", key, a_traced(key))
    yield traced_case("every number", CLOSED, a_traced(
        lane=7, interface=0x01020304, mtu=65535, rtt=0x11121314, loss=1000000, metric=0x21222324,
        queued=0x31323334))
    yield traced_case("least MTU, no way back", CLOSED, a_traced(mtu=1280, back=trace.NOBODY))
    ends = {"interface": 0, "mtu": 0, "rtt": 0, "metric": 0, "next_": trace.NOBODY}
    yield traced_case("no way from here", CLOSED, a_traced(lane=0, **ends))
    yield traced_case("the destination", CLOSED, trace.answer(
        a_trace(), BOB.identity, BOB.address, CLOSED, back=suffix_of(ALICE.address)))


FILES = {"cost": costs, "record": records, "records": records_messages, "ack": acks,
         "compare": compares, "error": errors, "trace": traces, "traced": traceds,
         "refused_record": refused_records,
         "refused_message": refused_messages, "refused_relayed": refused_relayed}
