#!/usr/bin/python3
"""The mesh as its nodes found it is written as NetJSON, and such a file is a topology again.

usage: maps.py MESHSIM FOLDER"""
import json
import pathlib
import sys
import tempfile

import tap
from meshsim import must_pass, simulate

program, scenarios = sys.argv[1], pathlib.Path(sys.argv[2])


def mapped(folder, scenario, *arguments):
    path = pathlib.Path(folder) / "found.json"
    must_pass(program, scenario, "--netjson", str(path), *arguments)
    return json.loads(path.read_text())


def edges(graph):
    """Every link by the labels of its ends."""
    label = {node["id"]: int(node["label"]) for node in graph["nodes"]}
    return sorted((label[link["source"]], label[link["target"]]) for link in graph["links"])


def a_map_is_a_networkgraph_of_all_that_is_full():
    with tempfile.TemporaryDirectory() as folder:
        graph = mapped(folder, "small")
    assert graph["type"] == "NetworkGraph" and graph["protocol"] == "MESHARP"
    assert isinstance(graph["version"], str) and graph["metric"] == "us"
    assert [node["label"] for node in graph["nodes"]] == list("012345")
    assert all(node["id"].startswith("beef:") for node in graph["nodes"])
    assert graph["nodes"][1]["local_addresses"] == [f"02:0{link}:00:00:00:01" for link in range(3)]
    ways = [(0, 1), (1, 2), (3, 4), (4, 5), (0, 3), (1, 4), (2, 5)]
    assert edges(graph) == sorted(ways + [(b, a) for a, b in ways])
    for link in graph["links"]:
        assert link["cost"] >= 10 and link["properties"]["rtt_us"] >= 200
        assert set(link["properties"]) == {"rtt_us", "loss_ppm", "wire"}


def what_is_not_full_is_no_link():
    with tempfile.TemporaryDirectory() as folder:
        scenario = pathlib.Path(folder) / "gap.sim"
        scenario.write_text("topology line 3\nabsent 2\nexpect by 2s full 0-1\n")
        graph = mapped(folder, scenario)
    assert edges(graph) == [(0, 1), (1, 0)]
    assert [node["properties"]["running"] for node in graph["nodes"]] == [True, True, False]


def what_one_run_writes_another_reads():
    for name in ("small", scenarios / "village.sim", "large"):
        with tempfile.TemporaryDirectory() as folder:
            first = mapped(folder, name)
            again = pathlib.Path(folder) / "again.sim"
            again.write_text("topology netjson found.json\nspread 1s\n"
                             "expect by 10s full all\nexpect by 12s ping all\n")
            second = mapped(folder, again)
        assert edges(second) == sorted(set(edges(first))), name
        assert len(second["nodes"]) == len(first["nodes"])


def a_file_that_cannot_be_written_is_told():
    status, _ = simulate(program, "small", "--netjson", "/dev/full")
    assert status == 1


tap.run([(case.__name__.replace("_", " "), case) for case in (
    a_map_is_a_networkgraph_of_all_that_is_full, what_is_not_full_is_no_link,
    what_one_run_writes_another_reads, a_file_that_cannot_be_written_is_told)])
