"""Does a text give the final answer away? Decided by value: `0.5`, `\\frac12` and `one half` are one answer.

Not covered: an answer in words ("no solution") that is hinted at without being stated, and a description from which the answer can be
had at once ("the number after 41").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice

from grading.checking.agreement import answer_values
from grading.checking.answers import Outcome, check
from grading.checking.choices import read_choice
from grading.checking.extract import final_answer
from grading.checking.numbers import read_number
from grading.checking.working.claims import find_chains
from grading.checking.working.computations import is_in
from grading.checking.working.expressions import NoValue, exact, is_plain
from grading.checking.working.letters import find_variables
from grading.checking.working.quantities import stated

SECONDS = 2.0  # for one comparison of formulas
MOST_FORMULAS = 20  # of a text that are compared
CHOSEN = r"\b(?:option|choice|answer|choose|pick)\b\W{{0,4}}(?:is\W{{1,3}})?{0}\b|(?:选项?|答案(?:是|为)?)\W{{0,4}}{0}|[(（]{0}[)）]"
BOX = re.compile(r"\\(?:boxed|fbox)\b")


@dataclass(frozen=True, slots=True)
class Secret:
    """What must not be said: the `values` and `formulas` of an answer's parts that do not stand in the problem; the letters of a choice.
    `results` are the values that no calculation may come to, because none in the problem does; `values` are among them.
    """

    answer: str
    values: frozenset[Fraction]
    results: frozenset[Fraction]
    formulas: tuple[str, ...]
    letters: str = ""


def secret_of(answer: str, problem: str) -> Secret:
    """The answer's parts (each of two roots is one). What the problem says itself is no secret."""
    said = list(_values(problem))
    results = frozenset(value for value, calculated in said if calculated)
    given = frozenset([*stated(problem), *(value for value, _ in said)])
    choice = read_choice(answer)
    letters = choice.letters if choice is not None and choice.capital else ""
    parts = [] if letters else answer_values(answer)
    numbers = [number.value for part in parts if (number := read_number(part)) is not None]
    formulas = [part for part in parts if read_number(part) is None and part not in problem]
    values = frozenset(value for value in numbers if not is_in(value, given))
    return Secret(answer, values, frozenset(value for value in numbers if not is_in(value, results)), tuple(formulas), letters)


def leaks(text: str, secret: Secret) -> bool:
    """Whether `text` says the answer or a part of it. May take seconds where the answer is a formula: not for an event loop."""
    if BOX.search(text) or _is_said(text, secret):
        return True
    if secret.letters and re.search(CHOSEN.format(secret.letters), text):
        return True
    if any(is_in(value, secret.values) for value in stated(text)):
        return True
    if any(is_in(value, secret.results if calculated else secret.values) for value, calculated in _values(text)):
        return True
    sides = list(islice(dict.fromkeys(_sides(text)), MOST_FORMULAS))
    return any(check(formula, side, seconds=SECONDS).outcome is Outcome.CORRECT for formula in secret.formulas for side in sides)


def _is_said(text: str, secret: Secret) -> bool:
    """Said to be the answer, even where its value stands in the problem."""
    said = final_answer(text)
    return said is not None and check(secret.answer, said, seconds=SECONDS).outcome is Outcome.CORRECT


def _values(text: str) -> Iterator[tuple[Fraction, bool]]:
    """What the calculations in a text come to, said or not, and its numbers with their signs; and which of the two each is."""
    for chain in find_chains(text, find_variables([text])):
        for side in chain.sides:
            for reading in side.readings[:1]:
                try:
                    yield exact(reading), not is_plain(reading)
                except NoValue:
                    continue


def _sides(text: str) -> Iterator[str]:
    return (side.text for chain in find_chains(text, find_variables([text])) for side in chain.sides if side.text)
