"""Stage `sft`: teach a model to write the messages of a file, those in words (CoT) and those with Python (TIR) together.

    {"out": "…", "model": "Qwen/Qwen2.5-Math-1.5B", "rows": ["curated.jsonl"]}

Reads rows as `encoding` says. Trains all weights, or an adapter (`lora_rank`), and leaves `model/` or `adapter/`: a checkpoint that
transformers, vLLM and every stage here read (`export` makes other forms). DONE says what became of the rows.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.wire import WireName
from training.pipeline import stage
from training.pipeline.stage import Folder
from training.pipeline.training_config import TrainingConfig, require_extra


@dataclass(frozen=True, kw_only=True)
class Config(TrainingConfig):
    """`rows` are read one after another. `wire` is how Python stands in them."""

    rows: tuple[Path, ...]
    wire: WireName = "fence"


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    require_extra()
    from training.pipeline.fine_tuning import fine_tune

    return fine_tune(config, folder)


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
