"""What calculation alone says about the steps of a working."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from grading.checking.formulas import CONSTANT_MISSING
from grading.checking.reasons import Reason
from grading.checking.working import findings
from grading.checking.working.algebra import Algebra, TooSlow
from grading.checking.working.arithmetic import Comparison, Equality, compare_numbers
from grading.checking.working.calculus import NoRule
from grading.checking.working.claims import Chain, Side, find_chains
from grading.checking.working.congruences import check_congruences
from grading.checking.working.expressions import Symbol, exact, is_plain
from grading.checking.working.findings import Finding, Truth, plain_number
from grading.checking.working.going_on import begins_with_equals
from grading.checking.working.letters import find_variables
from grading.checking.working.naming import name_of_calculation
from grading.checking.working.remainders import check_remainders
from grading.checking.working.rewriting import Rewriting
from grading.checking.working.solving import Solving
from grading.checking.working.symbolic import Functions
from grading.checking.working.task import read_task
from grading.checking.working.vectors import Vectors

LOG = re.compile(r"(?<![A-Za-z])(\\?)log(?!\s*_|[A-Za-z₀-₉]|\d+\s*[(\[]|\d+ \d)")  # without a base, as `log2(8)` and `log2 8` have one
SHARE = re.compile(r"\d+\s*/\s*(\d+)\s+of\b")


@dataclass(frozen=True, slots=True)
class Calculated:
    """The steps as they were read, and one finding for each. `given`: the problem gives equations or an expression to start from. `solved`:
    by calculation, the last of them is what it asks for. `solution`: what they say that it is, where none is wrong."""

    chains: tuple[tuple[Chain, ...], ...]
    steps: tuple[Finding, ...]
    given: bool = False
    solved: bool = False
    solution: str = ""

    def follows(self, at: int) -> bool:
        """Whether a step follows from what stands before it, and is not only right in its numbers."""
        finding = self.steps[at]
        return finding.truth is Truth.RIGHT and finding.reason.template not in ABOUT_NUMBERS

    def proves(self, at: int) -> bool:
        """Whether a step follows from what the problem gives, and not from what the working set up, which may not fit the problem."""
        is_whole = self.steps[at].reason.template != findings.ONE_CASE and not self.steps[at].by_line
        return self.given and self.follows(at) and is_whole

    @property
    def first_wrong(self) -> int | None:
        return next((at for at, finding in enumerate(self.steps) if finding.truth is Truth.WRONG), None)


def calculate(problem: str, steps: Sequence[str], deadline: float) -> Calculated:
    """One finding for each step. What is left when `time.monotonic()` passes the `deadline` stays open. Safe in any thread.

    A logarithm without a base is the one of base 10, or else the natural one, as in `d/dx log x = 1/x`.
    """
    found = _calculate(problem, steps, deadline)
    if found.first_wrong is None or not any(map(LOG.search, (problem, *steps))):
        return found
    natural = _calculate(_with_ln(problem), [_with_ln(step) for step in steps], deadline)
    goes_further = natural.first_wrong is None or natural.first_wrong > found.first_wrong
    return replace(natural, chains=found.chains) if goes_further else found


def _with_ln(text: str) -> str:
    return LOG.sub(r"\1ln", text)


def _calculate(problem: str, steps: Sequence[str], deadline: float) -> Calculated:
    variables = find_variables([problem, *steps])
    shares = frozenset(found[1] for found in SHARE.finditer(problem))
    chains = tuple(tuple(chain for chain in find_chains(step, variables) if not _says_a_share(chain, shares)) for step in steps)
    task = read_task(problem, variables)
    algebra = Algebra(deadline)
    rewriting = Rewriting(task, problem, algebra) if task.kind in ("rewrite", "differentiate", "integrate") else None
    solving = Solving(task, problem, algebra, imaginary="imaginary" in variables) if rewriting is None else None
    vectors = Vectors(problem)
    before = [_last_sides(steps[: at + 1], chains[: at + 1]) for at in range(len(steps))]
    named = _with_left_sides(steps, chains)
    found = [
        _of_step(at, step, chains[at], rewriting, solving, task.functions, vectors, before[at], named[at]) for at, step in enumerate(steps)
    ]
    if solving is not None:
        found = [_replaced(finding, late) for finding, late in zip(found, map(_finish(solving).get, range(len(found))), strict=True)]
    if rewriting is not None and rewriting.lacks_constant():
        last = max((at for at, finding in enumerate(found) if finding.truth is Truth.RIGHT), default=None)
        if last is not None:
            found[last] = Finding(Truth.WRONG, Reason(CONSTANT_MISSING), "+ C", "constant_missing")
    solved = rewriting.is_done() if rewriting is not None else solving is not None and solving.is_done()
    solution = solving.solution() if solving is not None else ""
    calculated = Calculated(chains, tuple(found), bool(task.relations or task.expression), solved, solution)
    return calculated if calculated.first_wrong is None else replace(calculated, solved=False, solution="")


def _says_a_share(chain: Chain, denominators: frozenset[str]) -> bool:
    """`1/8 = 7`, where a problem asks for 3/8 of something: the share is of that."""
    fraction, _, denominator = chain.sides[0].text.partition("/")
    says = len(chain.sides) == 2 and fraction.strip().isdigit() and denominator.strip() in denominators
    return says and any(is_plain(reading) and exact(reading) >= 1 for reading in chain.sides[1].readings)


def _finish(solving: Solving) -> dict[int, Finding]:
    try:
        return solving.finish()
    except TooSlow:
        return {}


def _replaced(finding: Finding, late: Finding | None) -> Finding:
    return late if late is not None and finding.truth is not Truth.WRONG else finding


def _last_sides(texts: Sequence[str], lines: Sequence[Sequence[Chain]]) -> list[Side]:
    """What the last of these lines goes on from, the likeliest first: the line before, unless it has more than one thing, or the last of
    those that begin with an equals sign as well (`i² = -1` is a note between them). Nothing where it says something on its own."""
    (*_, text), (*earlier, chains) = texts, lines
    before = [other[0].sides[-1] for other in earlier[-1:] if len(other) == 1]
    if not before or not _begins_without_side(chains):
        return []
    if not begins_with_equals(text):
        return before if _is_result(texts[-2], text, before[0], chains[0].sides[1]) else []
    for told, other in zip(reversed(texts[:-1]), reversed(earlier), strict=True):
        if _begins_without_side(other):  # of this kind, or of another quantity
            return list(dict.fromkeys([*([other[0].sides[-1]] if begins_with_equals(told) else []), *before]))
    return before


def _with_left_sides(texts: Sequence[str], lines: Sequence[Sequence[Chain]]) -> list[Sequence[Chain]]:
    """The chains, and where a line goes on with `= -1 ± 2i`, with the `z` of the line before."""
    named: list[Sequence[Chain]] = []
    for text, chains in zip(texts, lines, strict=True):
        left = named[-1][0].sides[0] if named and named[-1] else None
        goes_on = len(chains) == 2 and chains[1].joined == "or" and all(chain.relations and not chain.sides[0].text for chain in chains)
        if left is not None and goes_on and begins_with_equals(text) and any(isinstance(reading, Symbol) for reading in left.readings):
            chains = [replace(chain, sides=(left, *chain.sides[1:])) for chain in chains]
        named.append(chains)
    return named


def _begins_without_side(chains: Sequence[Chain]) -> bool:
    return len(chains) == 1 and chains[0].relations[:1] == ("=",) and not chains[0].sides[0].text


def _is_result(before: str, text: str, side: Side, result: Side) -> bool:
    """Whether a line says what comes out of the calculation before it, by its name: `total = 12 + 15` and `total = 27`."""
    is_calculated = bool(side.readings) and not any(map(is_plain, side.readings))
    return is_calculated and any(map(is_plain, result.readings)) and before.partition("=")[0].split() == text.partition("=")[0].split()


def _of_step(
    at: int,
    text: str,
    chains: Sequence[Chain],
    rewriting: Rewriting | None,
    solving: Solving | None,
    functions: Functions,
    vectors: Vectors,
    before: Sequence[Side],
    named: Sequence[Chain],
) -> Finding:
    compared = [comparison for chain in chains for comparison in _compare(_written_out(chain, functions), text, solving)]
    if before:
        compared += _best([compare_numbers(Chain((side, chains[0].sides[1]), ("=",)), text) for side in before])
    found = [finding for comparison in compared if (finding := _of_numbers(comparison)) is not None]
    found += [*check_remainders(text), *check_congruences(text), *vectors.check(text)]
    try:
        if rewriting is not None:
            found += rewriting.check(text, chains)
        if solving is not None:
            found += solving.check(at, text, named)
            found += solving.go_on(before, chains[0].sides[1]) if before and not found else []
    except TooSlow:
        found.append(Finding(Truth.OPEN, Reason(findings.TOO_SLOW)))
    return _worst(found)


def _best(found: Sequence[list[Comparison]]) -> list[Comparison]:
    """The first of them that holds, or the first."""
    return next((each for each in found if all(one.truth is Equality.RIGHT for one in each)), [*found, []][0])


def _written_out(chain: Chain, functions: Functions) -> Chain:
    """With what the problem says that f is for `f(-2)`."""
    if not functions.bodies:
        return chain
    try:
        return replace(chain, sides=tuple(replace(side, readings=tuple(map(functions.replace, side.readings))) for side in chain.sides))
    except NoRule:
        return chain


def _compare(chain: Chain, text: str, solving: Solving | None) -> list[Comparison]:
    is_left_over = solving is not None and solving.is_left_over(chain)
    return [comparison for comparison in compare_numbers(chain, text) if not (is_left_over and comparison.truth is Equality.WRONG)]


def _of_numbers(comparison: Comparison) -> Finding | None:
    match comparison.truth:
        case Equality.RIGHT:
            return Finding(Truth.RIGHT, Reason(findings.CALCULATED))
        case Equality.RUN_ON:
            return Finding(Truth.RIGHT, Reason(findings.RUN_ON))
        case Equality.WRONG:
            values = {"left": comparison.left.text, "right": comparison.right.text}
            should_be = plain_number(comparison.value) if isinstance(comparison.value, Fraction) else None
            code = "unit_slip" if comparison.converts else name_of_calculation(comparison.left, comparison.right)
            return Finding(Truth.WRONG, Reason(findings.UNEQUAL, values), should_be, code)
    return None


ABOUT_NUMBERS = frozenset({findings.CALCULATED, findings.RUN_ON})
WORST_FIRST = (Truth.WRONG, Truth.CARRIED, Truth.RIGHT, Truth.OPEN)


def _worst(found: Sequence[Finding]) -> Finding:
    """The finding that decides: a wrong claim makes the step wrong; a right one makes it checked, unless there was no time for another."""
    if any(finding.reason.template == findings.TOO_SLOW for finding in found) and not any(
        finding.truth is Truth.WRONG for finding in found
    ):
        return Finding(Truth.OPEN, Reason(findings.TOO_SLOW))
    ordered = sorted(found, key=lambda finding: WORST_FIRST.index(finding.truth))
    return ordered[0] if ordered else Finding(Truth.OPEN, Reason(findings.NOTHING))
