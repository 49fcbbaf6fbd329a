"""Keys derived anew from the text of a problem alone: by sympy where it shows a formula, by its numbers where it tells a story.

Nothing here is shared with the generators. `answer(family, text)` gives what the key must equal.
"""

import re
from fractions import Fraction

import sympy
from sympy.parsing.sympy_parser import convert_xor, implicit_multiplication_application, parse_expr, standard_transformations

X, Y = sympy.symbols("x y")
READ = (*standard_transformations, convert_xor, implicit_multiplication_application)


def formulas(text):
    return re.findall(r"\$([^$]+)\$", text)


def read(formula):
    plain = re.sub(r"\\frac\{(.+?)\}\{(.+?)\}", r"((\1)/(\2))", formula).replace(r"\times", "*").replace(r"\div", "/")
    return parse_expr(plain, local_dict={"x": X, "y": Y}, transformations=READ)


def equation(formula):
    left, right = formula.split("=")
    return sympy.Eq(read(left), read(right))


def numbers(text):
    """Fractions count as one number."""
    plain = re.sub(r"\\frac\{(\d+)\}\{(\d+)\}", r"\1/\2", text)
    return [Fraction(each) for each in re.findall(r"-?\d+(?:/\d+)?", plain)]


def solved(text):
    return frozenset(sympy.solve(equation(formulas(text)[0]), X))


def system(text):
    found = sympy.solve([equation(formula) for formula in formulas(text)], [X, Y])
    return found[X], found[Y]


def value(text):
    return read(formulas(text)[0])


def function(text):
    return read(next(formula for formula in formulas(text) if formula.startswith("f(x)")).split("=", 1)[1])


def slope(text):
    curve = read(next(formula for formula in formulas(text) if formula.startswith("y =")).split("=")[1])
    at = read(next(formula for formula in formulas(text) if formula.startswith("x =")).split("=")[1])
    return sympy.diff(curve, X).subs(X, at)


def story(rule):
    return lambda text: rule(*numbers(text))


def tickets(dear, cheap, count, total):
    (found,) = sympy.linsolve([X + Y - count, dear * X + cheap * Y - total], [X, Y])
    return found[0]


def ladder_or_legs(text):
    first, second = numbers(text)
    return sympy.sqrt(first**2 - second**2) if "ladder" in text else sympy.sqrt(first**2 + second**2)


def box(text):
    a, b, c = numbers(text)
    return a * b * c if "volume" in text else 2 * (a * b + b * c + c * a)


def term(text):
    place, first, second, *_more = numbers(text)
    return first + (place - 1) * (second - first)


def arithmetic_sum(first, second, _third, count):
    return sympy.summation(first + (second - first) * X, (X, 0, count - 1))


def geometric_sum(first, second, _third, count):
    return sum(first * (second / first) ** place for place in range(int(count)))


RULES = {
    "shopping": story(lambda n, p, m, q, paid: paid - (n * p + m * q)),
    "sharing": story(lambda total, kept, friends: (total - kept) / friends),
    "order-of-operations": value,
    "savings": story(lambda start, gift, weekly, goal: (goal - start - gift) / weekly),
    "catching-up": story(lambda ahead, slow, fast: ahead / (fast - slow)),
    "fraction-sums": value,
    "fraction-products": value,
    "fraction-of-whole": story(lambda whole, part: whole - whole * part),
    "fraction-of-rest": story(lambda pages, one, other: pages * (1 - one) * (1 - other)),
    "percent-of": story(lambda rate, base: base * rate / 100),
    "discount": story(lambda price, rate: price * (1 - rate / 100)),
    "rate-of-change": story(lambda old, new: abs(new / old - 1) * 100),
    "percent-twice": story(lambda start, up, down: start * (1 + up / 100) * (1 - down / 100)),
    "percent-back": story(lambda rate, now: now / (1 + rate / 100)),
    "linear-one-side": solved,
    "linear-both-sides": solved,
    "linear-brackets": solved,
    "linear-fractions": solved,
    "quadratic-normed": solved,
    "quadratic-squares": solved,
    "quadratic-general": solved,
    "system-substitution": system,
    "system-elimination": system,
    "system-tickets": story(tickets),
    "expand-one-bracket": value,
    "expand-two-brackets": value,
    "expand-square": value,
    "factor-difference": value,
    "factor-trinomial": value,
    "factor-common": value,
    "derivative-power": lambda text: sympy.diff(function(text), X),
    "derivative-product": lambda text: sympy.diff(function(text), X),
    "derivative-slope": slope,
    "nth-term": term,
    "arithmetic-sum": story(arithmetic_sum),
    "geometric-sum": story(geometric_sum),
    "triangle-area": story(lambda base, height: base * height / 2),
    "box": box,
    "rectangle-path": story(lambda a, b, path: (a + 2 * path) * (b + 2 * path) - a * b),
    "pythagoras": ladder_or_legs,
    "circle-ring": story(lambda outer, inner: (outer**2 - inner**2) * sympy.pi),
}


def key(expected):
    """A key as sympy sees it: a set of roots, a pair, or a value."""
    plain = expected.replace("\\pi", "*pi").replace("%", "")
    if "y =" in plain:
        return tuple(read(part.split("=")[1]) for part in plain.split(","))
    if "x =" in plain:
        return frozenset(read(part.split("=")[1]) for part in plain.split(","))
    return read(plain)


def agrees(family, text, expected):
    """Whether the key is what the text comes to."""
    derived, given = RULES[family](text), key(expected)
    if isinstance(derived, frozenset | tuple):
        return derived == given
    return sympy.expand(sympy.sympify(derived) - given) == 0
