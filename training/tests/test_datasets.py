from dataclasses import replace

import pytest

from training.evaluation.datasets import DatasetError, Problem, read_problems
from training.tests.stages import DATA, read, written

FIVE = Problem(id="0", question="2+3?", expected="5")


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"question": "2+3?", "answer": "2+3=5\n#### 5"}, replace(FIVE, solution="2+3=5\n#### 5")),
        ({"problem": "2+3?", "solution": r"It is $\boxed{5}$.", "idx": 7}, replace(FIVE, id="7", solution=r"It is $\boxed{5}$.")),
        ({"problem": "2+3?", "solution": "Add.", "answer": "5", "unique_id": "a/b"}, replace(FIVE, id="a/b", solution="Add.")),
        ({"question": "2+3?", "golden": "5"}, FIVE),
        ({"question": "鸟有几只？", "answer": "5", "grade": 1}, replace(FIVE, question="鸟有几只？")),
        ({"question": "2+3?", "final_answer": ["5"], "id": 3}, replace(FIVE, id="3")),
        ({"question": "2+3?", "answer": 5.0}, FIVE),
        ({"Body": "Two and three.", "Question": "2+3?", "Answer": 5.0, "ID": "s"}, replace(FIVE, id="s", question="Two and three.\n2+3?")),
        ({"question": "2+3?", "options": ["(A) 4", "(B) 5"], "label": "B"}, replace(FIVE, question="2+3?\n(A) 4\n(B) 5", expected="B")),
        ({"ID": "2024-I-1", "Problem": "2+3?", "Answer": 5}, replace(FIVE, id="2024-I-1")),
        ({"question": "2+3?", "answer_number": 5}, FIVE),
        ({"id": "p~numbers-0", "question": "2+3?", "expected": "5", "roots": ["p"]}, replace(FIVE, id="p~numbers-0", roots=("p",))),
        ({"problem": "17", "question": "2+3?", "expected": "5", "answer": "6", "text": "…"}, replace(FIVE, id="17")),
        ({"id": "17", "problem": "2+3?", "expected": "5", "mode": "cot", "text": "…"}, replace(FIVE, id="17")),
    ],
)
def test_a_row_of_each_known_set(tmp_path, row, problem):
    assert list(read_problems(written(tmp_path / "set.jsonl", row))) == [problem]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"text": "2+3?"}, "line 2: no known set has the fields text."),
        ({"question": "2+3?"}, "line 2: no known set has the fields question."),
        ({"question": "2+3?", "answer": "####"}, "line 2: there is no answer in “answer”."),
        ({"question": "2+3?", "expected": None}, "line 2: there is no answer in “expected”."),
        ({"question": " ", "expected": "5"}, "line 2: there is no question."),
        ({"question": None, "expected": "5"}, "line 2: the question is no text."),
        ({"question": {"en": "2+3?"}, "expected": "5"}, "line 2: the question is no text."),
        ({"question": "2+3? \ud83d", "expected": "5"}, "line 2: the question has half a character, which no model can read."),
        ({"problem": "2+3?", "solution": "No box."}, "line 2: there is no answer in “solution”."),
        ({"question": "2+3?", "expected": "5", "roots": "p"}, "line 2: “roots” is not a list of ids."),
    ],
)
def test_a_row_that_is_no_problem(tmp_path, row, reason):
    with pytest.raises(DatasetError, match=reason):
        list(read_problems(written(tmp_path / "set.jsonl", {"question": "1+1?", "expected": "2"}, row)))


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(DatasetError, match="No such file"):
        list(read_problems(tmp_path / "none.jsonl"))
    (tmp_path / "bad.jsonl").write_text("{}}\n")
    with pytest.raises(DatasetError, match="line 1"):
        list(read_problems(tmp_path / "bad.jsonl"))


@pytest.mark.parametrize("row", [{"question": "2+3?"}, {"question": "2+3?", "expected": None}, {"question": "2+3?", "answer": "####"}])
def test_problems_without_an_answer_are_read_where_they_are_welcome(tmp_path, row):
    path = written(tmp_path / "set.jsonl", row)
    [problem] = read_problems(path, answered=False)
    assert (problem.question, problem.expected) == ("2+3?", "")


@pytest.mark.parametrize(
    ("name", "count"), [("gsm8k/train", 6906), ("gsm8k/test_dev", 300), ("math/train", 4405), ("math/math500_dev", 100), ("cmath/dev", 200)]
)
def test_the_sets_at_hand(name, count):
    path = DATA / f"{name}.jsonl"
    if not path.exists():
        pytest.skip("needs shared/data beside the checkout")
    problems = list(read_problems(path))
    assert len(problems) == len({problem.id for problem in problems}) == len(read(path)) == count
    assert all(problem.question and problem.expected for problem in problems)
