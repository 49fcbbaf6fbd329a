"""Rows of text as tokens, with the mask that says which of them the model is trained to write.

A row is `{"problem" (or "question"), "mode": "cot" | "tir", "text": the assistant's whole message}`, as `curate` and `sample` write it; it
may have a `weight`, how often it is trained on.
Trained are the model's own tokens and the end of its message. Not trained are the prompt, the beginning that `inference.solve` writes
for the model (a block of Python opened for it), and every output of the executor. Parts are tokenised one by one, so that no token
belongs to two of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from transformers import PreTrainedTokenizerBase

from inference import prompts
from inference.wire import Segment, Wire
from training.evaluation.datasets import HALF
from training.rows import Row

MODES = ("cot", "tir")
IGNORED = -100  # the label that transformers' losses leave out


class BadRow(Exception):
    """Why a row cannot be trained on."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """`ids` and `trained` have one entry a token; `cut` says that the row was longer than the limit; `weight` is from 0 to 1."""

    ids: NDArray[np.int32]
    trained: NDArray[np.bool_]
    cut: bool
    weight: float = 1.0

    @property
    def labels(self) -> NDArray[np.int32]:
        return np.where(self.trained, self.ids, IGNORED).astype(np.int32)


def end_of_message(tokenizer: PreTrainedTokenizerBase) -> int:
    """The token that ends a message: ChatML's where the vocabulary has it, otherwise the tokenizer's own end of sequence."""
    ends = tokenizer.get_vocab().get("<|im_end|>", tokenizer.eos_token_id)
    assert isinstance(ends, int), "a tokenizer without an end"
    return ends


def segments(row: Row, wire: Wire) -> Iterator[Segment]:
    """The row's parts: the prompt first, then the message as it was written by turns. Raises `BadRow`."""
    question, mode, text = _text(row, "question" if "question" in row else "problem"), row.get("mode"), _text(row, "text")
    if mode not in MODES:
        raise BadRow(f"mode is {mode!r}, neither of {', '.join(MODES)}")
    if not text.strip():
        raise BadRow("the answer is empty")
    language = prompts.detect_language(question)
    yield Segment(prompts.chat(question, mode=_mode(mode), language=language, wire=wire, history=()), own=False)
    text = prompts.neutralise(text)
    given = prompts.plan(language) + wire.opening
    if mode == "tir" and text.startswith(given):
        yield Segment(given, own=False)
        text = text.removeprefix(given)
    yield from wire.segments(text) if mode == "tir" else [Segment(text, own=True)]


def encode(row: Row, tokenizer: PreTrainedTokenizerBase, wire: Wire, limit: int) -> Encoded:
    """A row as at most `limit` tokens, cut at its end. Raises `BadRow`, also where nothing is left to train."""
    parts = [(tokenizer(part.text, add_special_tokens=False).input_ids, part.own) for part in segments(row, wire)]
    if row.get("finish") != "length":  # a message that a limit cut has no end to learn
        parts.append(([end_of_message(tokenizer)], True))
    ids = np.fromiter((number for numbers, _ in parts for number in numbers), dtype=np.int32)
    trained = np.repeat([own for _, own in parts], [len(numbers) for numbers, _ in parts])
    if not trained[:limit].any():
        raise BadRow(f"nothing of the answer is within {limit} tokens")
    return Encoded(ids[:limit], trained[:limit], cut=len(ids) > limit, weight=_weight(row))


def encode_all(rows: Iterable[Row], tokenizer: PreTrainedTokenizerBase, wire: Wire, limit: int) -> tuple[list[Encoded], dict[str, int]]:
    """The rows that can be trained on, and how many rows and tokens came to what, for the stage's report."""
    encoded: list[Encoded] = []
    left_out: dict[str, int] = {}
    for row in rows:
        try:
            encoded.append(encode(row, tokenizer, wire, limit))
        except BadRow as reason:
            left_out[str(reason)] = left_out.get(str(reason), 0) + 1
    counts = {
        "rows": len(encoded),
        "rows_cut": sum(row.cut for row in encoded),
        "rows_left_out": sum(left_out.values()),
        "tokens": sum(len(row.ids) for row in encoded),
        "tokens_trained": int(sum(row.trained.sum() for row in encoded)),
    }
    return encoded, counts | {f"left out: {reason}": count for reason, count in left_out.items()}


def _mode(mode: Any) -> Literal["cot", "tir"]:  # noqa: ANN401
    return "tir" if mode == "tir" else "cot"


def _weight(row: Row) -> float:
    weight = row.get("weight", 1.0)
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 < weight <= 1:
        raise BadRow("weight is no number above 0 and up to 1")
    return float(weight)


def _text(row: Row, name: str) -> str:
    if not isinstance(row.get(name), str):
        raise BadRow(f"`{name}` is missing, or not a text")
    if HALF.search(row[name]):
        raise BadRow(f"`{name}` has half a character, which no tokenizer reads")
    return str(row[name])
