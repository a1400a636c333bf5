"""The man pages: what the build makes of docs/man and the tables is well-formed, has the sections a
reader looks for, and leaves out no verb, option or key."""
import re
import shutil
import subprocess

import pytest
from source import BUILD, TREE

PAGES = ["meshctl.1", "meshtraceroute.1", "meshpd.conf.5", "meshp.7", "meshpd.8"]
SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "FILES", "EXAMPLES",
            "SEE ALSO"]
PROGRAMS = {"meshctl.1": "tools/meshctl", "meshtraceroute.1": "tools/meshtraceroute",
            "meshpd.8": "daemon/meshpd"}


def page(name):
    path = BUILD / "docs/man" / name
    if shutil.which("scdoc") is None and not path.exists():
        pytest.skip("no scdoc")
    return path


def plain(path):
    """A page's text without its marks."""
    text = path.read_text().replace("\\&", "").replace("\\-", "-")
    return re.sub(r"\\f[BIRP]|\\(?=[\[\]|<#_*])", "", text)


def errors(path):
    """What mandoc finds wrong; style is scdoc's own."""
    return subprocess.run(["mandoc", "-T", "lint", "-W", "error", path], capture_output=True,
                          text=True).stdout


def helped(program, *words):
    return subprocess.run([BUILD / program, *words, "--help"], capture_output=True,
                          text=True, check=True).stdout


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_well_formed(name):
    if shutil.which("mandoc") is None:
        pytest.skip("no mandoc")
    assert errors(page(name)) == ""


def test_a_fault_in_a_page_is_noticed(tmp_path):
    if shutil.which("mandoc") is None:
        pytest.skip("no mandoc")
    (tmp_path / "bad.1").write_text(".TH bad 1\n.SH NAME\nbad\n.RE\n.BOGUS\n.TS\nx\n")
    assert errors(tmp_path / "bad.1") != ""


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_its_sections(name):
    found = re.findall(r"^\.SH (.*)$", plain(page(name)), re.MULTILINE)
    assert set(SECTIONS) - {"OPTIONS"} <= set(found) and {"OPTIONS", "VERBS"} & set(found)


@pytest.mark.parametrize("name, program", PROGRAMS.items())
def test_no_option_is_left_out(name, program):
    options = re.findall(r"(?<=[ ,])--[a-z-]+", helped(program))
    text = plain(page(name))
    assert len(options) > 3 and [o for o in options if o not in text] == []


def test_no_verb_is_left_out():
    verbs = re.findall(r"^  ([a-z]+)", helped("tools/meshctl").split("\n\n")[1], re.MULTILINE)
    text = plain(page("meshctl.1"))
    assert len(verbs) > 10 and [v for v in verbs if not re.search(rf"^{v}\b", text, re.M)] == []


def test_each_verb_has_help_in_80_columns():
    verbs = re.findall(r"^  ([a-z]+)", helped("tools/meshctl").split("\n\n")[1], re.MULTILINE)
    for words in ([], *([verb] for verb in verbs)):
        lines = helped("tools/meshctl", *words).splitlines()
        assert max(len(line) for line in lines if "usage:" not in line) <= 80, words


def test_no_key_is_left_out():
    printed = subprocess.run([BUILD / "daemon/meshpd", "--print-defaults"], capture_output=True,
                             text=True, check=True).stdout
    keys = re.findall(r"^(\w+)=", printed, re.MULTILINE)
    text = plain(page("meshpd.conf.5"))
    assert len(keys) > 15 and [k for k in keys if f"{k}=" not in text] == []


def test_every_page_is_there():
    assert sorted(path.name[:-4] for path in (TREE / "docs/man").glob("*.scd")) == sorted(PAGES)
