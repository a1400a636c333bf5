"""The life of the service as an operator sees it: start, status, reload, hang, crash, stop."""
import json

import pytest
from mesh import TREE, wait_for


def test_three_started_machines_are_neighbours_and_ping(rack):
    machines = rack.up("alice", "bob", "carol")
    for machine in machines:
        machine.start()
    for one in machines:
        for other in machines:
            if one is not other:
                one.until_known(other)
                one.ping(other)


def test_status_shows_address_and_neighbours(pair):
    alice, bob = pair
    line = f"{alice.address}, 1 link, 1 neighbour, 2 nodes"
    wait_for(lambda: alice.show()["StatusText"] == line, "address, link, neighbour and nodes")
    assert f'Status: "{line}"' in alice.status()


def test_the_daemon_runs_without_rights(pair):
    alice, bob = pair
    process = alice.show()["MainPID"]
    facts = alice.run("cat", f"/proc/{process}/status").stdout.splitlines()
    facts = dict(line.split(":\t", 1) for line in facts if ":\t" in line)
    user = alice.run("id", "-u", "meshpd").stdout.strip()
    assert set(facts["Uid"].split()) == {user} and user != "0"
    for kind in ("CapPrm", "CapEff", "CapInh", "CapAmb", "CapBnd"):
        assert int(facts[kind], 16) == 0
    assert facts["NoNewPrivs"] == "1" and facts["Seccomp"] == "2"
    calls = (TREE / "tests/host/calls").read_text()
    assert int(alice.run("python3", "-", process, input=calls).stdout.split()[-1]) <= 40


def test_a_busy_link_gets_its_own_socket_within_the_sandbox(pair):
    alice, bob = pair
    bob.configure("[Firewall]\nInbound=allow\n")  # else echo is limited
    bob.systemctl("reload", "meshpd")

    def way():
        return alice.meshctl("links")["links"][0]["way"]
    alice.ping(bob)
    for _ in range(20):
        alice.run("ping", "-q", "-f", "-l", "64", "-c", "2000", "-s", "1000", bob.address)
        if way() == "xdp":
            break
    assert way() == "xdp"
    alice.ping(bob)


def test_a_second_start_changes_nothing(pair):
    alice, bob = pair
    before = alice.show()["MainPID"]
    alice.systemctl("start", "meshpd")
    assert alice.show()["MainPID"] == before


def test_a_second_daemon_by_hand_is_refused_and_harms_nobody(pair):
    alice, bob = pair
    second = alice.run("meshpd", check=False)
    assert second.returncode == 1 and "in use by another meshpd" in second.stderr
    alice.ping(bob)


def test_stop_leaves_the_addresses_and_one_route(pair):
    alice, bob = pair
    address = alice.address
    alice.systemctl("stop", "meshpd")
    assert alice.show()["Result"] == "success"
    assert alice.address == address
    alice.ping(address)
    alice.ping("beef::")
    assert alice.run("ip", "link", "show", "tun0", check=False).returncode != 0
    assert [line.split()[:2] for line in alice.ip("-6 route show table all").splitlines()
            if "beef::/16" in line] == [["unreachable", "beef::/16"]]
    assert "No route to host" in alice.ping(bob, check=False).stderr


def test_a_stopped_daemon_stays_stopped_when_it_is_asked(pair):
    alice, bob = pair
    alice.systemctl("stop", "meshpd")
    assert alice.run("meshctl", "status", check=False).returncode == 3
    assert alice.show()["ActiveState"] == "inactive"
    assert alice.show("meshpd.socket")["ActiveState"] == "inactive"


def test_a_restart_brings_the_mesh_back(pair):
    alice, bob = pair
    alice.systemctl("restart", "meshpd")
    wait_for(lambda: bob.reaches(alice), "bob reaches alice again")


def test_a_hanging_daemon_is_replaced_and_who_asks_meanwhile_gets_an_answer(pair):
    alice, bob = pair
    alice.run("kill", "-STOP", alice.show()["MainPID"])
    answer = alice.run("meshctl", "--json", "status")
    assert json.loads(answer.stdout)["address"] == alice.address
    assert alice.show()["NRestarts"] == "1" and "Watchdog timeout" in alice.run(
        "journalctl", "-u", "meshpd").stdout
    wait_for(lambda: bob.reaches(alice), "bob reaches alice again")


def test_a_crashed_daemon_is_replaced(pair):
    alice, bob = pair
    alice.run("kill", "-SEGV", alice.show()["MainPID"])
    wait_for(lambda: alice.show()["NRestarts"] == "1" and alice.answers(), "another daemon")
    wait_for(lambda: bob.reaches(alice), "bob reaches alice again")


def test_a_daemon_that_crashes_often_begins_anew(machine):
    machine.start()
    anew = []
    while not anew:
        assert int(machine.show()["NRestarts"]) < 5
        machine.systemctl("kill", "--signal=SEGV", "meshpd")
        wait_for(lambda: machine.answers(), "another daemon")
        anew = [entry for entry in machine.journal() if "begins anew" in entry["MESSAGE"]]
    assert anew[0]["PRIORITY"] == "4" and anew[0]["MESSAGE_ID"]
    assert "failed too often" in anew[0]["MESSAGE"]


def test_reload_takes_up_new_links(machine):
    machine.configure("[Link]\nMatch=none*\n")
    machine.start()
    process = machine.show()["MainPID"]
    assert machine.meshctl("status")["links"] == []
    machine.configure("[Link]\nMatch=eth*\n")
    machine.systemctl("reload", "meshpd")
    wait_for(lambda: machine.meshctl("status")["links"], "eth0 is a link")
    assert machine.show()["MainPID"] == process


def test_reload_of_a_faulty_configuration_fails_and_the_daemon_goes_on(machine):
    machine.start()
    machine.configure("[Mesh]\nZone=many\n")
    assert machine.systemctl("reload", "meshpd", check=False).returncode != 0
    wait_for(lambda: "/etc/meshpd/meshpd.conf:2: " in machine.status(), "the line is named")
    assert machine.answers()


def varlink(machine, method):
    """Speaks to the socket as any Varlink client does, and returns the reply."""
    client = ("import socket, sys\n"
              "s = socket.socket(socket.AF_UNIX)\n"
              "s.connect('/run/meshpd/io.meshpd')\n"
              f"s.send(b'{{\"method\": \"{method}\"}}\\0')\n"
              "reply = b''\n"
              "while not reply.endswith(b'\\0'): reply += s.recv(65536)\n"
              "print(reply[:-1].decode())\n")
    return json.loads(machine.run("python3", "-c", client).stdout)["parameters"]


def test_the_socket_unit_serves_varlink_to_its_group(machine):
    machine.start()
    assert machine.run("stat", "-c", "%U:%G %a", "/run/meshpd/io.meshpd").stdout.strip() \
        == "root:meshpd 660"
    assert "io.meshpd" in varlink(machine, "org.varlink.service.GetInfo")["interfaces"]
    assert varlink(machine, "io.meshpd.Status")["address"] == machine.address
    member = ["setpriv", "--reuid", "nobody", "--clear-groups", "--regid"]
    assert machine.run(*member, "meshpd", "meshctl", "status").stdout
    assert machine.run(*member, "nogroup", "meshctl", "status", check=False).returncode == 4


@pytest.mark.parametrize("unit, most", [
    ("meshpd.service", 0.5), ("meshpd-lo2.service", 2.2), ("meshpd-warden.service", 2.2)])
def test_the_sandbox_is_tight(machine, unit, most):
    said = machine.run("systemd-analyze", "security", "--no-pager", unit).stdout
    exposure = float(said.split("Overall exposure level for")[1].split(":")[1].split()[0])
    assert exposure <= most


def bypass(machine):
    """Where frames of others are relayed in the kernel on its one link."""
    return machine.meshctl("links")["links"][0]["bypass"]["mode"]


def test_the_relay_in_the_kernel_needs_no_right_of_the_daemon(machine):
    machine.configure("[Link]\nMatch=eth*\nBypass=yes\n")
    machine.start()
    assert bypass(machine) != "off", machine.status()
    machine.run("kill", "-KILL", machine.show()["MainPID"])
    wait_for(lambda: machine.show()["NRestarts"] == "1" and machine.answers(), "another daemon")
    assert bypass(machine) != "off", machine.status()


def test_the_firewall_stays_over_a_restart_and_goes_with_a_stop(machine):
    def table():
        return "meshpd" in machine.run("nft", "list", "tables").stdout
    machine.start()
    assert machine.meshctl("status")["firewall"] == "deny"
    machine.run("meshctl", "expose", "tcp/80")
    machine.run("nft", "flush", "ruleset")
    wait_for(table, "the table is made again", 5)
    machine.systemctl("restart", "meshpd")
    assert table()
    assert [e["what"] for e in machine.meshctl("exposed")["exposed"]] == ["tcp/80"]
    machine.systemctl("stop", "meshpd")
    assert not table()
