"""Prints a capture, one line for a frame and one for what was sealed in it. Every frame must be
written again as the bytes that were read, and sealed again too where it could be opened."""
import dataclasses
import json
import pathlib

from . import capture, control, cost, frames, message, packet, record
from .address import shown
from .certificate import Certificate
from .error import Error
from .hello import Hello
from .hint import Hint
from .observer import Observer
from .probe import Probe
from .trace import Trace, Traced

NAMES = {Hello: "HELLO", control.Initiation: "INITIATION", control.Response: "RESPONSE",
         control.Cookie: "COOKIE", Error: "ERROR", frames.Compact: "DATA",
         frames.Addressed: "ADDRESSED",
         frames.Extended: "DATA_EXT", Probe: "PROBE", message.Ack: "ACK",
         message.Compare: "COMPARE", Trace: "TRACE", Traced: "TRACED",
         Hint: "HINT"}
UNSEALED = Hello, control.Cookie, Error


def value_shown(value):
    if isinstance(value, Certificate):
        return f"{shown(value.address)}/{value.generation}"
    return value.hex() if isinstance(value, bytes) else str(value)


def fields_shown(thing, without=()):
    """name=value of the fields; headers are taken apart, long strings not hidden."""
    out = []
    for field in dataclasses.fields(thing):
        value = getattr(thing, field.name)
        if isinstance(value, control.Header):
            out.append(f"{value.source.hex()} > {value.destination.hex()} hops={value.hop_limit}")
        elif field.name not in without:
            out.append(f"{field.name}={value_shown(value)}")
    return " ".join(out)


def packet_shown(ipv6):
    traffic = int.from_bytes(ipv6[:2], "big") >> 4 & 0xff
    line = f"IPv6 {shown(ipv6[8:24])} > {shown(ipv6[24:40])} next={ipv6[6]} hops={ipv6[7]} " \
           f"traffic={traffic:#04x} bytes={len(ipv6)}"
    echo = packet.read_echo(ipv6)
    if echo:
        kind = "request" if echo[0] == packet.ECHO_REQUEST else "reply"
        line += f" echo {kind} id={echo[1]} sequence={echo[2]}"
    return f"{line}\n    {ipv6.hex()}"


def records_shown(records):
    """RECORDS, and a line for each fragment and each of its entries."""
    lines = [f"RECORDS number={records.number}"]
    for fragment in map(record.read, records.fragments):
        certificate = f" certificate={value_shown(fragment.certificate)}" \
            if fragment.certificate else ""
        lines.append(f"record {shown(fragment.head.address)} "
                     f"{fields_shown(fragment.head, without=('suffix', 'entries'))}{certificate} "
                     f"tlvs={fragment.tlvs.hex()} signature={fragment.signature.hex()}")
        lines += [f"  link {shown(entry.address)} {fields_shown(entry, without=('suffix',))} "
                  f"us={cost.us_of(entry.cost)}" for entry in fragment.entries]
    return "\n    ".join(lines)


def inner_shown(sight):
    if not sight.opened:
        return "sealed" if not isinstance(sight.frame, UNSEALED) else ""
    if sight.inner is None:
        return "empty frame"
    if isinstance(sight.inner, list):
        return "\n  ".join(map(packet_shown, sight.inner))
    if isinstance(sight.inner, message.Records):
        return records_shown(sight.inner)
    name = NAMES.get(type(sight.inner), "payload")
    return f"{name} {fields_shown(sight.inner, without=('type',))}"


def sight_shown(sight):
    if sight.frame is None:
        return f"refused: {sight.refused}"
    if sight.refused:
        inner = f"refused: {sight.refused}"
    else:
        inner = inner_shown(sight) + ("" if sight.same else "\n  NOT the same when written again")
    line = f"{NAMES[type(sight.frame)]} {fields_shown(sight.frame)}"
    return f"{line}\n  {inner}" if inner else line


def decode(path, keys_path=None):
    """True if every frame was read, and written again as it was."""
    keys = json.loads(pathlib.Path(keys_path).read_text("ascii")) if keys_path else {}
    observer = Observer.told(keys)
    sights, first = [], None
    for arrival in capture.read(pathlib.Path(path).read_bytes()):
        first = arrival.time if first is None else first
        sight = observer.see(arrival.payload)
        sights.append(sight)
        print(f"{arrival.time - first:.6f} {arrival.source.hex(':')} > "
              f"{arrival.destination.hex(':')} {sight_shown(sight)}")
    refused = sum(bool(sight.refused) for sight in sights)
    same = sum(sight.same and not sight.refused for sight in sights)
    opened = sum(sight.opened for sight in sights)
    print(f"{len(sights)} frames: {same} written again as read, {opened} opened, {refused} refused")
    return 0 < len(sights) == same
