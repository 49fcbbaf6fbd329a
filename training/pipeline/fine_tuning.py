"""Supervised fine-tuning of a language model on messages."""

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from transformers import Trainer, TrainingArguments

from inference.wire import WIRES
from training import rows
from training.pipeline import models, trainer
from training.pipeline.encoding import IGNORED, Encoded, encode_all
from training.pipeline.schedule import Scheduled
from training.pipeline.stage import Folder, StageError

if TYPE_CHECKING:
    from training.pipeline.sft import Config

Tensors = dict[str, torch.Tensor]


def fine_tune(config: "Config", folder: Folder) -> dict[str, Any]:
    """Train, and keep the result; its summary. Raises `StageError` and `StopAsked`."""
    name = "adapter" if config.lora_rank else "model"
    if (summary := trainer.kept(folder, name)) is not None:
        return summary
    args = trainer.arguments(TrainingArguments, config, folder)
    model, tokenizer = models.load(config.model, models.weights_dtype(config))
    found = (row for path in config.rows for row in rows.read(path))
    encoded, counts = encode_all(found, tokenizer, WIRES[config.wire], config.max_length)
    if not encoded:
        raise StageError(f"There is no row to train on in {', '.join(map(str, config.rows))}: {counts}")
    pad = tokenizer.pad_token_id
    trained = Trainer(
        model=models.with_adapter(model, config),
        args=args,
        train_dataset=Scheduled(encoded, [len(row.ids) for row in encoded], config, [row.weight for row in encoded]),
        data_collator=lambda batch: padded(batch, pad),
        processing_class=tokenizer,
    )
    trainer.fit(trained, folder)
    summary = {name: str(folder.path / name), "steps": trained.state.global_step, "loss": trainer.last_loss(folder), **counts}
    with trainer.keeping(folder, name, summary) as part:
        trained.save_model(str(part))
    return summary


def padded(batch: list[Encoded], pad: int) -> Tensors:
    """Rows as tensors of shape (rows, longest), filled up on the right."""
    shape = len(batch), max(len(row.ids) for row in batch)
    ids, labels, mask = np.full(shape, pad), np.full(shape, IGNORED), np.zeros(shape, dtype=np.int64)
    for at, row in enumerate(batch):
        end = len(row.ids)
        ids[at, :end], labels[at, :end], mask[at, :end] = row.ids, row.labels, 1
    return {"input_ids": torch.from_numpy(ids), "labels": torch.from_numpy(labels), "attention_mask": torch.from_numpy(mask)}
