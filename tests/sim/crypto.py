#!/usr/bin/python3
"""What cryptography a simulator is linked with changes what it should and nothing else: with
remembered answers a run is the same to the byte; with the toys meshes find together as well.

usage: crypto.py MESHSIM REAL TOY FOLDER"""
import pathlib
import sys

import tap
from meshsim import must_pass

memoised, real, toy = sys.argv[1:4]
folder = pathlib.Path(sys.argv[4])
SAMPLES = [folder / f"{name}.sim" for name in ("restart", "liars", "chaos-ring", "rekey")]


def run(program, scenario):
    return must_pass(program, scenario)[0]


def remembered_answers_change_no_byte():
    for scenario in [*SAMPLES, "small"]:
        assert run(memoised, scenario)["hash"] == run(real, scenario)["hash"], scenario


def toys_make_a_mesh_of_their_own():
    for scenario in [*SAMPLES, "small", "large"]:
        one, again = run(toy, scenario), run(toy, scenario)
        assert one["hash"] == again["hash"] != run(memoised, scenario)["hash"], scenario


tap.run([(case.__name__.replace("_", " "), case) for case in (
    remembered_answers_change_no_byte, toys_make_a_mesh_of_their_own)])
