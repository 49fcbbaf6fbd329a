"""The listwise loss of a reward model, and groups as tensors: what responses share goes through the model once where that is quicker."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid
from transformers import PreTrainedConfig

from training.pipeline.groups import Group

PAD = -1  # the part of what fills up


def loss(scores: Tensor, right: int) -> Tensor:
    """-1/(k(n-k)) sum of log sigmoid(r+ - r-) over all pairs of a right and a wrong response (arXiv 2409.12122, 3.3).

    `scores` has shape (n,); the first k = `right` are the right ones.
    """
    return -logsigmoid(scores[:right, None] - scores[None, right:]).mean()


def backbone_size(model: nn.Module) -> int:
    """How many weights a token meets on its way: all but the embeddings."""
    return sum(weights.numel() for name, weights in model.named_parameters() if "embed" not in name)


class Collator:
    """Makes one batch of some groups, in the cheaper of two ways.

    "together": a row is a group, its prefix and then all its responses, each of which sees the prefix and itself. "apart": a row is a
    response with its prefix. Together, a token of the prefix is computed once; but each token is held against all tokens of the row.
    """

    def __init__(self, config: PreTrainedConfig, parameters: int, pad: int) -> None:
        # Work of one pair of tokens in attention, in units of the work on one token outside of it: 4 hidden layers / (2 parameters).
        self._a_pair = 2 * config.hidden_size * config.num_hidden_layers / parameters
        self._pad = pad

    def __call__(self, groups: Sequence[Group]) -> dict[str, Any]:
        return min((together(groups, self._pad), apart(groups, self._pad)), key=self._work)

    def _work(self, batch: dict[str, Any]) -> float:
        rows, length = batch["input_ids"].shape
        seen = length if "parts" in batch else length / 2  # a causal row without a mask of its own leaves half out
        return float(rows * length * (1 + self._a_pair * seen))


def together(groups: Sequence[Group], pad: int) -> dict[str, Any]:
    """A group a row. `parts` says which part of its row a token is in: 0 the prefix, 1 and on the responses, PAD what fills up."""
    rows = [np.concatenate([group.prefix, *group.responses]) for group in groups]
    shape = len(rows), max(map(len, rows))
    ids, parts, positions = np.full(shape, pad), np.full(shape, PAD), np.zeros(shape, dtype=np.int64)
    ends = []
    for at, (group, row) in enumerate(zip(groups, rows, strict=True)):
        start = len(group.prefix)
        ids[at, : len(row)], parts[at, :start], positions[at, :start] = row, 0, np.arange(start)
        for part, response in enumerate(group.responses, 1):
            end = start + len(response)
            parts[at, start:end], positions[at, start:end] = part, len(group.prefix) + np.arange(len(response))
            ends.append(at * shape[1] + end - 1)
            start = end
    return _tensors(ids, ends, groups) | {"parts": torch.from_numpy(parts), "position_ids": torch.from_numpy(positions)}


def apart(groups: Sequence[Group], pad: int) -> dict[str, Any]:
    """A response a row, filled up on the right, where causal attention never looks."""
    rows = [np.concatenate([group.prefix, response]) for group in groups for response in group.responses]
    shape = len(rows), max(map(len, rows))
    ids = np.full(shape, pad)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = row
    return _tensors(ids, [at * shape[1] + len(row) - 1 for at, row in enumerate(rows)], groups)


def scores(model: nn.Module, batch: dict[str, Any]) -> list[Tensor]:
    """Each group's scores, of shape (responses,)."""
    options: dict[str, Any] = {}
    if "parts" in batch:
        options = {"attention_mask": tree_mask(batch["parts"]), "position_ids": batch["position_ids"]}
    outputs: Tensor = model(input_ids=batch["input_ids"], use_cache=False, **options)
    return list(torch.split(outputs.reshape(-1)[batch["ends"]], batch["sizes"]))


def tree_mask(parts: Tensor) -> Tensor:
    """Who sees whom, shape (rows, 1, tokens, tokens): a token what stands before it in its own part and in the prefix.

    What fills up sees itself, so that no row of the mask is empty (a softmax over nothing is no number).
    """
    asking, asked = parts[:, :, None], parts[:, None, :]
    before = torch.ones(parts.shape[1], parts.shape[1], dtype=torch.bool, device=parts.device).tril()
    return (((asking == asked) | (asked == 0)) & before)[:, None]


def _tensors(ids: np.ndarray[Any, Any], ends: list[int], groups: Sequence[Group]) -> dict[str, Any]:
    return {
        "input_ids": torch.from_numpy(ids),
        "ends": torch.tensor(ends),
        "sizes": [len(group.responses) for group in groups],
        "right": [group.right for group in groups],
    }
