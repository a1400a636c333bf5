"""Every fuzzer replays its corpus and then looks for news for a few seconds. What `./fuzz-long`
finds becomes a file of the corpus, so it is tried here for ever."""
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
BUILD = HERE.parent.parent / "build/fuzz/tests/fuzz"
SECONDS = 3
LONGEST = {"journal": 16384}  # bytes of an input; 2048 for the others
FUZZERS = sorted(path.stem for path in HERE.glob("*.c"))


def fuzz(name, *arguments):
    return subprocess.run([BUILD / f"fuzz-{name}", *arguments], capture_output=True, text=True,
                          timeout=90, check=False, cwd=BUILD)


@pytest.mark.parametrize("name", FUZZERS)
def test_corpus_is_replayed(name):
    seeds = sorted((HERE / "corpus" / name).iterdir())
    assert seeds, "a fuzzer without seeds starts at nothing"
    run = fuzz(name, *seeds)
    assert run.returncode == 0, run.stderr[-3000:]
    assert run.stderr.count("Executed ") == len(seeds)


@pytest.mark.parametrize("name", FUZZERS)
def test_nothing_new_is_found(name, tmp_path):
    run = fuzz(name, f"-max_total_time={SECONDS}", f"-max_len={LONGEST.get(name, 2048)}",
               f"-artifact_prefix={tmp_path}/", str(tmp_path), str(HERE / "corpus" / name))
    assert run.returncode == 0, run.stderr[-3000:]
    assert "DONE" in run.stderr
