"""`meshctl metrics` read by Prometheus' own parsers: the values are those of `meshctl --json`,
counters only grow, and there are no labels but links, neighbours and reasons."""
from mesh import MESHCTL, wait_for
from prometheus_client import parser as prometheus
from prometheus_client.openmetrics import parser as openmetrics

LABELS = {"link": {"link"}, "neighbour": {"neighbour", "link"}, "drops": {"reason"}}


def text_of(host, *how):
    return host.run(MESHCTL, "metrics", *how).stdout


def families(host):
    return {family.name: family for family in
            openmetrics.text_string_to_metric_families(text_of(host))}


def samples(host):
    """{(name, labels)}: value of each sample."""
    found = [(sample.name, tuple(sorted(sample.labels.items())), sample.value)
             for family in families(host).values() for sample in family.samples]
    assert len({(name, labels) for name, labels, _ in found}) == len(found)
    return {(name, labels): value for name, labels, value in found}


def frame(host, payload):
    return bytes.fromhex(host.lladdr.replace(":", "")) + b"\x02\0\0\0\0\x63\x88\xb5" + payload


def test_each_sample_is_what_json_says(pair):
    alice, bob = pair
    status = alice.meshctl("status")
    link, = alice.meshctl("links")["links"]
    said = samples(alice)
    of_link, of_bob = (("link", "eth0"),), (("link", "eth0"), ("neighbour", bob.address))
    assert said["meshpd_info", tuple(sorted((name, status[name]) for name in
                                            ("version", "address", "id")))] == 1
    for name in "nodes", "peers", "neighbours", "synced", "database_full":
        assert said[f"meshpd_{name}", ()] == status[name], name
    assert said["meshpd_mtu_bytes", ()] == 1500
    assert said["meshpd_firewall_up", ()] == 1
    assert 0 <= said["meshpd_uptime_seconds", ()] - status["uptime_ms"] / 1000 < 10
    assert said["meshpd_restarts_total", ()] == status["node"]["restarts"]
    assert said["meshpd_link_up", of_link] == 1
    assert said["meshpd_link_rate_bytes_per_second", of_link] == link["rate_bps"] / 8
    assert said["meshpd_link_carried_nodes", of_link] == link["carries"]
    assert said["meshpd_link_neighbours", of_link] == 1
    assert said["meshpd_neighbour_up", of_bob] == 1
    assert 0 < said["meshpd_neighbour_rtt_seconds", of_bob] < 1
    assert 0 < said["meshpd_neighbour_metric_seconds", of_bob] < 1
    assert 0 <= said["meshpd_neighbour_loss_ratio", of_bob] <= 1
    labels_are_bounded_and_units_are_base_units(families(alice))
    the_older_format_has_the_same_samples(alice)


def labels_are_bounded_and_units_are_base_units(found):
    for name, family in found.items():
        assert family.documentation and name.startswith("meshpd"), name
        assert not name.endswith(("_ms", "_us", "_bps", "_total")), name
        assert name.endswith(family.unit or ""), name
        for sample in family.samples:
            labels = LABELS.get(name.removeprefix("meshpd_").split("_")[0], set())
            assert set(sample.labels) == labels or name == "meshpd", sample


def the_older_format_has_the_same_samples(alice):
    text = text_of(alice, "--format", "prometheus")
    assert "# EOF" not in text and "# UNIT" not in text
    kinds = {line.split()[3] for line in text.splitlines() if line.startswith("# TYPE ")}
    assert kinds == {"counter", "gauge"}, "node_exporter knows no others"
    found = {(sample.name, tuple(sorted(sample.labels.items())))
             for family in prometheus.text_string_to_metric_families(text)
             for sample in family.samples}
    assert found == set(samples(alice))
    typed = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE ")}
    assert {name for name, _ in found} <= typed, "each sample has a type"


def test_drops_are_those_of_status_and_counters_only_grow(mesh):
    alice = mesh.host("alice", up=False)
    mesh.switch.plug(alice, 'eth"\\n', "odd")
    mesh.switch.ip("link set odd nomaster")
    alice.meshpd()
    wire = mesh.switch.wire("alice")
    wire.send(frame(alice, b"\xff" * 60))
    wait_for(alice.drops, "a drop")
    first, drops = samples(alice), alice.drops()
    counters = [sample for sample in first if sample[0].endswith("_total")]
    assert len(counters) > len(drops)
    wire.send(frame(alice, b"\xff" * 60))
    wait_for(lambda: alice.drops() != drops, "another drop")
    second = samples(alice)
    assert all(second[sample] >= first[sample] for sample in counters)
    assert {dict(labels)["reason"]: value for (name, labels), value in second.items()
            if name == "meshpd_drops_total"} == alice.drops()
    assert sum(alice.drops().values()) == sum(drops.values()) + 1
    assert second["meshpd_link_up", (("link", 'eth"\\n'),)] == 1
    assert 'link="eth\\"\\\\n"' in text_of(alice, "--format", "prometheus")
    text = text_of(alice)
    assert text.endswith("\n# EOF\n") and text.count("# EOF") == 1
    assert "# UNIT meshpd_uptime_seconds seconds\n" in text
    for how, status in (["--format", "xml"], 2), (["x"], 2), (["-S", "/no/such/socket"], 3):
        done = alice.run(MESHCTL, "metrics", *how, check=False)
        assert (done.returncode, done.stdout) == (status, "") and done.stderr.strip()
