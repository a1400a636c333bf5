"""The tree as the structure tests see it: which rooms there are, in which order they know each
other, and C source without its comments. Every law is a function from a tree to a list of
complaints, so that the same function can be shown a bad tree and must complain."""
import os
import pathlib
import re
import subprocess

TREE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("MESHPD_BUILD", TREE / "build/plain")).resolve()

PURE = ["base", "crypto", "meshp", "mesharp", "route", "node"]
SEGMENTS = ["offload", "checksum", "transport", "split", "merge"]  # what of tun/ is pure
MAY_INCLUDE = {
    "base": [],
    "crypto": ["base"],
    "meshp": ["base", "crypto"],
    "mesharp": ["base", "crypto", "meshp"],
    "route": ["base", "crypto", "meshp"],
    "node": ["base", "crypto", "meshp", "mesharp", "route"],
    "tun": ["base"],
    "link": ["base"],
    "config": ["base"],
    "daemon": PURE + ["tun", "link", "config"],
    "sim": PURE,
    "tools": ["base", "crypto", "meshp", "mesharp", "tun", "link", "config", "daemon"],
}


def files(tree, *suffixes, rooms=tuple(MAY_INCLUDE)):
    """The files of these rooms with one of these suffixes, in order."""
    found = (p for room in rooms for p in (tree / room).rglob("*") if p.suffix in suffixes)
    return sorted(found)


def pure_files(tree, *suffixes):
    """The files of the pure rooms and of the pure part of tun/."""
    segments = files(tree, *suffixes, rooms=["tun"])
    return files(tree, *suffixes, rooms=PURE) + [p for p in segments if p.stem in SEGMENTS]


def code(text):
    """C source with comments, strings and character constants blanked; line numbers stay."""
    token = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
    return token.sub(lambda m: "\n" * m[0].count("\n") or " ", text)


def flags():
    """What the compiler must be told for the libraries' headers to be found."""
    names = ["libsodium", "libnl-route-3.0", "libsystemd", "libcap", "jansson", "inih"]
    shown = subprocess.run(["pkg-config", "--cflags", *names], capture_output=True, text=True)
    return ["-std=gnu17", "-D_GNU_SOURCE", *shown.stdout.split()]


def plant(tree, **sources):
    """Writes a small tree of bad samples; room__file_c stands for room/file.c."""
    for name, text in sources.items():
        path = tree / re.sub(r"_([a-z]+)$", r".\1", name.replace("__", "/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tree
