import json
from collections import Counter

import pytest

from training.pipeline import split
from training.pipeline.stage import StageError
from training.tests.stages import do, read, written


def problem(name, question=None, **more):
    return {"id": name, "question": question or f"What is {name}?", "expected": "1", **more}


PROBLEMS = [problem(f"p{number}") for number in range(2_000)]
VARIANTS = [problem(f"p{number}~{change}-0", roots=[f"p{number}"]) for number in range(2_000) for change in ("numbers", "reverse")]


def sides(out):
    return {row["id"]: part for part in ("train", "dev", "test", "apart") for row in read(out / f"{part}.jsonl")}


@pytest.fixture
def parts(tmp_path):
    def made(*rows, out="out", **config):
        do(split, tmp_path / out, rows=[written(tmp_path / f"{out}-rows.jsonl", *rows)], **config)
        return sides(tmp_path / out)

    return made


def test_the_shares_are_kept_and_no_row_is_lost(parts, tmp_path):
    found = parts(*PROBLEMS)
    counts = Counter(found.values())
    assert counts.total() == 2_000
    assert counts["train"] == pytest.approx(1_800, abs=54)  # four standard deviations
    assert counts["dev"] == pytest.approx(100, abs=40)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert {part: report[part]["rows"] for part in counts} == counts
    assert read(tmp_path / "out" / "train.jsonl") == [row for row in PROBLEMS if found[row["id"]] == "train"]


def test_all_variants_of_a_problem_are_on_its_side(parts):
    found = parts(*VARIANTS, *PROBLEMS)
    assert all(found[row["id"]] == found[row["roots"][0]] for row in VARIANTS)


def test_rows_that_are_added_move_no_other(parts):
    before = parts(*PROBLEMS[:500], out="before")
    after = parts(*VARIANTS, *reversed(PROBLEMS), out="after")
    assert all(after[name] == part for name, part in before.items())


def test_another_seed_gives_another_split(parts):
    assert parts(*PROBLEMS, out="one") != parts(*PROBLEMS, out="two", seed=1)


def test_a_variant_of_two_problems_on_different_sides_is_put_apart(parts):
    found = parts(*PROBLEMS)
    dev, train = (next(name for name, part in found.items() if part == side) for side in ("dev", "train"))
    other = [name for name, part in found.items() if part == "dev"][1]
    again = parts(*PROBLEMS, problem("mixed", roots=[dev, train]), problem("pure", roots=[dev, other]), out="again")
    assert (again["mixed"], again["pure"]) == ("apart", "dev")


def test_a_question_that_comes_again_under_another_id_goes_with_the_first(parts):
    copies = [problem(f"copy{number}", question=f"what is p{number}") for number in range(300)]
    found = parts(*PROBLEMS, *copies)
    assert all(found[f"copy{number}"] == found[f"p{number}"] for number in range(300))


def test_problems_without_an_id_have_the_one_that_their_variants_know(parts, tmp_path):
    """Where a set gives none, it is the row's number, for every stage."""
    bare = [{"question": f"What is {number}?", "answer": "1"} for number in range(300)]
    do(split, tmp_path / "bare", rows=[written(tmp_path / "bare.jsonl", *bare)])
    found = {row["question"]: part for part in ("train", "dev", "test") for row in read(tmp_path / "bare" / f"{part}.jsonl")}
    variants = parts(*(problem(f"{number}~numbers-0", roots=[str(number)]) for number in range(300)))
    assert all(variants[f"{number}~numbers-0"] == found[f"What is {number}?"] for number in range(300))


def test_solutions_stand_on_the_side_of_their_problem(parts, tmp_path):
    found = parts(*PROBLEMS)
    solutions = [{"problem": row["id"], "question": row["question"], "expected": "1", "answer": "1", "text": "…"} for row in PROBLEMS]
    do(split, tmp_path / "solutions", rows=[written(tmp_path / "solutions.jsonl", *solutions)])
    again = {row["problem"]: part for part in ("train", "dev", "test") for row in read(tmp_path / "solutions" / f"{part}.jsonl")}
    assert again == found


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"rows": []}, "rows: at least one file"),
        ({"shares": {"train": 0.9}}, "all add up to 1"),
        ({"shares": {"train": 1.5, "dev": -0.5}}, "each is above 0"),
        ({"shares": {}}, "each is above 0"),
        ({"shares": {"../x": 1}}, "a part's name"),
        ({"shares": {"apart": 1}}, "a part's name"),
    ],
)
def test_bad_configs(tmp_path, config, reason):
    with pytest.raises(StageError, match=reason):
        do(split, tmp_path / "out", **{"rows": [written(tmp_path / "rows.jsonl", *PROBLEMS[:2])]} | config)


def test_no_data(tmp_path):
    with pytest.raises(StageError, match="There is no row"):
        do(split, tmp_path / "out", rows=[written(tmp_path / "empty.jsonl")])
    with pytest.raises(StageError, match="“roots” is not a list"):
        do(split, tmp_path / "out", rows=[written(tmp_path / "bad.jsonl", problem("p", roots="q"))])
