"""How an answer is understood, so that its author can see it: as `checking.answers` reads it, what is shown is what will be judged.

Sums, integrals and what else is not read there are shown as Math-Verify, which is asked then as well, reads them in a child process.

The child is warm, and is killed when it takes too long. What cannot be read in time is not read.
"""

import re
from functools import lru_cache

from accounts import connections
from grading.checking import syntax
from grading.checking.child import Child, NoReply
from grading.checking.clock import read_clock
from grading.checking.drawn import latex
from grading.checking.numbers import Number, read_plain_number, read_remainder
from grading.checking.prose import is_prose, stated_answer
from grading.checking.spellings import RATIO, may_be_list, with_decimal_points, with_names
from grading.checking.text import plain
from grading.checking.tokens import Unreadable
from grading.checking.working.shown import written

LONGEST = 500  # characters
SECONDS = 3.0  # for one answer
WAIT_SECONDS = 10.0  # for the answers before it
REMEMBERED = 2_000  # readings

# What Math-Verify takes for products of letters, and a power that it does not know.
NAMED = re.compile(r"(?<![\\A-Za-z])(pi|theta|alpha|beta|gamma|(?:arc)?(?:sin|cos|tan)h?|cot|sec|csc|ln|log)(?=[A-Za-z]?(?![A-Za-z]))")
POWER = re.compile(r"\*\*\s*(-?\w+)")
DERIVATIVE = re.compile(r"d([a-z])/d([a-z])\s*=\s*(?=[^=])")
WORDS = re.compile(r"(?<![\\A-Za-z])[A-Za-z]{4,}|\\text")
SET_NAMES = re.compile(r"\\([RZNQC])(?![A-Za-z])")
# An answer in words ("Tuesday", "增大") is text, and no product of letters.
TEXT = re.compile(r"(?=.*(?:[A-Za-z]{3}|[\u4e00-\u9fff]))[A-Za-z\u4e00-\u9fff][A-Za-z\u4e00-\u9fff ,.'-]*")


def read(answer: str) -> str:
    """LaTeX of what `answer` was understood as; "" where it cannot be read. Safe in any thread."""
    try:
        return _read(answer.strip())
    except NoReply:  # which is not remembered
        return ""


@lru_cache(maxsize=REMEMBERED)
def _read(answer: str) -> str:
    if not answer or len(answer) > LONGEST:
        return ""
    text = plain(answer)
    number = read_plain_number(text) or read_plain_number(text := _compared(answer))
    if number:
        return _number(number) + _unit(number.unit, text)
    if division := read_remainder(text):
        return r"{}\ \text{{R}}\ {}".format(*division)
    formula, clock = _in_latex(text), read_clock(text)
    if TEXT.fullmatch(formula) or (clock and clock.certain):
        return rf"\text{{{formula}}}"
    if quotient := DERIVATIVE.match(text):
        return rf"\frac{{d{quotient[1]}}}{{d{quotient[2]}}} = {_read(text[quotient.end() :])}"
    try:
        return latex(syntax.read(_with_points(text))[0])
    except (Unreadable, RecursionError):
        if WORDS.search(formula):
            return ""
        connections.give_back()
        return str(_reader.ask(formula, seconds=SECONDS, patience=WAIT_SECONDS))


def _compared(answer: str) -> str:
    """The plain spelling that is compared, without the words around it."""
    text = plain(answer).strip("$ ").rstrip(".")
    if (spelling := with_names(text)) and (spelling.certain or RATIO.fullmatch(text)):
        return spelling.text
    return plain(stated_answer(answer) or answer) if is_prose(answer) else text


def _with_points(text: str) -> str:
    """`x1 = 2,5; x2 = -3` with its decimal commas as points; a comma that may stand between two values stays."""
    points = with_decimal_points(text)
    if points is None or not points.certain or may_be_list(text):
        return text
    names = with_names(points.text)
    return names.text if names and names.certain else points.text


def _in_latex(text: str) -> str:
    text = POWER.sub(r"^{\1}", NAMED.sub(r"\\\1 ", text))
    return SET_NAMES.sub(r"\\mathbb{\1}", text)


def _number(number: Number) -> str:
    value = number.value
    decimal = float(value) if value.denominator != 1 and number.decimals is not None else None
    text = f"{decimal:.{number.decimals}f}" if decimal is not None else written(value)
    return text + (r"\,\%" if number.percent else "")


def _unit(unit: str, text: str) -> str:
    """As it was written: `5 boxes`, whose unit is compared as `boxe`."""
    name, _, power = unit.partition("^")
    as_written = re.search(rf"{re.escape(name)}[a-z]*", text, re.IGNORECASE)
    shown = (as_written[0] if as_written else name).replace("$", r"\$")
    return rf"\ \text{{{shown}}}" + (f"^{power}" if power else "") if unit else ""


_reader = Child("grading.reader")


def stop() -> None:
    """End the child; the next answer starts another one."""
    _reader.stop()
