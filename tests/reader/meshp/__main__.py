"""usage: python3 -m meshp decode FILE.pcap [--keys KEYS.json]
       python3 -m meshp greet INTERFACE [--network-key-file FILE] [--role ROLE] [--suites SET]
                              [--to ADDRESS] [--rounds N] [--seconds N] [--keys-out KEYS.json]
       python3 -m meshp vectors FOLDER [--check]

Exit status: 0 it worked, 1 it did not, 2 it could not be tried."""
import argparse
import base64
import ipaddress
import pathlib
import sys

from . import decode, greet, node, vectors
from .capture import Unreadable

SUITE_SETS = {"chacha": 1, "aes": 2, "both": 3}


def network_key(path):
    """The key in a file as meshpd reads it: 32 bytes in base64."""
    key = base64.b64decode(pathlib.Path(path).read_bytes())
    if len(key) != 32:
        raise argparse.ArgumentTypeError(f"{path} holds {len(key)} bytes, not 32")
    return key


def address(text):
    return ipaddress.IPv6Address(text).packed


def arguments():
    parser = argparse.ArgumentParser(prog="meshp", description="second reader of MESHP")
    commands = parser.add_subparsers(dest="command", required=True)
    decoding = commands.add_parser("decode", help="print a capture")
    decoding.add_argument("file")
    decoding.add_argument("--keys")
    greeting = commands.add_parser("greet", help="shake hands with a running node")
    greeting.add_argument("interface")
    greeting.add_argument("--network-key-file", type=network_key, help="without: an open mesh")
    greeting.add_argument("--role", choices=[node.EITHER, node.INITIATOR, node.RESPONDER],
                          default=node.EITHER)
    greeting.add_argument("--suites", choices=SUITE_SETS, default="both")
    greeting.add_argument("--to", type=address, help="ping this node, not the neighbour")
    greeting.add_argument("--rounds", type=int, default=1, help="of echo requests, 1 s apart")
    greeting.add_argument("--seconds", type=float, default=10)
    greeting.add_argument("--keys-out", help="what decode needs to open this conversation")
    making = commands.add_parser("vectors", help="write tests/vectors, or compare with it")
    making.add_argument("folder")
    making.add_argument("--check", action="store_true")
    return parser.parse_args()


def run(chosen):
    if chosen.command == "decode":
        return decode.decode(chosen.file, chosen.keys)
    if chosen.command == "greet":
        return greet.greet(chosen.interface, chosen.network_key_file, chosen.role,
                           SUITE_SETS[chosen.suites], chosen.to, chosen.rounds, chosen.seconds,
                           chosen.keys_out)
    return vectors.check(chosen.folder) if chosen.check else vectors.write(chosen.folder)


def main():
    try:
        return 0 if run(arguments()) else 1
    except (OSError, Unreadable) as trouble:
        print(f"meshp: {trouble}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
