"""The stage `verl`: files that verl reads, and the command that a person runs."""

import runpy
import shlex

import pyarrow.parquet as pq
import pytest

from training.pipeline import verl
from training.pipeline.stage import StageError, parse
from training.tests.stages import do, written

PROBLEMS = [{"id": "a", "question": "1 + 1?", "expected": "2"}, {"id": "b", "question": "小明有几个苹果？", "expected": "3"}]


def test_problems_reward_and_command(tmp_path):
    path = written(tmp_path / "problems.jsonl", *PROBLEMS)
    summary = do(verl, tmp_path / "out", model="m", problems=[path], dev=path, name="run 1", nodes=4, batch=64, responses=16)
    assert (summary["train"], summary["dev"]) == (2, 2)
    first, _second = pq.read_table(tmp_path / "out" / "train.parquet").to_pylist()
    assert first["prompt"][1] == {"role": "user", "content": "1 + 1?"}
    assert first["reward_model"] == {"style": "rule", "ground_truth": "2"}
    reward = runpy.run_path(str(tmp_path / "out" / "reward.py"))["compute_score"]
    assert [reward("lemma", text, "2") for text in ("So \\boxed{2}.", "So \\boxed{4/2}.", "So \\boxed{3}.", "No idea")] == [1, 1, 0, 0]
    words = shlex.split((tmp_path / "out" / "submit.sh").read_text(), comments=True)
    assert words[: words.index("--")] == ["exec", "ray", "job", "submit", "--submission-id", "run 1"]
    told = dict(word.split("=", 1) for word in words if "=" in word)
    assert (told["trainer.nnodes"], told["data.train_batch_size"], told["actor_rollout_ref.rollout.n"]) == ("4", "4", "16")


def test_a_group_is_not_split(tmp_path):
    with pytest.raises(StageError, match="batch"):
        parse(verl.Config, {"out": "x", "model": "m", "problems": ["p"], "dev": "d", "batch": 33})
