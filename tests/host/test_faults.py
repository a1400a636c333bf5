"""Whatever the kernel refuses at the start, once and at whichever call: the daemon starts all the
same, or says what is wrong and ends, and leaves nothing behind."""
import errno
import os

import pytest
from mesh import BUILD, MESHPD, TREE

SHIM = BUILD / "tests/host/fault.so"
SHARES = 4  # run beside each other
# Every so many-th call fails; all of them with MESHPD_FAULTS=1 and --timeout 900, in some minutes.
STRIDE = int(os.environ.get("MESHPD_FAULTS", 17))


@pytest.mark.skipif(not SHIM.exists(), reason="a sanitizer puts itself before the calls, too")
@pytest.mark.parametrize("share", range(SHARES))
def test_any_call_of_the_start_may_fail(mesh, share):
    alice = mesh.host("alice", up=False)
    done = alice.run(TREE / "tests/host/faults", SHIM, share * STRIDE + 1, SHARES * STRIDE,
                     errno.ENOMEM, MESHPD, "Daemon.Workers=1", timeout=900 / STRIDE)
    *wrong, last = done.stdout.splitlines()
    assert wrong == []
    assert int(last.split()[0]) > 5
