"""Every stage that only reads and writes files, killed for real again and again: its rows are those of a run that nobody disturbed."""

import json
import sys

import pytest

from training.pipeline import curate, decontaminate, dedup, difficulty, label, split
from training.tests.stages import finish, read, run, run_until_killed, start, written

STAGES = (split, dedup, decontaminate, label, difficulty, curate)
WORDS = ["so", "then", "next", "again"]
QUESTION = "Nadia has {} marbles and finds {} more. How many marbles has she?"
PROBLEMS = [{"id": f"p{at}", "question": QUESTION.format(at, at + 5), "expected": f"{2 * at + 5}"} for at in range(12)]
SOLUTIONS = [
    {
        "problem": row["id"],
        "question": row["question"],
        "expected": row["expected"] if number % 2 else None,
        "sample": sample,
        "mode": "tir" if sample % 2 else "cot",
        "text": f"{' '.join(f'{word}{sample}' for word in WORDS)} it is {row['expected']}.",
        "answer": str(int(row["expected"]) + (sample == 3)),
        "score": float(sample),
    }
    for number, row in enumerate(PROBLEMS)
    for sample in range(4)
]
EVALUATION = [{"question": PROBLEMS[at]["question"].replace("Nadia", "Olena"), "answer": PROBLEMS[at]["expected"]} for at in (2, 7)]


def configs(folder):
    """Each stage with something to do for all of its parts."""
    problems = written(folder / "problems.jsonl", *PROBLEMS, PROBLEMS[3] | {"id": "again"})
    solutions = written(folder / "solutions.jsonl", *SOLUTIONS)
    labelled = written(folder / "labelled.jsonl", *(row | {"label": "right" if row["sample"] < 3 else "wrong"} for row in SOLUTIONS))
    return {
        split: {"rows": [problems], "shares": {"train": 0.5, "test": 0.5}},
        dedup: {"rows": [problems]},
        decontaminate: {"rows": [labelled], "against": [written(folder / "test.jsonl", *EVALUATION)]},
        label: {"samples": [solutions]},
        difficulty: {"problems": problems, "samples": [solutions]},
        curate: {"rows": [labelled], "shares": {"0.8": 0.5, "1": 0.5}, "size": 30, "top": 2},
    }


MOMENTS = [("write", number) for number in (1, 2, 3, 7)] + [(call, number) for number in (1, 2, 3) for call in ("fsync", "replace")]


def results(out):
    """All that a stage leaves but its progress."""
    files = [path for path in out.iterdir() if path.name not in ("progress.jsonl", ".lock", "config.json")]
    return {path.name: path.read_text() for path in files}


@pytest.mark.parametrize("module", STAGES, ids=lambda module: module.__name__.rpartition(".")[2])
def test_killed_at_many_moments_it_writes_the_same(tmp_path, module):
    config = configs(tmp_path)[module]
    assert run(module, tmp_path / "whole", **config) == (0, "")
    kills = 0
    for call, number in MOMENTS:
        kills += not run_until_killed(module, tmp_path / "out", call, number, **config)
        if (tmp_path / "out" / "DONE").exists():
            break
    assert kills >= 5
    assert run(module, tmp_path / "out", **config) == (0, "")
    assert results(tmp_path / "out") == results(tmp_path / "whole")
    assert json.loads((tmp_path / "out" / "DONE").read_text())
    assert all(row["done"] <= row["total"] for row in read(tmp_path / "out" / "progress.jsonl"))


def test_a_full_disk_costs_a_stage_nothing_that_it_had(tmp_path):
    config = configs(tmp_path)[label]
    limited = ["prlimit", "--fsize=4000", sys.executable, "-m", label.__name__]
    status, said = finish(start(label, tmp_path / "out", before=limited, **config))
    assert (status, said) == (2, "[Errno 27] File too large\n")
    assert 0 < len(read(tmp_path / "out" / "labelled.jsonl")) < len(SOLUTIONS)
    assert run(label, tmp_path / "out", **config) == (0, "")
    run(label, tmp_path / "whole", **config)
    assert results(tmp_path / "out") == results(tmp_path / "whole")
