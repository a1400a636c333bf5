"""Mixed load while a second way comes and goes and keys are replaced: the short form of
tests/bench/mixed, light and with wide margins, for it runs beside everything else: on a machine
that is busy enough a neighbour answers too late, is left, and some packets are overtaken."""
import subprocess
import sys

from mesh import TREE

LIGHT = ["--bulk", "20", "--rate", "500", "--rekey", "1", "--flap", "2"]


def mixed(*options):
    return subprocess.run([sys.executable, TREE / "tests/bench/mixed", *LIGHT, *options],
                          capture_output=True, text=True, timeout=80)


def test_nothing_stalls_overtakes_or_is_lost_without_a_name():
    done = mixed("--seconds", "12", "--stall", "1500", "--overtaken", "20")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_stall_is_seen():
    done = mixed("--seconds", "3", "--stall", "1")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAILED ping_stall_ms" in done.stdout
