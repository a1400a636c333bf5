"""A daemon that carries packets asks nothing of the heap and takes no lock: the short form of
tests/bench/allocations."""
import subprocess
import sys

import pytest
from mesh import SANITIZED, TREE


@pytest.mark.skipif(SANITIZED, reason="a sanitizer brings a heap of its own")
def test_no_heap_and_no_lock_for_a_packet():
    done = subprocess.run([sys.executable, TREE / "tests/bench/allocations", "--seconds", "1"],
                          capture_output=True, text=True, timeout=80)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "when=loaded" in done.stdout
