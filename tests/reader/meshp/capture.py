"""Captures as tcpdump writes them: the classic pcap file of Ethernet frames, either byte order, µs
or ns. Only frames of our EtherType are given out, with or without a VLAN tag."""
import struct
import typing

ETHERTYPE = 0x88b5
VLAN_TAGS = 0x8100, 0x88a8
ETHERNET = 1
MAGICS = {bytes.fromhex(magic): (order, unit) for magic, order, unit in (
    ("a1b2c3d4", ">", 1e-6), ("d4c3b2a1", "<", 1e-6),
    ("a1b23c4d", ">", 1e-9), ("4d3cb2a1", "<", 1e-9))}


class Unreadable(Exception):
    """The file is not a whole capture of Ethernet frames."""


class Arrival(typing.NamedTuple):
    """What an Ethernet frame of ours carried, and between which link addresses."""
    time: float
    destination: bytes
    source: bytes
    payload: bytes


def records(data):
    """(time, Ethernet frame) of every record."""
    if data[:4] not in MAGICS or len(data) < 24:
        raise Unreadable("not a pcap file")
    order, unit = MAGICS[data[:4]]
    if struct.unpack_from(order + "I", data, 20)[0] & 0xffff != ETHERNET:
        raise Unreadable("not a capture of Ethernet frames")
    at = 24
    while at < len(data):
        if len(data) - at < 16:
            raise Unreadable("the last record is cut off")
        seconds, fraction, kept, whole = struct.unpack_from(order + "4I", data, at)
        at += 16
        if kept != whole or len(data) - at < kept:
            raise Unreadable("a frame is cut off")
        yield seconds + fraction * unit, data[at:at + kept]
        at += kept


def read(data):
    for time, frame in records(data):
        at = 12
        while int.from_bytes(frame[at:at + 2], "big") in VLAN_TAGS:
            at += 4
        if int.from_bytes(frame[at:at + 2], "big") == ETHERTYPE:
            yield Arrival(time, frame[:6], frame[6:12], frame[at + 2:])


def write(arrivals):
    """A capture of these arrivals, for tests."""
    out = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, ETHERNET)]
    for time, destination, source, payload in arrivals:
        frame = destination + source + ETHERTYPE.to_bytes(2, "big") + payload
        micros = round(time * 1e6)
        out.append(struct.pack("<4I", micros // 10**6, micros % 10**6, len(frame), len(frame)))
        out.append(frame)
    return b"".join(out)
