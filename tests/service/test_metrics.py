"""meshpd-metrics.timer: what node_exporter finds, and that nothing old stays."""
from mesh import wait_for
from prometheus_client.parser import text_string_to_metric_families

FOLDER = "/var/lib/prometheus/node-exporter"
FILE = f"{FOLDER}/meshpd.prom"


def there(machine):
    return machine.run("ls", FOLDER).stdout.split()


def test_the_timer_writes_a_file_while_the_daemon_runs(machine):
    assert machine.systemctl("is-enabled", "meshpd-metrics.timer",
                             check=False).stdout.strip() == "disabled"
    machine.run("mkdir", "-p", FOLDER)
    machine.start()
    machine.systemctl("start", "meshpd-metrics.timer")
    wait_for(lambda: there(machine) == ["meshpd.prom"], "the file")
    assert machine.run("stat", "-c", "%a %U", FILE).stdout.strip() == "644 root"
    found = {sample.name: sample.value
             for family in text_string_to_metric_families(machine.run("cat", FILE).stdout)
             for sample in family.samples}
    assert found["meshpd_nodes"] == 1 and found["meshpd_link_up"] == 1
    machine.systemctl("stop", "meshpd")
    machine.systemctl("start", "meshpd-metrics.service")
    assert there(machine) == []
    assert machine.show("meshpd-metrics.service")["Result"] == "success"


def test_without_a_node_exporter_nothing_is_done(machine):
    machine.run("rm", "-rf", FOLDER)
    machine.systemctl("start", "meshpd-metrics.service")
    assert machine.show("meshpd-metrics.service")["ConditionResult"] == "no"
