"""Bare problems: nothing but an equation, a system, an inequality, a calculation, a derivative or an integral, whatever is said around it.

What has a word, a sign or a reading too many is none.
"""

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from grading.checking.around import AROUND, DOES, without_asides
from grading.checking.extract import without_delimiters
from grading.checking.text import half_width
from grading.checking.working.claims import LABEL, Chain, Side, find_chains
from grading.checking.working.expressions import CONSTANTS, Expression, Operation, Symbol, symbols, walk
from grading.checking.working.letters import find_variables
from grading.checking.working.symbolic import close, value_at
from grading.checking.working.task import Relation, read_relations
from grading.checking.working.tokens import plain

LONGEST = 300  # characters of a problem, and of an answer
ORDERS = frozenset({"<", ">", "<=", ">="})
SIMPLE = frozenset({"+", "-", "*", "/", "^", "neg", "abs", "sqrt"})  # what equations are made of whose solutions are surely all found
# What else a single equation may be made of: its solutions are perhaps not all found, but a wrong one is.
ALSO = frozenset({"ln", "log"})
CALCULATED = SIMPLE | ALSO | {"binom", "root", "integral"}
TRIGONOMETRIC = frozenset({"sin", "cos", "tan"})  # of an angle in degrees, or of so many pi
OF_FUNCTIONS = SIMPLE | TRIGONOMETRIC | {"ln", "root"}
SAYS_WHAT_TO_DO = re.compile(rf"{DOES}|differentiate|derivative|integra|求导|导数|积分", re.IGNORECASE)
IF = re.compile(r"\b(?:if|when)\b", re.IGNORECASE)
FIND = re.compile(r"((?:求|\bfind|\bfor)\s*[a-z])\s*:", re.IGNORECASE)  # no ratio
# `1 + 2 + ... + 9`; `2^3^2` is 64 for some, log(x) the natural logarithm, `log_28` of 8, and sin x^2 a square
UNCLEAR = re.compile(r"\.\.|…|dots|\^\s*-?\w+\s*\^|log(?!\s*_|[a-z])|log\s*_\s*\d\d|(?:sin|cos|tan|ln)\s*[a-z]\s*\^")
IN_DEGREES_OR_PI = re.compile(r"°|\\circ|\\pi|π")
DIFFERENTIATE = re.compile(r"\bdifferentiate\b|\bderivative\b|求导|导数", re.IGNORECASE)
INTEGRATE = re.compile(r"\bintegrate\b|\bintegral\b|\bantiderivative\b|不定积分", re.IGNORECASE)
# `The derivative of f is 3x^2. Find f.` asks for the opposite.
GIVEN = re.compile(r"(?:derivative|integral)\b.*\b(?:is|equals)\b|(?:导数|积分)\s*(?:是|为|等于)", re.IGNORECASE | re.DOTALL)
NAME = re.compile(r"[a-zA-Z]|[a-z]\s*\([a-z]\)")  # of a function
ASKS = re.compile(r"[\s=?？]+$")  # `3 + 4 = ?`
EULER = frozenset({"euler"})  # e, where it is the number
NO_LETTERS = CONSTANTS.keys() | {"i", "j", "e"}  # or perhaps none
FUNCTION = re.compile(r"\\[A-Za-z]+|(?<![A-Za-z])(?:sin|cos|tan|ln|log)(?![a-z])|(?<![A-Za-z])d(?=[a-z]\b)")
WORDS = re.compile(r"\b(?!(?:or|and|of|sqrt)\b)[A-Za-z]{2,}|(?![或和])[\u4e00-\u9fff]")
BRACED = re.compile(r"\{\s*([a-z])\s*\}")  # the unknown of `\frac{x}{2} = 6`


@dataclass(frozen=True, slots=True)
class Bare:
    """A problem that is nothing but `relations` between `names`, or but an `expression`; `text` is it in a few words."""

    text: str
    names: tuple[str, ...]
    relations: tuple[Relation, ...] = ()
    expression: Expression | None = None
    complete: bool = True  # whether all of its solutions are surely found
    constant: bool = False  # an indefinite integral, whose answer has one


def says_what_to_do(problem: str) -> bool:
    """Whether it is a problem on its own even behind others, and no `x = 5` that goes on with one."""
    return SAYS_WHAT_TO_DO.search(problem) is not None


def is_bare(problem: str) -> bool:
    """Whether it can refute an answer. Takes milliseconds."""
    return read_bare(problem) is not None


def read_bare(problem: str) -> Bare | None:
    """None for a problem that is not bare."""
    if len(problem) > LONGEST or UNCLEAR.search(problem):
        return None
    text = FIND.sub(r"\1 , ", IF.sub(" , ", without_delimiters(half_width(without_asides(problem)))))
    text = ASKS.sub("", LABEL.sub("", text).rstrip(" .。"))
    chains = find_chains(text, find_variables([text]) or frozenset(BRACED.findall(text)))
    told = [chain for chain in chains if len(chain.sides) > 1 or not _is_letter(chain.sides[0])]
    names = tuple(sorted({name for chain in told for side in chain.sides for reading in side.readings for name in symbols(reading)}))
    if DIFFERENTIATE.search(text) or INTEGRATE.search(text):
        return _calculus(told, names, text) if told == chains and not GIVEN.search(text) and _is_all(text, chains, names) else None
    if not told or any(chain.joined == "or" for chain in told) or not all(map(is_clear, told)) or not _is_all(text, chains, names):
        return None
    return _equations(told, names) if told[0].relations else _calculation(told, names, text)


def _equations(told: Sequence[Chain], names: tuple[str, ...]) -> Bare | None:
    relations = tuple(relation for chain in told for relation in read_relations(chain))
    operators = {relation.operator for relation in relations}
    complete = all(map(_is_simple, relations))
    if not names or any(not _is_made_of(SIMPLE | ALSO, relation) or _is_letter_alone(relation) for relation in relations):
        return None
    if not complete and (len(relations) > 1 or operators != {"="}):
        return None
    is_system = operators == {"="} and len(relations) == len(told) == len(names)
    is_inequality = operators <= ORDERS and len(told) == len(names) == 1
    if not (is_system or is_inequality):
        return None
    return Bare(f"Solve {', '.join(map(_written, told))}", names, relations, complete=complete)


def _calculation(told: Sequence[Chain], names: tuple[str, ...], text: str) -> Bare | None:
    (side,) = told[0].sides
    asked, does = side.readings[0], _operations(side.readings[0])
    if does & TRIGONOMETRIC and IN_DEGREES_OR_PI.search(text) and set(names) <= CONSTANTS.keys():
        names, does = (), does - TRIGONOMETRIC
    if "integral" in does and _is_definite(asked):
        names = ()
    is_asked = not names or "integral" in does or says_what_to_do(text)
    if len(told) > 1 or not is_asked or "solve" in text.lower() or not does <= CALCULATED:
        return None
    return Bare(f"Simplify {side.text}", names, expression=asked, constant=bool(names) and "integral" in does)


def _is_definite(asked: Expression) -> bool:
    """Whether it is an integral from number to number, and nothing else."""
    match asked:
        case Operation(name="integral", operands=(inside, Symbol(name=by), low, high)):
            return symbols(inside) - CONSTANTS.keys() <= {by} and not (symbols(low) | symbols(high)) - CONSTANTS.keys()
    return False


def _calculus(told: Sequence[Chain], names: tuple[str, ...], text: str) -> Bare | None:
    """`Differentiate x^2 ln x`, `y = x^3`: of one letter, which is no constant."""
    if len(told) != 1 or not is_clear(told[0]) or told[0].relations not in ((), ("=",)):
        return None
    if told[0].relations and not NAME.fullmatch(told[0].sides[0].text.strip()):
        return None
    side = told[0].sides[-1]
    inner = tuple(sorted(symbols(side.readings[0]) - EULER))
    if (
        len(inner) != 1
        or set(inner) & NO_LETTERS
        or len(set(names) - EULER) > 1 + len(told[0].relations)
        or not _operations(side.readings[0]) <= OF_FUNCTIONS
    ):
        return None
    does = "Differentiate" if DIFFERENTIATE.search(text) else "Integrate"
    return Bare(f"{does} {side.text}", inner, expression=side.readings[0], constant=does == "Integrate")


def is_clear(chain: Chain) -> bool:
    return all(_is_plain(side.readings) and not AROUND.sub("", side.unit) for side in chain.sides)


def _is_plain(readings: Sequence[Expression]) -> bool:
    """Whether they all say the same: `-2x` is `(-2)x` and `-(2x)`, but `1/2x` is two things."""
    if not readings:
        return False
    values = [value_of(reading) for reading in readings]
    return len(values) == 1 or all(value is not None and values[0] is not None and close(value, values[0]) for value in values)


def value_of(expression: Expression, start: float = 1.37, by: float = 0.61) -> complex | None:
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
    return _is_made_of(SIMPLE, relation) and not any(map(symbols, powers))


def _is_made_of(names: Set[str], relation: Relation) -> bool:
    return _operations(relation.left) | _operations(relation.right) <= names


def _operations(expression: Expression) -> set[str]:
    return {part.name for part in walk(expression) if isinstance(part, Operation)}


def _is_all(text: str, chains: Sequence[Chain], names: Sequence[str]) -> bool:
    """Whether nothing else is said: `a` of `a x + 3 = 5` is no article, and `3 R 2` no product."""
    rest = plain(text)
    sides = [side for chain in chains for side in chain.sides]
    if any(set(word) - set(names) for side in sides for word in WORDS.findall(FUNCTION.sub(" ", side.text))):
        return False
    for side in sorted(sides, key=lambda side: -len(side.text)):
        rest = rest.replace(side.text, " ", 1) if side.text else rest
    rest = re.sub(rf"(?<![A-Za-z])(?:{'|'.join(map(re.escape, names))})(?![A-Za-z])", " ", rest) if names else rest
    return not AROUND.sub("", rest)


def _written(chain: Chain) -> str:
    pairs = zip(chain.relations, chain.sides[1:], strict=True)
    return chain.sides[0].text + "".join(f" {relation} {side.text}" for relation, side in pairs)
