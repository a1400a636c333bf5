"""The control socket answers who asks properly and is not troubled by anybody else."""
import json
import pathlib
import socket
import subprocess

import pytest
from mesh import MESHCTL, SANITIZED, TREE, process_of, wait_for


@pytest.fixture
def alice(mesh):
    return mesh.host("alice")


class Client:
    """A Varlink client, byte by byte."""

    def __init__(self, host):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(f"/proc/{host.pid}/root/run/meshpd/io.meshpd")
        self.socket.settimeout(10)
        self.unread = b""

    def send(self, data):
        self.socket.sendall(data)

    def reply(self):
        """The next message, or None when the daemon hung up."""
        while b"\0" not in self.unread:
            try:
                part = self.socket.recv(65536)
            except ConnectionResetError:
                part = b""
            if not part:
                return None
            self.unread += part
        text, self.unread = self.unread.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, **parameters):
        self.send(json.dumps({"method": method, "parameters": parameters}).encode() + b"\0")
        return self.reply()


def test_descriptors_that_nobody_wants_are_not_kept(alice):
    """Root may send one, for a capture: what comes beside it, or before it, does not stay."""
    folder = pathlib.Path(f'/proc/{process_of(alice.running["meshpd"])}/fd')
    with open("/dev/null", "rb") as null:
        client = Client(alice)
        client.call("io.meshpd.Status")
        before = len(list(folder.iterdir()))
        for byte in b" " * 40:
            socket.send_fds(client.socket, [bytes([byte])], [null.fileno()] * 3)
        client.call("io.meshpd.Status")
        assert len(list(folder.iterdir())) == before + 1
    client.socket.close()
    wait_for(lambda: len(list(folder.iterdir())) < before + 1, "nothing of the client is left")


def test_status_says_who_the_node_is(alice):
    status = alice.meshctl("status")
    assert status["schema"] == 1
    assert status["address"] == alice.address
    assert len(status["id"]) == 16 and int(status["id"], 16)
    assert (status["zone"], status["mtu"], status["firewall"]) == (0, 1500, "deny")
    assert {"public_key", "version", "uptime_ms", "drops", "links"} <= set(status)


def test_status_says_who_seals_and_with_what(alice):
    crypto = alice.meshctl("status")["crypto"]
    name, version = crypto["provider"].split(" ")
    assert name in ("libsodium", "libipsec-mb") and version[0].isdigit()
    assert crypto["suites"][-1] == "chacha20-poly1305"
    shown = alice.run(MESHCTL, "status").stdout
    assert f"{', '.join(crypto['suites'])}, by {name} {version}" in shown


@pytest.mark.parametrize("verb, names", [
    ("neighbours", {"address", "id", "link", "lladdr", "state", "rtt_us", "loss", "metric"}),
    ("routes", {"address", "id", "next_hop", "link", "metric", "hops", "mtu"}),
    ("sessions", {"address", "state", "age_ms", "tx_packets", "rx_packets", "tx_frames",
                  "rx_frames", "rx_replay"})])
def test_a_list_holds_the_neighbour(pair, verb, names):
    alice, bob = pair
    said = alice.meshctl(verb)
    assert said["schema"] == 1
    assert [entry["address"] for entry in said[verb]] == [bob.address]
    assert names <= set(said[verb][0])


@pytest.mark.parametrize("verb", ["status", "neighbours", "routes", "sessions"])
def test_people_get_a_table_without_colour_in_a_pipe(pair, verb):
    alice, bob = pair
    said = alice.run(MESHCTL, verb).stdout
    assert (alice if verb == "status" else bob).address in said
    assert "\x1b" not in said


@pytest.mark.parametrize("arguments, status", [
    (["no-such-verb"], 2), ([], 2), (["-S", "/no/such/socket", "status"], 3)])
def test_meshctl_says_by_its_exit_status_what_is_wrong(alice, arguments, status):
    said = alice.run(MESHCTL, *arguments, check=False)
    assert said.returncode == status and said.stderr.strip()


def test_a_stranger_to_the_group_may_not_ask(alice):
    said = alice.run("setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups",
                     MESHCTL, "status", check=False)
    assert said.returncode == 4 and said.stderr.strip()
    assert alice.run("stat", "-c", "%a %G", "/run/meshpd/io.meshpd").stdout.strip() == "660 meshpd"


def test_the_service_introduces_itself(alice):
    client = Client(alice)
    info = client.call("org.varlink.service.GetInfo")["parameters"]
    assert info["interfaces"] == ["org.varlink.service", "io.meshpd"]
    for interface in info["interfaces"]:
        said = client.call("org.varlink.service.GetInterfaceDescription", interface=interface)
        assert f"interface {interface}" in said["parameters"]["description"]


def test_the_wire_shows_the_same_as_meshctl(alice):
    said = Client(alice).call("io.meshpd.Status")["parameters"]
    assert said["address"] == alice.meshctl("status")["address"]


@pytest.mark.parametrize("method, error", [
    ("io.meshpd.NoSuchVerb", "MethodNotFound"), ("com.example.Status", "InterfaceNotFound")])
def test_an_unknown_method_is_an_error(alice, method, error):
    client = Client(alice)
    assert client.call(method)["error"] == f"org.varlink.service.{error}"
    assert "parameters" in client.call("io.meshpd.Status"), "the client may go on asking"


@pytest.mark.parametrize("call", [
    b"", b"x", b"{", b"[]", b"{}", b'{"method":1}', b'{"method":"a.b","parameters":[]}',
    b'{"method":"a.b"', b"[" * 1000, b'{"method":"io.meshpd.Status","more":1}', b"\xff\xfe"])
def test_a_malformed_call_is_refused(alice, call):
    client = Client(alice)
    client.send(call + b"\0")
    reply = client.reply()
    assert reply is None or "error" in reply
    assert alice.answers()


def test_an_oversized_call_is_cut_off(alice):
    client = Client(alice)
    try:
        client.send(b'{"method":"' + b"x" * 200_000)
    except (BrokenPipeError, ConnectionResetError):
        return
    reply = client.reply()
    assert reply is None or "error" in reply
    assert alice.answers()


def test_calls_in_one_piece_and_calls_byte_by_byte_are_answered(alice):
    client = Client(alice)
    call = b'{"method":"io.meshpd.Status"}\0'
    client.send(call * 3)
    assert all("parameters" in client.reply() for _ in range(3))
    for byte in call:
        client.send(bytes([byte]))
    assert "parameters" in client.reply()


def test_an_answer_is_one_object_and_one_nul(alice):
    client = Client(alice)
    client.send(b'{"method":"org.varlink.service.GetInfo","more":true}\0')
    client.socket.settimeout(10)
    data = b""
    while not data.endswith(b"\0"):
        data += client.socket.recv(1)
    assert data.count(b"\0") == 1 and data[:1] == b"{" and data[-2:] == b"}\0"
    assert set(json.loads(data[:-1])) == {"parameters"}, "it does not continue"


@pytest.mark.parametrize("beyond", [0, 1])
def test_a_call_has_at_most_64_kib(alice, beyond):
    client = Client(alice)
    call = b'{"method":"io.meshpd.Status"}'
    client.send(call + b" " * (65536 - len(call) - 1 + beyond) + b"\0")
    reply = client.reply()
    assert ("parameters" in reply) if beyond == 0 else \
        (reply is None or reply["error"] == "io.meshpd.Malformed")
    if beyond:
        assert client.reply() is None, "and the daemon hangs up"
    else:
        assert "parameters" in client.call("io.meshpd.Status")


def test_a_deed_without_an_answer_is_done(alice):
    client = Client(alice)
    client.send(b'{"method":"io.meshpd.Expose","parameters":{"what":"tcp/80"},"oneway":true}\0'
                b'{"method":"io.meshpd.Exposed"}\0')
    assert [each["what"] for each in client.reply()["parameters"]["exposed"]] == ["tcp/80"]
    client.send(b'{"method":"io.meshpd.NoSuch","oneway":true}\0{"method":"io.meshpd.Status"}\0')
    assert "parameters" in client.reply()


def test_a_call_after_one_that_wants_no_answer_is_answered(alice):
    client = Client(alice)
    client.send(b'{"method":"io.meshpd.Status","oneway":true}\0{"method":"io.meshpd.Status"}\0')
    assert "parameters" in client.reply()


def test_clients_who_only_hold_the_line_keep_nobody_out(alice):
    idlers = [Client(alice) for _ in range(100)]
    for idler in idlers[::2]:
        try:
            idler.send(b'{"method":')
        except (BrokenPipeError, ConnectionResetError):
            pass
    assert alice.answers()


def test_a_client_who_never_reads_is_cut_off_and_disturbs_nobody(mesh, pair):
    alice, bob = pair
    client = Client(alice)
    client.socket.setblocking(False)
    try:
        while True:
            client.socket.send(b'{"method":"io.meshpd.Status"}\0' * 100)
    except BlockingIOError:
        pass
    alice.ping(bob)
    assert alice.answers()
    client.socket.setblocking(True)
    wait_for(lambda: hung_up(client), "the daemon hangs up", 20)


def hung_up(client):
    try:
        client.send(b"x")
    except (BrokenPipeError, ConnectionResetError):
        return True
    return False


def test_a_socket_left_behind_by_a_killed_daemon_is_replaced(alice):
    alice.stop("meshpd", how=9)
    alice.meshpd()


def test_the_running_daemon_has_no_right_it_does_not_need(alice):
    pid = alice.run("pgrep", "-x", "meshpd").stdout.strip()
    proc = pathlib.Path(f"/proc/{alice.pid}/root/proc/{pid}/status").read_text()
    status = dict(line.split(":\t", 1) for line in proc.splitlines())
    assert int(status["CapEff"], 16) | int(status["CapPrm"], 16) == 0
    assert int(status["CapInh"], 16) | int(status["CapAmb"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == ("0" if SANITIZED else "2")
    assert status["Uid"].split() == ["977"] * 4


@pytest.mark.skipif(SANITIZED, reason="this build has no filter of system calls")
@pytest.mark.parametrize("setting", ["Link.Bypass=no", "Link.Bypass=yes"])
def test_the_kernel_lets_the_running_daemon_make_few_calls(mesh, setting):
    """Nor its warden."""
    alice = mesh.host("alice", setting)
    pid = process_of(alice.running["meshpd"])
    warden = int(pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text())
    for process, needs in (pid, "sendmmsg"), (warden, "sendmsg"):
        *names, count = subprocess.run([TREE / "tests/host/calls", str(process)], text=True,
                                       capture_output=True, check=True).stdout.split()
        assert int(count) == len(names) <= 40
        assert needs in names and not {"execve", "clone", "clone3", "ptrace"} & set(names)
    assert alice.answers()
