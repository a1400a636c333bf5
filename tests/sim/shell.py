#!/usr/bin/python3
"""The shell over the mesh `large`: what it is told it does, what it cannot do it says, and it ends
as its input ends. Mutants show that it ends when an invariant is broken.

usage: shell.py MESHSIM FOLDER NAME=MUTANT ..."""
import pathlib
import re
import subprocess
import sys
import tempfile

import tap

program, scenarios = sys.argv[1], pathlib.Path(sys.argv[2])
mutants = dict(argument.split("=", 1) for argument in sys.argv[3:])


def talk(lines, *arguments, by=program, scenario="large", status=0):
    """What the shell answers to these lines, line by line."""
    run = subprocess.run([by, "shell", scenario, *arguments], input="\n".join(lines) + "\n",
                         capture_output=True, text=True, check=False, timeout=60)
    assert run.returncode == status, f"exit {run.returncode}: {run.stdout}{run.stderr}"
    return run.stdout.splitlines()


def told(answers, pattern):
    """The first answer that matches."""
    found = [match for match in (re.fullmatch(pattern, line) for line in answers) if match]
    assert found, f"nothing of {answers} is {pattern}"
    return found[0]


def time_passes_as_it_is_told():
    assert talk(["time", "run 1.5s", "step 250us", "time"]) == \
        ["0.000000 s", "1.500000 s", "1.500250 s", "1.500250 s"]


def nodes_and_links_are_shown():
    answers = talk(["run 9s", "nodes", "node 3", "links", "link 0-1"])
    running = [line for line in answers if re.match(r"node \d+ beef:.* boot epoch 1, ", line)]
    assert len(running) == 31
    told(answers, r"neighbour node \d+ by link \d: FULL for [\d.]+ ms, rtt \d+ us, loss 0 ppm, "
         r"metric \d+ us")
    told(answers, r"session node \d+: usable, epoch 1, age [\d.]+ ms, 0 packets sent, 0 received, "
         r"0 replayed")
    assert len([line for line in answers if line.startswith("wire ")]) == 8
    told(answers, r"0>1 on wire \d: FULL, delay 0.200 ms, jitter 0.100 ms, .* mtu 1500")
    told(answers, r"1>0 on wire \d: FULL, .*")


def a_packet_arrives_or_not():
    answers = talk(["run 9s", "send 0>1", "send 0>1 count 5 size 1500", "set link 0-1 loss 100%",
                    "link 0>1", "send 0>1", "set link 0-1 loss 0%", "send 0>1"])
    took = told(answers, r"1 of 1 arrived after ([\d.]+) ms, it is 9.\d+ s")
    assert 0.2 <= float(took[1]) <= 0.4
    told(answers, r"5 of 5 arrived, the last after 40\.\d+ ms, it is 9.04\d+ s")
    told(answers, r"0>1 on wire \d: FULL, .*, loss 1000000 ppm, .*")
    told(answers, r"0 of 1 arrived, it is 10.\d+ s")
    assert answers[-1].startswith("1 of 1 arrived after ")


def ways_follow_what_is_full():
    answers = talk(["hops 0>3", "run 9s", "hops 0>3", "hops 3>3", "stop 3", "send 3>4", "node 3",
                    "run 60s", "hops 0>3", "start 3", "run 9s", "hops 0>3", "node 3"])
    assert answers[0] == "0>3: no way"
    way = told(answers, r"0>3: (\d) hops: 0 (.*) 3")
    assert len(way[2].split()) == int(way[1]) - 1
    told(answers, "3>3: 0 hops: 3")
    told(answers, "input:6: node 3 does not run")
    told(answers, "node 3 beef:.* does not run")
    assert answers.count("0>3: no way") == 2
    assert len([line for line in answers if re.match(r"0>3: \d hops: ", line)]) == 2
    told(answers, r"node 3 beef:.* boot epoch 2, .*")


def events_are_those_of_scenarios():
    answers = talk(["run 1s", "cut 0-1", "link 0-1", "run 30s", "link 0-1", "heal all", "down 0",
                    "node 0", "up 0", "forge 0 count 9 every 1ms", "partition 0..2", "run 20s"],
                   scenario="small")
    told(answers, r"0>1 on wire 0: FULL, cut, .*")
    told(answers, r"1>0 on wire 0: not FULL, cut, .*")
    told(answers, r"link 0 on wire 0: down, mtu 1500")
    assert answers[-1] == "51.000000 s"


def expectations_are_told_when_their_time_has_come():
    answers = talk(["stop 0..1", "run 10s", "run 2s", "run 1s"], scenario="small")
    told(answers, "pass: by 1s full all")
    told(answers, "pass: by 2s ping all")
    assert len([line for line in answers if line.startswith("pass: ")]) == 3


def errors_are_told_and_end_nothing():
    wrong = ["jump about", "node 30", "node", "run", "run fast", "link wire 9", "link 3-3",
             "set link 0-1", "set link 0-1 colour red", "set link 3-3 loss 1%", "hops 0-1",
             "hops 0>30", "cut 0-30", "cut 3-3", "stop 0-1", "send 0", "time please", "send 0>1",
             "x" * 300]
    answers = talk([*wrong, "# a comment", "", "time"])
    refused = [int(number) for number in re.findall(r"^input:(\d+): ", "\n".join(answers), re.M)]
    assert refused == list(range(1, len(wrong) + 1)), answers
    assert answers[-1] == "0.000000 s"


def the_shell_ends_with_quit_or_its_input():
    assert talk(["quit", "time"]) == []
    assert talk(["time"]) == ["0.000000 s"]
    assert talk(["help"])[0].startswith("help ")


def the_same_words_make_the_same_run():
    words = ["run 3s", "stop 4", "mutate all count 20", "run 30s", "start 4", "run 9s", "nodes",
             "node 4", "hops 0>29", "send 0>1"]
    assert talk(words) == talk(words)
    assert talk(words) != talk(words, "--seed", "2")


def the_shell_captures():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "wire.pcap"
        talk(["run 1s"], "--pcap", f"0:{path}")
        assert path.stat().st_size > 1000


def a_broken_invariant_ends_it():
    answers = talk(["run 9s", "time"], by=mutants["counter"], status=1)
    told(answers, r"broken: .* used again under one key.*")
    assert answers[-1].startswith("broken: ")


def a_node_that_ends_its_process_is_told():
    answers = talk(["time", "run 9s", "time"], by=mutants["bound"], status=1,
                   scenario=scenarios / "staged.sim")
    told(answers, r"FAIL staged: broken: .* ended by signal 6")
    assert answers[0] == "0.000000 s" and len(answers) == 3


def what_makes_no_sense_is_refused():
    talk([], scenario="nowhere.sim", status=2)
    talk([], "small", status=2)
    talk([], "--json", status=2)


tap.run([(case.__name__.replace("_", " "), case) for case in (
    time_passes_as_it_is_told, nodes_and_links_are_shown, a_packet_arrives_or_not,
    ways_follow_what_is_full, events_are_those_of_scenarios,
    expectations_are_told_when_their_time_has_come, errors_are_told_and_end_nothing,
    the_shell_ends_with_quit_or_its_input, the_same_words_make_the_same_run, the_shell_captures,
    a_broken_invariant_ends_it, a_node_that_ends_its_process_is_told,
    what_makes_no_sense_is_refused)])
