"""meshctl and meshtraceroute against a socket at which nobody listens, one that never answers, and
one that lies: whatever comes, they end with the right status, in time, and without a crash (in the
build with sanitizers, without what these notice)."""
import itertools
import json
import os
import re
import socket
import subprocess
import threading
import time

import pytest
from mesh import BUILD, MESHCTL
from schemas import SCHEMAS, sample

TRACEROUTE = BUILD / "tools/meshtraceroute"
PATIENCE = 7  # seconds, of the client
EXIT = {"ASAN_OPTIONS": "exitcode=99", "UBSAN_OPTIONS": "exitcode=99"}
WRONG = [None, True, -1, 2**63 - 1, -2**63, 1e308, "", "\x1b[2J\u0000%s%n", "x" * 5000, [], {},
         [[[]]], [None, 1, "x", {}], {"state": 7, "links": [7], "address": []}]
VERBS = {"status": [], "neighbours": [], "sessions": [], "routes": [], "links": [],
         "topology": [], "exposed": [], "reload": [], "explain": ["ab"], "trace": ["ab"]}
COMMANDS = {verb: [MESHCTL, verb, *words] for verb, words in VERBS.items()}
COMMANDS |= {"netjson": [MESHCTL, "topology", "--format", "netjson"],
             "dot": [MESHCTL, "topology", "--format", "dot"],
             "traceroute": [TRACEROUTE, "ab"], "all": [TRACEROUTE, "--all-lanes", "ab"]}
SCHEMA_OF = {"netjson": "topology", "dot": "topology", "traceroute": "trace", "all": "trace"}


class Liar:
    """Says the same to whoever comes: bytes, each of a list of them, or what a function sends."""

    def __init__(self, folder, answer):
        self.path = folder / "io.meshpd"
        self.path.unlink(missing_ok=True)
        self.answer = answer
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen(64)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                client = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.lie, args=(client,), daemon=True).start()

    def lie(self, client):
        with client:
            try:
                client.recv(65536)
                if callable(self.answer):
                    self.answer(client)
                else:
                    client.sendall(self.answer)
            except OSError:
                pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def begin(command, path, *options):
    return subprocess.Popen([command[0], "-S", path, *options, *command[1:]],
                            env=os.environ | EXIT, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


def ended(popen, seconds=30):
    """Its exit status; what it said must be no sanitizer's."""
    out, err = popen.communicate(timeout=seconds)
    assert not re.search("Sanitizer|runtime error", err), err
    assert "\x1b" not in out
    return popen.returncode


def statuses(path, *options):
    running = {name: begin(command, path, *options) for name, command in COMMANDS.items()}
    return {name: ended(popen) for name, popen in running.items()}


def test_nobody_listens(folder):
    dead = folder / "stale"
    socket.socket(socket.AF_UNIX).bind(str(dead))
    for path in (dead, folder / "absent", folder, folder / ("x" * 200)):
        assert set(statuses(path).values()) == {3}, path


def drip(client):
    """A message that goes on as long as anybody listens, slowly."""
    while True:
        client.sendall(b" ")
        time.sleep(0.2)


def liar_of(folder, answer):
    """Another liar beside one that is there."""
    other = folder / "other"
    other.mkdir(exist_ok=True)
    return Liar(other, answer)


def test_who_never_answers_is_given_some_seconds(folder):
    """All verbs at once, so that it takes these seconds once."""
    begun = time.monotonic()
    with Liar(folder, lambda client: client.recv(1)) as liar, liar_of(folder, drip) as other:
        slow = begin(COMMANDS["status"], other.path)
        assert set(statuses(liar.path).values()) == {5}
        assert ended(slow) == 5
    assert PATIENCE <= time.monotonic() - begun < 3 * PATIENCE


def flood(client):
    while True:
        client.sendall(b"[" * 65536)


@pytest.mark.parametrize("name", ["links", "traceroute"])
def test_who_never_ends_is_cut_off(folder, name):
    with Liar(folder, flood) as liar:
        assert ended(begin(COMMANDS[name], liar.path)) in (3, 5)


def deep(size):
    return b'{"parameters":' * size + b"{}" + b"}" * size + b"\0"


@pytest.mark.parametrize("answer", [
    b"", b"\0", b"\0\0\0", b"hello", b"hello\0", b"{}\0", b"[]\0", b"7\0", b'""\0', b"null\0",
    b'{"parameters":', b'{"parameters":{"schema":1}', b'{"parameters":[]}\0',
    b'{"parameters":{"a":"\xff\xfe"}}\0', b'{"parameters":{"a":1,"a":2}\0', b'{"error":7}\0',
    b"\xff" * 100000 + b"\0", b"[" * 100000 + b"\0", bytes(range(1, 256)) * 16, deep(3000)],
    ids=range(20))
def test_what_is_no_answer_is_no_daemon(folder, answer):
    with Liar(folder, answer) as liar:
        for name in ("status", "explain", "all"):
            assert ended(begin(COMMANDS[name], liar.path)) == 3


def test_an_unknown_error_is_a_no(folder):
    for error in ("io.meshpd.NoSuch", "x" * 60000, "%s%n", ""):
        with Liar(folder, json.dumps({"error": error}).encode() + b"\0") as liar:
            assert ended(begin(COMMANDS["status"], liar.path)) == 1


def places(value, way=()):
    """The ways to every part of an answer."""
    yield way
    entries = value.items() if isinstance(value, dict) else \
        enumerate(value) if isinstance(value, list) else ()
    for key, part in entries:
        yield from places(part, (*way, key))


def planted(value, way, wrong):
    """The answer with something wrong in one place."""
    if way == ():
        return wrong
    copy = value.copy()
    copy[way[0]] = planted(value[way[0]], way[1:], wrong)
    return copy


def everywhere(value, wrong):
    if isinstance(value, dict):
        return {name: everywhere(part, wrong) for name, part in value.items()}
    if isinstance(value, list):
        return [everywhere(part, wrong) for part in value] * 3
    return wrong


def lies(answer):
    """Each wrong thing everywhere, and in each place one of them, another in each."""
    wrong = itertools.cycle(WRONG)
    for one in WRONG:
        yield everywhere(answer, one)
    for way in places(answer):
        yield planted(answer, way, next(wrong))


@pytest.mark.parametrize("name", COMMANDS)
def test_wrong_types_do_no_harm(folder, name):
    answer = sample(SCHEMAS[SCHEMA_OF.get(name, name)])
    told = []
    with Liar(folder, lambda client: client.sendall(
            json.dumps({"parameters": told[-1]}).encode() + b"\0")) as liar:
        every = 4 if name == "exposed" else 1  # which asks the kernel each time
        for lie in [answer, {}, *itertools.islice(lies(answer), None, None, every)]:
            told.append(lie)
            status = ended(begin(COMMANDS[name], liar.path))
            assert status in (0, 1, 3, 5), lie
    assert len(told) > 10


def test_a_watch_ends_with_the_daemon(folder):
    answers = iter([b'{"parameters":{"routes":[]}}\0'] * 3)
    with Liar(folder, lambda client: client.sendall(next(answers, b""))) as liar:
        watch = begin([MESHCTL, "routes", "--json"], liar.path, "--watch=0.1")
        out, _ = watch.communicate(timeout=20)
    assert (out, watch.returncode) == ('{"routes":[]}\n' * 3, 3)


def test_a_watch_goes_on_after_a_no(folder):
    answers = iter([b'{"error":"io.meshpd.NoSuchNode"}\0', b'{"parameters":{"reached":true}}\0'])
    with Liar(folder, lambda client: client.sendall(next(answers, b""))) as liar:
        watch = begin([MESHCTL, "explain", "ab", "--json"], liar.path, "--watch=0.1")
        out, _ = watch.communicate(timeout=20)
    assert (out, watch.returncode) == ('{"reached":true}\n', 3)


@pytest.mark.parametrize("error, status", [
    ("io.meshpd.NoSuchNode", 1), ("io.meshpd.Ambiguous", 1), ("io.meshpd.Busy", 1),
    ("org.varlink.service.PermissionDenied", 4), ("org.varlink.service.InvalidParameter", 2)])
def test_an_error_is_a_status(folder, error, status):
    with Liar(folder, json.dumps({"error": error}).encode() + b"\0") as liar:
        assert set(statuses(liar.path).values()) == {status}
