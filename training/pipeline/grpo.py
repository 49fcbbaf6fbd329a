"""Stage `grpo`: reinforcement learning of a language model on problems whose answers are known, by group-relative policy optimisation.

    {"out": "…", "model": "…/sft/model", "problems": ["train.jsonl"], "reward_model": "…/reward_model/model"}

For each problem `responses` are drawn, their Python really run in the sandbox, and rewarded as `rewards` says; a response's advantage is
its reward against its group's, (r - mean) / (standard deviation + 1e-4) (arXiv 2402.03300). Nothing is trained on what the executor wrote.
A step takes `batch` responses, so batch / responses problems, and draws anew. A response that cannot be judged counts neither way.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from inference.wire import WireName
from training.pipeline import stage
from training.pipeline.rewards import Form, Reward
from training.pipeline.stage import Folder, free, require
from training.pipeline.training_config import TrainingConfig, processes, require_extra

SESSIONS = 64  # that the sandbox opens at once


@dataclass(frozen=True, kw_only=True)
class Config(TrainingConfig):
    """The defaults are those of Qwen2.5-Math's reinforcement learning, where it names them (arXiv 2409.12122).

    Problems take the `modes` by turns. `tokens`, `rounds` and `output` bound a response as they do in solving. `sequences` responses are
    drawn at once on each process. Of problems that have a `pass_rate`, those outside of the two bounds are left out (paper: 2 to 5 of 8).
    """

    problems: tuple[Path, ...]
    reward_model: str | None = None
    form: Form = "linear"
    weight: float = 0.5
    format_bonus: float = 0.1
    length_penalty: float = 0.1
    responses: int = 32
    kl: float = 1e-3
    temperature: float = 1.0
    modes: tuple[Literal["cot", "tir"], ...] = ("cot", "tir")
    wire: WireName = "fence"
    tokens: int = 2048
    rounds: int = 4
    output: int = 1000
    sequences: int = free(32)
    lowest_pass_rate: float = 0.0
    highest_pass_rate: float = 1.0
    batch: int = 512
    epochs: float = 1.0
    learning_rate: float = 1e-5
    save_steps: int = free(10)

    def __post_init__(self) -> None:
        super().__post_init__()
        groups = f"batch: {self.batch} responses are no whole number of groups of {self.responses} (responses, at least 2)."
        require(self.responses > 1 and self.batch % self.responses == 0, groups)
        split = f"batch: a group of {self.responses} responses would be split between {processes()} processes."
        require(self.batch // processes() % self.responses == 0, split)
        require(0 < self.sequences <= SESSIONS, f"sequences: {self.sequences} is not from 1 to {SESSIONS}.")
        require(bool(self.modes), "modes: there is none.")
        require(self.temperature > 0, "temperature: responses that are all alike teach nothing; it must be above 0.")
        there = self.reward_model is not None or not self.reward.needs_score
        require(there, "reward_model: this form of reward needs one (or set form to linear and weight to 0).")
        require(not self.fsdp, "fsdp: each process draws with a whole model. Train an adapter (lora_rank) on several GPUs, or use verl.")

    @property
    def reward(self) -> Reward:
        return Reward(form=self.form, weight=self.weight, format_bonus=self.format_bonus, length_penalty=self.length_penalty)


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    require_extra()
    from training.pipeline.policy_training import train

    return train(config, folder)


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
