#!/usr/bin/python3
"""Bugs put in on purpose are caught, each by what is said of it; the node as it is passes the same
scenario.

usage: mutants.py MESHSIM FOLDER NAME=MUTANT ..."""
import pathlib
import sys

import tap
from meshsim import must_pass, simulate

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
mutants = dict(argument.split("=", 1) for argument in sys.argv[3:])
CAUGHT = {  # name: scenario, what is said, further arguments
    "counter": ("small", "used again under one key"),
    "window": (folder / "impaired.sim", "opened though it came before"),
    "edge": (folder / "window.sim", "refused though it never came"),
    "timer": ("small", "the timer of peer"),
    "bound": (folder / "staged.sim", "ended by signal 6"),
    "saved": ("small", "ended by signal 6", "--resume", "100"),
}


def is_caught(name):
    scenario, said, *arguments = CAUGHT[name]
    must_pass(program, scenario, *arguments)
    status, results = simulate(mutants[name], scenario, *arguments)
    assert status == 1, "the bug went unnoticed"
    broken = results[0]["broken"]
    assert broken and said in broken[0], f"caught by something else: {broken}"


assert set(mutants) == set(CAUGHT), "every mutant has its case"
tap.run([(name, lambda name=name: is_caught(name)) for name in sorted(mutants)])
