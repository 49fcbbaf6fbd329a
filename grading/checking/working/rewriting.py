"""Checks the rewriting of an expression, line by line: simplify, expand, factor, calculate, differentiate, integrate."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from grading.checking.reasons import Reason
from grading.checking.working import findings
from grading.checking.working.algebra import Algebra, NoAnswer, TooSlow
from grading.checking.working.arithmetic import Equality, compare_numbers
from grading.checking.working.calculus import NoRule
from grading.checking.working.claims import Chain, Side
from grading.checking.working.expressions import CONSTANTS, Expression, Operation, Symbol, is_plain, operations, symbols, walk
from grading.checking.working.findings import Finding, Truth
from grading.checking.working.going_on import CONNECTORS, begins_with_equals
from grading.checking.working.naming import name_of_calculation, name_of_rewriting
from grading.checking.working.quantities import stated
from grading.checking.working.symbolic import sides_identical
from grading.checking.working.task import MOST_WORDS, Task, asked, is_bare

VALUES = re.compile(r"\b(?:if|when|given|where|for|at|let)\b|已知|当|若|其中|求值", re.IGNORECASE)
HIGHER = re.compile(r"\b(?:second|third|2nd|3rd|nth)\b|\btwice\b|''|二阶|三阶|\bd(?:\^\{?[23]\}?|[²³])", re.IGNORECASE)  # derivatives
# Words of a problem that only say in which form it wants an expression.
ASKING = re.compile(
    r"\b(?:write|express|complet(?:ed?|ely|ing)|square|form|fully|single|fraction|expression|find|work|out|limit|exact|value|surds?"
    r"|rationali[sz]e|denominator|combine|like|terms)\b",
    re.IGNORECASE,
)
BECOMES = re.compile(r"^(?!.*lim).*(?:->|→)", re.DOTALL)  # `3x^3 -> 9x^2`: of a part of what is differentiated
FORMS = {"*": "factor", "^": "factor"}  # how to show what would have been right: like what was written

CONSTANT_LETTERS = frozenset("CcKk")  # of integration


class Rewriting:
    """Follows one expression through the steps. `last` is what it has come to, rightly or not."""

    def __init__(self, task: Task, problem: str, algebra: Algebra) -> None:
        self._task = task
        self._algebra = algebra
        self._right = asked(task)
        self._last = self._right
        self._is_wrong = False
        self._aside: Side | None = None  # where a line goes on that is about something else
        self._is_sure = False  # of what it has come to
        self._strict = is_bare(ASKING.sub(" ", problem), MOST_WORDS)
        numbers = stated(self._right.text) if self._right is not None else []
        self._is_whole = self._strict and sorted(stated(problem)) == sorted(numbers)
        self._puts_in_values = bool(VALUES.search(problem)) or (task.has_relations and not task.name)
        self._constant = task.kind != "integrate"
        self._is_higher = task.kind == "differentiate" and bool(HIGHER.search(problem))

    def check(self, text: str, chains: Sequence[Chain]) -> list[Finding]:
        """What the chains of one step claim. Raises `TooSlow`."""
        if self._task.kind != "rewrite" and BECOMES.search(text):
            return []
        self._puts_in_values = self._puts_in_values or any(map(self._gives_a_value, chains))
        found = []
        for at, chain in enumerate(chains):
            if set(chain.relations) <= {"="}:
                found += self._chain(text, chain, begins=at == 0 and begins_with_equals(text))
        return found

    def _chain(self, text: str, chain: Chain, *, begins: bool) -> list[Finding]:
        sides = [side for side in chain.sides if side.readings]
        if named := bool(sides) and Symbol(self._task.name) in sides[0].readings:
            sides = sides[1:]
        goes_on = (
            named
            or (begins and not chain.sides[0].text)
            or (self._strict and len(sides) == len(chain.sides) == 1 and (_is_alone(text, sides[0]) or self._is_result(text, sides[0])))
        )
        linked = goes_on and self._last is not None and self._aside is None
        if linked and self._last is not None:
            sides.insert(0, self._last)
        elif goes_on and self._aside is not None:
            sides.insert(0, self._aside)
        elif self._last is not None and sides and self._is_last(sides[0]):
            linked = True
        goes_on_aside = goes_on and self._aside is not None
        is_aside = not linked and len(sides) > 1 and (goes_on_aside or self._is_of_others(sides))
        self._aside = sides[-1] if is_aside else None
        sides = [side for side in sides if not self._is_substituted(side)]
        if len(sides) < 2:
            return []
        found = [self._pair(text, left, right, linked=linked) for left, right in pairwise(sides)]
        if linked or any(operations(reading) & {"integral", "derivative"} for reading in sides[0].readings):
            self._last = sides[-1]
            self._is_sure = found[-1] is not None and found[-1].truth is Truth.RIGHT
        return [finding for finding in found if finding is not None]

    def _gives_a_value(self, chain: Chain) -> bool:
        """`m = -1`, beside the m + b that is to be calculated."""
        left, right = chain.sides[0].readings[:1], chain.sides[-1].readings[:1]
        if self._right is None or not left or not right or not isinstance(left[0], Symbol):
            return False
        return is_plain(right[0]) and left[0] in walk(self._right.readings[0])

    def _is_of_others(self, sides: Sequence[Side]) -> bool:
        """Whether a line is about letters that the expression does not have, as `3^(2k+2) - 1 = 9·3^(2k) - 1` beside `3^(2n) - 1`."""
        known = [side for side in (self._right, self._last) if side is not None]
        names = frozenset().union(*map(self._names, known))
        return self._task.kind == "rewrite" and all(self._names(side) - names for side in sides)

    def _is_result(self, text: str, side: Side) -> bool:
        """Whether a line is nothing but a number, behind lines that lead to it."""
        return self._last is not self._right and is_plain(side.readings[0]) and text.strip(" $.。") == side.text

    def _is_substituted(self, side: Side) -> bool:
        """Whether a derivative or an integral goes on in another variable, as in `u = 2x + 1`, or a limit without its sign; it is compared
        when it has come back."""
        known = [side for side in (self._right, self._last) if side is not None]
        if self._last is not None and _is_limit(self._last) and not _is_limit(side):
            return bool(_names_bound(self._last) & self._names(side))
        if self._task.kind == "rewrite" or not known:
            return False
        return bool(self._names(side) - _names_bound(side) - frozenset().union(*map(self._names, known)) - CONSTANT_LETTERS)

    def _is_last(self, side: Side) -> bool:
        return self._last is not None and sides_identical(self._last, side, self._task.functions, self._algebra) is True

    def _pair(self, text: str, left: Side, right: Side, *, linked: bool) -> Finding | None:
        verdict = self._equal(text, left, right, may_run_on=not (linked and self._is_whole))
        if verdict is None or (not verdict and not self._is_claimed(left, right, linked=linked)):
            return None
        if verdict:
            self._note_constant(right)
            return self._right_pair(left, right)
        finding = Finding(Truth.WRONG, self._reason(left, right), self._should_be(left, right), self._name(left, right))
        self._is_wrong = self._is_wrong or linked
        return finding

    def _is_claimed(self, left: Side, right: Side, *, linked: bool) -> bool:
        """Whether two sides are meant as the same expression, and not as an equation, or the left one with values put in."""
        names = [self._names(side) for side in (left, right)]
        new = names[1] - names[0]
        if names[0] == symbols(left.readings[0]) and isinstance(left.readings[0], Symbol):
            return False  # `x = 9` says what x is
        if isinstance(left.readings[0], Symbol) and "'" in left.readings[0].name:
            return names[0] == names[1]  # `y'' = 24x`, where the problem says what y is
        if (new and self._task.kind != "integrate") or (self._puts_in_values and names[0] != names[1]):
            return False
        return linked or self._contains(left) or (not names[0] and not names[1]) or _has_calculus(left)

    def _names(self, side: Side) -> frozenset[str]:
        try:
            return symbols(self._task.functions.replace(side.readings[0])) - CONSTANTS.keys()
        except NoRule:
            return symbols(side.readings[0]) - CONSTANTS.keys()

    def _contains(self, side: Side) -> bool:
        """Whether the side is a part of the expression that is to be rewritten."""
        known = [reading for whole in (self._right, self._last) if whole is not None for reading in whole.readings]
        return any(part in side.readings for reading in known for part in walk(reading)) and not isinstance(side.readings[0], Symbol)

    def _equal(self, text: str, left: Side, right: Side, *, may_run_on: bool = True) -> bool | None:
        """Whether they are. What all is to be calculated does not run on: of `12 + 5` nothing is left to do in `17 × 2`."""
        if not _has_symbols(left) and not _has_symbols(right) and not _has_calculus(left):
            (comparison,) = compare_numbers(Chain((left, right), ("=",)), text)
            return {Equality.RIGHT: True, Equality.RUN_ON: may_run_on, Equality.WRONG: False, Equality.NONE: None}[comparison.truth]
        return sides_identical(left, right, self._task.functions, self._algebra)

    def _right_pair(self, left: Side, right: Side) -> Finding:
        is_carried = self._is_wrong and not (self._right is not None and self._recovers(right))
        if is_carried:
            return Finding(Truth.CARRIED, Reason(findings.CARRIED))
        numbers = not _has_symbols(left) and not _has_symbols(right)
        return Finding(Truth.RIGHT, Reason(findings.CALCULATED if numbers else findings.IDENTICAL))

    def _recovers(self, side: Side) -> bool:
        assert self._right is not None
        return self._equal("", self._right, side) is True

    def _reason(self, left: Side, right: Side) -> Reason:
        before = left.text or (self._last.text if self._last is not None else "")
        if not before and self._task.functions.bodies:
            name, (variable, _) = next(iter(self._task.functions.bodies.items()))
            before = f"{name}'({variable})"
        if not before:
            return Reason(findings.NOT_FOLLOWING)
        template = findings.NOT_IDENTICAL if _has_symbols(left) or _has_symbols(right) else findings.UNEQUAL
        return Reason(template, {"left": before, "right": right.text})

    def _should_be(self, left: Side, right: Side) -> str | None:
        written = right.readings[0]
        form = FORMS.get(written.name, "expand") if isinstance(written, Operation) else "expand"
        try:
            expression = self._task.functions.replace(left.readings[0])
            constant = " + C" if "integral" in operations(expression) and _is_indefinite(expression) else ""
            return self._algebra.show(expression, form) + constant
        except TooSlow:
            raise
        except (NoAnswer, ValueError):
            return None

    def _name(self, left: Side, right: Side) -> str | None:
        if not _has_symbols(left) and not _has_symbols(right) and not _has_calculus(left):
            return name_of_calculation(left, right)
        written = replace(right).readings[0]
        if self._task.kind == "integrate":
            written = _without_constant(written, self._task.by)
        return name_of_rewriting(left.readings[0], written, self._task.functions) or self._name_of_definite(left, right)

    def _name_of_definite(self, left: Side, right: Side) -> str | None:
        """Of an integral between limits: whether they were swapped."""
        turned = Side("", tuple(Operation("neg", (reading,)) for reading in left.readings))
        definite = "integral" in operations(left.readings[0]) and not any(map(_is_indefinite, left.readings))
        return "limits_swapped" if definite and self._equal("", turned, right) else None

    # --- The constant of integration

    def _note_constant(self, right: Side) -> None:
        if symbols(right.readings[0]) - CONSTANTS.keys() - {self._task.by}:
            self._constant = True

    def is_done(self) -> bool:
        """Whether it has come to a number, or no derivative and no integral is left to take. How far to simplify is a matter of taste."""
        if self._is_higher or self._is_wrong or not self._is_sure or self._right is None or self._last is None or self._last is self._right:
            return False
        last = self._last.readings[0]
        if self._task.kind == "rewrite":
            return is_plain(last)
        return not _has_calculus(self._last) and "apply" not in operations(last)

    def lacks_constant(self) -> bool:
        """Whether an indefinite integral came to its end without a constant, all else being right."""
        if self._constant or self._is_wrong or self._right is None or self._last is None or self._last is self._right:
            return False
        indefinite = any(_is_indefinite(reading) for reading in self._right.readings)
        return indefinite and not any("integral" in operations(reading) for reading in self._last.readings)


def _is_alone(text: str, side: Side) -> bool:
    """Whether the expression is all that the line says."""
    return bool(operations(side.readings[0])) and not re.search(
        r"[A-Za-z]{3,}|[\u4e00-\u9fff]{2,}", CONNECTORS.sub("", text.replace(side.text, ""))
    )


def _has_symbols(side: Side) -> bool:
    return any(symbols(reading) - CONSTANTS.keys() for reading in side.readings)


def _has_calculus(side: Side) -> bool:
    return any({"derivative", "integral"} & operations(reading) for reading in side.readings)


def _is_limit(side: Side) -> bool:
    return any("limit" in operations(reading) for reading in side.readings)


def _names_bound(side: Side) -> frozenset[str]:
    """The letters of the limits in it."""
    parts = (part for reading in side.readings for part in walk(reading))
    return frozenset().union(*(symbols(part.operands[1]) for part in parts if isinstance(part, Operation) and part.name == "limit"))


def _is_indefinite(expression: Expression) -> bool:
    match expression:
        case Operation(name="integral", operands=operands):
            return len(operands) == 2
        case Operation(operands=operands):
            return any(map(_is_indefinite, operands))
    return False


def _without_constant(expression: Expression, by: str) -> Expression:
    match expression:
        case Operation(name="+", operands=(rest, constant)) if symbols(constant) and by not in symbols(constant):
            return rest
    return expression
