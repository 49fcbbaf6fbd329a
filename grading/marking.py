"""What a mark comes to: a rubric's points, and the lines of it that the evidence speaks for."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from django.utils.translation import gettext as _

from grading.evidence import Evidence
from grading.models import Problem, RubricItem

Rule = RubricItem.Rule
CENT = Decimal("0.01")  # what points are stored to


@dataclass(frozen=True, slots=True)
class Proposal:
    """The mark that the evidence speaks for. `first_error` as in `Mark`: -1 where no step is wrong."""

    ticked: list[int]
    points: Decimal
    first_error: int


def total(problem: Problem, rubric: Iterable[RubricItem], ticked: Collection[int], adjustment: Decimal = Decimal(0)) -> Decimal:
    """The points of a mark, from 0 to the problem's. Ids in `ticked` that the rubric does not have (any more) count for nothing."""
    begin = problem.points if problem.from_full else Decimal(0)
    points = begin + adjustment + sum((item.worth for item in rubric if item.pk in ticked), Decimal(0))
    return min(max(points, Decimal(0)), problem.points)


def propose(problem: Problem, rubric: Sequence[RubricItem], evidence: Evidence | None) -> Proposal | None:
    """None where the evidence does not decide whether the answer is right: then a person reads the work."""
    if evidence is None or evidence.outcome not in ("correct", "incorrect"):
        return None
    ticked = [item.pk for item in rubric if applies(item.rule, evidence)]
    return Proposal(ticked, total(problem, rubric, ticked), first_error(evidence))


def first_error(evidence: Evidence) -> int:
    """As in `Mark`."""
    return -1 if evidence.first_error is None else evidence.first_error


def applies(rule: str, evidence: Evidence) -> bool:
    """Whether a rubric line with this rule is ticked. Where the answer is wrong, a step counts as right only if it was found to be."""
    right, error = evidence.outcome == "correct", evidence.first_error
    begins = bool(evidence.steps) and evidence.steps[0].status in ("checked", "agrees")
    match rule:
        case Rule.ANSWER:
            return right
        case Rule.WRONG_ANSWER:
            return evidence.outcome == "incorrect"
        case Rule.WORKING:
            return error is None and right
        case Rule.START:
            return error != 0 and (right or begins)
        case Rule.ERROR:
            return error is not None
    return False


def default_rubric(problem: Problem) -> list[RubricItem]:
    """Half of the points for the answer, a quarter for a right beginning, a quarter for working without a wrong step; not saved.

    What the quarters lose when they are stored goes to the answer: all together are the problem's points.
    """
    quarter = (problem.points / 4).quantize(CENT, ROUND_DOWN)
    lines = [
        (_("The final answer is right"), problem.points - 2 * quarter, Rule.ANSWER),
        (_("The working begins right"), quarter, Rule.START),
        (_("No step of the working is wrong"), quarter, Rule.WORKING),
    ]
    return [
        RubricItem(problem=problem, position=position, text=text, points=points, rule=rule)
        for position, (text, points, rule) in enumerate(lines)
    ]
