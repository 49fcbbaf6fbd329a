"""Calculations as LaTeX, without the words and units that stood between the numbers: `5 boxes * 12 pens/box` is `5 \\times 12`."""

from fractions import Fraction

from grading.checking.working.expressions import Expression, Number, Operation

# How tightly each is bound; an operand that is bound less tightly than its place asks for stands in brackets.
SUM, SIGN, PRODUCT, POWER, WHOLE = range(5)


def latex(expression: Expression) -> str | None:
    """The calculation; None where something else than numbers, the four operations, powers, roots and percent signs is in it."""
    try:
        return _with_bound(expression)[0]
    except KeyError:
        return None


def _with_bound(expression: Expression) -> tuple[str, int]:
    """Raises KeyError for what this does not know."""
    match expression:
        case Number(value=value, decimals=None):
            return written(value), WHOLE if value.denominator == 1 else POWER
        case Number(value=value, decimals=decimals):
            return f"{value:.{decimals}f}", WHOLE
        case Operation(name=name, operands=operands):
            form, bound, places = FORMS[name, len(operands)]
            return form.format(*map(_within, operands, places)), bound
    raise KeyError


def _within(expression: Expression, place: int) -> str:
    text, bound = _with_bound(expression)
    return text if bound >= place else f"({text})"


def written(value: Fraction) -> str:
    """A value as LaTeX: `3`, `-\\frac{5}{2}`."""
    if value.denominator == 1:
        return str(value.numerator)
    sign = "-" if value < 0 else ""
    return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}"


# Of each operation, by how many operands it has: how it is written, how tightly that binds, and what its operands' places ask for.
FORMS: dict[tuple[str, int], tuple[str, int, tuple[int, ...]]] = {
    ("+", 2): ("{} + {}", SUM, (SUM, PRODUCT)),
    ("-", 2): ("{} - {}", SUM, (SUM, PRODUCT)),
    ("*", 2): ("{} \\times {}", PRODUCT, (PRODUCT, PRODUCT)),
    ("/", 2): ("\\frac{{{}}}{{{}}}", POWER, (SUM, SUM)),
    ("^", 2): ("{}^{{{}}}", POWER, (WHOLE, SUM)),
    ("neg", 1): ("-{}", SIGN, (PRODUCT,)),
    ("%", 1): ("{}\\%", WHOLE, (WHOLE,)),
    ("sqrt", 1): ("\\sqrt{{{}}}", WHOLE, (SUM,)),
}
