"""What `meson install` puts where, but for what people, shells and Wireshark read, and that systemd
understands it."""
import re
import subprocess

import pytest
from mesh import BUILD, TREE

INSTALLED = {
    "/etc/ufw/applications.d/meshpd": 0o644,
    "/lib/systemd/network/10-meshpd.network": 0o644,
    "/lib/systemd/system/meshpd-lo2.service": 0o644,
    "/lib/systemd/system/meshpd-metrics.service": 0o644,
    "/lib/systemd/system/meshpd-metrics.timer": 0o644,
    "/lib/systemd/system/meshpd-warden.service": 0o644,
    "/lib/systemd/system/meshpd-warden.socket": 0o644,
    "/lib/systemd/system/meshpd.service": 0o644,
    "/lib/systemd/system/meshpd.socket": 0o644,
    "/usr/bin/meshctl": 0o755,
    "/usr/bin/meshtraceroute": 0o755,
    "/usr/lib/NetworkManager/conf.d/meshpd.conf": 0o644,
    "/usr/lib/systemd/catalog/meshpd.catalog": 0o644,
    "/usr/lib/firewalld/zones/meshpd.xml": 0o644,
    "/usr/lib/sysusers.d/meshpd.conf": 0o644,
    "/usr/lib/tmpfiles.d/meshpd.conf": 0o644,
    "/usr/libexec/meshpd-warden": 0o755,
    "/usr/sbin/meshpd": 0o755,
    "/usr/sbin/meshpd-lo2": 0o755,
}


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A scratch root with nothing but what was installed."""
    root = tmp_path_factory.mktemp("root")
    subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", root],
                   check=True)
    return root


def test_nothing_is_missing_and_nothing_is_too_much(root):
    files = {f"/{path.relative_to(root)}": path.stat().st_mode & 0o7777
             for path in root.rglob("*")
             if path.is_file() and root / "usr/share" not in path.parents
             and "wireshark" not in path.parts}
    assert files == INSTALLED


def test_the_units_name_programs_that_are_installed(root):
    for unit in (root / "lib/systemd/system").glob("*.service"):
        named = re.findall(r"^Exec\w+=.*?(/usr/\S+)", unit.read_text(), re.MULTILINE)
        assert named and set(named) <= set(INSTALLED)


def test_systemd_understands_the_units(machine):
    for unit in ("meshpd.service", "meshpd-lo2.service", "meshpd.socket", "meshpd-warden.service",
                 "meshpd-warden.socket", "meshpd-metrics.service", "meshpd-metrics.timer"):
        said = machine.run("systemd-analyze", "verify", "--man=no", unit)
        assert said.stderr + said.stdout == ""


def test_account_and_directories_are_made(machine):
    assert machine.run("id", "-nG", "meshpd").stdout.strip() == "meshpd"
    assert machine.run("getent", "passwd", "meshpd").stdout.strip().endswith("/usr/sbin/nologin")
    shown = machine.run("stat", "-c", "%n %U %G %a", "/run/meshpd", "/var/lib/meshpd").stdout
    assert shown.splitlines() == ["/run/meshpd root root 755", "/var/lib/meshpd meshpd meshpd 700"]
