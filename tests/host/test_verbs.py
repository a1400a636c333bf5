"""What meshctl tells about paths: three hosts in a line, and four in a ring of which one link is
dear."""
import json
import pathlib
import re
import subprocess
import tempfile

import pytest
import wires
from mesh import BUILD, MESHCTL, Mesh, wait_for
from test_control import Client

DEAR = 60000  # µs, more than a busy machine delays probes


def standing(build):
    """A mesh that lives as long as the tests of this file: none of them changes it."""
    with tempfile.TemporaryDirectory(prefix="meshpd-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        mesh = Mesh(folder)
        try:
            yield build(mesh)
        finally:
            mesh.end()


@pytest.fixture(scope="module")
def line():
    yield from standing(lambda mesh: wires.wired(mesh, "abc", "ab bc"))


def dear_ring(mesh):
    """a and c are joined by b and by d; what a sends over b costs more by DEAR."""
    a, b, c, d = hosts = wires.wired(mesh, "abcd", "ab bc cd da", up=False)
    settings = mesh.folder / "dear.conf"
    settings.write_text(f"[Link]\nMatch={wires.port(b)}\nCost={DEAR}\n[Link]\nMatch=eth*\n")
    a.settings = ["-c", settings]
    wires.start(*hosts)
    for host in hosts:
        wait_for(lambda: len(shown(host, "topology")["links"]) == 8, f"{host.name} knows all links")
    return hosts


def said(host, *arguments, status=0):
    """What meshctl prints."""
    done = host.run(MESHCTL, *arguments, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def shown(host, *arguments, status=0):
    """The same as an object."""
    done = host.run(MESHCTL, "--json", *arguments, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    answer = json.loads(done.stdout)
    assert answer["schema"] == 1
    return answer


def id_of(host):
    return host.meshctl("status")["id"]


def test_status_counts_the_nodes(line):
    for host in line:
        status = host.meshctl("status")
        assert (status["nodes"], status["synced"], status["database_full"]) == (3, True, False)
    assert re.search(r"^nodes +3$", said(line[0], "status"), re.MULTILINE)


def test_a_host_alone_says_that_it_is_not_synced(mesh):
    alice = mesh.host("alice")
    status = alice.meshctl("status")
    assert (status["nodes"], status["synced"]) == (1, False)
    assert "not synced" in said(alice, "status")


def test_routes_lead_over_the_one_between(line):
    a, b, c = line
    routes = wires.routes(a)
    assert set(routes) == {b.address, c.address}
    far = routes[c.address]
    assert (far["next_hop"], far["link"], far["hops"], far["mtu"]) == \
        (b.address, wires.port(b), 2, 1500)
    assert far["metric"] > routes[b.address]["metric"] > 0
    assert far["id"] == id_of(c)


def test_topology_is_the_same_for_all(line):
    addresses = set(wires.addresses(line))
    a, b, c = line
    pairs = {(one.address, other.address) for one, other in [(a, b), (b, a), (b, c), (c, b)]}
    for host in line:
        graph = shown(host, "topology")
        assert {node["address"] for node in graph["nodes"]} == addresses
        assert all(node["connected"] and node["reached"] for node in graph["nodes"])
        assert [node["address"] for node in graph["nodes"] if node["own"]] == [host.address]
        assert {(link["from"], link["to"]) for link in graph["links"]} == pairs
        costs = {(link["from"], link["to"]): link["cost"] for link in graph["links"]}
        assert all(costs[to, start] == cost for (start, to), cost in costs.items())
    table = said(a, "topology")
    assert all(table.count(address) >= 3 for address in addresses)


def test_netjson_is_a_map_that_the_simulator_runs(line, folder):
    """The mesh of these hosts, run again in the simulator, has the very same links."""
    a = line[0]
    graph = json.loads(said(a, "topology", "--format", "netjson"))
    assert graph["type"] == "NetworkGraph" and graph["metric"] == "us"
    (folder / "found.json").write_text(json.dumps(graph))
    (folder / "found.sim").write_text("topology netjson found.json\nexpect by 10s full all\n")
    done = subprocess.run([BUILD / "sim/meshsim", "run", "--json", "--netjson",
                           folder / "again.json", folder / "found.sim"], timeout=60,
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    again = json.loads((folder / "again.json").read_text())
    order = [node["id"] for node in graph["nodes"]]
    names = {node["id"]: order[int(node["label"])] for node in again["nodes"]}

    def joined(links, name):
        return {(name(link["source"]), name(link["target"])) for link in links}
    assert joined(again["links"], names.get) == joined(graph["links"], str)


def test_dot_has_each_link_once(line):
    text = said(line[0], "topology", "--format=dot")
    assert text.startswith("graph mesh {") and text.rstrip().endswith("}")
    assert len(re.findall(r'^\t"[^"]+" -- "[^"]+" \[label="\d+ µs"\];$', text, re.MULTILINE)) == 2
    assert len(re.findall(r'^\t"[^"]+";$', text, re.MULTILINE)) == 3


def test_links_say_what_they_carry(line):
    a, b, c = line
    links = {link["name"]: link for link in shown(b, "links")["links"]}
    assert set(links) == {wires.port(a), wires.port(c)}
    for other in (a, c):
        link = links[wires.port(other)]
        assert link["running"] and not link["radio"] and link["mtu"] == 1500
        assert link["rate_bps"] == 10_000_000_000, "what a veth says of itself"
        assert [(n["address"], n["state"]) for n in link["neighbours"]] == [(other.address, "FULL")]
        assert link["carries"] == 1
    assert shown(a, "links")["links"][0]["carries"] == 2
    row = rf"^{wires.port(a)} +running .* 10 Gbit/s .* 1 +1 +off +packet$"
    assert re.search(row, said(b, "links"), re.MULTILINE)


def test_explain_shows_the_path(line):
    a, b, c = line
    why = shown(a, "explain", c.address)
    assert (why["address"], why["reached"], why["hops"], why["mtu"]) == (c.address, True, 2, 1500)
    assert [path["lanes"] for path in why["paths"]] == [list(range(8))]
    hops = [(link["from"], link["to"]) for link in why["paths"][0]["links"]]
    assert hops == [(a.address, b.address), (b.address, c.address)]
    assert sum(link["cost"] for link in why["paths"][0]["links"]) == why["metric"]
    candidate, = why["candidates"]
    assert candidate["address"] == b.address and candidate["reason"] == "least metric"
    assert candidate["cost"] + candidate["beyond"] == candidate["total"] == why["metric"]
    parts = candidate["parts"]
    assert sum(parts.values()) == 2 * parts["total_us"]
    text = said(a, "explain", c.address)
    assert b.address in text and "least metric" in text and "lanes 0 1 2 3 4 5 6 7" in text


def test_explain_takes_the_first_digits_of_an_id(line):
    a, _, c = line
    digits = id_of(c)
    others = [id_of(host) for host in line if host is not c]
    size = next(n for n in range(1, 17) if not any(o.startswith(digits[:n]) for o in others))
    for name in (digits[:size], digits, digits.upper()):
        assert shown(a, "explain", name)["address"] == c.address


def test_what_is_no_node_is_told_from_what_is_no_name(line):
    a, b, _ = line
    nobody = "beef:1:2:3:4:5:6:7"
    why = shown(a, "explain", nobody, status=1)
    assert not why["known"] and not why["reached"] and why["paths"] == why["candidates"] == []
    assert f"{nobody} " in said(a, "explain", nobody, status=1)
    assert "no node of the zone has that address" in said(a, "explain", nobody, status=1)
    free = next(digit for digit in "0123456789abcdef"
                if not any(id_of(host).startswith(digit) for host in line))
    assert "begins so" in said(a, "explain", free, status=1)
    for name in ("", "xyz", "fe80::1", "::", "0123456789abcdef0", "beef:1", "beef", "../x"):
        status = 1 if name == "beef" and not id_of(b).startswith("beef") else 2
        assert said(a, "explain", name, status=status).strip()


def test_explain_says_when_it_is_about_itself(line):
    a = line[0]
    why = shown(a, "explain", a.address)
    assert why["own"] and why["reached"] and (why["hops"], why["metric"]) == (0, 0)
    assert "this node" in said(a, "explain", a.address)


@pytest.mark.parametrize("arguments", [
    ["explain"], ["explain", "a", "b"], ["routes", "x"], ["topology", "x"],
    ["topology", "--format", "xml"], ["topology", "--format"], ["links", "--format", "dot"]])
def test_bad_arguments_are_told(line, arguments):
    assert "usage" in said(line[0], *arguments, status=2) or "requires" in \
        said(line[0], *arguments, status=2)


@pytest.mark.parametrize("parameters, error", [
    ({}, "org.varlink.service.InvalidParameter"),
    ({"address": 7}, "org.varlink.service.InvalidParameter"),
    ({"address": None}, "org.varlink.service.InvalidParameter"),
    ({"address": "x" * 60000}, "org.varlink.service.InvalidParameter"),
    ({"address": "µ"}, "org.varlink.service.InvalidParameter")])
def test_bad_parameters_are_an_error(line, parameters, error):
    client = Client(line[0])
    assert client.call("io.meshpd.Explain", **parameters)["error"] == error
    assert "parameters" in client.call("io.meshpd.Links")


def test_the_description_names_every_method(line):
    client = Client(line[0])
    text = client.call("org.varlink.service.GetInterfaceDescription",
                       interface="io.meshpd")["parameters"]["description"]
    for method in ("Topology", "Links", "Explain"):
        assert f"method {method}(" in text
    for verb in ("topology", "links"):
        for list_name, entries in shown(line[0], verb).items():
            for name in entries[0] if isinstance(entries, list) else [list_name]:
                assert f"{name}: " in text, name


def test_explain_compares_the_ways(mesh):
    a, b, c, d = dear_ring(mesh)
    ways = {way["address"]: way for way in shown(a, "explain", c.address)["candidates"]}
    assert set(ways) == {b.address, d.address}
    cheap, dear = ways[d.address], ways[b.address]
    assert cheap["won"] and cheap["reason"] == "least metric" and not dear["won"]
    assert dear["parts"]["operator_us"] == DEAR
    assert dear["dearer"] == dear["total"] - cheap["total"] > DEAR / 2
    assert dear["reason"] == f"dearer by {dear['dearer']} µs"
    assert dear["loop_free"] and dear["alternate"]
    back = {way["address"]: way for way in shown(d, "explain", a.address)["candidates"]}
    assert back[a.address]["won"] and not back[c.address]["won"]
    # d's way to b: over c, for a would pay the dear link.
    assert [hop["to"] for hop in shown(d, "explain", b.address)["paths"][0]["links"]] == \
        [c.address, b.address]


def test_an_ambiguous_name_asks_for_more_digits(mesh):
    """So many hosts on a switch that two ids begin alike."""
    alice = mesh.host("alice")
    firsts = [id_of(alice)[0]]
    while len(set(firsts)) == len(firsts):
        host = mesh.host(f"host{len(firsts)}")
        firsts.append(id_of(host)[0])
    wait_for(lambda: alice.meshctl("status")["nodes"] == len(firsts), "alice knows all", 10)
    assert "more digits" in said(alice, "explain", firsts[-1], status=1)


def test_who_left_is_explained_as_lost(mesh):
    a, b, c = wires.wired(mesh, "abc", "ab bc")
    wires.cut(b, c)
    wait_for(lambda: c.address not in wires.routes(a), "a notices", 10)
    why = shown(a, "explain", c.address, status=1)
    assert why["known"] and not why["connected"] and not why["reached"]
    assert "no route" in said(a, "explain", c.address, status=1)
    assert [way["reason"] for way in why["candidates"]] == ["has no path there"]
    graph = shown(a, "topology")
    assert {node["address"] for node in graph["nodes"] if not node["connected"]} == {c.address}
    assert c.address not in said(a, "topology", "--format", "netjson")
