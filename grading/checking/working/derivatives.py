"""Derivatives on the way to something else: `dy/dx = 3x^2 - 3`, where the problem gives y and asks for its smallest value. So are other
forms of a known function: `f(x+1) = x² - 1`, where the problem gives f(x) and asks for that."""

import re
from itertools import pairwise

from grading.checking.reasons import Reason
from grading.checking.working import findings
from grading.checking.working.algebra import Algebra
from grading.checking.working.claims import Chain, Side
from grading.checking.working.expressions import CONSTANTS, Expression, Operation, Symbol, symbols
from grading.checking.working.findings import Finding, Truth
from grading.checking.working.naming import name_of_rewriting
from grading.checking.working.symbolic import Functions, identical
from grading.checking.working.task import Relation, Task


def known_functions(task: Task) -> Functions:
    """Those that the problem defines, and y where it says `y = x^3 - 3x`."""
    bodies = dict(task.functions.bodies)
    for relation in task.relations:
        names = symbols(relation.right) - CONSTANTS.keys()
        if isinstance(relation.left, Symbol) and relation.operator == "=" and len(names) == 1 and relation.left.name not in names:
            (variable,) = names
            bodies.setdefault(relation.left.name, (variable, relation.right))
    return Functions(bodies)


def check_function(relation: Relation, functions: Functions, problem: str, algebra: Algebra) -> Finding | None:
    """None for what is no form of a known function, or an equation for where it has a value: `f'(x) = 0`. Raises `TooSlow`."""
    if relation.operator != "=" or not is_of_function(relation.left, relation.text.split(" = ", 1)[0], functions, problem):
        return None
    if not _letters(relation.left, functions) & symbols(relation.right):
        return None
    is_right = identical(relation.left, relation.right, functions, algebra)
    if is_right is None:
        return None
    if is_right:
        return Finding(Truth.RIGHT, Reason(findings.IDENTICAL))
    left, right = relation.text.split(" = ", 1)
    code = name_of_rewriting(relation.left, relation.right, functions)
    return Finding(Truth.WRONG, Reason(findings.NOT_IDENTICAL, {"left": left, "right": right}), None, code)


def with_function_first(chain: Chain, functions: Functions, problem: str) -> list[Chain]:
    """Of `f'(x) = 3x² - 6x - 9 = 3(x-3)(x+1)`, and of `f(x+1) = … = …` where it is asked for, that each side is the first; a number on
    the right is no other form of it: `= 0`."""
    first = chain.sides[0]
    if set(chain.relations) != {"="} or len(chain.sides) < 2 or not first.readings:
        return [chain]
    if not is_of_function(first.readings[0], first.text, functions, problem):
        return [chain]
    pairs = [(first if _has_letters(right) else left, right) for left, right in pairwise(chain.sides)]
    return [Chain(pair, ("=",), chain.joined if at == 0 else "") for at, pair in enumerate(pairs)]


def is_of_function(expression: Expression, text: str, functions: Functions, problem: str) -> bool:
    """Whether it is a derivative of a known function, or one taken of more than its letter, which the problem asks for."""
    match expression:
        case Operation(name="apply", operands=(Symbol(name=name), Operation())) if name in functions.bodies:
            asked = re.escape("".join(text.split()))
            return re.search(rf"(?<!=){asked}(?![-+*/^=])", "".join(problem.split())) is not None
    return _differentiated(expression) in functions.bodies


def _letters(expression: Expression, functions: Functions) -> frozenset[str]:
    """Of `f'(x)` the x, and of y' that of what y is."""
    if isinstance(expression, Operation):
        return symbols(expression.operands[1])
    variable, _ = functions.bodies[_differentiated(expression)]
    return frozenset({variable})


def _has_letters(side: Side) -> bool:
    return any(symbols(reading) - CONSTANTS.keys() for reading in side.readings)


def _differentiated(expression: Expression) -> str:
    """The name of the function in `y'` and `f'(x)`."""
    match expression:
        case Symbol(name=name) | Operation(name="apply", operands=(Symbol(name=name), _)) if "'" in name:
            return name.rstrip("'")
    return ""
