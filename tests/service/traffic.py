"""What people have under way between two machines while a daemon is replaced: streams of TCP, an
ssh session that counts, a download and a ping; whether one of them was lost, and for how long each
stood still. Times are those at which the receiver had something in its hands."""
import hashlib
import json
import re
import subprocess
import threading
import time

from kept import STEP, longest_stall
from mesh import end_with_us, wait_for

FOLDER = "/run/traffic"
COUNT = "i=0; while [ $i -lt {} ]; do echo $i; i=$((i + 1)); sleep 0.01; done"


class Arrivals:
    """A program on a machine: what it writes, or only a digest of it, and the longest time in which
    it wrote nothing."""

    def __init__(self, machine, *command, keep=True):
        self.keep, self.said, self.digest = keep, bytearray(), hashlib.sha256()
        self.size, self.longest = 0, 0
        self.process = subprocess.Popen(machine.inside(*command), stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        preexec_fn=end_with_us)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        last = None
        while piece := self.process.stdout.read1(1 << 18):
            now = time.monotonic()
            self.longest = max(self.longest, now - (last or now))
            last = now
            self.digest.update(piece)
            self.size += len(piece)
            self.said += piece if self.keep else b""

    def end(self, seconds=120):
        """Waits for its end, which must be a good one."""
        self.reader.join(seconds)
        status = self.process.wait(5)
        assert status == 0, (status, self.process.stderr.read())


SSHD = """ListenAddress [{address}]
HostKey {folder}/key
AuthorizedKeysFile {folder}/key.pub
StrictModes no
PermitRootLogin yes
UsePAM no
PidFile none
"""
LIGHTTPD = """server.document-root = "{folder}"
server.port = 80
server.bind = "[{address}]"
"""
SERVE = """mkdir -p {folder} /run/sshd
cd {folder}
head -c {megabytes}M /dev/urandom >file
ssh-keygen -q -t ed25519 -N '' -f key
setsid iperf3 -s -B {address} </dev/null >iperf3 2>&1 &
/usr/sbin/sshd -f sshd
lighttpd -f lighttpd
for _ in $(seq {times}); do cat file; done | sha256sum
"""


def serve(machine, megabytes, times=1):
    """iperf3, sshd and lighttpd on the machine's address, and a file. The digest of what is
    downloaded when that is had so many times is returned."""
    names = {"address": machine.address, "folder": FOLDER, "megabytes": megabytes, "times": times}
    machine.write(f"{FOLDER}/sshd", SSHD.format(**names))
    machine.write(f"{FOLDER}/lighttpd", LIGHTTPD.format(**names))
    said = machine.shell(SERVE.format(**names)).stdout
    for port in (5201, 22, 80):
        machine.until_listening(port)
    return said.split()[0]


class Traffic:
    """From `to`, where serve() was called, to `machine`, for so many seconds. A rate is in bits a
    second, for all streams together, and the download has as much; 0: as fast as it goes. The file
    is downloaded so many times over one connection."""

    def __init__(self, machine, to, seconds, rate=0, streams=8, times=1):
        machine.write(f"{FOLDER}/key", to.run("cat", f"{FOLDER}/key").stdout)
        machine.shell(f"chmod 600 {FOLDER}/key")
        self.lines = int(seconds * 80)
        self.streams = Arrivals(machine, "iperf3", "-c", to.address, "-R", "-J", "-P", streams,
                                "-t", int(seconds), "-i", STEP, "-b", rate // streams)
        self.session = Arrivals(
            machine, "ssh", "-i", f"{FOLDER}/key", "-o", "StrictHostKeyChecking=no", "-o",
            "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", f"root@{to.address}",
            COUNT.format(self.lines))
        self.download = Arrivals(machine, "curl", "-sSf", "--limit-rate", rate // 8,
                                 *times * [f"http://[{to.address}]/file"], keep=False)
        self.pings = Arrivals(machine, "ping", "-6", "-n", "-D", "-i", "0.01", "-W", "2", "-c",
                              int(seconds * 100), to.address)
        wait_for(lambda: self.session.size and self.download.size, "the traffic flows", 10)

    def wait(self):
        """Waits for the end of all of it; who was lost has failed."""
        for program in (self.streams, self.session, self.download):
            program.end()
        said = json.loads(self.streams.said)
        assert "error" not in said, said["error"]
        self.rate = said["end"]["sum_received"]["bits_per_second"]
        self.steps = [[flow["bytes"] for flow in step["streams"]] for step in said["intervals"]]
        numbers = "".join(f"{number}\n" for number in range(self.lines))
        assert self.session.said.decode() == numbers, "the session lost lines"
        self.pings.end()
        counts = re.search(r"(\d+) packets transmitted, (\d+) received", self.pings.said.decode())
        self.pings_sent = int(counts[1])
        self.pings_lost = self.pings_sent - int(counts[2])
        times = [float(at) for at in re.findall(r"\[([0-9.]+)\]", self.pings.said.decode())]
        self.pings_stall = max(later - before for before, later in zip(times, times[1:]))

    def stalls(self):
        """Of each kind the longest, s."""
        return {"streams": longest_stall(self.steps), "session": self.session.longest,
                "download": self.download.longest, "pings": self.pings_stall}
