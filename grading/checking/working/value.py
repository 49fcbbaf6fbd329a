"""An expression whose value is asked for where equations are given: `x + y = 5, xy = 3. Find x² + y².`"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from grading.checking.reasons import Reason
from grading.checking.working import findings
from grading.checking.working.algebra import NoAnswer, TooSlow
from grading.checking.working.claims import Chain, Side
from grading.checking.working.expressions import CONSTANTS
from grading.checking.working.findings import Finding, Truth
from grading.checking.working.neighbours import Solve
from grading.checking.working.symbolic import close, value_at
from grading.checking.working.systems import Points, holds
from grading.checking.working.task import Relation, read_relations


class Value:
    """Follows the expression through the steps: it has one value, wherever the equations hold."""

    def __init__(self, asked: Side, solve: Solve) -> None:
        self._asked = asked
        self._solve = solve
        self._last: Side | None = None  # what it has come to

    def check(self, chains: Sequence[Chain], given: Sequence[Relation]) -> list[Finding]:
        """What is wrong in chains that begin with it, or go on from it. Raises `TooSlow`."""
        try:
            points = self._solve(given)
        except TooSlow:
            raise
        except NoAnswer:
            return []
        return [finding for chain in chains for finding in self._chain(chain, points)]

    def _chain(self, chain: Chain, points: Points) -> Iterator[Finding]:
        first = chain.sides[0]
        if not first.text and self._last is not None and chain.relations[:1] == ("=",):
            chain = replace(chain, sides=(self._last, *chain.sides[1:]))
        elif not set(first.readings) & set(self._asked.readings):
            return
        self._last = chain.sides[-1]
        for relation in read_relations(chain):
            names = relation.symbols - CONSTANTS.keys()
            known = tuple(point for point in points if names <= point.keys())
            is_wrong = names and known and relation.operator == "=" and all(holds(relation, point) is False for point in known)
            if is_wrong and self._is_known(known):
                left, right = relation.text.split(" = ", 1)
                yield Finding(Truth.WRONG, Reason(findings.UNEQUAL, {"left": left, "right": right}))
                return

    def _is_known(self, points: Points) -> bool:
        """Whether the equations say what it is: of |a + b| they do not, where they are for vectors, or not all are read."""
        found = [value for point in points if (value := value_at(self._asked.readings[0], point)) is not None]
        return bool(found) and all(close(value, found[0]) for value in found)
