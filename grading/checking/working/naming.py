"""The name of a mistake: which known slip makes what was written out of what was there."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import permutations

from grading.checking.working.arithmetic import values
from grading.checking.working.claims import Side
from grading.checking.working.equation_slips import LATE, equation_slips, pair_slips
from grading.checking.working.expressions import (
    CALCULUS,
    CONSTANTS,
    Expression,
    NoValue,
    Number,
    Operation,
    Symbol,
    exact,
    operations,
    symbols,
)
from grading.checking.working.slips import expression_slips
from grading.checking.working.symbolic import Functions, close, sample, value_at
from grading.checking.working.systems import Points
from grading.checking.working.task import Relation

TENS = frozenset(Fraction(10) ** power for power in range(-3, 4) if power)


def name_of_number(value: Fraction, written: Fraction) -> str | None:
    """The slip between a right number and a written one."""
    if written == -value and value:
        return "sign_slip"
    if value and written / value in TENS:
        return "decimal_point"
    if abs(value - written) == 1:
        return "off_by_one"
    if value and written == 1 / value:
        return "divided_wrong_way"
    if _digits_swapped(str(value), str(written)):
        return "digits_swapped"
    return None


def _digits_swapped(right: str, written: str) -> bool:
    if len(right) != len(written) or right == written:
        return False
    differing = [at for at in range(len(right)) if right[at] != written[at]]
    return len(differing) == 2 and right[differing[0]] == written[differing[1]] and right[differing[1]] == written[differing[0]]


def name_of_calculation(left: Side, right: Side) -> str | None:
    """The mistake in `left = right`, of numbers."""
    written = [value for value in values(right) if isinstance(value, Fraction)]
    for reading in left.readings:
        for code, variant in expression_slips(reading):
            if _value(variant) in written and (written[0] != 0 or code != "wrong_operation"):
                return code
    value = next((value for value in values(left) if isinstance(value, Fraction)), None)
    return name_of_number(value, written[0]) if value is not None and written else None


def _value(expression: Expression) -> Fraction | None:
    try:
        return exact(expression)
    except NoValue:
        return None


# --- Expressions -----------------------------------------------------------------------------------------------------------


def name_of_rewriting(before: Expression, written: Expression, functions: Functions) -> str | None:
    """The mistake that makes `written` out of `before`."""
    before = unfold(before, functions)
    names = (symbols(before) | symbols(written)) - CONSTANTS.keys()
    points = sample(names)[:4]
    target = [value_at(written, point) for point in points]
    if None in target:
        return None
    factored = _is_product(written) and not _is_product(before)
    for code, variant in expression_slips(before):
        if not CALCULUS & operations(variant) and _equals(variant, points, target) and not (factored and code in LATE):
            return code
    if factored and not CALCULUS & operations(before):
        return "factored_wrongly"
    if _equals(Operation("neg", (before,)), points, target):
        return "sign_slip"
    return "copied_wrongly" if one_number_differs([before], [written]) else None


def _equals(expression: Expression, points: Sequence[dict[str, complex]], target: Sequence[complex | None]) -> bool:
    for point, wanted in zip(points, target, strict=True):
        value = value_at(expression, point)
        if value is None or wanted is None or not close(value, wanted):
            return False
    return True


def _is_product(expression: Expression) -> bool:
    return isinstance(expression, Operation) and (
        expression.name == "*" or (expression.name == "^" and isinstance(expression.operands[0], Operation))
    )


def unfold(expression: Expression, functions: Functions) -> Expression:
    """`f'(x)` as the derivative of what f is, not yet taken."""
    match expression:
        case Operation(name="apply", operands=(Symbol(name=name), Symbol(name=argument))) if (
            name.endswith("'") and name[:-1] in functions.bodies
        ):
            variable, body = functions.bodies[name[:-1]]
            return Operation("derivative", (body, Symbol(variable))) if argument == variable else expression
        case Symbol(name=name) if name.endswith("'") and name[:-1] in functions.bodies:
            variable, body = functions.bodies[name[:-1]]
            return Operation("derivative", (body, Symbol(variable)))
        case Operation(name=name, operands=operands):
            return Operation(name, tuple(unfold(operand, functions) for operand in operands))
    return expression


# --- Equations -------------------------------------------------------------------------------------------------------------


def name_of_transformation(before: Iterable[Relation], written: Relation, points: Points) -> str | None:
    """The mistake that makes the equation `written`, whose solutions are `points`, out of one of those before it (the likeliest first)."""
    if not points:
        return None
    before = list(before)
    for relation in before:
        if one_number_differs([relation.left, relation.right], [written.left, written.right]):
            return "copied_wrongly"
        slips = list(equation_slips(relation.left, relation.right))
        exactly = (code for code, left, right in slips if _same_sides(left, right, written))
        same_solutions = (code for code, left, right in slips if _is_solved_by(left, right, points))
        code = next(exactly, None) or next(same_solutions, None)
        if code is not None:
            return code
    for first, second in permutations(before, 2):
        for code, left, right in pair_slips((first.left, first.right), (second.left, second.right)):
            if _same_sides(left, right, written) or _same_sides(right, left, written):
                return code
    return "factored_wrongly" if _is_product(written.left) and written.right == Number(Fraction(0)) else None


def _same_sides(left: Expression, right: Expression, written: Relation) -> bool:
    """Whether this is the equation that was written, side by side."""
    names = (symbols(left) | symbols(right) | symbols(written.left) | symbols(written.right)) - CONSTANTS.keys()
    points = sample(names)[:3]
    for one, other in ((left, written.left), (right, written.right)):
        target = [value_at(other, point) for point in points]
        if not _equals(one, points, target):
            return False
    return True


def _is_solved_by(left: Expression, right: Expression, points: Points) -> bool:
    """Whether all points solve `left = right`, and not everything does."""
    for point in points:
        a, b = value_at(left, point), value_at(right, point)
        if a is None or b is None or not close(a, b):
            return False
    names = (symbols(left) | symbols(right)) - CONSTANTS.keys()
    if not names <= points[0].keys() or not names:
        return False
    elsewhere = sample(names)[0]
    a, b = value_at(left, elsewhere), value_at(right, elsewhere)
    return a is not None and b is not None and not close(a, b)


def one_number_differs(before: Sequence[Expression], written: Sequence[Expression]) -> bool:
    """Whether the expressions are alike but for one number in them."""
    pairs = [_differences(a, b) for a, b in zip(before, written, strict=True)]
    return (
        None not in pairs
        and sum(count for count in pairs if count is not None) == 1
        and any(isinstance(part, Operation) for part in written)
    )


def _differences(before: Expression, written: Expression) -> int | None:
    """How many numbers differ; None where more than numbers does."""
    match before, written:
        case Number(value=a), Number(value=b):
            return int(a != b)
        case Operation(name=a, operands=before_parts), Operation(name=b, operands=parts) if a == b and len(before_parts) == len(parts):
            counts = [_differences(left, right) for left, right in zip(before_parts, parts, strict=True)]
            return None if None in counts else sum(count for count in counts if count is not None)
    return 0 if before == written else None
