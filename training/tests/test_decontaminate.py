import json
import random

import pytest

from training.pipeline import decontaminate
from training.pipeline.stage import StageError, StopAsked
from training.tests.planting import PLANTINGS
from training.tests.stages import DATA, do, read, written

EVALUATION = {
    "question": "Nadia has 48 marbles. She gives 3 marbles to each of her 7 friends. How many marbles has she now?",
    "answer": "She gives away 3 * 7 = <<3*7=21>>21 marbles.\nSo she has 48 - 21 = <<48-21=27>>27 marbles left.\n#### 27",
}
COPY = EVALUATION["answer"].replace("She", "Nadia").replace("marbles", "pearls", 1)
OTHER = {"question": "What is 17 * 3?", "expected": "51"}


@pytest.fixture
def against(tmp_path):
    return written(tmp_path / "test.jsonl", EVALUATION)


def solution(question, text, sample=0):
    return {"problem": "7", "question": question, "expected": "51", "sample": sample, "mode": "cot", "text": text, "answer": "51"}


def test_questions_and_solutions_are_taken_out(tmp_path, against):
    rows = [
        OTHER,
        solution(OTHER["question"], "It is 17 * 3 = 51."),
        solution(OTHER["question"], COPY, 1),
        solution(EVALUATION["question"].replace("Nadia", "Olena"), "It is 51."),
        {"id": "1", "problem": EVALUATION["question"], "expected": "27", "mode": "cot", "text": "It is 27.", "weight": 1},
    ]
    out = tmp_path / "out"
    summary = do(decontaminate, out, rows=[written(tmp_path / "rows.jsonl", *rows)], against=[against])
    assert summary == {"rows": 5, "kept": 2, "removed": 3, "evaluation_problems": 1}
    assert read(out / "clean.jsonl") == rows[:2]
    removed = read(out / "removed.jsonl")
    assert [row.pop("contamination") for row in removed] == [
        {"part": "solution", "rule": "near", "ratio": pytest.approx(0.9, abs=0.1), "source": f"{against}, problem 1"},
        {"part": "question", "rule": "13-gram", "ratio": pytest.approx(0.95, abs=0.05), "source": f"{against}, problem 1"},
        {"part": "question", "rule": "13-gram", "ratio": 1.0, "source": f"{against}, problem 1"},
    ]
    assert removed == rows[2:]
    report = json.loads((out / "report.json").read_text())
    assert report["question"] == {"hits": 2, "removed": {"13-gram": 2, "same": 0, "near": 0}}
    assert report["solution"] == {"hits": 0, "removed": {"13-gram": 0, "same": 0, "near": 1}}
    assert report["removed_by_file"] == {str(against): 3}


def test_files_that_hold_nothing_or_something_else(tmp_path, against):
    empty, other = written(tmp_path / "empty.jsonl"), written(tmp_path / "other.jsonl", {"colour": "red"})
    rows = written(tmp_path / "rows.jsonl", OTHER)
    for config, reason in [
        ({"rows": [empty], "against": [against]}, "There is no row in .*empty.jsonl"),
        ({"rows": [rows], "against": [empty]}, "There is no problem in .*empty.jsonl"),
        ({"rows": [rows, other], "against": [against]}, "other.jsonl, line 1: no known set"),
        ({"rows": [rows], "against": [against, other]}, "other.jsonl, line 1: no known set"),
        ({"rows": [], "against": [against]}, "at least one file"),
    ]:
        with pytest.raises(StageError, match=reason):
            do(decontaminate, tmp_path / "out", **config)
    assert not [path for path in tmp_path.glob("out/*.jsonl") if path.name != "progress.jsonl"]


def test_it_stops_when_asked_and_leaves_nothing_half(tmp_path, against):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "STOP").touch()
    with pytest.raises(StopAsked):
        do(decontaminate, tmp_path / "out", rows=[written(tmp_path / "rows.jsonl", OTHER)], against=[against])
    assert [path.name for path in tmp_path.glob("out/*")] == ["STOP"]


def at_hand(name):
    path = DATA / f"{name}.jsonl"
    if not path.exists():
        pytest.skip("needs shared/data beside the checkout")
    return path


@pytest.mark.parametrize(
    ("train", "test", "hits", "removed"), [("gsm8k/train", "gsm8k/test_dev", 0, 0), ("math/train", "math/math500_dev", 30, 13)]
)
def test_the_published_rule_on_the_sets_at_hand(tmp_path, train, test, hits, removed):
    """These are parts of the sets; the counts are ours, by the rule's definition alone (docs/benchmarks.md)."""
    do(decontaminate, tmp_path / "out", rows=[at_hand(train)], against=[at_hand(test)], near=False)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert (report["question"]["hits"], report["question"]["removed"]["13-gram"]) == (hits, removed)


@pytest.mark.parametrize("planted", PLANTINGS, ids=lambda planted: planted.__name__)
def test_planted_near_duplicates_of_the_sets_at_hand(tmp_path, planted):
    chance = random.Random(1)
    tests = [at_hand(name) for name in ("gsm8k/test_dev", "math/math500_dev", "cmath/dev")]
    questions = [row.get("question") or row["problem"] for path in tests for row in read(path)]
    rows = [{"id": str(number), "question": planted(question, chance), "expected": "1"} for number, question in enumerate(questions * 3)]
    summary = do(decontaminate, tmp_path / "out", rows=[written(tmp_path / "rows.jsonl", *rows)], against=tests)
    assert summary["rows"] == 1_800
    assert summary["removed"] >= 0.99 * summary["rows"]
