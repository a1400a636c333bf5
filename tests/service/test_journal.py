"""Journal entries carry fields for programs, and the catalog explains them to people."""
import re

from mesh import TREE, wait_for

IDS = dict(re.findall(r"#define MESSAGE_(\w+) \"MESSAGE_ID=([0-9a-f]{32})\"",
                      (TREE / "daemon/log.h").read_text()))
CATALOG = (TREE / "systemd/meshpd.catalog").read_text()


def of_kind(machine, name):
    return [entry for entry in machine.journal() if entry.get("MESSAGE_ID") == IDS[name]]


def test_the_catalog_explains_each_kind_of_message_and_no_other():
    explained = re.findall(r"^-- ([0-9a-f]{32})$", CATALOG, re.MULTILINE)
    assert sorted(explained) == sorted(IDS.values()) and len(IDS) > 0


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


def test_a_failed_start_is_an_explained_error(machine):
    machine.shell("rm /dev/net/tun")
    machine.systemctl("start", "meshpd", check=False)
    entry = wait_for(lambda: of_kind(machine, "FAILED"), "an entry: it failed")[0]
    assert entry["PRIORITY"] == "3" and "/dev/net/tun" in entry["MESSAGE"]
    assert "reset-failed" in machine.run("journalctl", "-x", "-u", "meshpd").stdout


def test_a_faulty_configuration_is_a_warning(machine):
    machine.configure("[Mesh]\nZone=many\n")
    machine.systemctl("start", "meshpd", check=False)
    entry, = wait_for(machine.journal, "what it said")
    assert entry["PRIORITY"] == "4" and "/etc/meshpd/meshpd.conf:2: " in entry["MESSAGE"]
