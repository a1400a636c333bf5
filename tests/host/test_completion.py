"""The shells complete meshctl: bash, and zsh and fish where they are, by the files that are
installed. The daemon is asked for nodes; without it there are none, at once and without a word."""
import shutil
import subprocess
import time

import pytest
import wires
from mesh import MESHCTL, TREE
from test_verbs import id_of, standing

FILES = TREE / "tools/completion"
BASH = '''
source "$1"; shift
COMP_LINE=$1 COMP_POINT=${#1}
breaks=${COMP_LINE//[:=]/ & }
read -ra COMP_WORDS <<<"$breaks"
[[ $COMP_LINE == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_meshctl meshctl
printf '%s\\n' "${COMPREPLY[@]}"
'''
ZSH = '''
compadd() { shift 4; print -l -- "$@" }
_files() { print files }
words=("${(@Q)${(z)1}}"); [[ $1 == *" " ]] && words+=("")
CURRENT=$#words
source $0
'''


def shell(host, *command):
    """Runs a shell in which the build's meshctl is found."""
    path = f"{MESHCTL.parent}:/usr/bin:/bin:/usr/sbin:/sbin"
    wrapped = ["env", f"PATH={path}", "HOME=/nonexistent", *command]
    done = host.run(*wrapped) if host else \
        subprocess.run(wrapped, capture_output=True, text=True, timeout=20)
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if line]


def bash(line, host=None):
    return shell(host, "bash", "--norc", "-c", BASH, "bash", str(FILES / "meshctl.bash"), line)


def fish(line, host=None):
    script = f"source {FILES}/meshctl.fish; complete -C '{line}'"
    return [word.split("\t")[0] for word in shell(host, "fish", "--no-config", "-c", script)]


def zsh(line, host=None):
    return shell(host, "zsh", "-f", "-c", ZSH, str(FILES / "_meshctl"), line)


SHELLS = [bash] + [pytest.param(run, marks=pytest.mark.skipif(
    shutil.which(run.__name__) is None, reason=f"no {run.__name__}")) for run in (zsh, fish)]


@pytest.fixture(scope="module")
def pair():
    yield from standing(lambda mesh: wires.wired(mesh, "ab", "ab"))


@pytest.mark.parametrize("run", SHELLS)
@pytest.mark.parametrize("line, words", [
    ("meshctl st", {"status"}), ("meshctl --json neigh", {"neighbours"}),
    ("meshctl -S /nowhere rou", {"routes"}), ("meshctl topology --form", {"--format"}),
    ("meshctl topology --format ", {"netjson", "dot", "openmetrics", "prometheus"}),
    ("meshctl key ", {"gen", "pub"}),
    ("meshtraceroute --li", {"--live"}), ("meshpd Firewall.I", {"Firewall.Inbound="}),
    ("meshctl expose t", {"tcp/"})])
def test_words_are_completed(run, line, words):
    assert set(run(line)) == words


def test_bash_knows_the_commands():
    said = shell(None, "bash", "--norc", "-c", f"source {FILES}/meshctl.bash; complete -p")
    assert {line.split()[-1] for line in said} == {"meshctl", "meshtraceroute", "meshpd"}
    assert all("-F _meshctl" in line for line in said)


def test_verbs_are_offered_with_their_words():
    said = dict(line.split("\t") for line in shell(None, MESHCTL, "complete", "--", "meshctl", ""))
    listed = subprocess.run([MESHCTL, "--help"], capture_output=True, text=True).stdout
    assert "status" in said and "complete" not in said
    assert all(f"\n  {verb}" in listed for verb in said) and all(said.values())


@pytest.mark.parametrize("run", SHELLS)
def test_nodes_are_completed(pair, run):
    a, b = pair
    for line in ("meshctl explain ", "meshctl --json trace ", "meshtraceroute "):
        assert set(run(line, a)) == {id_of(b), b.address}
        assert set(run(line + id_of(b)[:15], a)) == {id_of(b)}
    assert run("meshctl routes ", a) in ([], ["files"]) or run is fish


def test_bash_completes_an_address_behind_its_colons(pair):
    a, b = pair
    typed = b.address[:b.address.index(":", 5) + 2]
    answer, = bash(f"meshctl explain {typed}", a)
    assert b.address == typed[:typed.rindex(":") + 1] + answer


def test_without_a_daemon_it_is_quiet_and_quick():
    begun = time.monotonic()
    assert bash("meshctl -S /nowhere/at/all explain ") == []
    assert time.monotonic() - begun < 2
