"""Writing a model in other forms."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from training import rows
from training.pipeline import gguf_file, models, trainer
from training.pipeline.stage import Folder

if TYPE_CHECKING:
    from training.pipeline.export import Config


def export(config: "Config", folder: Folder) -> dict[str, Any]:
    """All forms that the config asks for; where they are. Raises `StageError`, `StopAsked` and OSError."""
    files = {kind: folder.path / f"{config.name}-{kind}.gguf" for kind in config.gguf}
    total = len(files) + bool(config.checkpoint)
    summary: dict[str, Any] = {}
    model, tokenizer = models.load(config.model)
    for done, (kind, path) in enumerate(files.items(), 1):
        if not path.exists():
            gguf_file.write(model, tokenizer, path, kind, name=config.name)
        summary[kind] = {"file": str(path), "bytes": path.stat().st_size}
        folder.progress(done, total, file=path.name)
        folder.check_stop()
    if config.checkpoint:
        path = folder.path / "model"
        if not path.exists():
            _save(model, tokenizer, path, getattr(torch, config.checkpoint))
        summary["model"] = str(path)
        folder.progress(total, total, file="model")
    return summary


def _save(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, path: Path, dtype: torch.dtype) -> None:
    part = path.with_name("model.part")
    shutil.rmtree(part, ignore_errors=True)
    with trainer.plainly():
        model.to(dtype).save_pretrained(part)  # type: ignore[arg-type]
        tokenizer.save_pretrained(part)
    rows.sync(part)
    part.replace(path)
