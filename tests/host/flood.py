"""Floods of frames against one host, and what a flow of somebody else's suffers meanwhile. As a
program it sends: junk, frames of our EtherType with random bytes in them; or hellos, each of a new
node that does not exist, with a certificate nobody signed. Both stop after so many seconds and so
many frames.
   usage: flood.py junk|hellos INTERFACE LLADDR SECONDS FRAMES"""
import os
import pathlib
import random
import re
import socket
import sys
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
GROUP = bytes.fromhex("334d45534801")
ETHERTYPE = bytes.fromhex("88b5")
DISTINCT = 4096  # frames of junk, sent in turn


def link_address(dice):
    return b"\x02" + dice.randbytes(5)


def junk(to, frames):
    dice = random.Random(1)
    return [dice.choice((to, GROUP)) + link_address(dice) + ETHERTYPE +
            dice.randbytes(dice.randint(1, 1500)) for _ in range(min(frames, DISTINCT))]


def hellos(to, frames):
    sys.path.append(str(TREE / "tests/reader"))
    from meshp.certificate import Certificate
    from meshp.hello import announce
    dice = random.Random(2)

    def hello():
        forged = Certificate(dice.randbytes(32), dice.randbytes(32), 1, dice.randbytes(64))
        return announce(forged, None, 1, dice.getrandbits(32), 1).write()
    return [GROUP + link_address(dice) + ETHERTYPE + hello() for _ in range(frames)]


def send(interface, made, seconds, frames):
    """How many were sent, in how many seconds."""
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    wire.bind((interface, 0))
    began = time.monotonic()
    sent = 0
    while sent < frames and time.monotonic() - began < seconds:
        for frame in made[:frames - sent]:
            wire.send(frame)
        sent += len(made[:frames - sent])
    return sent, time.monotonic() - began


def memory(host):
    """What the daemon of a host has of the machine's memory, KiB."""
    pid = host.run("pgrep", "-x", "-o", "meshpd").stdout.strip()
    return int(re.search(r"VmRSS:\s+(\d+)", host.run("cat", f"/proc/{pid}/status").stdout)[1])


def lines(host):
    return len(host.log_of("meshpd").read_text().splitlines())


def suffered(alice, bob, mallory, kind, seconds, frames):
    """Floods bob while alice pings him 100 times a second: what was sent, how much of it bob named
    as dropped, pings lost of how many, KiB more and lines of log a second."""
    before = memory(bob), lines(bob), sum(bob.drops().values())
    began = time.monotonic()
    flow = alice.start("ping", "-6", "-q", "-i", "0.01", bob.address)
    said = mallory.run("/usr/bin/python3", __file__, kind, "eth0", bob.lladdr, seconds, frames,
                       timeout=120 + seconds).stdout
    alice.kill("ping", 2)
    flow.wait(10)
    took = time.monotonic() - began
    counts = re.findall(r"(\d+) packets transmitted, (\d+) received",
                        alice.log_of("ping").read_text())[-1]
    sent, rate = map(int, said.split())
    return {"sent": sent, "rate": rate, "dropped": sum(bob.drops().values()) - before[2],
            "pings": int(counts[0]), "lost": int(counts[0]) - int(counts[1]),
            "grown": memory(bob) - before[0], "lines": (lines(bob) - before[1]) / took}


def main():
    kind, interface, to, seconds, frames = sys.argv[1:]
    make = {"junk": junk, "hellos": hellos}[kind]
    made = make(bytes.fromhex(to.replace(":", "")), int(frames))
    sent, took = send(interface, made, float(seconds), int(frames))
    print(sent, int(sent / took))


if __name__ == "__main__":
    os.nice(5)  # a processor of its own is what the wire's other end would have
    main()
