"""The pure rooms do no I/O, take no memory, read no clock and hold no state: their libraries ask
for nothing but earlier rooms, mem*, abort, the compiler's own guards and libsodium, and they define
no variable that can change."""
import re
import subprocess

import pytest
from source import BUILD, MAY_INCLUDE, PURE, TREE, code, plant, pure_files

ALLOWED = re.compile(r"mem\w+|__\w+_chk|__stack_chk_fail|abort|crypto_\w+|sodium_\w+"
                     r"|_GLOBAL_OFFSET_TABLE_")
LIBRARIES = {room: BUILD / room / f"lib{room}.a" for room in PURE}
LIBRARIES["tun"] = BUILD / "tun/libsegments.a"


def symbols(library):
    """(name, class, section) of each symbol, as nm tells them."""
    listing = subprocess.run(["nm", "--format=sysv", library], capture_output=True, text=True,
                             check=True).stdout
    rows = (line.split("|") for line in listing.splitlines() if line.count("|") == 6)
    return [(row[0].strip(), row[2].strip(), row[6].strip()) for row in rows]


def defined(library):
    return {name for name, kind, _ in symbols(library) if kind.isupper() and kind != "U"}


def foreign(library, known):
    """Names the library needs that neither it, nor an earlier room, nor the short list offers."""
    needed = {name for name, kind, _ in symbols(library) if kind == "U"}
    return sorted(n for n in needed - known - defined(library) if not ALLOWED.fullmatch(n))


def variables(library):
    """Symbols in writable memory. Constant tables of pointers, in .data.rel.ro, do not count."""
    writable = re.compile(r"\.(data(?!\.rel\.ro)|bss|tdata|tbss)\b.*|\*COM\*")
    return sorted(name for name, _, section in symbols(library) if writable.fullmatch(section))


def impurities(tree):
    """Types that hide what they are, and floating point, in the pure rooms' source."""
    complaints = []
    for path in pure_files(tree, ".c", ".h"):
        text = code(path.read_text())
        for body in re.findall(r"\btypedef\b([^;{]*(?:\{[^}]*\})?[^;]*);", text):
            if not re.search(r"\b(instant|duration)$", body):
                complaints.append(f"{path.relative_to(tree)}: typedef{body}")
        if re.search(r"\b(float|double)\b", text):
            complaints.append(f"{path.relative_to(tree)}: floating point")
    return complaints


@pytest.mark.parametrize("room", LIBRARIES)
def test_the_library_asks_for_nothing_outside(room):
    known = set().union(*(defined(LIBRARIES[earlier]) for earlier in MAY_INCLUDE[room]))
    assert foreign(LIBRARIES[room], known) == []


@pytest.mark.parametrize("room", LIBRARIES)
def test_the_library_holds_no_variable(room):
    assert variables(LIBRARIES[room]) == []


def test_pure_source_has_no_typedef_and_no_floating_point():
    assert impurities(TREE) == []


def test_a_library_that_looks_outside_is_noticed(tmp_path):
    (tmp_path / "bad.c").write_text("""
        #include <stdio.h>
        #include <string.h>
        #include <time.h>
        int counter; static int hidden; static const char *const words[] = {"a", "b"};
        int base_known(void);
        long now(char *to, const char *from, unsigned n)
        {
            memcpy(to, from, n);
            puts(words[n & 1]);
            return time(NULL) + ++hidden + base_known();
        }""")
    subprocess.run("gcc -fPIC -c bad.c && ar rc bad.a bad.o", shell=True, cwd=tmp_path, check=True)
    assert foreign(tmp_path / "bad.a", {"base_known"}) == ["puts", "time"]
    assert variables(tmp_path / "bad.a") == ["counter", "hidden"]


def test_a_typedef_and_a_double_are_noticed(tmp_path):
    tree = plant(tmp_path, base__time_h="typedef struct { int us; } instant;\n",
                 base__bad_h="typedef struct { int x; } thing;\n",
                 node__bad_c="/* no double here */\nint f(double x);\n")
    assert impurities(tree) == ["base/bad.h: typedef struct { int x; } thing",
                                "node/bad.c: floating point"]
