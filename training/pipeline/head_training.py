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
from training.pipeline.stage import Folder

if TYPE_CHECKING:
    from training.pipeline.reward_head import Config, Task

BATCH = 16  # problems a step
HEADS = 5  # that vote as one: the layers of all of them, side by side


@dataclass(frozen=True, slots=True)
class Problem:
    """All judged solutions of one problem: features (endings, layers, solutions, size) and which are right."""

    features: np.ndarray[Any, Any]
    right: np.ndarray[Any, Any]

    def group(self, ending: int, place: int) -> "Group":
        return self.features[ending, place], self.right


Group = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]  # (solutions, size) features, and which are right


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
    """See by cross-validation over problems which ending and layer rank best, train that head on all of them, and say how each did."""
    problems = _problems(folder, tasks)
    figures = list[dict[str, Any]]()
    for ending, suffix in enumerate(config.suffixes):
        for place, layer in enumerate(config.layers):
            folder.check_stop()
            figures.append({"suffix": suffix, "layer": layer} | _validated(config, [problem.group(ending, place) for problem in problems]))
    best = max(figures, key=lambda found: found["pairs_right"])
    ending, place = config.suffixes.index(best["suffix"]), config.layers.index(best["layer"])
    head = _train(config, [problem.group(ending, place) for problem in problems], best["layer"], best["suffix"])
    write_head(head, folder.path / "head.npz")
    counts = {"problems": len(problems), "solutions": sum(len(problem.right) for problem in problems)}
    return best | counts | {"any": round(float(np.mean([problem.right.mean() for problem in problems])), 4), "heads": figures}


def _problems(folder: Folder, tasks: list["Task"]) -> list[Problem]:
    """Solutions in words and with code to the same problem are ranked together. In an order that chance decides, always the same."""
    together: dict[str, list[Task]] = {}
    for task in tasks:
        together.setdefault(task.question, []).append(task)
    order = sorted(together, key=lambda question: blake2b(question.encode()).digest())
    return [_problem(folder, together[question]) for question in order]


def _problem(folder: Folder, tasks: list["Task"]) -> Problem:
    features = np.concatenate([np.load(folder.path / f"{task.name}.npy") for task in tasks], axis=2)
    return Problem(features, np.array([LABELS[row["label"]] for task in tasks for row in task.solutions]))


def _validated(config: "Config", groups: list[Group]) -> dict[str, float]:
    """Of problems that a head was not trained on: the share of pairs ranked right, and of problems whose best scored solution is right."""
    pairs, picks = [], []
    for fold in range(config.folds):
        head = _train(config, [group for index, group in enumerate(groups) if index % config.folds != fold], 0, "")
        for features, right in groups[fold :: config.folds]:
            scores = head.score(features.astype(np.float32))
            pairs.append((scores[right][:, None] > scores[~right][None]).mean())
            picks.append(right[scores.argmax()])
    return {"pairs_right": round(float(np.mean(pairs)), 4), "picked": round(float(np.mean(picks)), 4)}


def _train(config: "Config", groups: list[Group], layer: int, suffix: str) -> Head:
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
