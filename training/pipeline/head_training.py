"""Training of reward heads on features, and the choice among them."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from inference.reward.heads import Head, write_head
from training.pipeline import listwise
from training.pipeline.groups import LABELS
from training.pipeline.stage import Folder, StageError

if TYPE_CHECKING:
    from training.pipeline.reward_head import Config, Task

BATCH = 16  # problems a step
HEADS = 5  # that vote as one: the layers of all of them, side by side


@dataclass(frozen=True, slots=True)
class Problem:
    """All judged solutions of one problem: features (endings, layers, solutions, size) and which are right."""

    features: np.ndarray[Any, Any]
    right: np.ndarray[Any, Any]
    held_out: bool

    @property
    def tells(self) -> bool:
        return bool(self.right.any() and not self.right.all())


class Net(nn.Module):
    """Linear, ReLU, Linear on standardised features."""

    def __init__(self, size: int, units: int) -> None:
        super().__init__()
        self.first = nn.Linear(size, units)
        self.second = nn.Linear(units, 1)

    def forward(self, features: Tensor) -> Tensor:
        scores: Tensor = self.second(torch.relu(self.first(features)))
        return scores[:, 0]


def choose(config: "Config", folder: Folder, tasks: list["Task"]) -> dict[str, Any]:
    """Train a head for each ending and layer, keep the best, and say how each did. Raises `StageError`."""
    problems = [problem for problem in _problems(config, folder, tasks) if problem.tells]
    train, held = ([problem for problem in problems if problem.held_out is side] for side in (False, True))
    if not train or not held:
        raise StageError("There are too few problems with right and wrong solutions, to train on and to hold out.")
    figures, heads = [], list[tuple[float, Head]]()
    for ending, suffix in enumerate(config.suffixes):
        for place, layer in enumerate(config.layers):
            folder.check_stop()
            head = _train(config, [(p.features[ending, place], p.right) for p in train], layer, suffix)
            ranked = pairs_right(head, [(p.features[ending, place], p.right) for p in held])
            figures.append({"suffix": suffix, "layer": layer, "pairs_right": round(ranked, 4)})
            heads.append((ranked, head))
    ranked, head = max(heads, key=lambda found: found[0])
    write_head(head, folder.path / "head.npz")
    counts = {"problems": len(train), "held_out": len(held), "solutions": sum(len(p.right) for p in train)}
    return {"layer": head.layer, "suffix": head.suffix, "pairs_right": round(ranked, 4), **counts, "heads": figures}


def _problems(config: "Config", folder: Folder, tasks: list["Task"]) -> list[Problem]:
    """Solutions in words and with code to the same problem are ranked together."""
    together: dict[str, list[Task]] = {}
    for task in tasks:
        together.setdefault(task.question, []).append(task)
    return [_problem(config, folder, question, there) for question, there in together.items()]


def _problem(config: "Config", folder: Folder, question: str, tasks: list["Task"]) -> Problem:
    features = np.concatenate([np.load(folder.path / f"{task.name}.npy") for task in tasks], axis=2)
    right = np.array([LABELS[row["label"]] for task in tasks for row in task.solutions])
    part = int.from_bytes(blake2b(question.encode(), digest_size=4).digest()) / 2**32
    return Problem(features, right, part < config.held_out)


def _train(config: "Config", groups: list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]], layer: int, suffix: str) -> Head:
    everything = np.concatenate([features for features, _ in groups]).astype(np.float32)
    mean, scale = everything.mean(0), 1 / (everything.std(0) + 1e-3)
    sorted_groups = [_right_first(features, right, mean, scale) for features, right in groups]
    nets = [_fit(config, sorted_groups, config.seed + number) for number in range(HEADS)]
    first = {name: torch.cat([getattr(net.first, name) for net in nets]).detach().numpy() for name in ("weight", "bias")}
    second = (torch.cat([net.second.weight for net in nets], dim=1) / HEADS).detach().numpy()
    return Head(
        layer=layer,
        token=config.token,
        suffix=suffix,
        carriers=(config.carriers[0], config.carriers[1]),
        mean=mean,
        scale=scale,
        w1=first["weight"],
        b1=first["bias"],
        w2=second,
        b2=np.zeros(1, np.float32),  # a score compares within a problem; its zero means nothing
    )


def _right_first(features: Any, right: Any, mean: Any, scale: Any) -> tuple[Tensor, int]:  # noqa: ANN401 (numpy's)
    order = np.argsort(~right, kind="stable")
    return torch.from_numpy((features[order].astype(np.float32) - mean) * scale), int(right.sum())


def _fit(config: "Config", groups: list[tuple[Tensor, int]], seed: int) -> Net:
    torch.manual_seed(seed)
    net = Net(groups[0][0].shape[1], config.units)
    optimizer = torch.optim.AdamW(net.parameters(), lr=config.learning_rate, weight_decay=config.decay)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, config.epochs)
    for _ in range(config.epochs):
        order = torch.randperm(len(groups)).tolist()
        for start in range(0, len(order), BATCH):
            losses = [listwise.loss(net(groups[index][0]), groups[index][1]) for index in order[start : start + BATCH]]
            optimizer.zero_grad()
            torch.autograd.backward(torch.stack(losses).mean())
            optimizer.step()
        schedule.step()
    return net


def pairs_right(head: Head, groups: list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]) -> float:
    """The mean over problems of the share of their pairs in which the right solution scores higher."""
    shares = []
    for features, right in groups:
        scores = head.score(features.astype(np.float32))
        shares.append((scores[right][:, None] > scores[~right][None]).mean())
    return float(np.mean(shares))
