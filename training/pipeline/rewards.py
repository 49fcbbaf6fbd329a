"""What a response is worth in reinforcement learning: the rule, and the two ways to join it with a reward model's score.

    linear   a·score + (1 - a)·rule, where rule = (1 if the answer is right) + format_bonus (if it stands in a box) - length_penalty·excess
    shaped   sigmoid(score / 2) + (r - 1), where r is 1 for a right answer and 0 otherwise (Qwen2.5-Math, arXiv 2409.12122, 3.4)

In "shaped" the rule leads: every right response is above every wrong one. In "linear" a high score can outweigh it.
"""

import math
from dataclasses import dataclass
from typing import Literal

Form = Literal["linear", "shaped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """`weight` is a. Of a budget of tokens the share `free` costs nothing; from there on `length_penalty` grows evenly to its whole."""

    form: Form = "linear"
    weight: float = 0.5
    format_bonus: float = 0.1
    length_penalty: float = 0.1
    free: float = 0.5

    @property
    def needs_score(self) -> bool:
        return self.form == "shaped" or self.weight > 0

    def rule(self, *, right: bool, boxed: bool, tokens: int, budget: int) -> float:
        excess = max(0.0, tokens / budget - self.free) / (1 - self.free)
        return float(right) + self.format_bonus * boxed - self.length_penalty * min(1.0, excess)

    def total(self, *, score: float | None, right: bool, boxed: bool, tokens: int, budget: int) -> float:
        """`score` is None only where none is needed."""
        if self.form == "shaped":
            return sigmoid(0.5 * _there(score)) + (float(right) - 1)
        rule = self.rule(right=right, boxed=boxed, tokens=tokens, budget=budget)
        return self.weight * _there(score) + (1 - self.weight) * rule if self.weight else rule


def sigmoid(value: float) -> float:
    """Without an overflow, however far from zero."""
    return (1 + math.tanh(value / 2)) / 2


def _there(score: float | None) -> float:
    if score is None:
        raise ValueError("This reward needs a reward model's score.")
    return score
