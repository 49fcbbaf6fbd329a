"""The child process that runs sympy for `algebra`. Requests are trees (`expressions.to_json`), never text that is evaluated."""

import signal
from collections.abc import Callable
from typing import Any

import sympy
from sympy import Basic, Expr, Symbol

from grading.checking.child import SYMPY_ERRORS, serve

MOST_SOLUTIONS = 40
DIGITS = 25
IMAGINARY = 1e-12  # an imaginary part of a root that comes from rounding

type Tree = Any  # nested lists and strings, as `expressions.to_json` makes them
type Reply = dict[str, object]


class TimeIsUp(BaseException):
    """The time for a request is over. No `Exception`, which sympy may catch."""


class NotElementary(Exception):
    """The expression has a part that sympy is not asked about here."""


BINARY: dict[str, Callable[..., Expr]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: a**b,
    "neg": lambda a: -a,
    "%": lambda a: a / 100,
    "abs": sympy.Abs,
    "sqrt": sympy.sqrt,
    "root": lambda a, b: sympy.real_root(a, b),
    "factorial": sympy.factorial,
    "binom": sympy.binomial,
    "floor": sympy.floor,
    "ceil": sympy.ceiling,
    "log": lambda a, base=10: sympy.log(a, base),
    "ln": sympy.log,
    "arcsin": sympy.asin,
    "arccos": sympy.acos,
    "arctan": sympy.atan,
} | {name: getattr(sympy, name) for name in ("sin", "cos", "tan", "cot", "sec", "csc", "sinh", "cosh", "tanh", "exp")}
CONSTANTS = {"pi": sympy.pi, "euler": sympy.E, "imaginary": sympy.I, "oo": sympy.oo}


def build(tree: Tree) -> Expr:
    """The tree as a sympy expression, with derivatives and integrals done."""
    if isinstance(tree, str):
        return sympy.Rational(tree)
    if isinstance(tree, dict):
        return CONSTANTS.get(tree["symbol"], Symbol(tree["symbol"]))
    name, *operands = tree
    match name, [build(operand) for operand in operands]:
        case "derivative", [inside, variable]:
            return sympy.diff(inside, variable)
        case "integral", [inside, variable, *limits]:
            return _integral(inside, variable, limits)
        case "limit", [inside, variable, to]:
            return _known(sympy.limit(inside, variable, to, "+-" if to.is_finite else "+"), sympy.Limit)
        case "between", [inside, variable, first, last]:
            return inside.subs(variable, last) - inside.subs(variable, first)
        case "sum", [inside, variable, first, last]:
            return _known(sympy.summation(inside, (variable, first, last)), sympy.Sum)
        case "value", [inside, variable, value]:
            return inside.subs(variable, value)
        case name, operands if name in BINARY:
            return BINARY[name](*operands)
    raise NotElementary(name)


def _known(value: Expr, *undone: type[Basic]) -> Expr:
    if value.has(*undone):
        raise NotElementary(str(undone))
    return value


def _integral(inside: Expr, variable: Expr, limits: list[Expr]) -> Expr:
    done = sympy.integrate(inside, (variable, *limits) if len(limits) == 2 else variable)
    return _known(done, sympy.Integral)


def solve(equations: list[list[Tree]], unknowns: list[str], given: dict[str, str]) -> Reply:
    """The solutions of equations (pairs of sides), as numbers; `given` are values of other symbols. Null for `points`: not to be listed."""
    known = {Symbol(name): sympy.Rational(value) for name, value in given.items()}
    differences = [(build(left) - build(right)).subs(known) for left, right in equations]
    if all(sympy.simplify(difference) == 0 for difference in differences):
        return {"points": None}
    if any(difference.has(sympy.Abs) for difference in differences):  # solved for real unknowns only
        real = {Symbol(name): Symbol(name, real=True) for name in unknowns}
        found = sympy.solve([difference.subs(real) for difference in differences], list(real.values()), dict=True)
        solutions = [{Symbol(symbol.name): value for symbol, value in solution.items()} for solution in found]
    else:
        solutions = sympy.solve(differences, [Symbol(name) for name in unknowns], dict=True)
    points = [_point(solution, unknowns) for solution in solutions[:MOST_SOLUTIONS]]
    if len(solutions) > MOST_SOLUTIONS or None in points:
        return {"points": None}
    return {"points": points}


def _point(solution: dict[Basic, Expr], unknowns: list[str]) -> dict[str, list[float]] | None:
    point = {}
    for name in unknowns:
        value = solution.get(Symbol(name))
        if value is None or value.free_symbols:
            return None
        point[name] = _number(value)
    return point


def _number(value: Expr) -> list[float]:
    number = complex(value.evalf(DIGITS))
    return [number.real, 0.0 if abs(number.imag) < IMAGINARY * max(1.0, abs(number.real)) else number.imag]


def critical(tree: Tree, unknown: str) -> Reply:
    """The real numbers at which an expression in one unknown can change its sign: its zeros and those of its denominator."""
    top, bottom = sympy.fraction(sympy.together(build(tree)))
    symbol = Symbol(unknown, real=True)
    found: set[float] = set()
    for part in (top, bottom):
        part = part.subs(Symbol(unknown), symbol)
        if symbol in part.free_symbols:
            found |= {_number(root)[0] for root in sympy.solve(part, symbol)[:MOST_SOLUTIONS] if root.is_number and _number(root)[1] == 0}
    return {"numbers": sorted(found)}


def values(trees: list[Tree], points: list[dict[str, list[float]]]) -> Reply:
    """The values of expressions at points, null where there is none."""
    return {"values": [[_value(expression, point) for point in points] for expression in map(build, trees)]}


def _value(expression: Expr, point: dict[str, list[float]]) -> list[float] | None:
    at = {Symbol(name): sympy.Float(real, DIGITS) + sympy.I * sympy.Float(imaginary, DIGITS) for name, (real, imaginary) in point.items()}
    value = expression.evalf(DIGITS, subs=at)
    return _number(value) if value.is_number and value.is_finite else None


FORMS: dict[str, Callable[[Expr], Expr]] = {
    "expand": sympy.expand,
    "factor": sympy.factor,
    "simplify": sympy.simplify,
    "as it is": lambda expression: expression,
}


def show(tree: Tree, form: str) -> Reply:
    """The expression in another form, as LaTeX."""
    return {"latex": sympy.latex(FORMS[form](build(tree)))}


REQUESTS: dict[str, Callable[..., Reply]] = {"solve": solve, "critical": critical, "values": values, "show": show}


def reply(request: dict[str, Any]) -> Reply:
    seconds = request.pop("seconds")
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            return REQUESTS[request.pop("ask")](**request)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except (NotElementary, *SYMPY_ERRORS) as error:
        return {"failed": type(error).__name__}
    except TimeIsUp:
        return {"slow": True}


def _time_is_up(*_: object) -> None:
    raise TimeIsUp


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, _time_is_up)
    serve(reply)
