"""What a step claims: the equalities, inequalities and expressions that stand in its text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from grading.checking.working.binders import with_binders
from grading.checking.working.counting import with_counts
from grading.checking.working.degrees import as_on_a_calculator, is_of_degrees, without_degrees
from grading.checking.working.expressions import Expression, Operation
from grading.checking.working.grammar import Unreadable, parse
from grading.checking.working.letters import resolve
from grading.checking.working.merging import merged
from grading.checking.working.segments import Segment, depth, find_segments
from grading.checking.working.tokens import Token, plain, tokenize
from grading.checking.working.units import SCALES, factor, find_unit

LONGEST_SIDE = 250  # tokens: the trees of expressions are walked by recursion
LABEL = re.compile(
    r"^\s*(?:[(（]?\d{1,2}[.)）、]\s+|[①-⑳]\s*|(?:[Ss]tep|STEP)\s*\d{1,2}\s*[:.)]?\s*|第[一二三四五六七八九十\d]{1,3}步\s*[:：,，]?\s*|[-*•]\s+"
    r"|\(\d\)\s*(?:[-+*x×]\s*(?:\(\d\)|\d{1,2})\s*)+:?\s+(?=-?\d*[a-z]))"  # `(1)+(3) 11x=22`, `(2)x3 9x-3y=9`
)
# Behind an equation its number or what is done to both sides next: `3x + 2y = 16 (1)`, `2x + 5 = 17 /-5`.
BEHIND = re.compile(
    r"(?:\s+\(\d{1,2}\)|\s{2,}\([-+]\s*\d+\w?\)|\s+\([*/:÷×]\s*\d+\w?\)|\s+/\s*[-+*:]\s*\d+"
    r"|\s+\((?:add|plus|minus|subtract|take|times|multipl|divid)[^()]*\))\s*$"
)
# "25% of 80 is 20", "80 - 20 makes 60": the word is an equals sign. Not behind a fraction alone ("1/4 is 20 euros": of something), nor
# before what is not all of the other side ("is 20 more than").
NUMBER = r"\$?\d(?:[\d.,]*\d)?+"
EQUALS = re.compile(
    rf"(?<![\w.,)/^*+-])({NUMBER}(?:\s?%|/\d+)? of {NUMBER}|{NUMBER}\s?(?:[+*×÷]|\s[-/:]\s|plus|minus)\s?{NUMBER}) (?:is|are|gives|makes)"
    rf"(?= {NUMBER}(?!/|\s?[-+*/%×÷^(]|\s(?:of|more|less|fewer|times|percent|or|to|plus|minus)\b))"
)
OF_UNKNOWNS = re.compile(r"\d[A-Za-z]|[A-Za-z]\s*[-+*/^]")
SIGNS = frozenset("±∓")


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a relation. `readings` are what it can mean (`1/2x`: two things), none where it is no expression; `unit` is behind it."""

    text: str
    readings: tuple[Expression, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """`a = b < c`: n sides and n - 1 relations between them. A single side is an expression that claims nothing.

    `joined` is the word between the chain before and this one: "or", "and", or nothing.
    """

    sides: tuple[Side, ...]
    relations: tuple[str, ...] = ()
    joined: str = ""


def find_chains(text: str, variables: frozenset[str]) -> list[Chain]:
    """All chains of a step, in order."""
    text = plain(text)
    text = _without_label_behind(LABEL.sub(lambda label: " " * len(label[0]), text))
    text = EQUALS.sub(lambda said: f"{said[1]} {'=':<{len(said[0]) - len(said[1]) - 1}}", text)
    tokens = merged(resolve(with_binders(with_counts(tokenize(text))), variables))
    return [chain for segment in find_segments(tokens) for chain in _chains(segment, text, variables)]


def _without_label_behind(text: str) -> str:
    """Without the number or the note behind an equation. `x = 3 (2)` and `P = 2 (3) + 2 (4)` are products and stay."""
    label = BEHIND.search(text)
    equation = text[: label.start()] if label is not None else ""
    if label is None or equation.count("=") != 1 or re.search(r"\s\(\d+\)", equation):
        return text
    left, right = equation.split("=")
    is_of_unknowns = OF_UNKNOWNS.search(left) or re.search("[A-Za-z]", right)
    return equation + " " * len(label[0]) if is_of_unknowns else text


def _chains(segment: Segment, text: str, variables: frozenset[str]) -> Iterator[Chain]:
    """The segment's chain; two, where it has a sign `±`."""
    sides: list[Side] = []
    relations: list[str] = []
    start = 0
    for at, token in enumerate([*segment.tokens, None]):
        if token is None or (token.kind == "relation" and depth(segment.tokens[:at]) == 0):
            sides.append(_side(segment, start, at, text))
            start = at + 1
            if token is not None:
                relations.append(token.text)
    units = without_degrees([side.readings for side in sides], variables)
    in_degrees = [[as_on_a_calculator(reading) for reading in readings] for readings in units]
    sides = [
        replace(side, readings=tuple(dict.fromkeys([*others, *readings] if any(map(is_of_degrees, readings)) else [*readings, *others])))
        for side, readings, others in zip(sides, units, in_degrees, strict=True)
    ]
    if not any(side.readings for side in sides):
        return
    yield from _with_both_signs(Chain(tuple(sides), tuple(relations), segment.joined))


def _with_both_signs(chain: Chain) -> Iterator[Chain]:
    """The chain; where it has a sign `±`, one with each, and what follows without one (`x = 3 ± 1 = 4`) on its own."""
    signed = [at for at, side in enumerate(chain.sides) if any(map(_has_signs, side.readings))]
    if not signed:
        yield chain
        return
    end = signed[-1] + 1
    both = replace(chain, sides=chain.sides[:end], relations=chain.relations[: end - 1])
    yield _with_sign(both, upper=True)
    yield replace(_with_sign(both, upper=False), joined="or")
    if end < len(chain.sides):
        yield Chain(
            (chain.sides[0], *chain.sides[end:]) if signed[0] else chain.sides[end:], chain.relations[end - (signed[0] > 0) :], "or"
        )


def _side(segment: Segment, start: int, end: int, text: str) -> Side:
    tokens = segment.tokens[start:end]
    if tokens and tokens[-1].kind == "operator" and tokens[-1].text in "-:" and not tokens[-1].glued:
        tokens = tokens[:-1]  # a dash; prose went on behind it
    if not tokens:
        return Side("")
    last = start + len(tokens) - 1
    written = text[tokens[0].start : max(tokens[-1].end, segment.ends.get(last, 0))].strip()
    unit = segment.units.get(last) or next((segment.units[-at - 1] for at in range(start, last + 1) if -at - 1 in segment.units), "")
    return Side(written, tuple(_readings(tokens, segment, start)), unit)


def _readings(tokens: Sequence[Token], segment: Segment, start: int) -> list[Expression]:
    if len(tokens) > LONGEST_SIDE:
        return []
    units = [segment.units.get(start + at, "").lower() for at in range(len(tokens))]
    readings: list[Expression] = []
    is_last = start + len(tokens) == len(segment.tokens)
    called = [list(tokens[:-1])] if is_last and tokens[-1].text == "!" else []  # `x = 5!`: a factorial, or a glad end
    for variant in (*called, _scaled(tokens, units), _in_one_unit(tokens, units), list(tokens)):
        for tight in (False, True):
            try:
                reading = parse(variant, tight=tight)
            except Unreadable:
                continue
            if reading not in readings:
                readings.append(reading)
    return readings


def _scaled(tokens: Sequence[Token], units: Sequence[str]) -> list[Token]:
    """`3 dozen` as 36."""
    return [
        replace(token, value=token.value * SCALES[unit], decimals=None) if token.value is not None and unit in SCALES else token
        for token, unit in zip(tokens, units, strict=True)
    ]


def _in_one_unit(tokens: Sequence[Token], units: Sequence[str]) -> list[Token]:
    """`4 pounds - 6 ounces` as 64 - 6: in the last unit."""
    last = next((unit for unit in reversed(units) if find_unit(unit)), "")
    ratios = [factor(unit, last) for unit in units]
    return [
        replace(token, value=token.value * ratio, decimals=None) if token.value is not None and ratio is not None else token
        for token, ratio in zip(tokens, ratios, strict=True)
    ]


def _has_signs(expression: Expression) -> bool:
    return isinstance(expression, Operation) and (expression.name in SIGNS or any(map(_has_signs, expression.operands)))


def _with_sign(chain: Chain, *, upper: bool) -> Chain:
    return replace(
        chain, sides=tuple(replace(side, readings=tuple(_signed(reading, upper) for reading in side.readings)) for side in chain.sides)
    )


def _signed(expression: Expression, upper: bool) -> Expression:
    if not isinstance(expression, Operation):
        return expression
    operands = tuple(_signed(operand, upper) for operand in expression.operands)
    if expression.name not in SIGNS:
        return replace(expression, operands=operands)
    plus = (expression.name == "±") == upper
    if len(operands) == 1:
        return operands[0] if plus else Operation("neg", operands)
    return Operation("+" if plus else "-", operands)
