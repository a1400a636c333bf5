"""Daemons under a service manager that keeps their descriptors, see keeper.py, and what becomes of
what goes on over them meanwhile."""
import json
import pathlib
import re
import signal

from mesh import MESHPD, wait_for

KEEPER = pathlib.Path(__file__).resolve().parent / "keeper.py"


class Kept:
    """The daemon of a host, one process after another."""

    def __init__(self, host, *settings):
        self.host, self.notes = host, host.folder / f"{host.name}-notes"
        host.start(KEEPER, self.notes, MESHPD, *host.settings, *settings)
        wait_for(host.answers, f"{host.name} answers", 10)

    def told(self, what):
        """(pid, instant) of each time something happened."""
        lines = [line.split() for line in self.notes.read_text().splitlines()]
        return [(int(pid), float(at)) for said, pid, at in lines if re.fullmatch(what, said)]

    def end(self, how):
        """Ends the process and waits for the next one; how it comes by its node."""
        pid, _ = self.told("start")[-1]
        ready = len(self.told("ready"))
        self.host.run("kill", f"-{int(how)}", pid)
        wait_for(lambda: len(self.told("ready")) > ready, f"{self.host.name} is ready again")
        return self.node()

    def kill(self):
        return self.end(signal.SIGKILL)

    def restart(self):
        return self.end(signal.SIGTERM)

    def node(self):
        return self.host.meshctl("status")["node"]

    def pauses(self):
        """From the end of each process to the next one's being ready, s."""
        ends = [at for _, at in self.told("end=.*")]
        return [ready - end for end, (_, ready) in zip(ends, self.told("ready")[1:])]


class Pings:
    """A ping each 10 ms."""

    EVERY = 0.01

    def __init__(self, host, to, count):
        self.log = host.log_of("ping")
        self.process = host.start("ping", "-6", "-n", "-D", "-i", self.EVERY, "-c", count,
                                  "-W", 2, to.address)

    def wait(self):
        self.process.wait(120)
        lines = self.log.read_text().splitlines()
        counts = next(re.match(r"(\d+) packets transmitted, (\d+) received", line)
                      for line in lines if " transmitted, " in line)
        self.sent, self.answered = int(counts[1]), int(counts[2])
        self.times = [float(answer[1]) for line in lines
                      if (answer := re.match(r"\[([0-9.]+)\] \d+ bytes from", line))]

    @property
    def lost(self):
        return self.sent - self.answered

    def gaps(self):
        """Between answers, s, the longest first."""
        return sorted((later - before for before, later in zip(self.times, self.times[1:])),
                      reverse=True)


STEP = 0.1  # s, the shortest of which iperf3 tells


def longest_stall(steps):
    """The longest time in which one of the streams carried nothing, in whole steps, s."""
    longest = 0
    for stream in zip(*steps):
        now = 0
        for carried in stream:
            now = now + 1 if carried == 0 else 0
            longest = max(longest, now)
    return longest * STEP


class Streams:
    """iperf3 for so many seconds; more of its options may follow."""

    def __init__(self, host, to, seconds, *options):
        to.start("iperf3", "-s", "-B", to.address, "-1")
        to.until_listening(5201)
        self.log = host.folder / f"{host.name}-streams.json"
        self.process = host.start("iperf3", "-c", to.address, "-t", int(seconds), "-J",
                                  "-i", STEP, *options, log=self.log)

    def wait(self):
        """Waits for the end, which comes without an error."""
        self.process.wait(120)
        said = json.loads(self.log.read_text())
        assert "error" not in said, said["error"]
        self.rate = said["end"]["sum_received"]["bits_per_second"]
        self.retransmits = said["end"]["sum_sent"]["retransmits"]
        self.steps = [[flow["bytes"] for flow in step["streams"]] for step in said["intervals"]]

    def longest_stall(self):
        return longest_stall(self.steps)
