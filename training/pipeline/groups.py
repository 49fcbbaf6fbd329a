"""Groups of responses to one problem, some right and some wrong, from which a reward model learns to tell them apart.

A row is `{"question" (or "problem"), "text": the response, "label": "right" | "wrong"}`, as `label` writes it; rows with no label or
another one are passed over.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from inference.reward.forms import CHATML
from training.rows import Row, question_of

LABELS = {"right": True, "wrong": False}


@dataclass(frozen=True, slots=True)
class Group:
    """`prefix` is what all responses begin with, the problem above all; `responses` go on from it; the first `right` of them are right."""

    prefix: NDArray[np.int32]
    responses: tuple[NDArray[np.int32], ...]
    right: int

    @property
    def tokens(self) -> int:
        """Distinct ones."""
        return len(self.prefix) + sum(map(len, self.responses))

    @property
    def pairs(self) -> int:
        return self.right * (len(self.responses) - self.right)


def group_all(
    rows: Iterable[Row], tokenizer: PreTrainedTokenizerBase, *, size: int, limit: int, seed: int
) -> tuple[list[Group], dict[str, int]]:
    """Groups of at most `size` responses for each problem that has a right one and a wrong one, and counts for the report.

    A problem that a whole class has worked at makes several groups, so that no pupil's work is passed over which another's can be held
    against. What does not fill a group more is drawn from by turns, right and wrong. A response longer than `limit` tokens is left out:
    cut, it would be judged without its answer.
    """
    texts, counts = _by_question(rows)
    random, groups = np.random.default_rng(seed), list[Group]()
    counts |= {"responses_too_long": 0, "groups_without_pair": 0}
    for question, labelled in texts.items():
        encoded = {right: [encode(question, text, tokenizer) for text in labelled[right]] for right in (True, False)}
        fitting = {right: [ids for ids in found if len(ids) <= limit] for right, found in encoded.items()}
        counts["responses_too_long"] += sum(map(len, encoded.values())) - sum(map(len, fitting.values()))
        for found in fitting.values():
            random.shuffle(found)
        made = [shared([*right, *wrong], len(right)) for right, wrong in _dealt(fitting[True], fitting[False], size)]
        groups += made
        counts["groups_without_pair"] += not made
    used = {
        "groups": len(groups),
        "responses": sum(len(group.responses) for group in groups),
        "pairs": sum(group.pairs for group in groups),
    }
    return groups, used | {"tokens": sum(group.tokens for group in groups)} | counts


def encode(question: str, text: str, tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """What the model judges: problem and response in the chat template of Qwen2.5-Math's reward models, with nothing after it."""
    ids: list[int] = tokenizer(CHATML.text(question, text), add_special_tokens=False).input_ids
    return ids


def _by_question(rows: Iterable[Row]) -> tuple[dict[str, dict[bool, list[str]]], dict[str, int]]:
    """For each question its distinct texts, right and wrong, in the order of sight."""
    texts: dict[str, dict[bool, list[str]]] = defaultdict(lambda: {True: [], False: []})
    counts = {"rows": 0, "rows_without_label": 0, "rows_double": 0}
    for row in rows:
        counts["rows"] += 1
        question, text, right = question_of(row), row.get("text"), LABELS.get(row.get("label", ""))
        if not isinstance(question, str) or not isinstance(text, str) or right is None:
            counts["rows_without_label"] += 1
        elif text in texts[question][right]:
            counts["rows_double"] += 1
        else:
            texts[question][right].append(text)
    return texts, counts


def _dealt[T](right: Sequence[T], wrong: Sequence[T], size: int) -> list[tuple[Sequence[T], Sequence[T]]]:
    """As many groups as both kinds have one for each, and as they fill."""
    count = min(len(right), len(wrong), max(1, (len(right) + len(wrong)) // size))
    return [_balanced(right[start::count], wrong[start::count], size) for start in range(count)]


def _balanced[T](right: Sequence[T], wrong: Sequence[T], size: int) -> tuple[Sequence[T], Sequence[T]]:
    """At most `size` of both, as near to half and half as they allow."""
    half = size // 2
    rights = min(len(right), max(half, size - len(wrong)))
    return right[:rights], wrong[: size - rights]


def shared(texts: Sequence[Sequence[int]], right: int) -> Group:
    """Whole texts as a group. Each response keeps a token of its own, to be judged at."""
    length, most = 0, min(map(len, texts)) - 1
    while length < most and len({text[length] for text in texts}) == 1:
        length += 1
    rows = [np.array(text, dtype=np.int32) for text in texts]
    return Group(rows[0][:length], tuple(row[length:] for row in rows), right)
