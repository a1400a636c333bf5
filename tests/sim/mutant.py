#!/usr/bin/python3
"""Copies a source file with a bug put in: one text, which must stand there exactly once, becomes
another.

usage: mutant.py FROM TO OLD NEW"""
import pathlib
import sys

source, target, old, new = sys.argv[1:]
text = pathlib.Path(source).read_text()
if text.count(old) != 1:
    sys.exit(f"{source}: {old!r} stands there {text.count(old)} times")
pathlib.Path(target).write_text(text.replace(old, new))
