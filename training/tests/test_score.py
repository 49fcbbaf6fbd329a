"""The stage `score`: a reward model's word on right solutions, begun again where it was."""

import asyncio

import pytest

from inference.reward.torch import open_judge
from inference.tests import reward_checkpoints
from inference.tests.scripted_server import ScriptedServer, answer
from training.pipeline import score
from training.pipeline.stage import StageError
from training.tests.stages import do, read, written

ROWS = [
    {"problem": "a", "question": "1 + 1?", "answer": "2", "mode": "cot", "text": "It is 2.", "label": "right"},
    {"problem": "b", "question": "1 + 2?", "answer": "3", "mode": "cot", "text": "It is 3.", "label": "right"},
    {"problem": "a", "question": "1 + 1?", "answer": "3", "mode": "cot", "text": "It is 3.", "label": "wrong"},
    {"problem": "a", "question": "1 + 1?", "answer": "2", "mode": "cot", "text": "2, of course.", "label": "right"},
    {"problem": "b", "question": "1 + 2?", "answer": "3", "mode": "cot", "text": "word " * 9000, "label": "right"},
    {"problem": "b", "question": "1 + 2?", "answer": None, "mode": "cot", "text": "", "label": "undecided", "failed": "too long"},
]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return reward_checkpoints.write(tmp_path_factory.mktemp("reward"))


def test_right_solutions_get_the_model_s_own_scores(tmp_path, model):
    path = written(tmp_path / "labelled.jsonl", *ROWS)
    summary = do(score, tmp_path / "out", rows=[path], reward_model=model)
    assert summary == {"rows": 6, "scored": 3}
    found = read(tmp_path / "out" / "scored.jsonl")
    assert [row["question"] for row in found] == ["1 + 1?"] * 3 + ["1 + 2?"] * 3
    own = open_judge(model).score("1 + 1?", ["It is 2.", "2, of course."])
    assert [found[0]["score"], found[2]["score"]] == pytest.approx(own, abs=1e-3)
    assert ["score" in row for row in found] == [True, False, True, True, False, False]


def test_it_goes_on_where_it_was(tmp_path, model):
    path = written(tmp_path / "labelled.jsonl", *ROWS)
    do(score, tmp_path / "whole", rows=[path], reward_model=model)
    whole = read(tmp_path / "whole" / "scored.jsonl")
    written(tmp_path / "out" / "scored.jsonl", *whole[:2])
    do(score, tmp_path / "out", rows=[path], reward_model=model)
    assert read(tmp_path / "out" / "scored.jsonl") == whole


async def test_a_server_gets_the_key_of_the_environment(tmp_path, monkeypatch):
    class Refusing(ScriptedServer):
        def script_for(self, head, body):
            return answer(401, {})

    monkeypatch.setenv("REWARD_API_KEY", "sesame")
    path = written(tmp_path / "labelled.jsonl", *ROWS)
    async with Refusing() as server:
        with pytest.raises(StageError):
            await asyncio.to_thread(do, score, tmp_path / "out", rows=[path], reward_url=f"http://127.0.0.1:{server.port}")
    assert ["authorization: bearer sesame" in head.lower() for head, _ in server.requests] == [True]


def test_without_a_row_or_a_model_it_says_so(tmp_path, model):
    with pytest.raises(StageError, match="There is no row"):
        do(score, tmp_path / "out", rows=[written(tmp_path / "none.jsonl")], reward_model=model)
    with pytest.raises(StageError):
        do(score, tmp_path / "out", rows=[written(tmp_path / "rows.jsonl", *ROWS)], reward_model=str(tmp_path / "nowhere"))
