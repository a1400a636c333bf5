"""A machine that boots with our units enabled: its addresses are there before any server starts."""
from mesh import wait_for

# The address is known ahead only because the identity is. The page says whose it is.
ENABLED = r"""
install -d -m 700 -o meshpd -g meshpd /var/lib/meshpd /srv/www
meshctl key gen >/var/lib/meshpd/identity
chmod 600 /var/lib/meshpd/identity
chown meshpd: /var/lib/meshpd/identity
address=$(meshctl key pub /var/lib/meshpd/identity | awk '$1 == "address" { print $2 }')
cat >/etc/lighttpd/lighttpd.conf <<END
server.document-root = "/srv/www"
server.port = 80
server.bind = "[$address]"
END
echo "page of $1" >/srv/www/index.html
chmod -R a+rX /srv/www
systemctl enable meshpd lighttpd
"""
HOSTS = ["alice", "bob", "carol"]


def test_servers_on_the_mesh_address_start_at_boot_and_serve_all(rack):
    machines = rack.up(*HOSTS, prepare=ENABLED)
    for machine in machines:
        for unit in ("meshpd", "lighttpd"):
            assert machine.settles("active", unit)["NRestarts"] == "0"
        assert machine.run("systemctl", "is-system-running").stdout.strip() == "running"
    for one in machines:
        for other in machines:
            wait_for(lambda: one.reaches(other), f"{one.name} reaches {other.name}")
            page = one.run("curl", "-sSf", f"http://[{other.address}]/index.html").stdout
            assert page == f"page of {other.name}\n"


def test_a_server_outlives_the_daemon(rack):
    alice, = rack.up("alice", prepare=ENABLED)
    alice.settles("active")
    alice.systemctl("stop", "meshpd")
    page = alice.run("curl", "-sSf", f"http://[{alice.address}]/index.html").stdout
    assert page == "page of alice\n"


def test_networkd_leaves_tun0_and_lo2_alone(rack):
    def seen():
        return [alice.ip(f"-6 -oneline address show dev {name}") for name in ("tun0", "lo2")], \
            [route for route in alice.ip("-6 route").splitlines() if "beef::/16" in route]

    alice, = rack.up("alice")
    alice.start()
    before = seen()
    alice.write("/etc/systemd/network/20-all.network",
                "[Match]\nName=*\n[Network]\nAddress=fd00::1/64\n")
    alice.systemctl("unmask", "systemd-networkd.service", "systemd-networkd.socket")
    alice.systemctl("start", "systemd-networkd")
    wait_for(lambda: "fd00::1" in alice.ip("-6 address show dev eth0"), "networkd is at work")
    states = {line.split()[1]: line.split()[-1]
              for line in alice.run("networkctl", "--no-legend", "--no-pager").stdout.splitlines()}
    assert states["tun0"] == states["lo2"] == "unmanaged" and states["eth0"] != "unmanaged"
    assert seen() == before
