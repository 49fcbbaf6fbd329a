"""Whether a problem by itself refutes an answer: a bare one (`bare`) says what is right.

Everything else is left open, and so is what has a word, a sign or a reading too many: nothing is refuted that may be right.
"""

import re
import time
from collections.abc import Sequence
from fractions import Fraction

from grading.checking.agreement import answer_values
from grading.checking.bare import EULER, LONGEST, NO_LETTERS, ORDERS, WORDS, Bare, is_clear, read_bare, value_of
from grading.checking.formulas import CONSTANT_MISSING
from grading.checking.named import named_values
from grading.checking.text import half_width
from grading.checking.working import findings
from grading.checking.working.algebra import Algebra, NoAnswer
from grading.checking.working.calculated import Calculated, calculate
from grading.checking.working.claims import Chain, Side, find_chains
from grading.checking.working.commas import readings
from grading.checking.working.expressions import Expression, NoValue, exact, symbols
from grading.checking.working.findings import Truth
from grading.checking.working.inequalities import critical_numbers, test_numbers
from grading.checking.working.symbolic import close
from grading.checking.working.systems import FREE_VALUES, holds, solve
from grading.checking.working.tokens import plain

SECONDS = 6.0
# What an expression stays the same under, unlike `evaluate`, which may take a letter's value from before.
REWRITES = re.compile(r"simplify|expand|factor|化简(?!求值)|展开|分解", re.IGNORECASE)
NAMED_DERIVATIVE = re.compile(
    r"^\s*(?:[a-zA-Z]'(?:\s*\([a-z]\))?|d[a-z]?\s*/\s*d[a-z]|\\[dt]?frac\s*\{d[a-z]?\}\s*\{d[a-z]\}|\\int\b[^=]*d[a-z])\s*=\s*"
)
NO_SOLUTION = re.compile(r"\bno (?:real )?(?:solutions?|roots?)\b|\\emptyset|\\varnothing|∅|(?:无|没有)(?:实数)?[解根]", re.IGNORECASE)
ALL_NUMBERS = re.compile(r"\ball (?:real numbers|reals)\b|任意实数|全体实数|所有实数|\\mathbb\s*\{?R\}?$", re.IGNORECASE)
NUMERAL = re.compile(r"\d|[=<>]")
WRAPPING = re.compile(r"\$|\\left(?![a-z])|\\right(?![a-z])|\\displaystyle|\\[,;!]|\\boxed")
OR = re.compile(r"\\text\s*\{\s*(or|and|或|和)\s*\}|(\\quad)")
JOINED_DIGITS = re.compile(r"\d,\d")
LIST = re.compile(r"(?<!\w)[A-Za-z](?:_\{?\d\}?)?\s*=|^\s*\\?[{\[]|,|;|\\pm|±|\bor\b|\band\b|或|和")
COMMAND = re.compile(r"\\[A-Za-z]+")
TUPLE = re.compile(r"^\(([^()]+)\)$")
INTERVAL = re.compile(r"([(\[])\s*([^,()\[\]]+?)\s*,\s*([^,()\[\]]+?)\s*([)\]])")
INFINITE = re.compile(r"^[-+]?\s*(?:\\infty|∞|infinity)$")
UNION = re.compile(r"\\cup|∪|\bor\b")


def is_refuted(problem: str, answer: str, *, seconds: float = SECONDS) -> bool:
    """Whether the answer is surely wrong. Blocks for about `seconds` at most. Safe in any thread."""
    bare = read_bare(problem)
    if bare is None or len(answer) > LONGEST:
        return False
    algebra = Algebra(time.monotonic() + seconds)
    answer = _unwrapped(answer)
    try:
        if not NUMERAL.search(answer) and (NO_SOLUTION.search(answer) or ALL_NUMBERS.search(answer)):
            return _refutes_words(bare, answer, algebra)
    except NoAnswer:
        return False
    if _is_number_of_what_varies(bare, problem, answer):
        return True
    line = _line(bare, answer)
    return line is not None and all(
        _is_wrong(bare, calculate(told, read, time.monotonic() + seconds / 2)) for told, read in readings(bare.text, [line])
    )


def _is_wrong(bare: Bare, found: Calculated) -> bool:
    """One point that solves a system is no wrong answer, though there be others."""
    reasons = [finding.reason.template for finding in found.steps if finding.truth is Truth.WRONG]
    return bool(reasons) and ((len(bare.names) < 2 and bare.complete) or findings.LOST not in reasons) and CONSTANT_MISSING not in reasons


def _unwrapped(answer: str) -> str:
    text = OR.sub(lambda match: f" {match[1]} " if match[1] else " , ", WRAPPING.sub(" ", half_width(answer)))
    return text.strip(" .。")


def _refutes_words(bare: Bare, answer: str, algebra: Algebra) -> bool:
    """Whether "no solution" is said of what has one, and "all real numbers" of what does not hold for some."""
    if ALL_NUMBERS.search(answer):
        return len(bare.names) == 1 and any(_holds(bare, {bare.names[0]: complex(value)}) is False for value in FREE_VALUES)
    if all(relation.operator == "=" for relation in bare.relations):
        return any(_holds(bare, point) is True for point in solve(bare.relations, algebra))
    numbers = test_numbers(critical_numbers([bare.relations], bare.names[0], algebra))
    return any(_holds(bare, {bare.names[0]: complex(value)}) is True for value in numbers)


def _holds(bare: Bare, point: dict[str, complex]) -> bool | None:
    found = [holds(relation, point) for relation in bare.relations]
    return False if False in found else None if None in found else True


def _line(bare: Bare, answer: str) -> str | None:
    """The answer as a line of a working; None where it is not read as a whole."""
    if bare.expression is not None:
        return _value_line(bare, bare.expression, answer)
    if len(bare.names) > 1:
        return _point_line(bare.names, answer)
    if bare.relations[0].operator in ORDERS:
        return _region_line(bare.names[0], answer)
    return _values_line(bare.names[0], answer)


def _value_line(bare: Bare, asked: Expression, answer: str) -> str | None:
    others = ({"C", "c"} - set(bare.names) if bare.constant else set[str]()) | (symbols(asked) & EULER)
    chain = _only_chain(NAMED_DERIVATIVE.sub("", answer), (*bare.names, *others))
    if chain is None or set(chain.relations) - {"="} or not is_clear(chain):
        return None
    side = chain.sides[-1]
    names = symbols(side.readings[0]) - others
    if not names <= set(bare.names) or bool(names) != bool(bare.names) or _is_rounded(asked, side):
        return None
    return f"= {side.text}"


def _is_number_of_what_varies(bare: Bare, problem: str, answer: str) -> bool:
    """Whether a number is said to be what `(4a^2)^3` is in other words."""
    if bare.expression is None or not set(bare.names) - NO_LETTERS or not REWRITES.search(problem):
        return False
    chain = _only_chain(answer, bare.names)
    is_number = chain is not None and len(chain.sides) == 1 and is_clear(chain) and not symbols(chain.sides[0].readings[0])
    here, there = value_of(bare.expression), value_of(bare.expression, 2.93, 0.17)
    return is_number and here is not None and there is not None and not close(here, there)


def _is_rounded(asked: Expression, answer: Side) -> bool:
    """Whether the answer may be a quotient without its remainder, or rounded to a whole number or a power of ten."""
    try:
        right = exact(answer.readings[0])
    except NoValue:
        return False
    try:
        left = exact(asked)
    except NoValue:
        value = value_of(asked)
        if value is None:  # of an integral
            return right.denominator == 1 or "." in answer.text
        return right.denominator == 1 and abs(value - float(right)) < 1
    if "10^" in answer.text.replace(" ", ""):
        return 100 * abs(left - right) < abs(left)
    return right.denominator == 1 and left.denominator > 1 and abs(left - right) < Fraction(1)


def _values_line(name: str, answer: str) -> str | None:
    """`x = 2 or x = -3`, of an answer in whatever form."""
    if JOINED_DIGITS.search(answer) or answer.startswith("(") or WORDS.search(COMMAND.sub(" ", answer)):
        return None
    values = answer_values(answer) if LIST.search(answer) else [answer]
    return " or ".join(f"{name} = {value}" for value in values) if values and all(_is_value(name, value) for value in values) else None


def _point_line(names: Sequence[str], answer: str) -> str | None:
    """`x = 2, y = 3`, also of `(2, 3)`, which is in the order of the alphabet."""
    pair = TUPLE.match(answer)
    if pair is not None:
        parts = dict(zip(names, pair[1].split(","), strict=False)) if pair[1].count(",") == len(names) - 1 else {}
    else:
        parts = named_values(answer)
    if set(parts) != set(names) or not all(_is_value(name, value) for name, value in parts.items()):
        return None
    return ", ".join(f"{name} = {value.strip()}" for name, value in parts.items())


def _region_line(name: str, answer: str) -> str | None:
    """`x > 2 or x < -3`, also of intervals."""
    if INTERVAL.search(answer):
        answer = re.sub(rf"^\s*{re.escape(name)}\s*\\in\b", "", answer)
        regions = [_of_interval(name, part.strip()) for part in UNION.split(answer)]
        return None if None in regions else " or ".join(filter(None, regions))
    parts = [part.strip() for part in UNION.split(answer)]
    return " or ".join(parts) if all(_is_order(name, part) for part in parts) else None


def _is_order(name: str, text: str) -> bool:
    chain = _only_chain(text, (name,))
    return chain is not None and chain.relations != () and set(chain.relations) <= ORDERS and is_clear(chain)


def _of_interval(name: str, text: str) -> str | None:
    found = INTERVAL.fullmatch(text)
    if found is None:
        return None
    opening, low, high, closing = found.groups()
    if not all(INFINITE.match(end) or _is_value(name, end) for end in (low, high)):
        return None
    left = "" if INFINITE.match(low) else f"{low} {'<' if opening == '(' else '<='} "
    right = "" if INFINITE.match(high) else f" {'<' if closing == ')' else '<='} {high}"
    return f"{left}{name}{right}" if left or right else None


def _is_value(name: str, text: str) -> bool:
    chain = _only_chain(f"{name} = {text.strip()}", (name,))
    return chain is not None and len(chain.sides) == 2 and is_clear(chain) and not symbols(chain.sides[1].readings[0])


def _only_chain(text: str, names: Sequence[str]) -> Chain | None:
    """The one chain that is the whole text."""
    chains = find_chains(text, frozenset(names))
    is_whole = len(chains) == 1 and not re.search(r"[^\s=<>≤≥]", _without_sides(text, chains[0]))
    return chains[0] if is_whole else None


def _without_sides(text: str, chain: Chain) -> str:
    rest = re.sub(r"\\(?:leq?|geq?|lt|gt)\b", " ", plain(text))
    for side in chain.sides:
        rest = rest.replace(side.text, " ", 1)
    return rest
