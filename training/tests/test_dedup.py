import json

import pytest

from training.pipeline import dedup
from training.pipeline.stage import StageError
from training.tests.stages import DATA, do, read, written

MARBLES = "Nadia has 48 marbles. She gives 3 marbles to each of her 7 friends. How many marbles has Nadia now?"


def problem(name, question):
    return {"id": name, "question": question, "expected": "27", "colour": name}


ROWS = [
    problem("a", MARBLES),
    problem("b", "What is 12 + 30?"),
    problem("c", MARBLES.upper().replace(".", " .")),
    problem("d", MARBLES.replace("Nadia now", "she now")),
    problem("e", MARBLES.replace("48", "52")),
    problem("f", "what is 12+30"),
    problem("g", "What is 12 - 30?"),
]


def test_each_problem_is_kept_once(tmp_path):
    out = tmp_path / "out"
    summary = do(dedup, out, rows=[written(tmp_path / "rows.jsonl", *ROWS)])
    assert summary == {"rows": 7, "kept": 4, "exact": 2, "near": 1}
    assert read(out / "unique.jsonl") == [ROWS[0], ROWS[1], ROWS[4], ROWS[6]]
    assert json.loads((out / "report.json").read_text()) == summary


def test_known_problems_are_not_kept_again(tmp_path):
    known = written(tmp_path / "known.jsonl", {"problem": MARBLES.replace("Nadia now", "she now"), "answer": "27"})
    summary = do(dedup, tmp_path / "out", rows=[written(tmp_path / "rows.jsonl", *ROWS)], known=[known])
    assert summary == {"rows": 7, "kept": 3, "exact": 3, "near": 1}
    assert [row["id"] for row in read(tmp_path / "out" / "unique.jsonl")] == ["b", "e", "g"]


def test_exact_duplicates_alone(tmp_path):
    assert do(dedup, tmp_path / "out", rows=[written(tmp_path / "rows.jsonl", *ROWS)], near=1) == {
        "rows": 7,
        "kept": 5,
        "exact": 2,
        "near": 0,
    }


def test_bad_configs_and_no_data(tmp_path):
    for config, reason in [
        ({"rows": []}, "at least one file"),
        ({"rows": [written(tmp_path / "empty.jsonl")]}, "There is no row"),
        ({"rows": [written(tmp_path / "rows.jsonl", *ROWS)], "near": 0}, "near: above 0"),
        ({"rows": [written(tmp_path / "other.jsonl", {"colour": "red"})]}, "no known set has the fields colour"),
    ]:
        with pytest.raises(StageError, match=reason):
            do(dedup, tmp_path / "out", **config)


def test_the_sets_at_hand(tmp_path):
    train = DATA / "gsm8k" / "train.jsonl"
    if not train.exists():
        pytest.skip("needs shared/data beside the checkout")
    summary = do(dedup, tmp_path / "out", rows=[train])
    assert summary["rows"] == 6_906
    assert 0 < summary["near"] < 20
    again = do(dedup, tmp_path / "again", rows=[tmp_path / "out" / "unique.jsonl"])
    assert again == {"rows": summary["kept"], "kept": summary["kept"], "exact": 0, "near": 0}
