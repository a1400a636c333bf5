"""Every file says what it is: a header compiles alone behind a guard named after its path, a file
begins with a paragraph of prose and is called by a noun, and each file of a pure room has its unit
test under the same name."""
import re
import subprocess

from source import MAY_INCLUDE, TREE, files, flags, plant, pure_files

NAMELESS = {"util", "utils", "common", "misc", "helper", "helpers"}


def dependent_headers(tree):
    """Headers that need another to be included before them."""
    command = ["gcc", "-fsyntax-only", *flags(), "-I", tree, "-x", "c"]
    said = {path.relative_to(tree): subprocess.run([*command, path], capture_output=True, text=True)
            for path in files(tree, ".h")}
    return [f"{name}: {compiler.stderr}" for name, compiler in said.items() if compiler.stderr]


def unguarded(tree):
    complaints = []
    for path in files(tree, ".h"):
        guard = re.sub(r"\W", "_", str(path.relative_to(tree))).upper()
        if f"#ifndef {guard}\n#define {guard}\n" not in path.read_text():
            complaints.append(f"{path.relative_to(tree)} has no guard {guard}")
    return complaints


def without_prose(tree):
    """Files whose first comment is missing or is no sentence."""
    def begins_with_prose(text):
        comment = re.match(r"/\*(.*?)\*/", text, re.DOTALL)
        return comment is not None and re.search(r"\w+ .*\.\s*$", comment[1], re.DOTALL)
    return [str(path.relative_to(tree))
            for path in files(tree, ".c", ".h", rooms=[*MAY_INCLUDE, "tests"])
            if not begins_with_prose(path.read_text())]


def nameless(tree):
    return [str(path.relative_to(tree)) for path in files(tree, ".c", ".h", ".py")
            if path.stem in NAMELESS]


def untested(tree):
    complaints = []
    for path in pure_files(tree, ".c"):
        room, mirror = path.parent.name, tree / "tests/unit" / path.relative_to(tree)
        listing = mirror.with_name("meson.build")
        if not mirror.exists():
            complaints.append(f"{room}/{path.name} has no tests/unit/{room}/{path.name}")
        elif not listing.exists() or f"'{path.stem}'" not in listing.read_text():
            complaints.append(f"tests/unit/{room}/{path.name} is not run")
    return complaints


def test_every_header_compiles_alone():
    assert dependent_headers(TREE) == []


def test_every_header_is_guarded_by_its_own_name():
    assert unguarded(TREE) == []


def test_every_file_begins_with_prose():
    assert without_prose(TREE) == []


def test_every_file_has_a_noun_for_a_name():
    assert nameless(TREE) == []


def test_every_file_of_a_pure_room_has_its_unit_test():
    assert untested(TREE) == []


def test_a_bad_header_is_noticed(tmp_path):
    tree = plant(tmp_path, base__bad_h="#ifndef BAD_H\n#define BAD_H\nuint8_t x(void);\n#endif\n",
                 base__good_h="#ifndef BASE_GOOD_H\n#define BASE_GOOD_H\nint y(void);\n#endif\n")
    assert unguarded(tree) == ["base/bad.h has no guard BASE_BAD_H"]
    assert ["base/bad.h" in line for line in dependent_headers(tree)] == [True]


def test_a_file_without_prose_or_noun_is_noticed(tmp_path):
    tree = plant(tmp_path, base__util_c="/* bytes */\n", tun__tun_c="#include <x.h>\n",
                 node__send_c="/* One paragraph that says what the file holds and why. */\n")
    assert without_prose(tree) == ["base/util.c", "tun/tun.c"]
    assert nameless(tree) == ["base/util.c"]


def test_a_missing_unit_test_is_noticed(tmp_path):
    tree = plant(tmp_path, base__bytes_c="", base__table_c="", base__pool_c="",
                 tests__unit__base__bytes_c="", tests__unit__base__pool_c="",
                 tests__unit__base__meson_build="foreach name : ['bytes']\n")
    assert untested(tree) == ["tests/unit/base/pool.c is not run",
                              "base/table.c has no tests/unit/base/table.c"]
