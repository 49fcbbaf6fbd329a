"""The sampling stage: over a scripted model behind a real server, with real Python in the real sandbox, and over a small real model."""

import time
from collections import Counter

import pytest

from inference import weights
from inference.tests.completions_server import served
from training.pipeline import engine as pipeline_engine
from training.pipeline import sample, stage
from training.pipeline.stage import StageError
from training.tests.scripted_engine import ScriptedEngine
from training.tests.stages import alive, descendants, do, finish, kill_after, read, run, start, written

PROBLEMS = [{"id": f"p{number}", "question": f"What is {number} + 100?", "expected": str(number + 100)} for number in range(8)]


@pytest.fixture
def engine():
    return ScriptedEngine()


@pytest.fixture
def url(engine):
    with served(engine) as address:
        yield address


@pytest.fixture
def problems(tmp_path):
    return written(tmp_path / "problems.jsonl", *PROBLEMS)


def samples(out):
    return read(out / "samples.jsonl")


def drawn(out):
    """What is the same however often the run was broken off."""
    return {(row["problem"], row["sample"]): (row["seed"], row["mode"], row["temperature"], row["text"]) for row in samples(out)}


def test_solutions_with_python_and_in_words(tmp_path, url, problems):
    summary = do(sample, tmp_path / "out", url=url, problems=problems, first=2, per_problem=4, temperatures=[0.6, 0.9])
    assert summary == {"samples": 8, "model": "scripted"}
    rows = sorted(samples(tmp_path / "out"), key=lambda row: (row["problem"], row["sample"]))
    assert [(row["mode"], row["temperature"]) for row in rows[:4]] == [("cot", 0.6), ("tir", 0.6), ("cot", 0.9), ("tir", 0.9)]
    assert len({row["seed"] for row in rows}) == 8
    for row in rows:
        wrong = row["seed"] % 4 == 0
        assert row["answer"] == str(int(row["expected"]) + wrong)
        assert row["checked"] == (row["mode"] == "tir" and not wrong)  # a sum by itself says that a wrong one is wrong
        assert (row["rounds"], row["blocks_failed"], row["differs"]) == (int(row["mode"] == "tir"), 0, False)
        assert row["text"].count(f"```output\n{row['answer']}\n```") == row["rounds"]
    progress = read(tmp_path / "out" / "progress.jsonl")[-1]
    assert (progress["done"], progress["total"]) == (8, 8)


def test_the_chosen_problems_in_their_order(tmp_path, url, problems, engine):
    do(sample, tmp_path / "out", url=url, problems=problems, skip=2, first=3, per_problem=1, modes=["cot"], temperatures=[0.0], sequences=1)
    assert [row["problem"] for row in samples(tmp_path / "out")] == ["p2", "p3", "p4"]
    assert {temperature for _, _, temperature in engine.asked} == {0}


def test_hard_problems_get_more(tmp_path, url, problems):
    rates = [0.0, 0.49, 0.5, None, 1.0]
    rows = [row | {"pass_rate": rate} for row, rate in zip(PROBLEMS, rates, strict=False)]
    config = {"difficulty": written(tmp_path / "difficulty.jsonl", *rows), "extra_for_hard": 3, "per_problem": 2, "modes": ["cot"]}
    do(sample, tmp_path / "out", url=url, problems=problems, **config)
    counts = Counter(row["problem"] for row in samples(tmp_path / "out"))
    assert counts == {f"p{number}": 5 if number in (0, 1) else 2 for number in range(8)}
    assert {number for name, number in drawn(tmp_path / "out") if name == "p0"} == {0, 1, 2, 3, 4}


def test_a_file_without_pass_rates_is_no_difficulty_file(tmp_path, url, problems):
    with pytest.raises(StageError, match="there is no problem with a pass rate in it"):
        do(sample, tmp_path / "out", url=url, problems=problems, difficulty=problems, extra_for_hard=1)


def test_problems_that_were_made_from_others_and_have_no_answer(tmp_path, url):
    problem = {"id": "p~numbers-0", "question": "What is 3 + 4?", "roots": ["p"]}
    path = written(tmp_path / "problems.jsonl", problem)
    with pytest.raises(StageError, match="no known set has the fields"):
        do(sample, tmp_path / "out", url=url, problems=path)
    do(sample, tmp_path / "out", url=url, problems=path, per_problem=1, unanswered=True, modes=["cot"])
    [row] = samples(tmp_path / "out")
    assert (row["expected"], row["roots"], row["question"]) == (None, ["p"], problem["question"])


def test_a_problem_that_does_not_fit_and_code_that_ends_its_session_are_rows_of_their_own(tmp_path, url):
    rows = [
        {"id": "long", "question": "What is 1 + 2? " + "x" * 5_000, "expected": "3"},
        {"id": "short", "question": "1 + 2?", "expected": "3"},
    ]
    rows.append({"id": "hostile", "question": "BREAK OUT 1 + 2?", "expected": "3"})
    do(sample, tmp_path / "out", url=url, problems=written(tmp_path / "p.jsonl", *rows), per_problem=1, modes=["tir"])
    found = {row["problem"]: row for row in samples(tmp_path / "out")}
    assert found["short"]["answer"] == "3" or found["short"]["seed"] % 4 == 0
    assert found["long"]["failed"]
    assert (found["long"]["text"], found["long"]["answer"]) == ("", None)
    assert found["hostile"]["failed"]


def test_a_run_that_is_killed_again_and_again_draws_the_same(tmp_path, problems):
    config = {"problems": problems, "per_problem": 5, "modes": ["cot"], "sequences": 4}
    with served(ScriptedEngine(pause=0.05)) as url:
        do(sample, tmp_path / "whole", url=url, **config)
        for rows in (1, 9, 20, 33):
            kill_after(rows, tmp_path / "out" / "samples.jsonl", start(sample, tmp_path / "out", url=url, **config))
        assert run(sample, tmp_path / "out", url=url, **config) == (0, "")
    assert len(samples(tmp_path / "out")) == 40
    assert drawn(tmp_path / "out") == drawn(tmp_path / "whole")


def test_a_killed_run_leaves_no_process_and_its_python_goes_on(tmp_path, problems):
    config = {"problems": problems, "per_problem": 2, "modes": ["tir"], "sequences": 4}
    with served(ScriptedEngine(pause=0.1)) as url:
        process = start(sample, tmp_path / "out", url=url, **config)
        while not (tmp_path / "out" / "samples.jsonl").exists() or not samples(tmp_path / "out"):
            time.sleep(0.01)
        family = descendants(process.pid)
        assert family
        process.kill()
        finish(process)
        assert run(sample, tmp_path / "out", url=url, **config)[0] == 0
    assert len(drawn(tmp_path / "out")) == len(samples(tmp_path / "out")) == 16
    assert not any(map(alive, family))


def test_a_run_that_is_asked_to_stop_keeps_what_was_under_way(tmp_path, problems):
    config = {"problems": problems, "per_problem": 5, "modes": ["cot"], "sequences": 4}
    with served(ScriptedEngine(pause=0.3)) as url:
        process = start(sample, tmp_path / "out", url=url, **config)
        while not (tmp_path / "out" / "samples.jsonl").exists() or not samples(tmp_path / "out"):
            time.sleep(0.01)
        process.terminate()
        assert finish(process) == (stage.STOPPED, "")
    begun = len(samples(tmp_path / "out"))
    assert 4 <= begun < 40
    with served(ScriptedEngine()) as url:
        assert run(sample, tmp_path / "out", url=url, **config) == (0, "")
    assert len(drawn(tmp_path / "out")) == len(samples(tmp_path / "out")) == 40


def test_an_engine_that_goes_away_for_a_moment_is_waited_for(tmp_path, url, problems, engine, monkeypatch):
    monkeypatch.setattr(pipeline_engine, "PAUSES", (0.0, 0.1, 0.2))
    engine.failing = 12
    do(sample, tmp_path / "out", url=url, problems=problems, per_problem=2, modes=["cot"])
    assert len(samples(tmp_path / "out")) == 16


def test_an_engine_that_stays_away_ends_the_run_which_can_go_on(tmp_path, url, problems, engine, monkeypatch):
    monkeypatch.setattr(pipeline_engine, "PAUSES", (0.0,))
    do(sample, tmp_path / "out", url=url, problems=problems, per_problem=1, modes=["cot"])
    engine.failing = 10**6
    with pytest.raises(StageError, match="down for a moment"):
        do(sample, tmp_path / "out", url=url, problems=problems, per_problem=2, modes=["cot"])
    engine.failing = 0
    do(sample, tmp_path / "out", url=url, problems=problems, per_problem=2, modes=["cot"])
    assert len(samples(tmp_path / "out")) == 16


def test_there_is_no_engine(tmp_path, problems):
    with pytest.raises(StageError, match="cannot be reached"):
        do(sample, tmp_path / "out", url="http://127.0.0.1:9/v1", problems=problems)
    with pytest.raises(StageError, match=r"none\.gguf"):
        do(sample, tmp_path / "out", gguf=tmp_path / "none.gguf", problems=problems)


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"per_problem": 0}, "per_problem, tokens"),
        ({"first": -1}, "skip, first"),
        ({"modes": []}, "modes, temperatures"),
        ({"modes": ["poem"]}, "modes: 'poem' is not what this field takes"),
        ({"temperatures": [3]}, "temperatures: from 0 to 2"),
        ({"top_p": 0}, "top_p"),
        ({"sequences": 0}, "sequences"),
        ({"extra_for_hard": 2}, "a “difficulty” file"),
        ({"first": 0}, "there is no problem in it, or none is chosen"),
        ({"skip": 100}, "there is no problem in it, or none is chosen"),
    ],
)
def test_bad_configs_and_no_problems(tmp_path, problems, config, reason):
    with pytest.raises(StageError, match=reason):
        do(sample, tmp_path / "out", url="http://127.0.0.1:9/v1", problems=problems, **config)


def test_two_problems_with_one_id(tmp_path, url):
    path = written(tmp_path / "problems.jsonl", *PROBLEMS[:2], PROBLEMS[0])
    with pytest.raises(StageError, match="two problems have the id p0"):
        do(sample, tmp_path / "out", url=url, problems=path)


def test_a_small_real_model(tmp_path, problems):
    gguf = weights.find(weights.SMOLLM2)
    do(sample, tmp_path / "out", gguf=gguf, problems=problems, first=2, per_problem=3, modes=["cot"], temperatures=[1.0], tokens=24)
    rows = samples(tmp_path / "out")
    assert len({row["text"] for row in rows}) == 6
    assert {row["tokens"] for row in rows if row["finish"] == "length"} == {24}
