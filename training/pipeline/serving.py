"""A trained checkpoint as an engine."""

import torch

from inference.engines.checkpoint import CheckpointEngine
from training.pipeline import models


def open_checkpoint(model: str, *, sequences: int) -> CheckpointEngine:
    """Whatever `models.load` reads, on the GPU where there is one. Raises `StageError`."""
    dtype = models.compute_dtype("auto")
    loaded, tokenizer = models.load(model, dtype)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    loaded.to(device).eval()  # type: ignore[arg-type]
    return CheckpointEngine(loaded, tokenizer, model, max_sequences=sequences)
