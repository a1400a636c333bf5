"""What the programs here have in common: a mesh that ends with the program, and how to measure on
its hosts."""
import contextlib
import math
import os
import pathlib
import re
import subprocess
import tempfile
import time

import wires
from mesh import MESHPD, Mesh, end_with_us, wait_for


@contextlib.contextmanager
def mesh():
    with tempfile.TemporaryDirectory(prefix="meshpd-bench-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        made = Mesh(folder)
        try:
            yield made
        finally:
            for tree in reversed(made.trees):
                tree.end()


def machine():
    return f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}"


def start_together(hosts):
    """Starts all daemons at one instant, which is returned: until then shells wait to become
    them."""
    waiting, gate = os.pipe()
    for host in hosts:
        with host.log_of("meshpd").open("a") as log:
            host.running["meshpd"] = subprocess.Popen(
                host.inside("sh", "-c", "read -r _; exec \"$0\" </dev/null", MESHPD),
                stdin=waiting, stdout=log, stderr=log, preexec_fn=end_with_us)
    for host in hosts:
        wait_for(lambda: host.run("pgrep", "-x", "sh", check=False).stdout, "its shell waits")
    os.close(waiting)
    began = time.monotonic()
    os.close(gate)
    return began


def first_answer(host, address):
    """When the first ping was answered; a further one is sent only if the last was refused."""
    host.run("sh", "-c", f"until ping -6 -n -q -c 1 -W 5 {address}; do sleep 0.005; done")
    return time.monotonic()


class Pinger:
    """A ping every few milliseconds, and when each was answered."""

    def __init__(self, host, to, every):
        self.offset = time.time() - time.monotonic()
        self.process = subprocess.Popen(
            host.inside("ping", "-6", "-n", "-D", "-i", every, to.address),
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def end(self):
        self.process.stdout.close()  # which ends ping itself
        self.process.kill()
        self.process.wait()

    def answers(self):
        """The time of each, on the clock of time.monotonic()."""
        for line in self.process.stdout:
            answer = re.match(r"\[([0-9.]+)\] \d+ bytes from", line)
            if answer:
                yield float(answer[1]) - self.offset

    def longest_pause(self, seconds):
        """Between two answers in the next so many seconds, in ms; ends the pings."""
        last = time.monotonic()
        end, longest = last + seconds, 0
        for came in self.answers():
            longest = max(longest, came - last)
            last = came
            if came > end:
                break
        self.end()
        return longest * 1000


def daemon_pid(host):
    return host.run("pgrep", "-x", "meshpd").stdout.strip()


def memory(host, what):
    """VmRSS, RssAnon, ... of the daemon, kB."""
    status = host.run("cat", f"/proc/{daemon_pid(host)}/status").stdout
    return int(re.search(rf"{what}:\s+(\d+)", status)[1])


def cpu_ms(hosts):
    """Processor time that the daemons used, all together."""
    ticks = os.sysconf("SC_CLK_TCK")
    used = 0
    for host in hosts:
        stat = host.run("cat", f"/proc/{daemon_pid(host)}/stat").stdout
        used += sum(map(int, stat.rsplit(")", 1)[1].split()[11:13]))
    return used * 1000 / ticks


def counters(host, kind):
    """Sum over the wires of a host."""
    said = host.run("sh", "-c", f"cat /sys/class/net/eth*/statistics/{kind}").stdout
    return sum(map(int, said.split()))


def sent(host):
    """Bytes the host sent, Ethernet headers included."""
    return counters(host, "tx_bytes")


def frames(hosts):
    """Frames that all hosts sent."""
    return sum(counters(host, "tx_packets") for host in hosts)


def percentile(values, share):
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def until_full(one, other):
    wait_for(lambda: one.knows(other) and other.knows(one), f"{one.name} and {other.name}", 60)
