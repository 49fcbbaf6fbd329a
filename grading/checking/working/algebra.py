"""Questions to the algebra system.

It runs in a child process that is killed when it takes too long. Then, and where it does not know, there is no answer.
"""

import time
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from grading.checking.child import Child, NoReply
from grading.checking.working.expressions import Expression, Point, to_json

SECONDS = 3.0  # for one question
GRACE = 1.0  # seconds in which the child may say by itself that it took too long; then it is killed
MOST_UNANSWERED = 2  # questions of one piece of working


class NoAnswer(Exception):
    """The algebra system does not know, or took too long."""


class TooSlow(NoAnswer):
    """The time for the work is over, or the question was not answered in its own."""


class Algebra:
    """The algebra system, for one piece of working: all questions together take until `deadline` (of `time.monotonic`) at most."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._unanswered = 0

    def solve(
        self, equations: Sequence[tuple[Expression, Expression]], unknowns: Sequence[str], given: Mapping[str, Fraction]
    ) -> tuple[dict[str, complex], ...]:
        """The solutions; some of them, where a sine or the like has endlessly many. Raises `NoAnswer` where they cannot be listed."""
        reply = self._ask(
            ask="solve",
            equations=[[to_json(left), to_json(right)] for left, right in equations],
            unknowns=list(unknowns),
            given={name: str(value) for name, value in given.items()},
        )
        if reply["points"] is None:
            raise NoAnswer
        return tuple({name: complex(*value) for name, value in point.items()} for point in reply["points"])

    def critical(self, expression: Expression, unknown: str) -> list[float]:
        """Where an expression in one unknown can change its sign, in ascending order."""
        numbers: list[float] = self._ask(ask="critical", tree=to_json(expression), unknown=unknown)["numbers"]
        return numbers

    def values(self, expressions: Sequence[Expression], points: Sequence[Point]) -> list[list[complex | None]]:
        """For each expression its values at the points; None where it has none."""
        trees = [to_json(expression) for expression in expressions]
        pairs = [{name: [value.real, value.imag] for name, value in point.items()} for point in points]
        reply = self._ask(ask="values", trees=trees, points=pairs)
        return [[None if value is None else complex(*value) for value in row] for row in reply["values"]]

    def show(self, expression: Expression, form: str) -> str:
        """LaTeX of the expression in another `form`: "expand", "factor", "simplify" or "as it is"."""
        latex: str = self._ask(ask="show", tree=to_json(expression), form=form)["latex"]
        return latex

    def _ask(self, **request: object) -> dict[str, Any]:
        if self._unanswered >= MOST_UNANSWERED:
            raise TooSlow
        seconds = min(SECONDS, self._deadline - time.monotonic())
        if seconds <= 0:
            raise TooSlow
        answer: dict[str, Any]
        try:
            answer = _child.ask({**request, "seconds": seconds}, seconds=seconds + GRACE, patience=seconds)
        except NoReply:
            answer = {"slow": True}
        if "slow" in answer:
            self._unanswered += 1
            raise TooSlow
        if "failed" in answer:
            raise NoAnswer(answer["failed"])
        return answer


_child = Child("grading.checking.working.sympy_child")
