#!/usr/bin/python3
"""A hundred meshes of twenty nodes with faults at random: nothing breaks, everybody finds everybody
again.

usage: seeds.py MESHSIM FOLDER"""
import pathlib
import sys

import tap
from meshsim import must_pass

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])


def seeds(name, count):
    results = must_pass(program, folder / f"{name}.sim", "--seeds", str(count))
    assert len({result["hash"] for result in results}) == count, "two seeds, one run"


tap.run([("90 rings", lambda: seeds("chaos-ring", 90)),
         ("10 switches", lambda: seeds("chaos-lan", 10))])
