"""Picks the engine that a place is configured for."""

from pathlib import Path

from inference import weights
from inference.engines import Engine, EngineUnavailable
from inference.engines.openai import OpenAIEngine
from inference.engines.openvino import WRITING, OpenVinoEngine

LOADING = WRITING + 120.0  # seconds that a model may take to load; the embedded engine writes it in a form of its own first
_CACHE_EACH = 1024  # tokens of the KV cache for each sequence that is written at once


def open_engine(
    *,
    url: str = "",
    model: str = "",
    api_key: str = "",
    path: Path | None = None,
    head: Path | None = None,
    sequences: int = 32,
) -> Engine:
    """The server at `url`, or, where there is no url, the GGUF file at `path` in an engine of our own (see `weights.find`), with a reward
    head.

    `sequences` is how many texts the embedded engine writes at once. Returns at once; the engine says through `ready` when it can work.
    Raises `EngineError` where it never will.
    """
    if url:
        return OpenAIEngine(url, model=model, api_key=api_key)
    if path is None:
        raise EngineUnavailable("There is neither an engine's address nor a model file.")
    return OpenVinoEngine(path, head=head, cache_tokens=sequences * _CACHE_EACH, max_sequences=sequences)


def default_model() -> Path:
    """The default model's file. Raises `EngineUnavailable` where it is not there."""
    try:
        return weights.find()
    except weights.WeightsError as error:
        raise EngineUnavailable(str(error)) from error
