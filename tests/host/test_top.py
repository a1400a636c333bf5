"""meshctl top on a terminal: what it shows, its keys, another size, and a daemon that goes and
comes back."""
import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios

from mesh import MESHCTL, wait_for


class Terminal:
    """A terminal with one program on it."""

    def __init__(self, *command, term="xterm"):
        self.ours, self.theirs = pty.openpty()
        self.resize(40, 120)
        self.before = termios.tcgetattr(self.theirs)
        os.set_blocking(self.ours, False)
        self.shown = ""
        # ncurses does not give back all it took for a terminal that it does not know.
        variables = {"TERM": term, "ASAN_OPTIONS": "detect_leaks=0"}
        self.popen = subprocess.Popen(command, stdin=self.theirs, stdout=self.theirs,
                                      stderr=self.theirs, start_new_session=True,
                                      env=os.environ | variables, preexec_fn=self.lead)

    @staticmethod
    def lead():
        """What the program's process does first."""
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def resize(self, rows, columns):
        fcntl.ioctl(self.ours, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self):
        try:
            self.shown += os.read(self.ours, 65536).decode(errors="replace")
        except BlockingIOError:
            pass
        return self.shown

    def until(self, words):
        """Waits for these words, and forgets what was shown up to now."""
        wait_for(lambda: words in self.read(), f"the terminal shows {words}", 10)
        shown, self.shown = self.shown, ""
        return shown

    def type(self, keys):
        os.write(self.ours, keys.encode())

    def hang_up(self):
        os.close(self.ours)
        os.close(self.theirs)

    def end(self):
        self.popen.kill()
        self.popen.wait()
        self.hang_up()


def test_top_shows_what_goes_on(pair):
    alice, bob = pair
    terminal = Terminal(*alice.inside(MESHCTL, "top", "--watch=0.2"))
    try:
        shown = terminal.until("DROPPED")
        assert alice.address in shown and "eth0" in shown and bob.address in shown
        terminal.type("o")
        terminal.until("out")
        terminal.resize(5, 50)
        os.killpg(terminal.popen.pid, signal.SIGWINCH)
        assert "DROPPED" not in terminal.until("SESSION")
        terminal.resize(30, 100)
        terminal.until("DROPPED")
        alice.stop("meshpd", signal.SIGKILL)
        terminal.until("not running, trying again")
        alice.meshpd()
        terminal.until("quit")
        terminal.type("q")
        assert terminal.popen.wait(10) == 0
        assert termios.tcgetattr(terminal.theirs) == terminal.before
        assert "\x1b[?1049l" in terminal.read(), "the screen as it was before"
    finally:
        terminal.end()


def test_top_says_that_it_does_not_know_the_terminal(mesh):
    alice = mesh.host("alice")
    terminal = Terminal(*alice.inside(MESHCTL, "top"), term="nonsense")
    try:
        terminal.until("top needs a terminal")
        assert terminal.popen.wait(10) == 2
    finally:
        terminal.end()


def test_top_ends_with_its_terminal(mesh):
    alice = mesh.host("alice")
    terminal = Terminal(*alice.inside(MESHCTL, "top"))
    try:
        terminal.until("DROPPED")
        terminal.hang_up()
        assert terminal.popen.wait(10) == 0
    finally:
        terminal.popen.kill()
        terminal.popen.wait()


def test_top_needs_a_terminal_and_a_daemon(mesh):
    host = mesh.unplugged("alone")
    done = host.run(MESHCTL, "top", check=False)
    assert done.returncode == 2 and "terminal" in done.stderr
    terminal = Terminal(*host.inside(MESHCTL, "top"))
    try:
        assert terminal.popen.wait(10) == 3
    finally:
        terminal.end()
