"""What Python printed, as mathematics writes it: `0.2727272727272727` is 3/11, `(6+15j)` is 6 + 15i, `Interval.Ropen(0, 7)` is [0, 7).

A small model that reads the decimal and has to say a fraction guesses one near it: 1/4 or 2/7 (docs/log.md). So it is told.
"""

import re
from fractions import Fraction
from math import isclose, isqrt, pi

from grading.checking.printed_sets import set_to_latex

LONG = re.compile(r"(?<![\w.])-?\d{1,6}\.\d{11,}(?![\w.])")  # a whole number of Python's, not one that was rounded for people
DECIMAL = r"\d{1,9}(?:\.\d{1,6})?"
COMPLEX = re.compile(rf"\((?P<real>-?{DECIMAL})(?P<sign>[-+])(?P<part>{DECIMAL})j\)|(?<![^\s,\[{{:=])(?P<minus>-?)(?P<alone>{DECIMAL})j\b")
SET = re.compile(r"Interval[.(]|\) [&|] \(|\) \| Eq\(")
LABEL = re.compile(r"^[^:]{1,80}:\s")
LONGEST_SET = 300  # characters
NEAR = 1e-12  # relative: sympy prints 15 digits, and operations add to that
DENOMINATOR = 2_000  # the largest of a fraction
NUMERATOR = 20_000
OF_PI = 360
UNDER_ROOT = 100_000


def with_exact_values(output: str) -> str:
    """`output` with ` (= 3/11)` behind each long decimal that is a fraction, a multiple of pi, or a root of a rational number, with
    ` (= 6 + 15i)` behind complex numbers, and ` (= [0, 7))` behind a line that is a set of sympy's."""
    lines = COMPLEX.sub(_with_i, LONG.sub(_noted, output)).split("\n")
    return "\n".join(_with_set(line) if SET.search(line) else line for line in lines)


def _with_set(line: str) -> str:
    latex = set_to_latex(LABEL.sub("", line)) if len(line) <= LONGEST_SET else None
    return f"{line} (= ${latex}$)" if latex else line


def _with_i(number: re.Match[str]) -> str:
    times = _short(number["part"] or number["alone"])
    imaginary = "i" if times == "1" else f"{times}i"
    return f"{number[0]} (= {f'{_short(number["real"])} {number["sign"]} ' if number['real'] else number['minus']}{imaginary})"


def _short(decimal: str) -> str:
    """`3.0` as `3`."""
    return decimal.rstrip("0").rstrip(".") if "." in decimal else decimal


def _noted(decimal: re.Match[str]) -> str:
    exact = exact_value(float(decimal[0]))
    return f"{decimal[0]} (= {exact})" if exact else decimal[0]


def exact_value(value: float) -> str | None:
    """As Python writes it: `-3/11`, `5*pi/6`, `2*sqrt(3)/3`. None for decimals that end, and where there is no short one."""
    if not value:
        return None
    if found := _near(value, DENOMINATOR):
        return None if _ends(found) else str(found)
    if found := _near(value / pi, OF_PI):
        return _times(found, "pi")
    if (found := _near(value * value, DENOMINATOR)) and found.numerator * found.denominator <= UNDER_ROOT:
        return _root(found, negative=value < 0)
    return None


def _near(value: float, largest: int) -> Fraction | None:
    found = Fraction(value).limit_denominator(largest)
    return found if 0 < abs(found.numerator) <= NUMERATOR and isclose(found, value, rel_tol=NEAR) else None


def _ends(fraction: Fraction) -> bool:
    """Whether it is a decimal of a few digits, which needs no other form."""
    return 10**12 % fraction.denominator == 0


def _root(square: Fraction, *, negative: bool) -> str | None:
    """The root of p/q, which is that of pq over q, with what is a square itself before it. None where that is all of it."""
    under, before = square.numerator * square.denominator, 1
    for factor in range(isqrt(under), 1, -1):
        if under % factor**2 == 0:
            under, before = under // factor**2, factor
            break
    return None if under == 1 else _times(Fraction(-before if negative else before, square.denominator), f"sqrt({under})")


def _times(factor: Fraction, name: str) -> str:
    sign = "-" if factor < 0 else ""
    times = "" if abs(factor.numerator) == 1 else f"{abs(factor.numerator)}*"
    over = "" if factor.denominator == 1 else f"/{factor.denominator}"
    return f"{sign}{times}{name}{over}"
