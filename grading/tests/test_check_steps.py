import io
import json
import sys

import pytest
from django.core.management import CommandError, call_command

from inference.engines import Chunk
from inference.tests.completions_server import served

SOLVED = {"id": "a", "problem": "Solve 2x + 3 = 7", "steps": ["2x = 4", "x = 2"]}


def run(tmp_path, *lines, **options):
    path = tmp_path / "workings.jsonl"
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines))
    out = io.StringIO()
    try:
        call_command("check_steps", str(path), stdout=out, **options)
    except CommandError as error:
        return [json.loads(line) for line in out.getvalue().splitlines()], str(error)
    return [json.loads(line) for line in out.getvalue().splitlines()], None


def test_lines_come_back_in_order_with_verdicts(tmp_path):
    wrong = {"problem": "Solve 2x + 3 = 7", "steps": ["2x = 10", "x = 5"]}
    unsure = {"problem": "Why is the sky blue?", "steps": ["Because it is."]}
    rows, error = run(tmp_path, SOLVED, wrong, unsure)
    assert error is None
    assert [(row["verdict"], row["first_error"]) for row in rows] == [("right", None), ("wrong", 0), ("unsure", None)]
    assert {key: rows[0][key] for key in SOLVED} == SOLVED
    assert rows[1]["reason"] == rows[1]["steps_checked"][0]["reason"]
    assert [step["status"] for step in rows[1]["steps_checked"]] == ["wrong", "carried"]
    assert rows[1]["steps_checked"][0]["misconception"] == "sign_lost"


def test_what_is_known_is_taken_along(tmp_path):
    problem = "Anna has 3 bags of 4 apples and eats 2. How many are left?"
    steps = ["3 x 4 = 12", "12 + 2 = 14"]
    rows, _ = run(
        tmp_path,
        {"problem": problem, "steps": steps, "answer": 10},
        {"problem": problem, "steps": steps, "reference": "3 * 4 = 12\n12 - 2 = 10"},
        {"problem": problem, "steps": steps, "samples": ["3 * 4 = 12\n12 - 2 = 10"] * 3},
        {"problem": problem, "steps": steps, "step_scores": [0.9, 0.1]},
        {"problem": problem, "steps": "3 x 4 = 12\n12 - 2 = 10", "answer": "10"},
    )
    assert [row["first_error"] for row in rows] == [1, 1, 1, 1, None]
    assert rows[-1]["verdict"] == "right"
    assert (rows[2]["steps_checked"][0]["agreeing"], rows[2]["steps_checked"][0]["sampled"]) == (3, 3)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("{", "line 2: not JSON"),
        ("[1]", "line 2: not a JSON object"),
        ({"steps": ["x = 1"]}, "line 2: `problem` is missing or empty"),
        ({"problem": "p"}, "line 2: `steps` is missing or empty"),
        ({"problem": "p", "steps": [1]}, "line 2: `steps` is not a list of texts"),
        ({"problem": "p", "steps": ["x = 1"], "samples": "s"}, "line 2: `samples` is not a list of texts"),
        ({"problem": "p", "steps": ["x = 1"], "step_scores": [1, 2]}, "line 2: `step_scores` is not one number for each step"),
        ({"problem": "p", "steps": ["x = 1"], "answer": []}, "line 2: `answer` is neither a text nor a number"),
    ],
)
def test_a_bad_line_says_what_is_wrong_and_loses_nothing(tmp_path, line, error):
    rows, ended = run(tmp_path, SOLVED, line, SOLVED)
    assert [row.get("verdict") for row in rows] == ["right", None, "right"]
    assert rows[1]["error"].startswith(error)
    assert ended == "1 of the lines could not be checked; their `error` says why."


def test_standard_input_and_the_reasons_in_chinese(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(SOLVED).encode() + b"\n\n")))
    out = io.StringIO()
    call_command("check_steps", "-", language="zh-hans", stdout=out)
    assert json.loads(out.getvalue())["reason"] == "答案正确，没有错误的步骤。"


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("check_steps", str(tmp_path / "none.jsonl"))


class Recorded:
    """Gives a recorded solution, with another answer for the first seed."""

    model, context = "recorded", 4096

    async def stream(self, prompt, sampling, request_id):
        yield Chunk(f"3 * 4 = 12\n12 - 2 = 10\nThe answer is $\\boxed{{{10 if sampling.seed else 9}}}$", 5)
        yield Chunk("", 0, "stop")

    async def abort(self, request_id):
        pass


@pytest.fixture
def engine_url(settings):
    with served(Recorded()) as settings.ENGINE_URL:
        yield settings.ENGINE_URL


def test_the_engine_solves_each_problem_so_many_times(tmp_path, engine_url):
    problem = "Anna has 3 bags of 4 apples and eats 2. How many are left?"
    (row,), error = run(tmp_path, {"problem": problem, "steps": ["3 x 4 = 12", "12 - 2 = 10"]}, samples=4)
    assert error is None
    assert [(step["agreeing"], step["sampled"]) for step in row["steps_checked"]] == [(4, 4), (4, 4)]
    assert row["verdict"] == "right"


def test_an_engine_that_is_not_there_is_said(tmp_path, settings):
    settings.ENGINE_URL = "http://127.0.0.1:9/v1"
    rows, error = run(tmp_path, SOLVED, samples=2)
    assert rows == []
    assert "cannot be reached" in error
