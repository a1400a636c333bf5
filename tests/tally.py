#!/usr/bin/python3
"""Adds up the test cases of several runs and prints what failed and what was skipped, each with
its reason; the last line is the sum. A run is meson's testlog.json (programs that speak TAP) or
pytest's JUnit XML. A run that left no file, a program that crashed or timed out, and one that ran
no case at all each count as a failure: silence is not success.

usage: tally.py FILE ..."""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree

CASE = re.compile(r"(not )?ok\b(?: \d+)?(?: -)?([^#]*)(?:# *(skip)\S*(.*))?", re.IGNORECASE)


def tap_cases(log):
    """(name, verdict, reason) of each case in meson's log of TAP programs."""
    for program in map(json.loads, log.read_text().splitlines()):
        lines = program.get("stdout", "").splitlines()
        cases = [match for match in map(CASE.match, lines) if match]
        for failed, name, skipped, reason in (case.groups() for case in cases):
            # cmocka before 1.1.7 writes "not ok" for what it skips.
            verdict = "skipped" if skipped else "failed" if failed else "passed"
            yield f"{program['name']}: {name.strip()}", verdict, (reason or "").strip()
        plan = next((int(line[3:].split()[0]) for line in lines if line.startswith("1..")), 0)
        wrong = any(case[1] and not case[3] for case in cases)
        well = program["result"] in ("OK", "SKIP") or (program.get("returncode") == 0 and not wrong)
        if not (well and plan == len(cases) > 0) and not wrong:
            reason = f"{program['result']}, {len(cases)} of {plan} cases ran"
            yield program["name"], "failed", f"{reason}\n{program.get('stderr', '')}".strip()


def junit_cases(report):
    """(name, verdict, reason) of each case in a JUnit report."""
    for case in xml.etree.ElementTree.parse(report).iter("testcase"):
        name = f"{report.stem}: {case.get('name')}"
        wrong = [child for child in case if child.tag in ("failure", "error")]
        skips = [child for child in case if child.tag == "skipped"]
        verdict = "failed" if wrong else "skipped" if skips else "passed"
        reason = next((child.get("message", "") for child in wrong + skips), "")
        yield name, verdict, reason.split("\n")[0]


def cases_of(path):
    try:
        cases = list((junit_cases if path.suffix == ".xml" else tap_cases)(path))
    except (OSError, ValueError, xml.etree.ElementTree.ParseError) as trouble:
        return [(path.name, "failed", f"left no readable result: {trouble}")]
    return cases or [(path.name, "failed", "ran no test at all")]


def main(paths):
    cases = [case for path in paths for case in cases_of(pathlib.Path(path))]
    for verdict in ("skipped", "failed"):
        for name, _, reason in (case for case in cases if case[1] == verdict):
            print(f"{verdict}: {name}" + (f": {reason}" if reason else ""))
    count = {v: sum(case[1] == v for case in cases) for v in ("passed", "failed", "skipped")}
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    return 1 if count["failed"] or not cases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
