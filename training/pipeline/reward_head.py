"""Stage `reward_head`: the small reward model of the embedded engine, two linear layers on what its own model holds of a solution.

    {"out": "…", "rows": ["…/labelled.jsonl"], "layers": [16, 19, 22, 25]}

Reads rows as `label` writes them, runs the model over each solution once and keeps its features (one file a problem). Which layer and
ending serve best, cross-validation over the problems tells, with the listwise loss of `listwise`. The head for these is trained on all
problems: `head.npz`, which belongs into `inference/reward/trained/` under the name of the model's file. DONE has the figures of all.

Killed and started again, it goes on after the last problem. Training takes seconds and is done anew.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from inference import prompts, weights
from inference.events import Mode
from inference.wire import FENCE
from training import rows
from training.pipeline import stage
from training.pipeline.groups import LABELS
from training.pipeline.stage import Folder, StageConfig, StageError, free, require
from training.pipeline.training_config import require_extra

ASKED = "<|im_end|>\n<|im_start|>user\nIs this solution correct? Answer Yes or No.<|im_end|>\n<|im_start|>assistant\n"
TOKEN = "<|im_start|>"  # no sampled token: a model that begins a turn has ended its own


@dataclass(frozen=True, kw_only=True)
class Config(StageConfig):
    """`model` is a GGUF file, the default model without it. `folds` are the parts of the problems that are held out in turn.

    `units` of the hidden layer, `epochs` of training, `decay` of the weights; `heads` are trained from different seeds and averaged.
    """

    rows: tuple[Path, ...]
    model: Path | None = None
    layers: tuple[int, ...] = (16, 19, 22, 25)
    suffixes: tuple[str, ...] = ("<|im_end|>\n", ASKED)
    token: str = TOKEN
    carriers: tuple[str, ...] = ("Yes", "No")
    folds: int = free(5)
    units: int = free(128)
    epochs: int = free(60)
    learning_rate: float = free(1e-3)
    decay: float = free(1.0)
    seed: int = free(0)
    together: int = free(4)  # solutions that are read at once

    def __post_init__(self) -> None:
        require(len(self.carriers) == 2, "carriers: two tokens.")
        require(self.folds > 1, "folds: at least 2.")
        require(min(self.units, self.epochs, self.together) > 0, "units, epochs, together: at least 1.")


@dataclass(frozen=True, slots=True)
class Task:
    """The judged solutions of one problem that continue one prompt."""

    problem: str
    mode: Mode
    question: str
    solutions: tuple[rows.Row, ...]

    @property
    def prompt(self) -> str:
        return prompts.chat(self.question, mode=self.mode, language=prompts.detect_language(self.question), wire=FENCE, history=())

    @property
    def name(self) -> str:
        """Of the file of its features: the same texts have the same name."""
        told = repr((self.prompt, [row["text"] for row in self.solutions]))
        return blake2b(told.encode(), digest_size=12).hexdigest()


def tasks(paths: tuple[Path, ...]) -> list[Task]:
    """Solutions without a text or a label are passed over, and problems of which all are right or all wrong: these rank nothing."""
    found: dict[tuple[str, Mode], list[rows.Row]] = {}
    labels: dict[str, set[str]] = {}
    for row in (row for path in paths for row in rows.read(path)):
        if row.get("text") and row.get("label") in LABELS:
            found.setdefault((row["question"], row["mode"]), []).append(row)
            labels.setdefault(row["question"], set()).add(row["label"])
    found = {key: there for key, there in found.items() if len(labels[key[0]]) > 1}
    return [Task(str(there[0].get("problem", question)), mode, question, tuple(there)) for (question, mode), there in found.items()]


def read_features(config: Config, folder: Folder, found: list[Task], gguf: Path) -> None:
    """Write the features of each task that has none yet. Raises `StopAsked`."""
    from training.pipeline.features import Ending, Reader

    missing = [task for task in found if not (folder.path / f"{task.name}.npy").exists()]
    if not missing:
        return
    reader = Reader(gguf, config.layers, [Ending(suffix, config.token) for suffix in config.suffixes])
    for done, task in enumerate(missing):
        folder.report(len(found) - len(missing) + done, len(found))
        _keep(folder.path / f"{task.name}.npy", task, reader, config.together)


def _keep(path: Path, task: Task, reader: Any, together: int) -> None:  # noqa: ANN401 (a module of the extra)
    import numpy as np

    texts = [prompts.neutralise(row["text"]) for row in task.solutions]
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))  # those read at once are filled up to the longest
    read = np.concatenate([reader.read(task.prompt, part) for part in _parts([texts[index] for index in order], together)], axis=2)
    features = np.empty_like(read)
    features[:, :, order] = read
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.save(file, features)
    part.rename(path)


def _parts(texts: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(texts), size):
        yield texts[start : start + size]


def work(config: Config, folder: Folder) -> dict[str, Any]:
    """The stage."""
    require_extra()
    from training.pipeline.head_training import choose

    found = tasks(config.rows)
    if not found:
        raise StageError(f"No problem has right and wrong solutions in {', '.join(map(str, config.rows))}.")
    problems = len({task.question for task in found})
    if problems < config.folds:
        raise StageError(f"There are too few problems with right and wrong solutions: {problems}, for {config.folds} parts.")
    try:
        gguf = config.model or weights.find()
    except weights.WeightsError as error:
        raise StageError(str(error)) from error
    read_features(config, folder, found, gguf)
    return choose(config, folder, found)


if __name__ == "__main__":
    sys.exit(stage.run(Config, work))
