#!/usr/bin/python3
"""Every scenario goes as its file says, with its own seed; the named ones too.

usage: scenarios.py MESHSIM FOLDER"""
import pathlib
import sys

import tap
from meshsim import must_pass

program, folder = sys.argv[1:]
files = sorted(pathlib.Path(folder).glob("*.sim"))
assert files, "no scenarios"
names = [*files, "small", "large", "butterfly"]
tap.run([(pathlib.Path(name).stem, lambda name=name: must_pass(program, name)) for name in names])
