"""Which help from the tutor a teacher allows on an assignment's problems while it is open, and whether a text is one of them.

Not covered: a problem in other words or with other numbers, or a formula that is another one and says the same. What words there are
around a formula does not matter where the problem is little else.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.text import compatible
from grading import access, submitting
from grading.checking.extract import FORMULA
from grading.checking.text import spelled
from grading.models import Assignment, Problem
from inference.texts import tokens

LONG = 5  # tokens from which on a problem is found inside of a longer text, too: a shorter one stands in many other questions
FRACTION = re.compile(r"\\frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}")
TYPED = (("<=", "≤"), (">=", "≥"), ("!=", "≠"))  # as keyboards have them
ALIKE = str.maketrans("асеорхуіѕјАВСЕНІЈКМОРЅТУХ", "aceopxyisjABCEHIJKMOPSTYX")  # Cyrillic letters that read the same
TIMES = {"*", "times", "cdot"}  # `2x` says so without
Help = Assignment.Help

SAID: dict[str, str | Promise] = {
    Help.HINTS: gettext_lazy("On “{title}” your teacher allows hints, questions and checks of your work, but no full solution"),
    Help.SOCRATIC: gettext_lazy("On “{title}” your teacher allows the tutor's questions and no other help"),
    Help.CHECK: gettext_lazy("On “{title}” your teacher allows checks of your work and no other help"),
    Help.NONE: gettext_lazy("On “{title}” your teacher allows no help from the tutor"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What an assignment allows one student. `until` is None where it holds for as long as the assignment takes work."""

    title: str
    help: str
    until: datetime | None

    def __str__(self) -> str:
        """For the student: what is allowed, and until when."""
        allowed = str(SAID[self.help]).format(title=self.title)
        if self.until is None:
            return _("{allowed} (while the assignment is open)").format(allowed=allowed)
        until = date_format(timezone.localtime(self.until), "DATETIME_FORMAT")
        return _("{allowed} (until {until})").format(allowed=allowed, until=until)


def get_problem_for(user: User, pk: UUID) -> Problem:
    """A problem that this student's class was given; Http404 otherwise."""
    return access.get_set_problem_for(user, pk)


def rule_of(assignment: Assignment, student: User) -> Rule | None:
    """What holds for a student of the class now; None where all help is allowed, or the assignment is closed."""
    if assignment.help == Help.ANY:
        return None
    due = submitting.due_for(assignment, student)
    if not submitting.is_open(assignment, due):
        return None
    return Rule(assignment.title, assignment.help, None if assignment.late_allowed else due)


def rules_for(student: User, texts: Sequence[str], problem: UUID | None = None) -> list[Rule]:
    """The rules of all assignments that have this `problem`, or one whose text stands in `texts`, which go on from each other."""
    restricting = list(access.set_work_of(student).exclude(help=Help.ANY).prefetch_related("problems"))
    if not restricting:
        return []
    is_said = finder(texts)
    concerned = [each for each in restricting if any(one.pk == problem or is_said(one.text) for one in each.problems.all())]
    return [rule for assignment in concerned if (rule := rule_of(assignment, student)) is not None]


def finder(texts: Sequence[str]) -> Callable[[str], bool]:
    """What says of a problem whether it stands in these texts, which go on from each other."""
    said = [_plain(text) for text in texts]
    together = _plain(" ".join(texts))

    def is_said(problem: str) -> bool:
        plain = _plain(problem)
        formulas = _formulas(problem, plain)
        if len(plain.split()) < LONG:
            return any(text in said for text in (plain, *formulas))
        return plain in together or (bool(formulas) and all(_is_whole(formula, together) for formula in formulas))

    return is_said


def _formulas(problem: str, plain: str) -> list[str]:
    """Those of a problem that is little else; none of one in words, whose formulas stand in other questions, too."""
    found = [_plain(formula[0]) for formula in FORMULA.finditer(problem)]
    return found if 2 * sum(len(formula.split()) for formula in found) >= len(plain.split()) else []


def _is_whole(formula: str, text: str) -> bool:
    """Whether it stands there by itself, and is long enough to be told from others: `5 - 2x + 3 = 7` is not `2x + 3 = 7`."""
    return len(formula.split()) >= LONG and re.search(rf"(?<![-+/^=<>]){re.escape(formula)}(?![-+/^=<>])", text) is not None


def _plain(text: str) -> str:
    """Its tokens with a space around each, so that no number is found inside of another. However formulas are typed, they are the same."""
    for typed, sign in TYPED:
        text = text.replace(typed, sign)
    text = compatible(FRACTION.sub(r"\1/\2", spelled(text))).translate(ALIKE)  # as KaTeX's 𝑥 and bold digits of a phone
    return f" {' '.join(token for token in tokens(text) if token not in TIMES)} "
