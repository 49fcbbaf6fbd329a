"""What was found out about one claim of a step, and the sentences that say so."""

import enum
from dataclasses import dataclass
from fractions import Fraction

from grading.checking.reasons import Reason, template


class Truth(enum.Enum):
    RIGHT = "right"
    WRONG = "wrong"
    CARRIED = "carried"  # right, if an earlier wrong step were right
    OPEN = "open"  # a set-up, or what cannot be decided


@dataclass(frozen=True, slots=True)
class Finding:
    """`should_be` and `misconception` go with a wrong claim, where they are known. `by_line`: it follows from the line before, which may be
    no more than a set-up."""

    truth: Truth
    reason: Reason
    should_be: str | None = None
    misconception: str | None = None
    by_line: bool = False


CALCULATED = template("The calculation is right.")
RUN_ON = template("The numbers are right, but the equals sign stands between things that are not equal. Write each calculation on its own.")
IDENTICAL = template("Both sides are the same expression.")
FOLLOWS = template("This follows from what stands before it.")
SOLVES = template("This solves the equation.")
ONE_CASE = template("This is one of the solutions.")
SET_UP = template("This sets something up that cannot be checked by calculation alone.")
NOTHING = template("There is nothing here that can be checked by calculation.")
TOO_LONG = template("This line is too long to check.")
TOO_MANY = template("Only the first {count} lines are checked.")
TOO_SLOW = template("Checking this line took too long.")
NOT_DECIDED = template("This could not be decided by calculation.")

UNEQUAL = template("{left} is not equal to {right}.")
NOT_IDENTICAL = template("{left} and {right} are not the same expression.")
NOT_FOLLOWING = template("This does not follow from what stands before it: it has other solutions.")
NOT_THE_INEQUALITY = template("This inequality does not hold for the same numbers as what stands before it.")
NOT_A_SOLUTION = template("{value} does not solve the equation.")
LOST = template("A solution was lost here.")

CARRIED = template("This is right in itself, but it goes on from a wrong step.")
AGREES = template("The tutor solved the problem {sampled} times by itself; {agreeing} of these solutions have this value as well.")
AGREES_WITH_REFERENCE = template("The reference solution has this value as well.")
OTHER_VALUE = template("The calculation is right in itself, but it is not the one that is needed here.")
OTHER_OWNER = template("The calculation is right in itself, but its result is about someone or something else.")
OTHER_EQUATION = template("This equation does not lead to the answer.")
FROM_NOWHERE = template("The number {value} does not come from the problem or from a step before.")
NOT_THE_ANSWER = template("This is not the answer to the question.")
WENT_ON = template("The answer was found already, in an earlier step.")
DOUBTFUL = template("This step looks doubtful. No calculation decides it.")

DECIMALS = 6


def plain_number(value: Fraction) -> str:
    """`7`, `2.5`, or, where six decimals are not all of it, `7/3`."""
    if value.denominator == 1:
        return str(value.numerator)
    scaled = value * 10**DECIMALS
    if scaled.denominator == 1:
        sign, digits = "-" * (value < 0), str(abs(scaled.numerator)).zfill(DECIMALS + 1)
        return f"{sign}{digits[:-DECIMALS]}.{digits[-DECIMALS:]}".rstrip("0")
    return f"{value.numerator}/{value.denominator}"
