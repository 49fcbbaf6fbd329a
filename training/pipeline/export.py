"""Stage `export`: a trained model in the forms that engines load.

    {"out": "…", "model": "…/sft/adapter", "name": "tutor-2", "gguf": ["Q8_0"]}

An adapter is merged into its model. Writes `model/`, a checkpoint in bfloat16 for vLLM and transformers (`vllm serve …/model`), and for
each kind in `gguf` a file `NAME-KIND.gguf` for the embedded engine, llama.cpp and Ollama: F16 as it is, rounded to half floats; Q8_0 in
about half of that room, Q4_0 in a third or less. What is there already is not written again.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from training.pipeline import stage
from training.pipeline.stage import Folder, StageConfig, require
from training.pipeline.training_config import require_extra


@dataclass(frozen=True, kw_only=True)
class Config(StageConfig):
    """`model` is whatever a stage that trains left, or a hub id, or a GGUF file. `checkpoint` is the form of `model/`, "" for none."""

    model: str
    name: str = "model"
    checkpoint: Literal["bfloat16", "float16", "float32", ""] = "bfloat16"
    gguf: tuple[Literal["F16", "Q8_0", "Q4_0"], ...] = ()

    def __post_init__(self) -> None:
        require(bool(self.checkpoint or self.gguf), "checkpoint, gguf: there is nothing to write.")
        require(bool(self.name) and Path(self.name).name == self.name, f"name: {self.name!r} is no name of a file.")


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    require_extra()
    from training.pipeline.exporting import export

    return export(config, folder)


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
