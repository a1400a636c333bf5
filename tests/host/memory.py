#!/usr/bin/python3
"""Looks for bytes in all memory of a process that can be read, as root can. Prints a line for each
find, and for each mapping that cannot be read: what, and whose memory it is.

usage: memory.py PID HEX ..."""
import re
import sys

PIECE = 1 << 20


def search(memory, start, end, needles):
    """Which are in there; None if it cannot be read."""
    found, tail = set(), b""
    for at in range(start, end, PIECE):
        try:
            memory.seek(at)
            piece = tail + memory.read(min(PIECE, end - at))
        except OSError:
            return None
        found |= {needle for needle in needles if needle in piece}
        tail = piece[-64:]
    return found


def main(pid, *needles):
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            start, end, rights, name = re.match(
                r"(\w+)-(\w+) (....) \S+ \S+ \S+ *(.*)", line).groups()
            if rights[0] != "r" or name in ("[vvar]", "[vvar_vclock]", "[vsyscall]"):
                continue
            found = search(memory, int(start, 16), int(end, 16), set(map(bytes.fromhex, needles)))
            if found is None:
                print("unreadable", name)
            for needle in found or ():
                print(needle.hex(), name or "anonymous")


main(*sys.argv[1:])
