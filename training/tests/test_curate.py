import json
from collections import Counter

import pytest

from training.pipeline import curate
from training.pipeline.stage import StageError
from training.tests.stages import do, read, written

# Texts that are no near duplicates of each other.
TEXTS = [" ".join(f"{word}{number}" for word in ("we", "add", "the", "numbers", "and", "find", "it")) for number in range(2_000)]


def solution(problem="p", sample=0, **more):
    row = {"problem": problem, "question": f"What is {problem}?", "expected": "5", "sample": sample, "mode": "tir", "temperature": 0.7}
    row |= {"seed": sample, "text": f"{problem} {TEXTS[sample]}", "answer": "5", "checked": True, "differs": False, "finish": "stop"}
    return row | {"blocks_failed": 0, "label": "right", "expected_by": "given", "reason": "The numbers are equal."} | more


@pytest.fixture
def curated(tmp_path):
    def made(*rows, out="out", **config):
        summary = do(curate, tmp_path / out, rows=[written(tmp_path / f"{out}-rows.jsonl", *rows)], **config)
        report = json.loads((tmp_path / out / "report.json").read_text())
        kept = read(tmp_path / out / "train.jsonl")
        assert summary == {"rows": len(rows), "kept": len(kept)}
        assert report["rows"] == report["kept"] + sum(report["refused"].values()) == len(rows)
        assert report["kept"] == len(kept) == sum(report["kept_by_mode"].values())
        return kept, report

    return made


def samples(kept):
    return [row["provenance"]["sample"] for row in kept]


def test_what_people_judged_may_name_no_problem_and_no_answer(curated):
    """The import asks for neither."""
    judged = {"question": "1+1?", "text": "It is 2, as one and one are.", "mode": "tir", "answer": "2", "label": "right"}
    [kept], _ = curated(judged, judged | {"question": "1+2?", "text": "", "answer": None})
    assert (kept["problem"], kept["expected"], len(kept["id"])) == ("1+1?", None, 32)


def test_a_training_row(curated):
    row = solution("p~numbers-0", 3, score=1.5, expected_by="majority", agreement={"agreeing": 3, "of": 4}, roots=["p"])
    [kept], _ = curated(row)
    assert kept == {
        "id": "p~numbers-0",
        "problem": "What is p~numbers-0?",
        "expected": "5",
        "mode": "tir",
        "text": row["text"],
        "weight": 0.75,
        "roots": ["p"],
        "provenance": {
            "sample": 3,
            "seed": 3,
            "temperature": 0.7,
            "score": 1.5,
            "checked": True,
            "expected_by": "majority",
            "agreement": {"agreeing": 3, "of": 4},
            "pass_rate": 1.0,
        },
    }


def test_reasons_to_refuse_a_row(curated):
    kept, report = curated(
        solution(sample=0),
        solution(sample=1, label="wrong"),
        solution(sample=2, label="undecided"),
        solution(sample=3, finish="length"),
        solution(sample=4, differs=True, checked=False),
        solution(sample=5, text=" "),
        solution(sample=6, mode="cot"),
        solution(sample=7, agreement={"agreeing": 2, "of": 8}),
        modes=["tir"],
        least_agreement=0.5,
    )
    assert samples(kept) == [0]
    reasons = ["wrong", "undecided", "cut off", "Python differs", "no text", "another mode", "agreement too low"]
    assert report["refused"] == dict.fromkeys(reasons, 1)


def test_a_given_answer_goes_before_what_a_reader_found_good(curated):
    said = {"expected_by": "reader", "expected": "4"}
    rows = [solution(sample=0), solution(sample=1, answer="4", **said), solution(sample=2, answer="5.0", **said)]
    rows.append(solution("q", sample=3, answer="4", **said))
    kept, report = curated(*rows)
    assert samples(kept) == [0, 2, 3]
    assert report["refused"] == {"not the given answer": 1}


def test_the_best_by_reward_are_taken_of_each_mode(curated):
    rows = [solution(sample=number, score=score) for number, score in enumerate([0.5, 3.0, -1.0, 2.0, None])]
    rows += [solution(sample=number, score=float(number), mode="cot") for number in range(5, 9)]
    kept, report = curated(*rows, top=2)
    assert samples(kept) == [8, 7, 1, 3]
    assert report["refused"] == {"beyond the best of its mode": 5}
    assert report["kept_by_mode"] == {"cot": 2, "tir": 2}


def test_without_scores_the_badge_and_whole_blocks_come_first(curated):
    rows = [solution(sample=0, checked=False), solution(sample=1, blocks_failed=1), solution(sample=2), solution(sample=3)]
    assert samples(curated(*rows, top=3)[0]) == [2, 3, 1]


def test_a_problem_has_so_many_rows_at_most(curated):
    rows = [solution("p", number) for number in range(6)] + [solution("q", number) for number in range(2)]
    kept, report = curated(*rows, top=6, per_problem=3)
    assert Counter(row["id"] for row in kept) == {"p": 3, "q": 2}
    assert report["refused"] == {"beyond the problem's limit": 3}
    assert report["kept_problems"] == 2


def test_duplicates_of_a_better_solution_are_refused(curated):
    text = "First we add 12 and 30, which makes 42 marbles in all for her and both of her brothers. Then we take 37 away, and 5 is left."
    text += " So the answer that was asked for, the number of marbles at the end of the day, is 5."
    rows = [
        solution(sample=0, score=1.0, text=text),
        solution(sample=1, score=3.0, text=text.upper()),
        solution(sample=2, score=2.0, text=text.replace("Then we take", "Now we take")),
        solution(sample=3, score=0.0),
        solution("q", sample=4, text=text),
    ]
    kept, report = curated(*rows, top=8)
    assert samples(kept) == [1, 3, 4]
    assert report["refused"] == {"exact duplicate": 1, "near duplicate": 1}


def test_duplicates_of_an_earlier_iteration_are_refused(curated, tmp_path):
    curated(*(solution(sample=number) for number in range(3)), out="first")
    rows = [solution(sample=1), solution(sample=2, text=solution(sample=2)["text"].replace("it2", "then2")), solution(sample=9)]
    kept, report = curated(*rows, out="second", earlier=[tmp_path / "first" / "train.jsonl"], near=0.7)
    assert samples(kept) == [9]
    assert report["refused"] == {"exact duplicate": 1, "near duplicate": 1}


def test_what_decontamination_removed_stays_out(curated, tmp_path):
    rows = [solution("p", 0), solution("p", 1), solution("q", 2), solution("q", 3), solution("r", 4)]
    removed = written(
        tmp_path / "removed.jsonl",
        rows[1] | {"contamination": {"part": "solution"}},
        rows[2] | {"contamination": {"part": "question"}},
    )
    problems = written(
        tmp_path / "problems.jsonl", {"problem": "What is r?", "solution": r"\boxed{5}", "contamination": {"part": "question"}}
    )
    kept, report = curated(*rows, removed=[removed, problems])
    assert samples(kept) == [0]
    assert report["refused"] == {"contaminated": 4}


def rated(rates):
    """Of each pass rate so many problems, with ten solutions each."""
    rows = []
    for rate, count in rates.items():
        for problem in range(count):
            right = round(rate * 10)
            rows += [solution(f"{rate}-{problem}", number, label="right" if number < right else "wrong") for number in range(10)]
    return rows


SHARES = {"0.25": 0.2, "0.75": 0.5, "1": 0.3}


def test_the_shares_of_difficulty_are_kept(curated):
    """Of the hard problems 2 of 10 solutions are right, so that 40 rows are there; they decide how many there are of the others."""
    kept, report = curated(*rated({0.2: 20, 0.5: 60, 1.0: 60}), shares=SHARES, top=3)
    counts = Counter(row["provenance"]["pass_rate"] for row in kept)
    assert counts == {0.2: 40, 0.5: 100, 1.0: 60}
    assert [(part["there"], part["kept"], part["share"]) for part in report["difficulty"]] == [
        (40, 40, 0.2),
        (180, 100, 0.5),
        (180, 60, 0.3),
    ]
    assert report["refused"]["beyond the share of its difficulty"] == 200
    ranks = Counter(row["id"] for row in kept if row["provenance"]["pass_rate"] == 1.0)
    assert len(ranks) == 60  # one of each problem before a second of any


def test_with_a_size_a_scarce_difficulty_gives_what_it_has(curated):
    kept, report = curated(*rated({0.2: 20, 0.5: 60, 1.0: 60}), shares=SHARES, top=3, size=300)
    assert Counter(row["provenance"]["pass_rate"] for row in kept) == {0.2: 40, 0.5: 150, 1.0: 90}
    kept, report = curated(*rated({0.5: 60}), size=50, out="size")
    assert (len(kept), report["refused"]["beyond the size"]) == (50, 190)


def test_a_difficulty_of_which_nothing_is_wanted_holds_nothing_back(curated):
    kept, _ = curated(*rated({0.2: 2, 0.5: 3}), shares={"0.25": 0, "1": 1}, top=2)
    assert Counter(row["provenance"]["pass_rate"] for row in kept) == {0.5: 6}


def test_shares_that_cannot_be_kept(tmp_path):
    with pytest.raises(StageError, match=r"No row has a pass rate from 0\.0 to 0\.25, so that the shares cannot be kept"):
        do(curate, tmp_path / "out", rows=[written(tmp_path / "rows.jsonl", *rated({0.5: 3, 1.0: 3}))], shares=SHARES)


def test_pass_rates_come_from_the_difficulty_stage_where_it_ran(curated, tmp_path):
    rates = {"p": 0.1, "q": None, "r": 0.9}
    problems = [{"id": name, "question": f"What is {name}?", "expected": "5", "pass_rate": rate} for name, rate in rates.items()]
    problems[0] |= {"parents": ["o"], "change": "reverse", "level": "Level 3"}
    rows = [solution(name, number) for number, name in enumerate([*rates, "s"])]
    path = written(tmp_path / "problems.jsonl", *problems)
    kept, report = curated(*rows, problems=path, shares={"0.5": 0.5, "1": 0.5})
    assert {row["id"]: row["provenance"]["pass_rate"] for row in kept} == {"p": 0.1, "r": 0.9}
    assert report["refused"] == {"unknown pass rate": 2}
    assert (kept[0]["provenance"]["parents"], kept[0]["provenance"]["change"], "level" in kept[0]["provenance"]) == (
        ["o"],
        "reverse",
        False,
    )


def test_the_choice_is_the_same_whatever_the_order_of_the_rows(curated):
    rows = rated({0.5: 40})
    one, _ = curated(*rows, size=60, out="one")
    two, _ = curated(*rows[::-1], size=60, out="two")
    other, _ = curated(*rows, size=60, seed=1, out="other")
    assert sorted(row["text"] for row in one) == sorted(row["text"] for row in two) != sorted(row["text"] for row in other)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"shares": {"0.5": 0.5, "0.9": 0.5}}, "the last is 1"),
        ({"shares": {"0.5": 0.3, "0.2": 0.2, "1": 0.5}}, "bounds ascend"),
        ({"shares": {"0": 0.5, "1": 0.5}}, "bounds ascend"),
        ({"shares": {"0.5": 1.5, "1": -0.5}}, "they add up to 1"),
        ({"shares": {"half": 0.5, "1": 0.5}}, "each name is an upper bound"),
        ({"shares": {"0.5": 0.5, "1": 0.6}}, "they add up to 1"),
        ({"top": 0}, "top, per_problem"),
        ({"size": 0}, "size: at least 1"),
        ({"near": 1.5}, "near, least_agreement"),
        ({"modes": []}, "rows, modes"),
        ({"problems": "/none.jsonl"}, "No such file"),
    ],
)
def test_bad_configs(tmp_path, config, reason):
    with pytest.raises((StageError, FileNotFoundError), match=reason):
        do(curate, tmp_path / "out", **{"rows": [written(tmp_path / "rows.jsonl", solution())]} | config)


@pytest.mark.parametrize(
    "more", [{"label": None}, {"label": "good"}, {"text": None}, {"mode": None}, {"score": float("inf")}, {"answer": 5}]
)
def test_a_row_that_is_no_labelled_solution(tmp_path, more):
    with pytest.raises(StageError, match="This is no row of|“score” is no number"):
        do(curate, tmp_path / "out", rows=[written(tmp_path / "rows.jsonl", solution(), solution(sample=1, **more))])


def test_nothing_left(tmp_path):
    rows = [solution(sample=number, label="wrong" if number else "undecided") for number in range(5)]
    with pytest.raises(StageError, match="No row is left of 5: wrong 4, undecided 1."):
        do(curate, tmp_path / "out", rows=[written(tmp_path / "rows.jsonl", *rows)])
    with pytest.raises(StageError, match="No row is left of 0"):
        do(curate, tmp_path / "out", rows=[written(tmp_path / "empty.jsonl")])
