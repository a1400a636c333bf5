#!/usr/bin/python3
"""Journals of simulated nodes are replayed: as they were, cut off, changed, by another node, and up
to the event that ended the process.

usage: replay.py MESHSIM FOLDER NAME=MUTANT ..."""
import json
import pathlib
import subprocess
import sys
import tempfile

import tap
from meshsim import must_pass, simulate

program, scenarios = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
mutants = dict(argument.split("=", 1) for argument in sys.argv[3:])
HEAD = 188  # bytes before the first record
place = tempfile.TemporaryDirectory()
folder = pathlib.Path(place.name)


def replay(journal, by=program):
    """(exit status, what it says as an object or None, complaint) of a replay."""
    run = subprocess.run([by, "replay", "--json", journal], capture_output=True, text=True,
                         check=False, timeout=60)
    return run.returncode, json.loads(run.stdout) if run.stdout else None, run.stderr


def recorded(scenario, node):
    """The journal of a node in a run."""
    journal = folder / f"{pathlib.Path(scenario).stem}-{node}"
    must_pass(program, scenario, "--journal", f"{node}:{journal}")
    return journal


def changed(data):
    journal = folder / "changed"
    journal.write_bytes(data)
    return journal


def a_journal_replays_to_the_same_answers():
    for name in "impaired", "liars", "restart", "rekey", "leave", "chaos-ring", "radio", "clocks":
        scenario = scenarios / f"{name}.sim"
        journal = recorded(scenario, 1)
        assert journal.stat().st_mode & 0o777 == 0o600
        status, said, _ = replay(journal)
        assert status == 0 and said["equal"] and not said["cut"] and said["events"] > 20, said
        assert said["hash"] == replay(journal)[1]["hash"]


def recording_changes_nothing():
    journal = recorded("small", 2)
    assert must_pass(program, "small", "--journal", f"2:{folder / 'again'}")[0]["hash"] == \
        must_pass(program, "small")[0]["hash"]
    assert (folder / "again").read_bytes() == journal.read_bytes()


def one_life_is_recorded():
    """Node 4 of the scenario lives twice; the journal ends with its first life."""
    said = replay(recorded(scenarios / "restart.sim", 4))[1]
    assert said["equal"] and said["virtual_us"] < 3_000_000


def a_journal_may_end_anywhere():
    whole = recorded("small", 0).read_bytes()
    events = []
    for size in range(HEAD, len(whole), 13):
        status, said, complaint = replay(changed(whole[:size]))
        assert status == 0 and said["equal"], complaint
        events.append(said["events"])
    assert events == sorted(events) and events[0] == 0 and events[-1] > 20
    for size in 0, 1, HEAD - 1:
        assert replay(changed(whole[:size]))[0] == 2


def a_changed_answer_is_named():
    whole = recorded("small", 0).read_bytes()
    said = replay(changed(whole[:-1] + bytes([whole[-1] ^ 1])))
    assert said[0] == 1 and said[1]["difference"]["event"] == said[1]["events"]
    assert said[1]["events"] == replay(changed(whole))[1]["events"]


def another_identity_answers_differently():
    whole = bytearray(recorded("small", 0).read_bytes())
    whole[80] ^= 1
    status, said, _ = replay(changed(bytes(whole)))
    assert status == 1 and not said["equal"] and said["difference"]["signal"] == 0


def nonsense_is_refused():
    whole = bytearray(recorded("small", 0).read_bytes())
    whole[HEAD] = 99
    status, said, complaint = replay(changed(bytes(whole)))
    assert (status, said) == (2, None) and f"at byte {HEAD}: no event" in complaint
    assert replay(changed(b"MESHP" * 100))[0] == 2
    assert replay(folder / "nowhere")[0] == 2
    assert replay(folder)[0] == 2


def a_node_with_a_bug_answers_differently():
    status, said, _ = replay(recorded("small", 0), by=mutants["counter"])
    assert status == 1 and said["difference"]["event"] > 1, said
    assert said["difference"]["kind"] in ("frame", "packet", "time")


def a_crash_is_in_the_journal():
    journal = folder / "crash"
    status, runs = simulate(mutants["bound"], scenarios / "staged.sim", "--journal", f"0:{journal}")
    assert status == 1 and "ended by signal 6" in runs[0]["broken"][0]
    status, said, _ = replay(journal, by=mutants["bound"])
    assert status == 1 and said["difference"]["signal"] == 6, said
    assert said["difference"]["kind"] == "packet"
    status, mended, _ = replay(journal)
    assert status == 0 and mended["events"] == said["events"], "without the bug it goes through"


def a_journal_is_of_one_run_and_of_a_node_there_is():
    for arguments in (["small", "large", "--journal", "0:x"], ["small", "--journal", "6:x"],
                      ["small", "--seeds", "2", "--journal", "0:x"], ["small", "--journal", "x"],
                      ["small", "--journal", f"0:{folder}/none/x"]):
        run = subprocess.run([program, "run", *arguments], capture_output=True, cwd=folder,
                             check=False)
        assert run.returncode == 2 and run.stderr, arguments


tap.run([(case.__name__.replace("_", " "), case) for case in (
    a_journal_replays_to_the_same_answers, recording_changes_nothing, one_life_is_recorded,
    a_journal_may_end_anywhere, a_changed_answer_is_named, another_identity_answers_differently,
    nonsense_is_refused, a_node_with_a_bug_answers_differently, a_crash_is_in_the_journal,
    a_journal_is_of_one_run_and_of_a_node_there_is)])
