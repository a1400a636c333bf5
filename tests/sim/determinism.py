#!/usr/bin/python3
"""A run is a function of scenario and seed: the hash of all outboxes is the same again, the same in
a build by the other compiler without optimisation, and another with another seed.

usage: determinism.py MESHSIM TREE COMPILER"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

import tap
from meshsim import must_pass

program, tree, compiler = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
ROOMS = ["base", "crypto", "meshp", "mesharp", "route", "node", "sim"]
SAMPLES = ["impaired", "liars", "restart", "radio", "chaos-ring", "clocks", "mobility"]


def hashes(run_by, *arguments):
    runs = [must_pass(run_by, tree / f"tests/scenarios/{name}.sim", *arguments) for name in SAMPLES]
    return [run[0]["hash"] for run in runs]


def the_same_seed_gives_the_same_run():
    assert hashes(program) == hashes(program)


def another_seed_gives_another_run():
    one, other = (must_pass(program, "large", "--seed", seed)[0] for seed in "12")
    assert one["hash"] != other["hash"]


def another_build_gives_the_same_run():
    other = "gcc" if compiler == "clang" else "clang"
    other = other if shutil.which(other) else compiler
    sources = [path for room in ROOMS for path in sorted((tree / room).glob("*.c"))]
    with tempfile.TemporaryDirectory() as folder:
        built = f"{folder}/meshsim"
        subprocess.run([other, "-O0", "-std=gnu17", "-D_GNU_SOURCE", "-I", tree, *sources,
                        "-lsodium", "-ljansson", "-o", built], check=True)
        assert hashes(program) == hashes(built)


tap.run([(case.__name__.replace("_", " "), case) for case in (
    the_same_seed_gives_the_same_run, another_seed_gives_another_run,
    another_build_gives_the_same_run)])
