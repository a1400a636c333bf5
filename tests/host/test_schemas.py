"""Every JSON output of meshctl and meshtraceroute is as its schema in docs/schema says, and holds
nothing that is not described there."""
import json

import pytest
import wires
from mesh import BUILD, MESHCTL
from schemas import SCHEMAS, complaints, parts
from test_verbs import standing

LISTS = ["status", "neighbours", "sessions", "routes", "links", "topology", "exposed", "reload"]
SETTINGS = "[Mesh]\nZone=0\n[Firewall]\nExpose=tcp/80\nExpose=udp/8000-8010\n"


@pytest.fixture(scope="module")
def line():
    """a - b - c; a has something to tell in each list."""
    yield from standing(begin)


def begin(mesh):
    hosts = wires.wired(mesh, "abc", "ab bc", up=False)
    (mesh.folder / "a.conf").write_text(SETTINGS)
    hosts[0].settings = ["-c", mesh.folder / "a.conf"]
    wires.start(*hosts)
    hosts[0].ping(hosts[2])
    hosts[0].serve(mesh.folder)
    return hosts


def printed(host, *command, status=0):
    done = host.run(*command, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return [json.loads(text) for text in done.stdout.splitlines()]


@pytest.mark.parametrize("verb", LISTS)
def test_a_reading_is_as_its_schema_says(line, verb):
    for host in line:
        answer, = printed(host, MESHCTL, "--json", verb)
        assert answer["schema"] == 1
        assert complaints(verb, answer) == []


def test_explain_and_trace_are_as_their_schemas_say(line):
    a, _, c = line
    for verb in ("explain", "trace"):
        for to in (c.address, a.address):
            for answer in printed(a, MESHCTL, "--json", verb, to):
                assert complaints(verb, answer) == []
    answer, = printed(a, MESHCTL, "--json", "explain", "beef:1:2:3:4:5:6:7", status=1)
    assert complaints("explain", answer) == []


@pytest.mark.parametrize("options, rounds", [([], 1), (["--all-lanes"], 1), (["-c", "2"], 2)])
def test_a_traceroute_is_as_its_schema_says(line, options, rounds):
    answers = printed(line[0], BUILD / "tools/meshtraceroute", "--json", *options, line[2].address)
    assert len(answers) == rounds
    assert [complaint for answer in answers for complaint in complaints("meshtraceroute", answer)] \
        == []


def test_a_key_and_a_change_are_as_their_schemas_say(line):
    a = line[0]
    answer, = printed(a, MESHCTL, "--json", "key", "pub")
    assert complaints("key", answer) == [] and answer["address"] == a.address
    (a.folder / "a.conf").write_text(SETTINGS.replace("Zone=0", "Zone=1") + "[Link]\nMatch=eth9\n")
    answer, = printed(a, MESHCTL, "--json", "reload")
    (a.folder / "a.conf").write_text(SETTINGS)
    assert complaints("reload", answer) == [] and len(answer["changes"]) > 1
    printed(a, MESHCTL, "--json", "reload")


def test_watching_prints_an_object_a_line(line):
    done = line[0].run("timeout", "-s", "INT", "1", MESHCTL, "--json", "--watch=0.1", "routes",
                       check=False)
    answers = [json.loads(text) for text in done.stdout.splitlines()]
    assert len(answers) > 2 and not any(complaints("routes", answer) for answer in answers)


def test_nothing_is_left_undescribed():
    """A schema that lets everything pass would show nothing."""
    for name, schema in SCHEMAS.items():
        for part in parts(schema):
            assert part.get("type") != "object" or "additionalProperties" in part, name


def test_an_answer_that_is_otherwise_is_noticed():
    assert complaints("key", {"schema": 1}) != []
    assert complaints("routes", {"schema": 2, "routes": []}) != []
    assert complaints("routes", {"schema": 1, "routes": [], "more": 1}) != []
    assert complaints("routes", {"schema": 1, "routes": [{}]}) != []
