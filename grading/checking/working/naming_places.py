"""The name of a mistake in setting a problem up: how what was calculated differs from what was needed."""

from collections.abc import Sequence
from fractions import Fraction

from grading.checking.working.computations import Computation, is_in, same
from grading.checking.working.expressions import Expression, NoValue, exact
from grading.checking.working.locate import OPERATIONS, Kind, Place, Work
from grading.checking.working.naming import name_of_number
from grading.checking.working.slips import expression_slips
from grading.checking.working.sources import CONVERSIONS, Grounds


def name_of_place(place: Place, work: Work, grounds: Grounds, answer: Fraction | None) -> str | None:
    if answer is not None and _was_reached(answer, place, work):
        return "went_on"
    if place.kind is Kind.CONCLUSION:
        return "other_question" if place.written is not None and grounds.calculates(place.written) else None
    if place.computation is None or place.should_be is None:
        return None
    return _name_of_value(place.computation, place.should_be, _known(place, work, grounds))


def _was_reached(answer: Fraction, place: Place, work: Work) -> bool:
    return any(same(computation.value, answer) for computation in work.computations if computation.step < place.step)


def _known(place: Place, work: Work, grounds: Grounds) -> list[Fraction]:
    """The quantities that are known before the step."""
    before = [computation.value for computation in work.computations if computation.step < place.step]
    return [value for value in dict.fromkeys([*grounds.given, *before]) if value not in (0, 1)]


def _name_of_value(computation: Computation, should_be: Fraction, known: Sequence[Fraction]) -> str | None:
    for code, variant in expression_slips(computation.expression):
        if code in OPERATIONS and _is(variant, should_be):
            return code
    written = computation.value
    if written and should_be and (should_be / written in CONVERSIONS or written / should_be in CONVERSIONS):
        return "unit_slip"
    off = should_be - written
    if is_in(abs(off), set(known)) and not any(same(abs(off), operand) for operand in computation.operands):
        return "quantity_left_out" if off > 0 else "quantity_extra"
    if any(same(abs(off), operand) for operand in computation.operands):
        return "quantity_extra" if off < 0 else "quantity_left_out"
    return name_of_number(should_be, written)


def _is(variant: Expression, value: Fraction) -> bool:
    try:
        return same(exact(variant), value)
    except NoValue:
        return False
