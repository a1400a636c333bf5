#!/usr/bin/python3
"""A service manager of one service, as far as restarts go: starts the program, again whenever it
ends, and keeps the descriptors it is asked to keep, which the next process is handed in the
reverse of their order, as systemd does. SIGTERM: the service is stopped for good, by SIGINT.

usage: keeper.py NOTES PROGRAM ARGUMENT ...
NOTES gets a line for each thing that happens: what, of which process, at what instant."""
import ctypes
import fcntl
import os
import pathlib
import selectors
import signal
import socket
import sys
import time

MOST = 64
NOTIFY = "/run/meshpd-keeper"
FIRST = 3  # SD_LISTEN_FDS_START


class Keeper:
    def __init__(self, notes, command):
        self.notes, self.command = open(notes, "a", buffering=1), command
        self.kept, self.child, self.stopping = [], 0, False
        pathlib.Path(NOTIFY).unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.socket.bind(NOTIFY)
        os.chmod(NOTIFY, 0o666)
        self.wake, self.waker = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(self.waker, False)
        signal.set_wakeup_fd(self.waker)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self.stop())

    def note(self, what):
        print(what, self.child, time.monotonic(), file=self.notes)

    def start(self):
        self.child = os.fork()
        if self.child > 0:
            self.note("start")
            return
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        for number, (_, fd) in enumerate(reversed(self.kept)):
            os.dup2(fd, FIRST + number)
        names = ":".join(name for name, _ in reversed(self.kept))
        environment = {**os.environ, "NOTIFY_SOCKET": NOTIFY, "FDSTORE": str(MOST)}
        if self.kept:
            environment |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": str(len(self.kept)),
                            "LISTEN_FDNAMES": names}
        os.execve(self.command[0], self.command, environment)

    def stop(self):
        self.stopping = True
        os.kill(self.child, signal.SIGINT)

    def keep(self, name, fds):
        for fd in fds:
            # Beyond all places in which a process is handed one.
            high = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, FIRST + MOST)
            os.close(fd)
            if len(self.kept) < MOST:
                self.kept.append((name, high))

    def forget(self, name):
        for entry in [entry for entry in self.kept if entry[0] == name]:
            os.close(entry[1])
            self.kept.remove(entry)

    def hear(self):
        try:
            while True:
                text, fds, _, _ = socket.recv_fds(self.socket, 4096, MOST)
                said = dict(line.split("=", 1) for line in text.decode().splitlines())
                if "FDSTORE" in said:
                    self.keep(said["FDNAME"], fds)
                if "FDSTOREREMOVE" in said:
                    self.forget(said["FDNAME"])
                if "READY" in said:
                    self.note("ready")
        except BlockingIOError:
            pass

    def reap(self):
        pid, status = os.waitpid(-1, os.WNOHANG) if self.child else (0, 0)
        if pid != self.child:
            return
        self.hear()
        self.note(f"end={os.waitstatus_to_exitcode(status)}")
        self.child = 0
        if not self.stopping:
            self.start()

    def run(self):
        wait = selectors.DefaultSelector()
        wait.register(self.socket, selectors.EVENT_READ)
        wait.register(self.wake, selectors.EVENT_READ)
        self.start()
        while self.child:
            wait.select()
            self.hear()
            try:
                os.read(self.wake, 100)
            except BlockingIOError:
                pass
            self.reap()


Keeper(sys.argv[1], sys.argv[2:]).run()
