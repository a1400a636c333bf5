"""Machines with systemd as PID 1, booted by tests/service/boot, as a test sees them. What a host of
tests/host can do, they can; what is added is the service manager and the journal."""
import json
import os
import pathlib
import subprocess

from mesh import Host, wait_for

BOOT = pathlib.Path(__file__).with_name("boot")


def missing():
    """What keeps machines from booting here, or nothing."""
    return subprocess.run([BOOT, "able"], capture_output=True, text=True).stderr.strip()


class Machine(Host):
    """One booted machine."""

    def __init__(self, name, folder):
        self.name, self.folder = name, folder

    def inside(self, *command):
        return [str(BOOT), "-s", str(self.folder), "run", self.name, *map(str, command)]

    def shell(self, script, check=True):
        return self.run("sh", "-euc", script, check=check)

    def write(self, path, text):
        self.run("mkdir", "-p", pathlib.Path(path).parent)
        self.run("tee", path, input=text)

    def configure(self, text):
        self.write("/etc/meshpd/meshpd.conf", text)

    def systemctl(self, *arguments, check=True):
        return self.run("systemctl", *arguments, check=check)

    def show(self, unit="meshpd.service"):
        """A unit's properties as systemd has them, all of them text."""
        lines = self.systemctl("show", unit).stdout.splitlines()
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def status(self, unit="meshpd"):
        """What people see; its exit status tells whether the unit is active."""
        return self.systemctl("status", "--no-pager", "--full", unit, check=False).stdout

    def settles(self, state, unit="meshpd.service", seconds=10):
        """Waits until a unit is in that state to stay, and returns its properties."""
        def settled():
            facts = self.show(unit)
            return facts["ActiveState"] == state and "Job" not in facts and facts
        return wait_for(settled, f"{self.name}: {unit} is {state}", seconds)

    def journal(self, unit="meshpd.service"):
        """What the unit's own processes wrote, an entry each with its fields."""
        said = self.run("journalctl", "-o", "json", f"_SYSTEMD_UNIT={unit}").stdout
        return [json.loads(line) for line in said.splitlines()]

    def start(self):
        """Starts the service, and returns when it answers."""
        self.systemctl("start", "meshpd")
        assert self.answers()

    def another(self, *verb):
        """Has systemctl do what replaces the process, and waits for the next one; how that came by
        its node."""
        before = self.show()["MainPID"]
        self.systemctl(*verb, "meshpd")
        wait_for(lambda: self.show()["MainPID"] not in (before, "0") and self.answers(),
                 "another process")
        return self.meshctl("status")["node"]["origin"]

    def restart(self):
        return self.another("restart")

    def kill(self):
        return self.another("kill", "-s", "KILL")

    def answers(self):
        return self.run("meshctl", "status", check=False).returncode == 0

    def until_known(self, other):
        wait_for(lambda: self.knows(other), f"{self.name} knows {other.name}")

    def meshctl(self, verb):
        return json.loads(self.run("meshctl", "--json", verb).stdout)


class Switch(Machine):
    """The switch of a rack as a host: br0 sees all, and can say something to all."""

    def __init__(self, folder):
        super().__init__("switch", folder)
        self.pid = int((folder / "switch.pid").read_text())


class Rack:
    """The machines of one Python process, which they do not outlive, and their switch."""

    def __init__(self, folder):
        self.folder = folder
        self.names = []

    def boot(self, *verb):
        done = subprocess.run([BOOT, "-s", self.folder, "-o", str(os.getpid()), *verb],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def up(self, *names, prepare=""):
        """Boots machines; `prepare` is shell that runs in each one's root before."""
        self.boot("-p", prepare, "up", *names)
        self.names += names
        return [Machine(name, self.folder) for name in names]

    def line(self, *names):
        """Machines joined each to the next by a wire alone, whose daemons know the way."""
        machines = self.up(*names)
        for one, other in zip(machines, machines[1:]):
            self.boot("wire", one.name, other.name)
        for machine in machines:
            machine.configure("[Link]\nMatch=eth-*\n")
            machine.start()
        for one, other in (machines[0], machines[-1]), (machines[-1], machines[0]):
            wait_for(lambda: one.reaches(other), f"{one.name} reaches {other.name}")
        return machines

    def clear(self):
        """Ends all machines and prints their journals; pytest shows them if the test failed."""
        if self.names:
            print(self.boot("logs"))
            self.boot("down", *self.names)
        self.names = []
