"""Hosts on a switch, as a test sees them. A host is a process tree with network, mount and process
namespaces of its own (see boot), an eth0 on the switch's bridge, and the programs of the build in
it. The switch is such a tree too: its ports are where frames are watched and put on the wire. All
of it ends with the Python process that made it."""
import contextlib
import ctypes
import json
import os
import pathlib
import signal
import socket
import struct
import subprocess
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("MESHPD_BUILD", TREE / "build/plain")).resolve()
MESHPD = BUILD / "daemon/meshpd"
MESHPD_LO2 = BUILD / "daemon/meshpd-lo2"
MESHCTL = BUILD / "tools/meshctl"

# A sanitizer brings memory, a heap and system calls of its own.
SANITIZED = not (BUILD / "tests/bench/allocations.so").exists()
ETHERTYPE = 0x88B5
LIBC = ctypes.CDLL(None, use_errno=True)


def wait_for(condition, what, seconds=5.0):
    """Polls until the condition holds and returns its value; else says what was awaited."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def end_with_us():
    """Has the kernel kill this child when the Python process goes, however it goes."""
    PR_SET_PDEATHSIG = 1
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def process_of(popen):
    """The process a forking nsenter or unshare waits for."""
    children = pathlib.Path(f"/proc/{popen.pid}/task/{popen.pid}/children")
    wait_for(lambda: popen.poll() is not None or children.read_text(), "a child process")
    return int(children.read_text())


class Tree:
    """A booted process tree with its namespaces."""

    def __init__(self, name, folder):
        self.name, self.folder = name, folder
        self.running = {}
        ready = folder / f"{name}.ready"
        self.boot = subprocess.Popen(
            ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
             TREE / "tests/host/boot", ready], preexec_fn=end_with_us, stdin=subprocess.DEVNULL)
        wait_for(ready.exists, f"{name} boots", 15)
        self.pid = process_of(self.boot)

    def inside(self, *command):
        return ["nsenter", "-t", str(self.pid), "-n", "-m", "-p", "-r", "-w", "--",
                *map(str, command)]

    def run(self, *command, check=True, timeout=30, **options):
        """Runs a program to its end; its output is text in stdout and stderr."""
        done = subprocess.run(self.inside(*command), capture_output=True, text=True,
                              timeout=timeout, **options)
        assert done.returncode == 0 or not check, \
            f"{self.name}: {' '.join(map(str, command))} gave {done.returncode}\n" \
            f"{done.stdout}{done.stderr}"
        return done

    def start(self, *command, log=None):
        """Starts a program that stays; what it says goes to NAME-PROGRAM.log."""
        program = pathlib.Path(command[0]).name
        log = log or self.log_of(program)
        with log.open("a") as out:
            popen = subprocess.Popen(self.inside(*command), stdin=subprocess.DEVNULL, stdout=out,
                                     stderr=subprocess.STDOUT, preexec_fn=end_with_us)
        self.running[program] = popen
        return popen

    def kill(self, program, how):
        if self.running[program].poll() is None:
            os.kill(process_of(self.running[program]), how)

    def stop(self, program, how=signal.SIGTERM):
        """Ends a program and returns its exit status."""
        self.kill(program, how)
        return self.running.pop(program).wait(10)

    def until_logged(self, program, words):
        wait_for(lambda: words in self.log_of(program).read_text(), f"{program} says {words}")

    def log_of(self, program):
        return self.folder / f"{self.name}-{program}.log"

    def ip(self, *arguments):
        """One ip command, given as words or as one string."""
        return self.run("ip", *" ".join(map(str, arguments)).split()).stdout

    def sysctl(self, key, value):
        self.run("sysctl", "-q", "-w", f"{key}={value}")

    @contextlib.contextmanager
    def network(self):
        """Sockets made inside belong to this tree's network and stay there."""
        with open("/proc/thread-self/ns/net") as home, open(f"/proc/{self.pid}/ns/net") as away:
            assert LIBC.setns(away.fileno(), 0) == 0
            try:
                yield
            finally:
                assert LIBC.setns(home.fileno(), 0) == 0

    def wire(self, interface):
        return Wire(self, interface)

    def end(self):
        self.boot.kill()
        self.boot.wait()
        for popen in self.running.values():
            popen.wait()


class Wire:
    """One interface as bytes: every frame in both directions is seen, any frame can be sent. The
    interface is promiscuous meanwhile, as for any program that wants to see all of it."""

    def __init__(self, tree, interface):
        with tree.network():
            ETH_P_ALL = 3
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            self.socket.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
            self.socket.bind((interface, 0))
            SOL_PACKET, ADD_MEMBERSHIP, PROMISCUOUS = 263, 1, 1
            membership = struct.pack("iHH8s", socket.if_nametoindex(interface), PROMISCUOUS, 0, b"")
            self.socket.setsockopt(SOL_PACKET, ADD_MEMBERSHIP, membership)

    def close(self):
        self.socket.close()

    def send(self, frame):
        self.socket.send(frame)

    def heard(self):
        """The frames that came since the last call, with their Ethernet headers."""
        frames = []
        with contextlib.suppress(BlockingIOError):
            while True:
                frames.append(self.socket.recv(65536, socket.MSG_DONTWAIT))
        return frames

    def ours(self):
        """Of these the frames of MESHP."""
        return [f for f in self.heard() if f[12:14] == ETHERTYPE.to_bytes(2, "big")]


class Host(Tree):
    """A host with the daemon's programs. Its settings are Section.Key=value arguments."""

    def __init__(self, name, folder, settings=()):
        super().__init__(name, folder)
        self.settings = list(settings)

    @property
    def address(self):
        """The mesh address on lo2, whether the daemon runs or not."""
        shown = json.loads(self.run("ip", "-json", "-6", "address", "show", "dev", "lo2").stdout)
        return next(a["local"] for link in shown for a in link["addr_info"]
                    if a["local"].startswith("beef:") and a["local"] != "beef::")

    @property
    def lladdr(self):
        return json.loads(self.run("ip", "-json", "link", "show", "eth0").stdout)[0]["address"]

    def meshpd(self, *settings):
        """Starts the daemon and waits until it answers."""
        daemon = self.start(MESHPD, *self.settings, *settings)
        wait_for(lambda: daemon.poll() is not None or self.answers(), f"{self.name} answers")
        assert daemon.poll() is None, self.log_of("meshpd").read_text()
        return daemon

    def lo2(self):
        """Makes the addresses, as the system does before the daemon starts."""
        self.run(MESHPD_LO2, *self.settings)
        return self.address

    def answers(self):
        return self.run(MESHCTL, "status", check=False).returncode == 0

    def meshctl(self, verb):
        """What a reading verb says, as an object."""
        return json.loads(self.run(MESHCTL, "--json", verb).stdout)

    def drops(self):
        return self.meshctl("status")["drops"]

    def knows(self, other):
        """True if the other host is a neighbour over which packets go."""
        return self.has_route(other) and \
            any(n["address"] == other.address and n["state"].upper() == "FULL"
                for n in self.meshctl("neighbours")["neighbours"])

    def has_route(self, other):
        """True if packets find a way to the other host, over others or not."""
        return any(r["address"] == other.address for r in self.meshctl("routes")["routes"])

    def reaches(self, other):
        return self.ping(other, "-W", 0.3, check=False).returncode == 0

    def ping(self, to, *options, check=True):
        """One answered ping, or, with check=False, its finished command."""
        return self.run("ping", "-6", "-n", "-c", 1, "-W", 2, *options, getattr(to, "address", to),
                        check=check)

    def serve(self, folder, address=None):
        """lighttpd on port 80 of the own address."""
        config = self.folder / f"{self.name}-lighttpd.conf"
        config.write_text(f'server.document-root = "{folder}"\nserver.port = 80\n'
                          f'server.bind = "[{address or self.address}]"\n'
                          f'server.pid-file = "/run/lighttpd.pid"\n')
        self.start("lighttpd", "-D", "-f", config)
        self.until_listening(80)

    def serve_ftp(self, folder):
        """vsftpd on port 21 of the own address, for anonymous."""
        config = self.folder / f"{self.name}-vsftpd.conf"
        self.run("mkdir", "-p", "/run/vsftpd/empty")
        config.write_text(f"listen=NO\nlisten_ipv6=YES\nlisten_address6={self.address}\n"
                          f"anonymous_enable=YES\nanon_root={folder}\nno_anon_password=YES\n"
                          "secure_chroot_dir=/run/vsftpd/empty\nseccomp_sandbox=NO\n"
                          "background=NO\nconnect_from_port_20=YES\n")
        self.start("vsftpd", config)
        self.until_listening(21)

    def serve_ssh(self):
        """sshd on port 22 of the own address; who has the key it is given comes in as root."""
        key, config = self.folder / "ssh-key", self.folder / f"{self.name}-sshd.conf"
        self.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        self.run("mkdir", "-p", "/run/sshd")
        config.write_text(f"ListenAddress [{self.address}]\nHostKey {key}\nStrictModes no\n"
                          f"AuthorizedKeysFile {key}.pub\nPermitRootLogin yes\nUsePAM no\n"
                          "PidFile none\n")
        self.start("/usr/sbin/sshd", "-D", "-e", "-f", config)
        self.until_listening(22)
        return ["ssh", "-i", key, "-o", "StrictHostKeyChecking=no", "-o",
                "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", f"root@{self.address}"]

    def until_listening(self, port):
        wait_for(lambda: self.run("ss", "-6Hltn", f"sport = :{port}").stdout,
                 f"{self.name}: a server on port {port}")


class Switch(Tree):
    """A bridge; the port of host NAME is called NAME."""

    def __init__(self, folder):
        super().__init__("switch", folder)
        self.sysctl("net.ipv6.conf.default.disable_ipv6", 1)
        self.ip("link add br0 type bridge mcast_snooping 0 forward_delay 0")
        self.ip("link set br0 up")

    def plug(self, host, interface="eth0", port=None):
        port = port or host.name
        subprocess.run(["ip", "link", "add", interface, "netns", str(host.pid), "type", "veth",
                        "peer", "name", port, "netns", str(self.pid)], check=True)
        self.ip(f"link set {port} master br0 up")
        host.ip(f"link set {interface} up")


class Mesh:
    """A switch and the hosts on it."""

    def __init__(self, folder):
        self.folder, self.trees = folder, []
        self.switch = self.add(Switch(folder))

    def add(self, tree):
        self.trees.append(tree)
        return tree

    def unplugged(self, name, *settings):
        """A host without a link and without a running daemon."""
        return self.add(Host(name, self.folder, settings))

    def host(self, name, *settings, up=True):
        """A host on the switch, the daemon running unless told otherwise."""
        host = self.unplugged(name, *settings)
        self.switch.plug(host)
        if up:
            host.meshpd()
        return host

    def joined(self, *hosts):
        """Waits until each of these hosts can reach each other one."""
        for one in hosts:
            for other in hosts:
                wait_for(lambda: one is other or one.knows(other), f"{one.name} knows {other.name}")
        return hosts

    def pair(self, *settings):
        return self.joined(self.host("alice", *settings), self.host("bob", *settings))

    def end(self):
        """Ends everything and prints the logs; pytest shows them if the test failed."""
        for tree in reversed(self.trees):
            tree.end()
        for log in sorted(self.folder.glob("*.log")):
            print(f"--- {log.name}\n{log.read_text(errors='replace')[-4000:]}")
