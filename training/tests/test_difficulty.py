import pytest

from training.pipeline import difficulty
from training.pipeline.stage import StageError
from training.tests.stages import do, read, written

PROBLEMS = [
    {"problem": "What is p?", "solution": r"It is $\boxed{5}$.", "level": "Level 3", "idx": 7},
    {"question": "What is q?", "expected": "5", "roots": ["p"], "change": "numbers"},
    {"question": "What is r?", "answer": "#### 5"},
]


def solutions(name, answers, first=0, **more):
    for number, answer in enumerate(answers, first):
        yield {"problem": name, "question": f"What is {name}?", "expected": "5", "sample": number, "answer": answer} | more


@pytest.fixture
def rated(tmp_path):
    def made(*rows, **config):
        problems = config.pop("problems", PROBLEMS)
        samples = [written(tmp_path / "samples.jsonl", *rows)]
        summary = do(difficulty, tmp_path / "out", problems=written(tmp_path / "problems.jsonl", *problems), samples=samples, **config)
        return summary, read(tmp_path / "out" / "problems.jsonl")

    return made


def test_pass_rates_of_existing_samples(rated):
    rows = [*solutions("q", ["5", "6", None, "9" * 2_000]), *solutions("p", ["5", "5"])]
    summary, problems = rated(*rows)
    assert summary == {"problems": 3, "rated": 2, "mean_pass_rate": pytest.approx(0.6667, abs=1e-3)}
    assert [(row["pass_rate"], row["samples"], row["right"], row["undecided"]) for row in problems] == [
        (1.0, 2, 2, 0),
        (0.3333, 4, 1, 1),
        (None, 0, 0, 0),
    ]
    assert problems[0].items() >= {"id": "7", "question": "What is p?", "expected": "5", "level": "Level 3"}.items()
    assert problems[1].items() >= {"id": "1", "roots": ["p"], "change": "numbers"}.items()
    assert problems[2].items() >= {"id": "2", "question": "What is r?", "expected": "5", "solution": "#### 5"}.items()


def test_the_first_samples_count(rated):
    rows = [*solutions("p", ["6", "6"], first=2), *solutions("p", ["5", "5"])]
    assert rated(*rows, per_problem=2)[1][0].items() >= {"pass_rate": 1.0, "samples": 2}.items()


def test_labels_that_are_there_count(rated):
    assert rated(*solutions("p", ["5", "5"], label="wrong"))[1][0]["pass_rate"] == 0.0


def test_a_problem_without_an_answer_is_rated_by_the_vote(rated):
    rows = solutions("s", ["7", "7", "8", "7"], expected=None)
    summary, problems = rated(*rows, problems=[{"question": "What is s?"}], unanswered=True)
    assert (problems[0]["pass_rate"], problems[0]["expected"]) == (0.75, None)


def test_a_part_of_the_problems(rated):
    summary, problems = rated(*solutions("q", ["5"]), skip=1, first=1)
    assert [(row["id"], row["pass_rate"]) for row in problems] == [("1", 1.0)]


def test_no_data(rated, tmp_path):
    with pytest.raises(StageError, match="There is no row in"):
        rated()
    with pytest.raises(StageError, match="there is no problem in it"):
        rated(*solutions("q", ["5"]), problems=[])
    with pytest.raises(StageError, match="line 1: no known set has the fields question"):
        rated(*solutions("q", ["5"]), problems=[{"question": "What is q?"}])
