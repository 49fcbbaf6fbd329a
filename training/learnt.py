"""What problems a model has learnt from: measured on these, it says little of others."""

from collections.abc import Iterator
from pathlib import Path

from inference.texts import tokens
from training import registry, rows
from training.models import ModelVersion

LEARNS = {"sft": "rows", "grpo": "problems"}  # kinds of stages, and the field of their configs that names what they read


def key(question: str) -> bytes:
    """The same for two texts with the same words, numbers and signs in the same order."""
    return rows.digest(" ".join(tokens(question)))


def of(version: ModelVersion | None) -> frozenset[bytes]:
    """The keys of the problems that it, or a model that it was trained from, was trained on, as far as their files are there still.

    Raises `RowError` and OSError.
    """
    found: set[bytes] = set()
    while version is not None:
        found.update(key(question) for path in _files(version) for question in _questions(path))
        version = version.parent
    return frozenset(found)


def _files(version: ModelVersion) -> Iterator[Path]:
    for stage in version.run.stages.filter(kind__in=LEARNS) if version.run else ():
        yield from (path for name in registry.config_of(stage).get(LEARNS[stage.kind], ()) if (path := Path(name)).is_file())


def _questions(path: Path) -> Iterator[str]:
    for row in rows.read(path):
        question = rows.question_of(row)
        if isinstance(question, str):
            yield question
