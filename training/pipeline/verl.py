"""Stage `verl`: what verl needs for reinforcement on many nodes, where `grpo` does not reach. It writes; it starts nothing.

    {"out": "…", "model": "…/sft/model", "problems": ["train.jsonl"], "dev": "dev.jsonl", "nodes": 4, "gpus": 8}

Writes `train.parquet` and `dev.parquet` (verl's columns: prompt, reward_model, …), `reward.py` (right or wrong, by our checker) and
`submit.sh`, which submits a Ray job whose id is `name`, with the settings that `grpo` has as its defaults. In words alone: verl's own tools
would have to run Python in our sandbox. Nothing of this has been run by us on several nodes; the names of the settings are those of verl's
published examples. What it trains is exported by `export`, once verl's model merger has made a checkpoint of it.
"""

import shlex
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference import prompts
from inference.wire import FENCE
from training import rows
from training.evaluation.datasets import DatasetError, Problem, read_problems
from training.pipeline import stage
from training.pipeline.stage import Folder, StageConfig, StageError, require
from training.pipeline.training_config import require_extra

REWARD = '''"""The reward for verl: 1 for a right answer, 0 for any other. Needs Lemma's folder on each node, in PYTHONPATH."""

from grading.checking.answers import Outcome, check
from grading.checking.extract import final_answer


def compute_score(data_source, solution_str, ground_truth, extra_info=None):
    return float(check(ground_truth, final_answer(solution_str)).outcome is Outcome.CORRECT)
'''


@dataclass(frozen=True, kw_only=True)
class Config(StageConfig):
    """The defaults are `grpo`'s. `batch` counts responses, as there; `nodes` have `gpus` GPUs each. `name` is the Ray job's id."""

    model: str
    problems: tuple[Path, ...]
    dev: Path
    name: str = "lemma"
    nodes: int = 2
    gpus: int = 8
    responses: int = 32
    batch: int = 512
    tokens: int = 2048
    prompt_tokens: int = 1024
    learning_rate: float = 1e-5
    kl: float = 1e-3
    temperature: float = 1.0
    epochs: int = 1
    save_steps: int = 10

    def __post_init__(self) -> None:
        require(self.responses > 1 and self.batch % self.responses == 0, "batch: no whole number of groups of “responses” (at least 2).")
        require(self.nodes > 0 and self.gpus > 0, "nodes, gpus: these begin at 1.")
        require(bool(self.problems), "problems: at least one file is needed.")


def settings(config: Config) -> dict[str, object]:
    """verl's settings by name."""
    out, groups = config.out.resolve(), config.batch // config.responses
    actor, rollout = "actor_rollout_ref.actor", "actor_rollout_ref.rollout"
    return {
        "algorithm.adv_estimator": "grpo",
        "algorithm.use_kl_in_reward": False,
        "data.train_files": out / "train.parquet",
        "data.val_files": out / "dev.parquet",
        "data.train_batch_size": groups,
        "data.max_prompt_length": config.prompt_tokens,
        "data.max_response_length": config.tokens,
        "data.filter_overlong_prompts": True,
        "actor_rollout_ref.model.path": config.model,
        "actor_rollout_ref.model.enable_gradient_checkpointing": True,
        f"{actor}.optim.lr": config.learning_rate,
        f"{actor}.ppo_mini_batch_size": groups,
        f"{actor}.ppo_micro_batch_size_per_gpu": 1,
        f"{actor}.use_kl_loss": True,
        f"{actor}.kl_loss_coef": config.kl,
        f"{rollout}.name": "vllm",
        f"{rollout}.n": config.responses,
        f"{rollout}.temperature": config.temperature,
        f"{rollout}.log_prob_micro_batch_size_per_gpu": 1,
        "actor_rollout_ref.ref.log_prob_micro_batch_size_per_gpu": 1,
        "custom_reward_function.path": out / "reward.py",
        "custom_reward_function.name": "compute_score",
        "trainer.nnodes": config.nodes,
        "trainer.n_gpus_per_node": config.gpus,
        "trainer.total_epochs": config.epochs,
        "trainer.save_freq": config.save_steps,
        "trainer.default_local_dir": out / "checkpoints",
        "trainer.logger": "[console]",
    }


def row(problem: Problem, split: str) -> dict[str, Any]:
    """A problem as verl reads it."""
    language = prompts.detect_language(problem.question)
    asked = prompts.system(problem.question, "cot", language, FENCE)
    return {
        "data_source": "lemma",
        "prompt": [{"role": "system", "content": asked}, {"role": "user", "content": problem.question}],
        "ability": "math",
        "reward_model": {"style": "rule", "ground_truth": problem.expected},
        "extra_info": {"split": split, "index": problem.id},
    }


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    require_extra()
    try:
        train = [row(problem, "train") for path in config.problems for problem in read_problems(path)]
        dev = [row(problem, "dev") for problem in read_problems(config.dev)]
    except DatasetError as error:
        raise StageError(str(error)) from error
    if not train or not dev:
        raise StageError("There is no problem to train on, or none to measure on.")
    for name, found in (("train", train), ("dev", dev)):
        _write(folder.path / f"{name}.parquet", found)
    rows.write_text(folder.path / "reward.py", REWARD)
    rows.write_text(folder.path / "submit.sh", script(config))
    return {"train": len(train), "dev": len(dev), "submit": str(folder.path / "submit.sh")}


def script(config: Config) -> str:
    """The command that an administrator runs where the Ray cluster is."""
    told = " \\\n  ".join(shlex.quote(f"{name}={value}") for name, value in settings(config).items())
    job = f"ray job submit --submission-id {shlex.quote(config.name)} -- python3 -m verl.trainer.main_ppo"
    return f"#!/bin/sh\n# Not run by us on several nodes: look at it before you do.\nexec {job} \\\n  {told}\n"


def _write(path: Path, found: Iterable[dict[str, Any]]) -> None:
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    part = path.with_name(path.name + ".part")
    pq.write_table(pa.Table.from_pylist(list(found)), part)
    part.replace(path)


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
