"""Stage `reward_model`: a model that scores responses, learnt from groups of right and wrong ones.

    {"out": "…", "model": "…/sft/model", "rows": ["labelled.jsonl"], "batch": 64, "learning_rate": 1e-5}

Reads rows as `groups` says, puts a head of two layers on the model's backbone (or goes on with a reward model, where `model` is one), and
leaves `model/`, a complete checkpoint in the form of Qwen2.5-Math-RM. A step takes `batch` groups. DONE says how many groups had no pair,
and, where there are `dev` rows or `held_out` problems, in what percentage of their pairs the right response scores higher.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.pipeline import stage
from training.pipeline.stage import Folder, require
from training.pipeline.training_config import TrainingConfig, require_extra


@dataclass(frozen=True, kw_only=True)
class Config(TrainingConfig):
    """`responses` is how many there are in a group at most. `head_only` leaves the backbone as it is; with `lora_rank` it gets an adapter,
    which is merged at the end. `held_out` is the share of the problems that it does not learn from and is measured on; none where
    fewer than ten groups would be left.
    """

    rows: tuple[Path, ...]
    dev: tuple[Path, ...] = ()
    held_out: float = 0.0
    responses: int = 6
    head_only: bool = False
    epochs: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.responses > 1, f"responses: {self.responses} make no pair.")
        require(0 <= self.held_out < 1, f"held_out: {self.held_out} is no share below 1.")
        require(not (self.head_only and self.lora_rank), "head_only and lora_rank: the head is trained alone, or with an adapter.")
        require(not (self.lora_rank and self.fsdp), "fsdp: a reward model is sharded only where all its weights are trained (lora_rank 0).")


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    require_extra()
    from training.pipeline.reward_training import train

    return train(config, folder)


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
