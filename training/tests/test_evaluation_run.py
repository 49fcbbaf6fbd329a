"""Problems solved and written as transcripts: by the stage `evaluate`, over a tiny checkpoint and over a server, with a reward model."""

import asyncio
import gc
import json

import pytest
import torch
from django.core.management import call_command

from inference.engines import Chunk, ContextOverflow, EngineRefused, EngineUnavailable
from inference.reward import ResponseTooLong
from inference.reward.model import over, save
from inference.sandbox import CellResult, SessionLost
from inference.tests import tiny
from inference.wire import FENCE
from training.evaluation import transcripts
from training.evaluation.datasets import Problem
from training.evaluation.run import PAUSES, Plan, missing, transcribe
from training.pipeline import models
from training.tests import runs

pytestmark = pytest.mark.filterwarnings("default")
QUESTIONS = [f"What is {number} + 3?" for number in range(6)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("evaluation")


@pytest.fixture(scope="module")
def taught(folder):
    """A model that answers "7" to everything, in words, and the problems: one in six has that answer."""
    data, problems = folder / "rows.jsonl", folder / "problems.jsonl"
    text = "So it is $\\boxed{7}$."
    data.write_text("".join(json.dumps({"question": question, "mode": "cot", "text": text}) + "\n" for question in QUESTIONS))
    problems.write_text("".join(json.dumps({"question": q, "expected": str(n + 3)}) + "\n" for n, q in enumerate(QUESTIONS)))
    config = {"model": tiny.save(folder / "tiny"), "rows": [data], "batch": 6, "learning_rate": 0.02, "epochs": 80}
    assert runs.here("sft", folder / "sft", **config) == 0
    assert runs.losses(folder / "sft")[-1][1] < 0.05
    return {"checkpoint": str(folder / "sft" / "out" / "model"), "problems": problems, "mode": "cot", "tokens": 60}


def written(folder):
    return [json.loads(line) for line in (folder / "out" / "transcripts.jsonl").read_text().splitlines()]


def test_from_a_checkpoint_to_figures(taught, folder, tmp_path, capsys):
    base, tokenizer = models.load(str(folder / "tiny"))
    torch.manual_seed(0)
    save(over(base.base_model), folder / "rm", tokenizer=tokenizer)
    assert runs.here("evaluate", tmp_path, **taught | {"n": 2, "reward_model": str(folder / "rm")}) == 0
    rows = written(tmp_path)
    assert [row["question"] for row in sorted(rows, key=lambda row: row["id"])] == QUESTIONS
    for row in rows:
        assert [candidate["correct"] for candidate in row["candidates"]] == [
            candidate["answer"] == row["expected"] for candidate in row["candidates"]
        ]
        assert (row["greedy"]["answer"], row["greedy"]["text"], row["greedy"]["finish"]) == ("7", "So it is $\\boxed{7}$.", "stop")
        assert all(isinstance(candidate["score"], float) for candidate in row["candidates"])
    summary = runs.summary(tmp_path)
    assert (summary["problems"], summary["n"], summary["greedy"]) == (6, 2, {"value": 16.67, "interval": [3.01, 56.35]})
    assert {"maj@2", "rm@2", "pass@2", "mean", "tokens"} <= summary.keys()
    assert runs.progress(tmp_path)[-1]["done"] == 6
    capsys.readouterr()
    call_command("evaluate", "--transcripts", str(tmp_path / "out" / "transcripts.jsonl"), "--json")
    assert json.loads(capsys.readouterr().out).items() >= json.loads((tmp_path / "out" / "report.json").read_text()).items()


def test_killed_it_goes_on_with_what_is_missing(taught, tmp_path):
    settings = taught | {"n": 2, "sequences": 1}
    process = runs.start("evaluate", tmp_path, **settings)
    runs.wait_for(lambda: len(runs.progress(tmp_path)) >= 2, process)
    process.kill()
    process.join()
    before = written(tmp_path)
    assert 2 <= len(before) < 6
    assert runs.finish(runs.start("evaluate", tmp_path, **settings)) == 0
    assert written(tmp_path)[: len(before)] == before
    assert sorted(row["question"] for row in written(tmp_path)) == QUESTIONS


def test_stopped_it_keeps_what_it_has(taught, tmp_path):
    settings = taught | {"n": 1, "sequences": 1, "greedy": False}
    process = runs.start("evaluate", tmp_path, **settings)
    runs.wait_for(lambda: len(runs.progress(tmp_path)) >= 1, process)
    process.terminate()
    assert runs.finish(process) == 75
    assert len(written(tmp_path)) < 6
    assert runs.finish(runs.start("evaluate", tmp_path, **settings)) == 0
    assert runs.summary(tmp_path)["problems"] == 6


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"url": "http://127.0.0.1:9/v1"}, "url, checkpoint, gguf: at most one"),
        ({"n": 0}, "n: 0 is not from 1 to 256"),
        ({"problems": "/no/such.jsonl"}, "/no/such.jsonl"),
        ({"skip": 100}, "There is no problem in "),
        ({"checkpoint": "", "gguf": "/no/such.gguf"}, "The model file cannot be used"),
        ({"checkpoint": "/no/such"}, "The model /no/such cannot be loaded"),
        ({"reward_model": "/no/such"}, "/no/such"),
    ],
)
def test_what_cannot_work_is_said_in_one_line(taught, tmp_path, capsys, change, reason):
    assert runs.here("evaluate", tmp_path, **taught | change) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert reason in said[-1]


@pytest.mark.parametrize(
    ("ids", "reason"),
    [(["a", "a"], "two problems have the id a."), (["a", "x" * 101], "printable text of at most 100"), (["a\nb"], "printable text")],
)
def test_ids_that_no_transcript_may_have_are_refused_before_the_work(taught, tmp_path, ids, reason):
    problems = tmp_path / "problems.jsonl"
    problems.write_text("".join(json.dumps({"id": name, "question": "What is 4 + 3?", "expected": "7"}) + "\n" for name in ids))
    assert runs.here("evaluate", tmp_path, **taught | {"problems": problems}) == 2
    assert reason in runs.trouble(tmp_path)
    assert not (tmp_path / "out" / "transcripts.jsonl").exists()


class Recorded:
    """An engine that replays a message; `trouble` is raised before it, once for each entry."""

    model = "recorded"

    def __init__(self, text, trouble=()):
        self._text, self._trouble, self.asked = text, list(trouble), 0
        self.running = self.most = 0

    async def stream(self, prompt, sampling, request_id):
        self.asked += 1
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncio.sleep(0)
            if self._trouble:
                raise self._trouble.pop(0)
            yield Chunk(self._text, 3, "stop")
        finally:
            self.running -= 1


class Gone:
    """A sandbox whose sessions are lost when they are used."""

    async def open(self):
        return self

    async def run(self, code):
        raise SessionLost("The session was ended.")

    async def close(self):
        pass


PROBLEMS = [Problem(id=str(number), question=f"What is {number}?", expected="7") for number in range(5)]


async def transcribed(engine, plan, sandbox=None, **options):
    return [row async for row in transcribe(PROBLEMS, plan, engine, sandbox, **options)]


async def test_at_most_so_many_are_written_at_once():
    engine = Recorded("\\boxed{7}")
    rows = await transcribed(engine, Plan(n=3, mode="cot", sequences=4))
    assert (len(rows), engine.asked) == (5, 20)
    assert engine.most == 4
    assert all(len(row["candidates"]) == 3 and row["greedy"]["correct"] for row in rows)


async def test_an_engine_that_comes_back_is_waited_for(monkeypatch):
    monkeypatch.setattr("training.evaluation.run.PAUSES", (0.0, 0.0, 0.0))
    assert len(PAUSES) == 3
    engine = Recorded("\\boxed{7}", [EngineUnavailable("away")] * 3)
    rows = await transcribed(engine, Plan(n=1, greedy=False, mode="cot", sequences=1))
    assert [row["candidates"][0]["correct"] for row in rows] == [True] * 5
    gone = Recorded("\\boxed{7}", [EngineUnavailable("away")] * 4)
    with pytest.raises(EngineUnavailable, match="away"):
        await transcribed(gone, Plan(n=1, greedy=False, mode="cot", sequences=1))
    assert gone.running == 0


async def test_an_engine_that_refuses_ends_the_run_at_once():
    """In one line: no problem is left for asyncio to complain of, with pages of its own."""
    complaints = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))
    with pytest.raises(EngineRefused, match="no such model"):
        await transcribed(Recorded("", [EngineRefused("no such model")] * 10), Plan(mode="cot"))
    gc.collect()
    assert complaints == []


async def test_code_that_costs_its_session_is_a_response_without_an_answer():
    [row, *_] = await transcribed(Recorded("print(7)\n```\n"), Plan(n=1, greedy=False, mode="tir"), Gone())
    [candidate] = row["candidates"]
    assert (candidate["answer"], candidate["correct"], candidate["failed"]) == (None, False, "The session was ended.")


async def test_a_response_that_does_not_fit_is_not_put_before_the_reward_model(tmp_path):
    asked = []

    async def score(problem, responses, *, prompt=None):
        asked.append(responses)
        return [2.5] * len(responses)

    full = Recorded("\\boxed{7}", [ContextOverflow("It does not fit.")] * 12)  # four requests, each for fewer tokens, are one response
    rows = await transcribed(full, Plan(n=1, mode="cot", sequences=1), score=score)
    assert sorted(asked) == [["\\boxed{7}"], *[["\\boxed{7}"] * 2] * 3]
    scores = {row["id"]: [each["score"] for each in (*row["candidates"], row["greedy"])] for row in rows}
    assert scores == {"0": [0.0, 0.0]} | {number: [2.5, 2.5] for number in "1234"}
    out = tmp_path / "out.jsonl"
    out.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert len(transcripts.read(out)) == 5


async def test_a_response_that_is_too_long_for_the_reward_model_has_the_lowest_score():
    """The others of its problem are scored, and the evaluation goes on."""

    async def score(problem, responses, *, prompt=None):
        if "0" in problem and len(responses) > 1:
            raise ResponseTooLong(1, 5000, 4096)
        if "1" in problem:
            raise ResponseTooLong(0, None, 4096)
        return [2.5] * len(responses)

    rows = await transcribed(Recorded("\\boxed{7}"), Plan(n=2, mode="cot", sequences=1), score=score)
    scores = {row["id"]: [each["score"] for each in (*row["candidates"], row["greedy"])] for row in rows}
    assert scores == {"0": [2.5] * 3, "1": [0.0] * 3} | {number: [2.5] * 3 for number in "234"}


async def test_an_answer_that_cannot_be_compared_says_so(tmp_path):
    rows = await transcribed(Recorded("\\boxed{" + "1" * 2000 + "}"), Plan(n=1, greedy=False, mode="cot"))
    assert (rows[0]["candidates"][0]["correct"], rows[0]["candidates"][0]["undecided"]) == (False, "The answer is too long to compare.")
    out = tmp_path / "out.jsonl"
    out.write_text("".join(json.dumps(row) + "\n" for row in rows[:3]) + '{"id": "3", "cand')
    assert {problem.id for problem in missing(PROBLEMS, out)} == {problem.id for problem in PROBLEMS} - {row["id"] for row in rows[:3]}
    assert len(transcripts.read(out)) == 3


async def test_python_is_counted():
    class Executor(Gone):
        async def run(self, code):
            return CellResult(output="", error="line 1: 1/0\nZeroDivisionError: division by zero")

    engine = Recorded(f"1/0\n{FENCE.end}")
    [row, *_] = await transcribed(engine, Plan(n=1, greedy=False, mode="tir"), Executor())
    [candidate] = row["candidates"]
    assert candidate["rounds"] == candidate["blocks_failed"] == 1
