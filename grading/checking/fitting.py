"""Whether a problem by itself refutes an answer: a bare equation, system, inequality or calculation says what is right.

Everything else is left open, and so is what has a word, a sign or a reading too many: nothing is refuted that may be right.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from grading.checking.agreement import answer_values
from grading.checking.extract import without_delimiters
from grading.checking.named import named_values
from grading.checking.text import half_width
from grading.checking.working import findings
from grading.checking.working.algebra import Algebra, NoAnswer
from grading.checking.working.calculated import Calculated, calculate
from grading.checking.working.claims import LABEL, Chain, Side, find_chains
from grading.checking.working.commas import readings
from grading.checking.working.expressions import CONSTANTS, Expression, NoValue, Operation, Symbol, exact, symbols, walk
from grading.checking.working.findings import Truth
from grading.checking.working.inequalities import critical_numbers, test_numbers
from grading.checking.working.letters import find_variables
from grading.checking.working.symbolic import close, value_at
from grading.checking.working.systems import FREE_VALUES, holds, solve
from grading.checking.working.task import Relation, read_relations
from grading.checking.working.tokens import plain

SECONDS = 6.0
LONGEST = 300  # characters of a problem, and of an answer

ORDERS = frozenset({"<", ">", "<=", ">="})
SIMPLE = frozenset({"+", "-", "*", "/", "^", "neg", "abs", "sqrt"})  # what equations are made of whose solutions are surely all found
DOES = r"solve|simplify|expand|factori[sz]e|factor|calculate|compute|evaluate|work out|解|化简|展开|因式分解|分解因式|计算"
SAYS_WHAT_TO_DO = re.compile(DOES, re.IGNORECASE)
# What an expression stays the same under, unlike `evaluate`, which may take a letter's value from before.
REWRITES = re.compile(r"simplify|expand|factor|化简(?!求值)|展开|分解", re.IGNORECASE)
# What may stand around an equation without making it another problem. `the sum of the roots` and `how many` are other problems.
AROUND = re.compile(
    rf"\b(?:{DOES}|please|can you|could you|help me|the|this|following|linear|quadratic|simultaneous|system|equations?|inequalit(?:y|ies)"
    r"|expression|result|of|for|and|find|all|real|solutions?|roots?|values?|to|what|is|are|how much|given|that|then|fully|in)\b"
    rf"|{DOES}|方程组?|不等式组?|下列|下面|的|求|[一二]元|[一二]次|所有|实数|解|根|值|请|若|已知|则|等于|是|多少|什么|与|式子|结果"
    r"|\\(?:begin|end)\{(?:cases|aligned)\}|\\\\|\\quad|\\left\\\{|\\right\.|\\(?:leq?|geq?|lt|gt)\b|[\s&,;:.?。，；：？、=<>≤≥]",
    re.IGNORECASE,
)
IF = re.compile(r"\b(?:if|when)\b", re.IGNORECASE)
# A sentence at the end on how the answer is to be written, which no rounding, no percent and no other question is.
MANNER = re.compile(
    r"(?:(?<=[.:?!\]$)])|(?<=\s)|(?<=[。，；？]))\s*\(?(?:please\s+)?(?:enter|express|give|write|leave|list|state)\s+(?:all\s+)?(?:your|the)\s+"
    r"(?:final |real |complex )*(?:answers?|solutions?|roots?|values?|result)"
    r"(?:[\s,]+(?:as|in|using|an?|its?|the|simplest|simplified|simple|lowest|common|improper|proper|interval|radical|surd|exact|fractions?|fractional|forms?"
    r"|terms|notation|set|separated|by|commas?|from|least|to|greatest|(?:in|de|a)creasing|ascending|descending|order|factored|expanded|fully))*"
    r"[\s.)]*$"
    r"|[，。；（(\s](?:请)?(?:结果|答案|解集)?(?:请)?(?:用|以|写成|化成|化为|保留)(?:最简)?(?:分数|真分数|假分数|区间|集合|根式|根号)(?:的?形式)?(?:表示)?[。）)\s]*$",
    re.IGNORECASE,
)
FIND = re.compile(r"((?:求|\bfind|\bfor)\s*[a-z])\s*:", re.IGNORECASE)  # no ratio
UNCLEAR = re.compile(r"\.\.|…|dots|\^\s*-?\w+\s*\^")  # `1 + 2 + ... + 9`; `2^3^2` is 64 for some
ASKS = re.compile(r"[\s=?？]+$")  # `3 + 4 = ?`
NO_LETTERS = CONSTANTS.keys() | {"i", "j", "e"}  # or perhaps none
NO_SOLUTION = re.compile(r"\bno (?:real )?(?:solutions?|roots?)\b|\\emptyset|\\varnothing|∅|(?:无|没有)(?:实数)?[解根]", re.IGNORECASE)
ALL_NUMBERS = re.compile(r"\ball (?:real numbers|reals)\b|任意实数|全体实数|所有实数|\\mathbb\s*\{?R\}?$", re.IGNORECASE)
NUMERAL = re.compile(r"\d|[=<>]")
WRAPPING = re.compile(r"\$|\\left(?![a-z])|\\right(?![a-z])|\\displaystyle|\\[,;!]|\\boxed")
OR = re.compile(r"\\text\s*\{\s*(or|and|或|和)\s*\}|(\\quad)")
JOINED_DIGITS = re.compile(r"\d,\d")
LIST = re.compile(r"(?<!\w)[A-Za-z](?:_\{?\d\}?)?\s*=|^\s*\\?[{\[]|,|;|\\pm|±|\bor\b|\band\b|或|和")
COMMAND = re.compile(r"\\[A-Za-z]+")
WORDS = re.compile(r"\b(?!(?:or|and|of|sqrt)\b)[A-Za-z]{2,}|(?![或和])[\u4e00-\u9fff]")
TUPLE = re.compile(r"^\(([^()]+)\)$")
INTERVAL = re.compile(r"([(\[])\s*([^,()\[\]]+?)\s*,\s*([^,()\[\]]+?)\s*([)\]])")
INFINITE = re.compile(r"^[-+]?\s*(?:\\infty|∞|infinity)$")
BRACED = re.compile(r"\{\s*([a-z])\s*\}")  # the unknown of `\frac{x}{2} = 6`
UNION = re.compile(r"\\cup|∪|\bor\b")


@dataclass(frozen=True, slots=True)
class _Bare:
    """A problem that is nothing but `relations` between `names`, or but an `expression`; `text` is it in a few words."""

    text: str
    names: tuple[str, ...]
    relations: tuple[Relation, ...] = ()
    expression: Expression | None = None


def says_what_to_do(problem: str) -> bool:
    """Whether it is a problem on its own even behind others, and no `x = 5` that goes on with one."""
    return SAYS_WHAT_TO_DO.search(problem) is not None


def is_bare(problem: str) -> bool:
    """Whether it can refute an answer. Takes milliseconds."""
    return _read_problem(problem) is not None


def is_refuted(problem: str, answer: str, *, seconds: float = SECONDS) -> bool:
    """Whether the answer is surely wrong. Blocks for about `seconds` at most. Safe in any thread."""
    bare = _read_problem(problem)
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


def _is_wrong(bare: _Bare, found: Calculated) -> bool:
    """One point that solves a system is no wrong answer, though there be others."""
    reasons = [finding.reason.template for finding in found.steps if finding.truth is Truth.WRONG]
    return bool(reasons) and (len(bare.names) < 2 or findings.LOST not in reasons)


# --- The problem -------------------------------------------------------------------------------------------------------------


def _read_problem(problem: str) -> _Bare | None:
    if len(problem) > LONGEST or UNCLEAR.search(problem):
        return None
    text = FIND.sub(r"\1 , ", IF.sub(" , ", without_delimiters(half_width(MANNER.sub("", problem)))))
    text = ASKS.sub("", LABEL.sub("", text).rstrip(" .。"))
    chains = find_chains(text, find_variables([text]) or frozenset(BRACED.findall(text)))
    told = [chain for chain in chains if len(chain.sides) > 1 or not _is_letter(chain.sides[0])]
    names = tuple(sorted({name for chain in told for side in chain.sides for reading in side.readings for name in symbols(reading)}))
    if not told or any(chain.joined == "or" for chain in told) or not all(map(_is_clear, told)) or not _is_all(text, chains, names):
        return None
    return _equations(told, names) if told[0].relations else _calculation(told, names, text)


def _equations(told: Sequence[Chain], names: tuple[str, ...]) -> _Bare | None:
    relations = tuple(relation for chain in told for relation in read_relations(chain))
    operators = {relation.operator for relation in relations}
    if not names or any(not _is_simple(relation) or _is_letter_alone(relation) for relation in relations):
        return None
    is_system = operators == {"="} and len(relations) == len(told) == len(names)
    is_inequality = operators <= ORDERS and len(told) == len(names) == 1
    if not (is_system or is_inequality):
        return None
    return _Bare(f"Solve {', '.join(map(_written, told))}", names, relations)


def _calculation(told: Sequence[Chain], names: tuple[str, ...], text: str) -> _Bare | None:
    (side,) = told[0].sides
    if len(told) > 1 or (names and not says_what_to_do(text)) or "solve" in text.lower() or not _operations(side.readings[0]) <= SIMPLE:
        return None
    return _Bare(f"Simplify {side.text}", names, expression=side.readings[0])


def _is_clear(chain: Chain) -> bool:
    return all(_is_plain(side.readings) and not AROUND.sub("", side.unit) for side in chain.sides)


def _is_plain(readings: Sequence[Expression]) -> bool:
    """Whether they all say the same: `-2x` is `(-2)x` and `-(2x)`, but `1/2x` is two things."""
    if not readings:
        return False
    values = [_value(reading) for reading in readings]
    return len(values) == 1 or all(value is not None and values[0] is not None and close(value, values[0]) for value in values)


def _value(expression: Expression, start: float = 1.37, by: float = 0.61) -> complex | None:
    """At one point where different expressions differ."""
    return value_at(expression, {name: complex(start + by * at) for at, name in enumerate(sorted(symbols(expression)), 1)})


def _is_letter(side: Side) -> bool:
    return any(isinstance(reading, Symbol) for reading in side.readings)


def _is_letter_alone(relation: Relation) -> bool:
    """`x = 5` is no equation to solve."""
    return isinstance(relation.left, Symbol) and not symbols(relation.right)


def _is_simple(relation: Relation) -> bool:
    parts = [part for side in (relation.left, relation.right) for part in walk(side)]
    powers = [part.operands[1] for part in parts if isinstance(part, Operation) and part.name == "^"]
    return _operations(relation.left) | _operations(relation.right) <= SIMPLE and not any(map(symbols, powers))


def _operations(expression: Expression) -> set[str]:
    return {part.name for part in walk(expression) if isinstance(part, Operation)}


def _is_all(text: str, chains: Sequence[Chain], names: Sequence[str]) -> bool:
    """Whether nothing else is said: `a` of `a x + 3 = 5` is no article, and `3 R 2` no product."""
    rest = plain(text)
    sides = [side for chain in chains for side in chain.sides]
    if any(set(word) - set(names) for side in sides for word in WORDS.findall(COMMAND.sub(" ", side.text))):
        return False
    for side in sorted(sides, key=lambda side: -len(side.text)):
        rest = rest.replace(side.text, " ", 1) if side.text else rest
    rest = re.sub(rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, names))})(?![A-Za-z])", " ", rest) if names else rest
    return not AROUND.sub("", rest)


def _written(chain: Chain) -> str:
    pairs = zip(chain.relations, chain.sides[1:], strict=True)
    return chain.sides[0].text + "".join(f" {relation} {side.text}" for relation, side in pairs)


# --- The answer --------------------------------------------------------------------------------------------------------------


def _unwrapped(answer: str) -> str:
    text = OR.sub(lambda match: f" {match[1]} " if match[1] else " , ", WRAPPING.sub(" ", half_width(answer)))
    return text.strip(" .。")


def _refutes_words(bare: _Bare, answer: str, algebra: Algebra) -> bool:
    """Whether "no solution" is said of what has one, and "all real numbers" of what does not hold for some."""
    if ALL_NUMBERS.search(answer):
        return len(bare.names) == 1 and any(_holds(bare, {bare.names[0]: complex(value)}) is False for value in FREE_VALUES)
    if all(relation.operator == "=" for relation in bare.relations):
        return any(_holds(bare, point) is True for point in solve(bare.relations, algebra))
    numbers = test_numbers(critical_numbers([bare.relations], bare.names[0], algebra))
    return any(_holds(bare, {bare.names[0]: complex(value)}) is True for value in numbers)


def _holds(bare: _Bare, point: dict[str, complex]) -> bool | None:
    found = [holds(relation, point) for relation in bare.relations]
    return False if False in found else None if None in found else True


def _line(bare: _Bare, answer: str) -> str | None:
    """The answer as a line of a working; None where it is not read as a whole."""
    if bare.expression is not None:
        return _value_line(bare, bare.expression, answer)
    if len(bare.names) > 1:
        return _point_line(bare.names, answer)
    if bare.relations[0].operator in ORDERS:
        return _region_line(bare.names[0], answer)
    return _values_line(bare.names[0], answer)


def _value_line(bare: _Bare, asked: Expression, answer: str) -> str | None:
    chain = _only_chain(answer, bare.names)
    if chain is None or set(chain.relations) - {"="} or not _is_clear(chain):
        return None
    side = chain.sides[-1]
    names = symbols(side.readings[0])
    if not names <= set(bare.names) or bool(names) != bool(bare.names) or _is_rounded(asked, side):
        return None
    return f"= {side.text}"


def _is_number_of_what_varies(bare: _Bare, problem: str, answer: str) -> bool:
    """Whether a number is said to be what `(4a^2)^3` is in other words."""
    if bare.expression is None or not set(bare.names) - NO_LETTERS or not REWRITES.search(problem):
        return False
    chain = _only_chain(answer, bare.names)
    is_number = chain is not None and len(chain.sides) == 1 and _is_clear(chain) and not symbols(chain.sides[0].readings[0])
    here, there = _value(bare.expression), _value(bare.expression, 2.93, 0.17)
    return is_number and here is not None and there is not None and not close(here, there)


def _is_rounded(asked: Expression, answer: Side) -> bool:
    """Whether the answer may be a quotient without its remainder, or rounded to a whole number or a power of ten."""
    try:
        left, right = exact(asked), exact(answer.readings[0])
    except NoValue:
        return False
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
    return chain is not None and chain.relations != () and set(chain.relations) <= ORDERS and _is_clear(chain)


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
    return chain is not None and len(chain.sides) == 2 and _is_clear(chain) and not symbols(chain.sides[1].readings[0])


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
