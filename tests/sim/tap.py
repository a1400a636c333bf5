"""Test programs that speak TAP: named cases, each a function that asserts."""
import sys
import traceback


def run(cases):
    """Runs (name, function) pairs; exits 1 if one failed."""
    failed = 0
    print(f"1..{len(cases)}", flush=True)
    for number, (name, case) in enumerate(cases, 1):
        try:
            case()
            print(f"ok {number} - {name}", flush=True)
        except Exception:
            failed += 1
            traceback.print_exc()
            print(f"not ok {number} - {name}", flush=True)
    sys.exit(failed > 0)
