"""A problem and a right solution of it, and what is said of the steps of a working."""

from grading.checking.steps import check_steps

ANNA = "Anna buys 3 bags of 12 apples. She gives 8 apples away and puts the others into 4 equal boxes. How many apples are in each box?"
REFERENCE = "3 * 12 = 36 apples\n36 - 8 = 28 apples are left\n28 / 4 = 7 apples are in each box\n7"


def statuses(problem, *steps, **known):
    return [step.status for step in check_steps(problem, steps, **known).steps]
