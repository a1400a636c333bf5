"""meshsim as tests run it."""
import json
import subprocess


def simulate(program, scenario, *arguments):
    """(exit status, one JSON object a seed) of a run."""
    run = subprocess.run([program, "run", scenario, "--json", *arguments], capture_output=True,
                         text=True, check=False)
    assert run.returncode in (0, 1), f"{scenario}: exit {run.returncode}: {run.stderr}"
    return run.returncode, [json.loads(line) for line in run.stdout.splitlines()]


def complaints(result):
    """What was not as expected in a run."""
    unmet = [f"{e['text']}: {e['found']} of {e['wanted']}" for e in result["expectations"]
             if not e["passed"]]
    return [f"seed {result['seed']}: {text}" for text in unmet + result["broken"]]


def must_pass(program, scenario, *arguments):
    """The results of runs that must be as expected, every one."""
    status, results = simulate(program, scenario, *arguments)
    wrong = [line for result in results for line in complaints(result)]
    assert status == 0 and results and not wrong, f"{scenario}: exit {status}: {wrong}"
    return results
