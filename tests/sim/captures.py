#!/usr/bin/python3
"""What passes a wire can be captured: the project's second reader and tcpdump open the file, every
frame in it is one that a node on that wire sent, and the run is the same as without.

usage: captures.py MESHSIM TREE NAME=MUTANT ..."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

import tap
from meshsim import must_pass, simulate

program, tree = sys.argv[1], pathlib.Path(sys.argv[2])
mutants = dict(argument.split("=", 1) for argument in sys.argv[3:])
sys.path.insert(0, str(tree / "tests/reader/meshp"))
import capture  # noqa: E402


def captured(folder, scenario, *wires):
    """(result of the run, the files of these wires)"""
    paths = [pathlib.Path(folder) / f"{wire}.pcap" for wire in wires]
    wanted = [text for wire, path in zip(wires, paths) for text in ("--pcap", f"{wire}:{path}")]
    return must_pass(program, scenario, *wanted)[0], paths


def the_run_is_the_same_and_no_frame_is_missing():
    with tempfile.TemporaryDirectory() as folder:
        result, paths = captured(folder, "small", *range(7))
        arrivals = [arrival for path in paths for arrival in capture.read(path.read_bytes())]
    assert result["hash"] == must_pass(program, "small")[0]["hash"]
    assert len(arrivals) == result["frames"]["all"]
    assert sum(len(arrival.payload) for arrival in arrivals) == result["bytes"]["all"]


def frames_are_stamped_with_virtual_time_in_order():
    with tempfile.TemporaryDirectory() as folder:
        result, (path,) = captured(folder, "large", 0)
        times = [arrival.time for arrival in capture.read(path.read_bytes())]
    assert times == sorted(times) and times[0] >= 0
    assert times[-1] <= result["virtual_ms"] / 1000


def a_wire_carries_only_who_is_on_it():
    with tempfile.TemporaryDirectory() as folder:
        _, (path,) = captured(folder, "small", 0)
        senders = {arrival.source for arrival in capture.read(path.read_bytes())}
    assert senders == {bytes([2, 0, 0, 0, 0, 0]), bytes([2, 0, 0, 0, 0, 1])}, senders


def lost_frames_are_in_it_too():
    with tempfile.TemporaryDirectory() as folder:
        scenario = pathlib.Path(folder) / "lossy.sim"
        scenario.write_text("topology line 2\nlink all loss 100%\nexpect by 5s frames at least 2\n")
        result, (path,) = captured(folder, scenario, 0)
        assert len(list(capture.read(path.read_bytes()))) == result["frames"]["all"]


def the_second_reader_reads_every_frame():
    with tempfile.TemporaryDirectory() as folder:
        _, (path,) = captured(folder, "large", 3)
        run = subprocess.run(["/usr/bin/python3", "-B", "-m", "meshp", "decode", path],
                             cwd=tree / "tests/reader", capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout[-1000:] + run.stderr
    assert " 0 refused" in run.stdout and "INITIATION" in run.stdout


def a_capture_reaches_to_the_end_of_a_node_that_ends_its_process():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "wire.pcap"
        status, results = simulate(mutants["bound"], tree / "tests/scenarios/staged.sim",
                                   "--pcap", f"0:{path}")
        assert status == 1 and "ended by signal" in results[0]["broken"][0]
        assert list(capture.read(path.read_bytes()))


def tcpdump_reads_every_frame():
    with tempfile.TemporaryDirectory() as folder:
        _, (path,) = captured(folder, "small", 0)
        count = len(list(capture.read(path.read_bytes())))
        with path.open("rb") as file:
            run = subprocess.run(["tcpdump", "-n", "-r", "-", "--count", "ether proto 0x88b5"],
                                 stdin=file, capture_output=True, text=True, check=True)
    assert f"{count} packets" in run.stdout, run.stdout


def refused(*arguments):
    run = subprocess.run([program, "run", *arguments], capture_output=True, text=True, check=False)
    return run.returncode, run.stdout, run.stderr


def what_cannot_be_captured_is_refused():
    assert refused("small", "--pcap", "7:/dev/null") == \
        (2, "", "/dev/null: wire 7 is none of the 7 there are\n")
    assert refused("small", "--pcap", "0:/nowhere/x")[::2] == \
        (2, "/nowhere/x: No such file or directory\n")
    for wrong in ("0", "0:", ":x", "x:y", "-1:x"):
        assert refused("small", "--pcap", wrong)[0] == 2, wrong
    too_many = ["--pcap", "0:/dev/null"] * 17
    assert refused("small", *too_many)[0] == 2
    assert refused("small", "butterfly", *too_many[:2])[0] == 2


def a_full_disk_is_told():
    status, _, told = refused("small", "--pcap", "0:/dev/full")
    assert (status, told) == (1, "/dev/full: No space left on device\n")


CASES = [the_run_is_the_same_and_no_frame_is_missing, frames_are_stamped_with_virtual_time_in_order,
         a_wire_carries_only_who_is_on_it, lost_frames_are_in_it_too,
         the_second_reader_reads_every_frame,
         a_capture_reaches_to_the_end_of_a_node_that_ends_its_process,
         what_cannot_be_captured_is_refused, a_full_disk_is_told]
if shutil.which("tcpdump"):
    CASES.append(tcpdump_reads_every_frame)
tap.run([(case.__name__.replace("_", " "), case) for case in CASES])
