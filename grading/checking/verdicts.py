"""What the checker can say of an answer, and the reasons that it gives."""

import enum
from dataclasses import dataclass

from grading.checking.reasons import Reason, template


class Outcome(enum.Enum):
    CORRECT = "correct"
    INCORRECT = "incorrect"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is for the student: it does not give the expected answer away. `str(reason)` is English."""

    outcome: Outcome
    reason: Reason


def correct(sentence: str, **values: str) -> Verdict:
    return Verdict(Outcome.CORRECT, Reason(sentence, values))


def incorrect(sentence: str, **values: str) -> Verdict:
    return Verdict(Outcome.INCORRECT, Reason(sentence, values))


def undecided(sentence: str, **values: str) -> Verdict:
    return Verdict(Outcome.UNDECIDED, Reason(sentence, values))


ALIKE = template("The answers are written alike.")
EQUAL = template("The values are equal.")
UNREAD = template("The answer could not be read.")
NOT_COMPARED = template("The answers could not be compared.")
DIFFERENT = template("The values differ.")
