"""The sum that ./check prints is honest: whatever did not pass is seen in it."""
import json
import subprocess
import sys

import pytest
from source import TREE


def tally(*paths):
    run = subprocess.run([sys.executable, TREE / "tests/tally.py", *paths], capture_output=True,
                         text=True)
    return run.stdout.splitlines()[-1], run.returncode


def tap(tmp_path, stdout, result="OK", returncode=None):
    program = {"name": "base/x", "stdout": stdout, "result": result, "returncode": returncode}
    log = tmp_path / "testlog.json"
    log.write_text(json.dumps(program) + "\n")
    return log


def junit(tmp_path, cases):
    report = tmp_path / "host.xml"
    report.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    return report


def test_cases_are_added_up_not_programs(tmp_path):
    log = tap(tmp_path, "1..3\nok 1 - a\nok 2 - b\nok 3 - c # SKIP no tun\n")
    report = junit(tmp_path, '<testcase classname="c" name="n"/>')
    assert tally(log, report) == ("3 passed, 0 failed, 1 skipped", 0)


def test_a_program_that_skips_all_is_skipped(tmp_path):
    log = tap(tmp_path, "1..1\nok 1 - a # SKIP not built in\n", "SKIP")
    assert tally(log) == ("0 passed, 0 failed, 1 skipped", 0)


@pytest.mark.parametrize("returncode, failed", [(0, 0), (1, 1)])
def test_what_cmocka_skips_is_no_failure(tmp_path, returncode, failed):
    log = tap(tmp_path, "1..2\nok 1 - a\nnot ok 2 # SKIP b\n", "FAIL", returncode)
    assert tally(log) == (f"1 passed, {failed} failed, 1 skipped", failed)


@pytest.mark.parametrize("stdout, result, passed", [
    ("1..2\nok 1 - a\nnot ok 2 - b\n", "FAIL", 1), ("1..2\nok 1 - a\n", "ERROR", 1),
    ("1..1\nok 1 - a\n", "TIMEOUT", 1), ("1..0\n", "OK", 0), ("1..0\n", "SKIP", 0), ("", "OK", 0),
    ("1..2\nok 1 - a\n", "OK", 1)])
def test_a_failure_a_crash_a_timeout_and_an_empty_program_count(tmp_path, stdout, result, passed):
    assert tally(tap(tmp_path, stdout, result)) == (f"{passed} passed, 1 failed, 0 skipped", 1)


@pytest.mark.parametrize("case", ["<failure/>", "<error/>"])
def test_a_failed_host_test_counts(tmp_path, case):
    report = junit(tmp_path, f"<testcase classname='c' name='n'>{case}</testcase>")
    assert tally(report) == ("0 passed, 1 failed, 0 skipped", 1)


def test_a_run_without_cases_or_without_a_report_counts(tmp_path):
    assert tally(junit(tmp_path, "")) == ("0 passed, 1 failed, 0 skipped", 1)
    assert tally(tmp_path / "never-written.xml") == ("0 passed, 1 failed, 0 skipped", 1)
    assert tally() == ("0 passed, 0 failed, 0 skipped", 1)
