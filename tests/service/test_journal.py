"""Journal entries carry fields for programs, and the catalog explains them to people."""
import json
import re
import subprocess

import keys as known
from machines import Switch
from mesh import TREE, wait_for

IDS = dict(re.findall(r'\[MESSAGE_(\w+)\] =\s*\{"\w+",\s*\w+,\s*"([0-9a-f]{32})"',
                      (TREE / "daemon/message.c").read_text()))
CATALOG = (TREE / "systemd/meshpd.catalog").read_text()


def of_kind(machine, name):
    return [entry for entry in machine.journal() if entry.get("MESSAGE_ID") == IDS[name]]


def test_the_catalog_explains_each_kind_of_message_and_no_other():
    explained = re.findall(r"^-- ([0-9a-f]{32})$", CATALOG, re.MULTILINE)
    assert sorted(explained) == sorted(IDS.values())
    table = (TREE / "daemon/message.c").read_text()
    assert len(re.findall(r'"[0-9a-f]{32}"', table)) == len(IDS) > 20


def test_the_catalog_speaks_of_fields_the_messages_have():
    """And each entry says what happened, what it means, where more is."""
    table = (TREE / "daemon/message.c").read_text()
    fields = {name.upper() for name in re.findall(r'\{(\w+)\}', table)} | \
        {name.upper() for name in re.findall(r'"(\w+)"[,}]', table)}
    for entry in CATALOG.split("\n-- ")[1:]:
        heads, _, text = entry.partition("\n\n")
        assert [line.split(":")[0] for line in heads.splitlines()[1:]] == \
            ["Subject", "Defined-By", "Documentation"]
        assert len(text) > 80 and set(re.findall(r"@MESHPD_(\w+)@", text)) <= fields, heads


def test_a_neighbour_comes_and_goes_with_fields(pair):
    alice, bob = pair
    lladdr = bob.lladdr
    bob.systemctl("stop", "meshpd")
    up = wait_for(lambda: of_kind(alice, "NEIGHBOUR_UP"), "an entry: bob came")[0]
    down = wait_for(lambda: of_kind(alice, "NEIGHBOUR_DOWN"), "an entry: bob went", 30)[0]
    for entry in (up, down):
        assert entry["MESHPD_ADDRESS"] == bob.address
        assert entry["MESHPD_LINK"] == "eth0" and entry["MESHPD_LLADDR"] == lladdr
        assert entry["PRIORITY"] == "6" and entry["SYSLOG_IDENTIFIER"] == "meshpd"
    assert up["MESHPD_STATE"] == "FULL" != down["MESHPD_STATE"]
    explained = alice.run("journalctl", "-x", f"MESSAGE_ID={IDS['NEIGHBOUR_UP']}").stdout
    assert f"{bob.address} is on the wire of eth0" in explained


def test_links_and_firewall_are_told_with_fields(pair):
    alice, _ = pair
    alice.run("nft", "delete", "table", "inet", "meshpd")
    alice.run("meshctl", "expose", "tcp/80")
    alice.ip("link set eth0 down")
    restored, = wait_for(lambda: of_kind(alice, "FIREWALL_RESTORED"), "an entry: nft was here")
    exposed, = wait_for(lambda: of_kind(alice, "EXPOSED"), "an entry: exposed")
    down, = wait_for(lambda: of_kind(alice, "LINK_DOWN"), "an entry: eth0 is down")
    assert restored["MESHPD_PROGRAM"] == "nft" and exposed["MESHPD_WHAT"] == "tcp/80"
    assert (down["MESHPD_LINK"], down["MESHPD_MTU"]) == ("eth0", "1500")
    explained = alice.run("journalctl", "-x", f"MESSAGE_ID={IDS['FIREWALL_RESTORED']}").stdout
    assert "'nft' changed or deleted the table" in explained
    assert of_kind(alice, "LINK_UP")[0]["MESHPD_LINK"] == "eth0"


def test_a_bad_identity_is_refused_and_explained(machine):
    machine.write("/var/lib/meshpd/identity", "nonsense\n")
    machine.shell("chown meshpd: /var/lib/meshpd/identity; chmod 600 /var/lib/meshpd/identity")
    machine.systemctl("start", "meshpd", check=False)
    entry = wait_for(lambda: of_kind(machine, "IDENTITY_REFUSED"), "an entry: refused")[0]
    assert entry["PRIORITY"] == "3" and "is not an identity" in entry["MESSAGE"]
    assert entry["MESHPD_REASON"] == entry["MESSAGE"]


def test_a_failed_start_is_an_explained_error(machine):
    machine.shell("rm /dev/net/tun")
    machine.systemctl("start", "meshpd", check=False)
    entry = wait_for(lambda: of_kind(machine, "FAILED"), "an entry: it failed")[0]
    assert entry["PRIORITY"] == "3" and "/dev/net/tun" in entry["MESSAGE"]
    assert "reset-failed" in machine.run("journalctl", "-x", "-u", "meshpd").stdout


def test_a_faulty_configuration_is_refused_and_explained(machine):
    machine.configure("[Mesh]\nZone=many\n")
    machine.systemctl("start", "meshpd", check=False)
    line, verdict = wait_for(machine.journal, "what it said")
    assert line["PRIORITY"] == "4"
    assert line["MESHPD_REASON"].startswith("/etc/meshpd/meshpd.conf:2: ")
    assert verdict["MESSAGE_ID"] == IDS["CONFIGURATION_REFUSED"] and verdict["PRIORITY"] == "3"
    assert verdict["MESHPD_REASON"] == line["MESHPD_REASON"]
    assert "meshpd --check" in machine.run("journalctl", "-x", "-u", "meshpd").stdout


def test_no_key_is_in_the_journal(rack):
    """Whatever happens: a session, a restart, a death by force, a refused configuration, a stop."""
    alice, = rack.up("alice")
    alice.start()
    switch = Switch(rack.folder)
    wire = switch.wire("br0")
    told = switch.run("sh", "-c", f"{' '.join(known.READER)} greet br0 --keys-out /run/keys >&2; "
                      "cat /run/keys").stdout
    keys = [*known.identity(alice), *known.session(json.loads(told), [f[14:] for f in wire.ours()])]
    assert len(keys) == 4
    alice.restart()
    alice.kill()
    alice.configure("[Mesh]\nZone=many\n")
    alice.systemctl("reload", "meshpd", check=False)
    alice.systemctl("stop", "meshpd")
    written = subprocess.run(
        alice.inside("sh", "-c", "journalctl --sync; journalctl -o export --all; "
                     "cat /run/log/journal/*/* /var/log/journal/*/*"), capture_output=True).stdout
    begins = "LPKSHHRH"  # each of journald's files
    for said in ("session with beef:", "is faulty", begins):
        assert said.encode() in written, said
    assert known.shown(keys, written) == []
