"""The settings that all stages which train share. Knows no torch, so that a form can be built, and a recipe checked, without it."""

import math
import os
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal

from training.pipeline.stage import StageConfig, StageError, free, require

EXTRA = ("torch", "transformers", "trl", "peft", "accelerate", "datasets", "safetensors", "gguf")

Precision = Literal["auto", "float32", "bfloat16"]


@dataclass(frozen=True, kw_only=True)
class TrainingConfig(StageConfig):
    """What is trained from what, and how fast. The defaults are those of Qwen2.5-Math's supervised training (arXiv 2409.12122).

    `model` is a hub id, a folder (a checkpoint, or an adapter that some stage left) or a GGUF file. `batch` counts the rows of one
    step over all processes; each process takes `per_device` of them at once and adds up the gradients until the step is whole. The
    learning rate falls in a straight line to `final_learning_rate`. `lora_rank` 0 trains all weights, otherwise an adapter of that rank
    on every linear layer. `precision` "auto" is bfloat16 on a GPU that has it, otherwise float32; in bfloat16 the trained weights
    themselves stay in float32. A checkpoint is written every `save_steps` steps. `fsdp` shards a model over the processes of torchrun.
    """

    model: str
    epochs: float = 3.0
    max_steps: int | None = None
    batch: int = 128
    per_device: int = free(1)
    max_length: int = 4096
    learning_rate: float = 2e-5
    final_learning_rate: float = 7e-7
    warmup_steps: int = 0
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    lora_rank: int = 0
    lora_alpha: int | None = None
    precision: Precision = "auto"
    gradient_checkpointing: bool = free(False)
    fsdp: bool = free(False)
    save_steps: int = free(50)
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("epochs", "batch", "per_device", "max_length", "learning_rate", "max_grad_norm", "save_steps"):
            require(0 < getattr(self, name) < math.inf, f"{name}: {getattr(self, name)} is not above 0.")
        for name in ("final_learning_rate", "warmup_steps", "weight_decay", "lora_rank"):
            require(0 <= getattr(self, name) < math.inf, f"{name}: {getattr(self, name)} is below 0.")
        require(self.final_learning_rate < self.learning_rate, "final_learning_rate is not below learning_rate.")
        require(self.max_steps is None or self.max_steps > 0, f"max_steps: {self.max_steps} is not above 0.")

    @property
    def accumulation(self) -> int:
        """How many times each process adds up gradients before a step. Raises `StageError` where the batch does not divide."""
        at_once = self.per_device * processes()
        if self.batch % at_once:
            raise StageError(
                f"batch: {self.batch} rows do not divide into {processes()} process(es) with {self.per_device} row(s) at once (per_device)."
            )
        return self.batch // at_once


def processes() -> int:
    """How many processes train together; torchrun says it."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def require_extra() -> None:
    """Raises `StageError`, with what to do, where the libraries that train are not installed."""
    missing = [name for name in EXTRA if find_spec(name) is None]
    if missing:
        raise StageError(f"Training needs libraries that are not installed ({', '.join(missing)}): scripts/environment --extra train")
