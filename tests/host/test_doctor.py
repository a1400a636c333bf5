"""meshctl doctor on hosts that are really broken: what is wrong is found by name, and the line it
prints, given to a shell, mends it."""
import json
import os
import pathlib
import re
import signal

import pytest
from mesh import BUILD, MESHCTL, SANITIZED, process_of, wait_for
from schemas import SCHEMAS, complaints

USER = 1000
PATH = f"{BUILD / 'daemon'}:{BUILD / 'tools'}:/usr/sbin:/usr/bin:/sbin:/bin"


def examined(host, *before):
    """What doctor finds: its exit status, and what is not ok as name → findings."""
    done = host.run(*before, MESHCTL, "--json", "doctor", check=False)
    answer = json.loads(done.stdout)
    assert complaints("doctor", answer) == [] and done.stderr == ""
    found = {}
    for check in answer["checks"]:
        assert check["detail"]
        found.setdefault(check["name"], []).append(check)
    failed = any(c["result"] == "failed" for c in answer["checks"])
    assert done.returncode == (1 if failed else 0)
    return found


def wrong(host):
    """The names of what has failed."""
    return {name for name, findings in examined(host).items()
            if any(f["result"] == "failed" for f in findings)}


def only(host, name):
    """The one finding of a check."""
    finding, = examined(host)[name]
    return finding


def mend(host, finding):
    assert finding["fix"] and not finding["fix"].startswith("#"), finding
    host.run("env", f"PATH={PATH}", "sh", "-ec", finding["fix"])


def broken(host, name, *words, result="failed"):
    """The finding of what was just broken; it must name it."""
    finding = next(f for f in examined(host)[name] if f["result"] == result)
    for word in words:
        assert word in finding["detail"], finding
    return finding


@pytest.fixture
def alice(pair):
    return pair[0]


def warden_ended(host):
    """Takes the daemon the one that mends, so that what is broken stays so."""
    daemon = process_of(host.running["meshpd"])
    children = pathlib.Path(f"/proc/{daemon}/task/{daemon}/children")
    os.kill(int(children.read_text().split()[0]), signal.SIGKILL)
    wait_for(lambda: not children.read_text().split() or
             "Z" in pathlib.Path(f"/proc/{children.read_text().split()[0]}/stat").read_text(),
             "the warden ends")


def test_a_healthy_host_is_well_and_each_barrier_is_found(pair):
    alice, bob = pair
    healthy = examined(alice)
    items = SCHEMAS["doctor"]["properties"]["checks"]["items"]
    assert list(healthy) == items["properties"]["name"]["enum"], "each check says something"
    assert wrong(alice) == set()
    assert only(alice, "source")["result"] == only(alice, "routes")["result"] == "ok"
    assert only(alice, "rights")["result"] == ("warning" if SANITIZED else "ok"), healthy["rights"]
    assert only(alice, "identity")["result"] == only(alice, "ruleset")["result"] == "ok"

    alice.run("nft", "table inet mine { chain in { type filter hook input priority 0; "
              "iifname tun0 counter drop; }; }")
    finding = broken(alice, "ruleset", "table inet mine", "chain in", "replies")
    assert not bob.reaches(alice)
    mend(alice, finding)
    assert wrong(alice) == set() and bob.reaches(alice)

    alice.run("nft", "table netdev wire { chain arrives { type filter hook ingress device eth0 "
              "priority 0; ether type 0x88b5 drop; }; }")
    finding = broken(alice, "ruleset", "table netdev wire", "chain arrives", "come in")
    wait_for(lambda: not bob.reaches(alice), "no frame comes in")
    mend(alice, finding)
    assert wrong(alice) == set()
    wait_for(lambda: bob.reaches(alice), "the neighbours are back", seconds=20)


def test_what_is_taken_from_a_host_that_cannot_mend_itself(pair):
    alice, bob = pair
    warden_ended(alice)
    alice.ip("-6 route del beef::/16 dev tun0")
    finding = broken(alice, "routes", "no route beef::/16")
    assert only(alice, "source")["result"] == "failed" and not alice.reaches(bob)
    mend(alice, finding)
    assert wrong(alice) == set()
    assert alice.reaches(bob)

    alice.ip("link set tun0 mtu 1300")
    mend(alice, broken(alice, "tun", "MTU 1300", "1500"))
    alice.ip(f"-6 address del {alice.address}/128 dev tun0")
    mend(alice, broken(alice, "tun", "address"))
    assert wrong(alice) == set() and alice.reaches(bob)

    alice.sysctl("net.ipv6.conf.lo2.disable_ipv6", 1)
    finding = broken(alice, "ipv6", "disabled on lo2")
    assert only(alice, "loopback")["result"] == "failed"
    mend(alice, finding)
    assert wrong(alice) == set() and bob.reaches(alice)

    alice.ip("link set eth0 mtu 1400")
    finding = wait_for(lambda: next((f for f in examined(alice)["mtu"]
                                     if f["result"] == "warning"), None), "the MTU is seen")
    assert "eth0" in finding["detail"] and "1400" in finding["detail"]
    mend(alice, finding)
    wait_for(lambda: only(alice, "mtu")["result"] == "ok", "the MTU is mended")


def test_a_host_without_a_running_daemon(mesh):
    alice = mesh.host("alice")
    identity = "/var/lib/meshpd/identity"
    alice.run("chmod", "644", identity)
    mend(alice, broken(alice, "identity", identity, "644"))
    alice.run("chown", "root", identity)
    mend(alice, broken(alice, "identity", "belongs to user 0", "meshpd"))
    assert only(alice, "identity")["result"] == "ok"
    assert only(alice, "neighbours")["result"] == "skipped", "it has not run for long"

    alice.stop("meshpd")
    assert wrong(alice) == {"service"}
    assert all(f["result"] == "skipped" for f in examined(alice)["tun"])
    alice.ip("-6 route del unreachable beef::/16")
    mend(alice, broken(alice, "routes", "unreachable"))
    alice.ip("link set lo2 down")
    mend(alice, broken(alice, "loopback", "lo2 is down"))
    assert wrong(alice) == {"service"}
    alice.ip("link del lo2")
    mend(alice, broken(alice, "loopback", "no lo2"))
    assert wrong(alice) == {"service"}


def test_an_ordinary_user_is_told_what_it_may_not_see(mesh):
    alice = mesh.host("alice")
    alice.run("nft", "table inet mine { chain in { type filter hook input priority 0; "
              "policy drop; }; }")
    found = examined(alice, "setpriv", "--reuid", USER, "--regid", USER, "--clear-groups")
    results = {name: {f["result"] for f in findings} for name, findings in found.items()}
    assert results["service"] == results["ruleset"] == results["identity"] == {"skipped"}
    assert results["loopback"] == {"ok"} and "failed" not in set().union(*results.values()), found
    table = alice.run(MESHCTL, "doctor", check=False)
    assert table.returncode == 1 and "\033" not in table.stdout
    assert re.search(r"^failed   ruleset +table inet mine", table.stdout, re.MULTILINE)
    assert re.search(r"^ +fix: nft 'insert rule inet mine in ", table.stdout, re.MULTILINE)


def test_a_bug_report_tells_nobody_who_is_who(pair):
    alice, bob = pair
    hosts = [alice.meshctl("status"), bob.meshctl("status")]
    secret = alice.run("cat", "/var/lib/meshpd/identity").stdout.split()[1]
    names = [status[name] for status in hosts for name in ("address", "id", "public_key")] + \
        [alice.lladdr, bob.lladdr]
    hostnames = ["tellme", "example.org"]

    def report(*options):
        return alice.run("unshare", "--uts", "sh", "-c", "hostname tellme.example.org && \"$@\"",
                         "sh", MESHCTL, "bugreport", *options).stdout
    text, full = report(), report("--full")
    assert [name for name in names + hostnames if name.lower() in text.lower()] == []
    assert {name for name in names if name not in full} <= {hosts[1]["public_key"]}
    assert secret not in text and secret not in full
    for title in ("versions", "doctor", "configuration", "io.meshpd.Routes", "host", "journal"):
        assert f"\n== {title}\n" in text
    neighbour = re.search(r'^ +\{"address":"(node-\d)","id":"(node-\d)","link":"eth0",'
                          r'"lladdr":"(mac-\d)"', text, re.MULTILINE)
    assert neighbour[1] == neighbour[2] and f"{neighbour[1]}/128 dev tun0" not in text
    assert re.search(rf'"address":"{neighbour[1]}".*"state":"ESTABLISHED"', text)
    assert "beef::/16 dev tun0" in text and "inet6 beef::/128" in text
