"""A host that tries addresses nobody has, and what others see of that."""
import ipaddress
import random
import socket


def scan(host, seed, count):
    """Sends a datagram to that many random addresses; returns how often it was told that one is
    unreachable."""
    chance, errors = random.Random(seed), 0
    with host.network():
        scanner = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    IPV6_RECVERR = 25
    scanner.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
    with scanner:
        for _ in range(count):
            address = ipaddress.IPv6Address(b"\xbe\xef" + chance.randbytes(14))
            sent = False
            while not sent:
                try:
                    sent = scanner.sendto(b"anybody?", (str(address), 9))
                except OSError:  # what was said of an earlier one
                    errors += 1
    return errors


def is_probe_or_hello(frame):
    """True for what neighbours say anyway: HELLOs, and sealed frames of lane 0 and hop limit 255,
    in both forms."""
    HELLO, DATA_EXTENDED = 1, 7
    octets = frame[14:]
    if octets[0] & 0x10:
        return octets[0] & 7 == 0 and octets[1] == 255
    if octets[1] == DATA_EXTENDED:
        return octets[19] & 7 == 0 and octets[2] == 255
    return octets[1] == HELLO


def unreachable(host):
    """How many packets to addresses nobody has the daemon refused."""
    return host.drops().get("unreachable", 0)
