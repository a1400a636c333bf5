#!/usr/bin/python3
"""Restart anywhere: a run in which nodes are saved, spoilt and restored elsewhere at random
instants is the run in which they are not.

Where nodes are adopted instead all that is expected comes true.

usage: resume.py MESHSIM FOLDER"""
import pathlib
import sys

import tap
from meshsim import must_pass

program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
SAMPLES = [folder / f"{name}.sim" for name in
           ("impaired", "liars", "restart", "radio", "chaos-ring", "chaos-lan", "staged",
            "carrier")]


def goes_on(scenario):
    undisturbed = must_pass(program, scenario, "--seeds", "2")
    for count in ("1", "200"):
        resumed = must_pass(program, scenario, "--seeds", "2", "--resume", count)
        assert [run["hash"] for run in resumed] == [run["hash"] for run in undisturbed]
        assert all(then["events"] > before["events"] for then, before
                   in zip(resumed, undisturbed)), "nothing happened"


def is_adopted(scenario):
    for count in ("1", "200"):
        must_pass(program, scenario, "--seeds", "2", "--adopt", count)


tap.run([(pathlib.Path(name).stem, lambda name=name: goes_on(name))
         for name in [*SAMPLES, "small", "butterfly"]]
        + [(f"{pathlib.Path(name).stem} adopted", lambda name=name: is_adopted(name))
           for name in [*SAMPLES, "small", "butterfly"]])
