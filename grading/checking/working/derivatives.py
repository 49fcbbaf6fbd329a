"""Derivatives on the way to something else: `dy/dx = 3x^2 - 3`, where the problem gives y and asks for its smallest value."""

from grading.checking.reasons import Reason
from grading.checking.working import findings
from grading.checking.working.algebra import Algebra
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


def check_derivative(relation: Relation, functions: Functions, algebra: Algebra) -> Finding | None:
    """None for what is no derivative of a known function, or an equation for where it has a value: `f'(x) = 0`. Raises `TooSlow`."""
    variable, _ = functions.bodies.get(_differentiated(relation.left), ("", None))
    if relation.operator != "=" or variable not in symbols(relation.right):
        return None
    is_right = identical(relation.left, relation.right, functions, algebra)
    if is_right is None:
        return None
    if is_right:
        return Finding(Truth.RIGHT, Reason(findings.IDENTICAL))
    left, right = relation.text.split(" = ", 1)
    code = name_of_rewriting(relation.left, relation.right, functions)
    return Finding(Truth.WRONG, Reason(findings.NOT_IDENTICAL, {"left": left, "right": right}), None, code)


def _differentiated(expression: Expression) -> str:
    """The name of the function in `y'` and `f'(x)`."""
    match expression:
        case Symbol(name=name) | Operation(name="apply", operands=(Symbol(name=name), _)) if "'" in name:
            return name.rstrip("'")
    return ""
