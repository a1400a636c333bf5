"""IPv6 packets as hosts see them: rebuilt from a data frame (meshp.md, section 2), taken apart for
one, and the ICMPv6 echo with which greet shows that both ways work."""
import struct

from . import bundle, session
from .layout import require

HEADER = 40
ICMPV6, SCTP, DCCP = 58, 132, 33
PORTED = session.TCP, session.UDP, SCTP, DCCP
CHECKSUM_AT = {session.TCP: 16, session.UDP: 6, ICMPV6: 2}
ECHO_REQUEST, ECHO_REPLY = 128, 129


def build(source, destination, next_header, payload, hop_limit=64, dscp=0, ecn=0):
    first = 6 << 28 | (dscp << 2 | ecn) << 20
    head = struct.pack("!IHBB", first, len(payload), next_header, hop_limit)
    return head + source + destination + payload


def checksum(source, destination, next_header, payload):
    """The whole transport checksum of a payload whose checksum field is zero."""
    data = source + destination + struct.pack("!II", len(payload), next_header) + payload
    data += bytes(len(data) & 1)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def with_checksum(source, destination, next_header, payload):
    at = CHECKSUM_AT[next_header]
    blank = payload[:at] + bytes(2) + payload[at + 2:]
    value = checksum(source, destination, next_header, blank)
    if next_header == session.UDP and value == 0:
        value = 0xffff
    return blank[:at] + value.to_bytes(2, "big") + blank[at + 2:]


def rebuild_all(frame, source, destination, next_header, payload):
    """The packets that a data frame carried from the address source to destination."""
    if next_header != session.BUNDLE:
        return [rebuild(frame, source, destination, next_header, payload, frame.partial)]
    return [rebuild(frame, source, destination, one.next_header, one.payload, one.partial)
            for one in bundle.read(payload)]


def rebuild(frame, source, destination, next_header, payload, partial):
    """One of them."""
    if partial:
        payload = with_checksum(source, destination, next_header, payload)
    return build(source, destination, next_header, payload, frame.hop_limit, frame.dscp, frame.ecn)


def lane_of(packet):
    """The lane of a packet's flow, 1 to 7; a flow and its answers have the same."""
    next_header, payload = packet[6], packet[HEADER:]
    total = sum(struct.unpack("!8I", packet[8:HEADER])) + next_header
    if next_header in PORTED and len(payload) >= 4:
        total += sum(struct.unpack("!2H", payload[:4]))
    return 1 + ((0x9e3779b1 * total & 0xffffffff) >> 16) % 7


def echo(kind, identifier, sequence, data):
    return struct.pack("!BBHHH", kind, 0, 0, identifier, sequence) + data


def icmp(source, destination, message, hop_limit=64):
    """A packet with an ICMPv6 message, whose checksum is computed."""
    payload = with_checksum(source, destination, ICMPV6, message)
    return build(source, destination, ICMPV6, payload, hop_limit)


def read_echo(packet):
    """(type, identifier, sequence, data) of a good ICMPv6 echo message, else None."""
    require(len(packet) >= HEADER)
    source, destination, payload = packet[8:24], packet[24:40], packet[HEADER:]
    if packet[6] != ICMPV6 or len(payload) < 8 or payload[0] not in (ECHO_REQUEST, ECHO_REPLY):
        return None
    if with_checksum(source, destination, ICMPV6, payload) != payload:
        return None
    kind, _, _, identifier, sequence = struct.unpack("!BBHHH", payload[:8])
    return kind, identifier, sequence, payload[8:]
