"""The stream of what happens: each kind of event by its cause, in the words of the journal, and
readers who are slow, who never read, or who go."""
import json
import re
import subprocess

import schemas
from mesh import MESHCTL, TREE, wait_for
from test_control import Client
from varlink import Interface

INTERFACE = Interface((TREE / "daemon/io.meshpd.varlink").read_text())
LINES = 1000  # of a faulty configuration, an event each
CONTROL_CLIENTS = int(re.search(r"CONTROL_CLIENTS = (\d+)",
                                (TREE / "daemon/control.h").read_text())[1])


class Watch:
    """A client that watches, and what it has read."""

    def __init__(self, host):
        self.client = Client(host)
        self.client.send(b'{"method":"io.meshpd.Monitor","more":true}\0')
        self.events = []
        assert self.next()["event"] == "monitor_began"

    def next(self):
        reply = self.client.reply()
        assert reply["continues"] is True
        self.events.append(reply["parameters"])
        return self.events[-1]

    def turned_out(self, word):
        """True if the daemon hung up, false if an event of that word comes."""
        while (reply := self.client.reply()) is not None:
            if reply["parameters"]["event"] == word:
                return False
        return True

    def until(self, word, **facts):
        """The first event of that word with these facts, among those seen before or from now on."""
        def fits(event):
            return event["event"] == word and facts.items() <= event.items()
        found = next(filter(fits, self.events), None)
        while found is None:
            event = self.next()
            found = event if fits(event) else None
        return found


def complaints(event):
    return schemas.complaints("monitor", event) + \
        INTERFACE.complaints(INTERFACE.methods["Monitor"][1], event, event["event"])


def test_neighbours_sessions_and_routes_come_and_go(mesh):
    alice = mesh.host("alice")
    watch = Watch(alice)
    bob = mesh.host("bob")
    up = watch.until("neighbour_up", address=bob.address, link="eth0", lladdr=bob.lladdr)
    assert up["state"] == "FULL"
    suites = alice.meshctl("status")["crypto"]["suites"]
    assert watch.until("session_up", address=bob.address)["suite"] in suites
    route = watch.until("route_gained", address=bob.address)
    assert (route["next_hop"], route["link"], route["hops"]) == (bob.address, "eth0", 1)
    mesh.switch.ip("link set bob down")
    watch.until("neighbour_down", address=bob.address)
    watch.until("route_lost", address=bob.address)
    alice.ip("link set eth0 down")
    assert watch.until("link_down", link="eth0")["mtu"] == 1500
    alice.ip("link set eth0 up")
    watch.until("link_up", link="eth0")
    assert [line for event in watch.events for line in complaints(event)] == []
    times = [event["time_us"] for event in watch.events]
    assert times == sorted(times)


def test_a_new_way_and_new_keys_are_told(mesh):
    alice = mesh.host("alice", "Session.RekeySec=1", up=False)
    mesh.switch.plug(alice, "eth1", "alice1")
    alice.meshpd()
    bob = mesh.host("bob", "Session.RekeySec=1")
    mesh.joined(alice, bob)
    link = next(r["link"] for r in alice.meshctl("routes")["routes"])
    watch = Watch(alice)
    alice.ping(bob)
    watch.until("session_rekeyed", address=bob.address)
    alice.ip("link set", link, "down")
    other = {"eth0": "eth1", "eth1": "eth0"}[link]
    wait_for(lambda: alice.has_route(bob), "another way")
    changed = watch.until("route_changed", address=bob.address, link=other)
    assert changed["was"] == changed["next_hop"] == bob.address


def test_what_is_done_to_the_host_is_told(mesh, folder):
    config = folder / "meshpd.conf"
    config.write_text("")
    alice = mesh.host("alice", "-c", config)
    watch = Watch(alice)
    alice.run(MESHCTL, "expose", "tcp/80")
    assert watch.until("exposed")["what"] == "tcp/80"
    alice.run(MESHCTL, "unexpose", "tcp/80")
    watch.until("unexposed")
    alice.run("nft", "delete", "table", "inet", "meshpd")
    assert watch.until("firewall_restored")["program"] == "nft"
    config.write_text("[Link]\nMatch=eth* en*\n")
    alice.run(MESHCTL, "reload")
    assert watch.until("setting_changed")["after"] == "eth* en*"
    watch.until("reloaded")
    config.write_text("[Link]\nMath=eth*\n[Mesh]\nZone=x\n")
    alice.run(MESHCTL, "reload", check=False)
    watch.until("reload_refused")
    lines = [event["reason"] for event in watch.events if event["event"] == "configuration_line"]
    assert [line.split(": ")[0] for line in lines] == [f"{config}:2", f"{config}:4"]
    mesh.switch.wire("alice").send(bytes.fromhex(alice.lladdr.replace(":", "")) +
                                   b"\x02\0\0\0\0\x63\x88\xb5" + b"\xff" * 60)
    drop = watch.until("drops_began")["drop"]
    assert alice.drops()[drop] >= 1
    assert [line for event in watch.events for line in complaints(event)] == []


def test_schema_and_interface_have_the_words_and_fields_of_the_table():
    table = (TREE / "daemon/message.c").read_text()
    words = set(re.findall(r'\[MESSAGE_\w+\] =\s*\{"(\w+)"', table)) - {"left_out"}
    fields = {name for names in re.findall(r'\{[\s\\]*("\w+"(?:,[\s\\]*"\w+")*)[\s\\]*\}', table)
              for name in re.findall(r"\w+", names)}
    facts = schemas.SCHEMAS["monitor"]["properties"]
    assert set(facts["event"]["enum"]) == words and len(words) > 40
    assert set(facts) == set(INTERFACE.methods["Monitor"][1][1]) == \
        fields | {"schema", "event", "time_us", "text"}


def test_meshctl_prints_a_line_each(mesh):
    alice = mesh.host("alice")
    people, program = (subprocess.Popen(alice.inside(MESHCTL, *how, "monitor"), text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                       for how in ([], ["--json"]))
    assert "monitor_began" in people.stdout.readline()
    assert json.loads(program.stdout.readline())["event"] == "monitor_began"
    alice.run(MESHCTL, "expose", "tcp/80")
    assert re.fullmatch(r"\d\d:\d\d:\d\d\.\d{3} exposed +exposed: tcp/80\n",
                        people.stdout.readline())
    event = json.loads(program.stdout.readline())
    assert (event["schema"], event["event"], event["what"]) == (1, "exposed", "tcp/80")
    alice.stop("meshpd")
    for process in people, program:
        said = process.communicate(timeout=10)
        assert process.returncode == 3 and "not running" in said[1]


def test_it_is_only_for_who_can_take_more(mesh):
    alice = mesh.host("alice")
    reply = Client(alice).call("io.meshpd.Monitor")
    assert reply == {"error": "org.varlink.service.ExpectedMore", "parameters": {}}


def storm(host, config, times):
    """So many events at once that a faulty configuration has lines, some times over."""
    config.write_text("[Mesh]\n" + "Nonsense=1\n" * LINES + "Zone=x\n")
    for _ in range(times):
        assert host.run(MESHCTL, "reload", check=False).returncode == 1


def test_who_never_reads_disturbs_nobody_and_is_told_what_he_missed(mesh, folder):
    config = folder / "meshpd.conf"
    config.write_text("")
    alice, bob = mesh.host("alice", "-c", config), mesh.host("bob")
    mesh.joined(alice, bob)
    sleeper, reader = Watch(alice), Watch(alice)
    for _ in range(8):
        storm(alice, config, 1)
        alice.ping(bob)
        while reader.next()["event"] != "reload_refused":
            pass
    assert not any(event["event"] == "monitor_missed" for event in reader.events)
    lines = [event["event"] for event in reader.events].count("configuration_line")
    assert lines >= 8 * LINES
    config.write_text("")
    alice.run(MESHCTL, "reload")
    while sleeper.next()["event"] != "reloaded":
        pass
    while reader.next()["event"] != "reloaded":
        pass
    missed = [event["count"] for event in sleeper.events if event["event"] == "monitor_missed"]
    assert missed and sum(missed) > 1000
    heard = [event for event in sleeper.events if event["event"] != "monitor_missed"]
    assert len(heard) + sum(missed) == len(reader.events), "he is told how many"


def exposed_and_not(host):
    """A watcher who came in between, and heard that it was taken back."""
    host.run(MESHCTL, "expose", "tcp/80")
    watch = Watch(host)
    host.run(MESHCTL, "unexpose", "tcp/80")
    watch.until("unexposed")


def test_who_goes_is_forgotten(mesh):
    alice = mesh.host("alice")
    for _ in range(40):
        Watch(alice).client.socket.close()
    assert alice.answers()
    exposed_and_not(alice)


def test_who_was_idle_longest_is_turned_out(mesh):
    alice = mesh.host("alice")
    watches = [Watch(alice) for _ in range(40)]
    assert all(watch.turned_out("unexposed") for watch in watches[:-CONTROL_CLIENTS])
    assert alice.answers()
    exposed_and_not(alice)
    kept = [watch for watch in watches[-CONTROL_CLIENTS:] if not watch.turned_out("unexposed")]
    assert CONTROL_CLIENTS - 4 <= len(kept) < CONTROL_CLIENTS, "a place at most for each call"
