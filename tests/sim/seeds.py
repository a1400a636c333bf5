#!/usr/bin/python3
"""A hundred meshes of twenty and thirty nodes with faults at random: nothing breaks,
everybody finds everybody again, over however many hops.

usage: seeds.py MESHSIM FOLDER"""
import pathlib
import sys

import tap
from meshsim import must_pass

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])


def seeds(name, count):
    results = must_pass(program, folder / f"{name}.sim", "--seeds", str(count))
    assert len({result["hash"] for result in results}) == count, "two seeds, one run"


tap.run([("44 rings", lambda: seeds("chaos-ring", 44)),
         ("6 switches", lambda: seeds("chaos-lan", 6)),
         ("50 meshes that relay", lambda: seeds("chaos-30", 50))])
