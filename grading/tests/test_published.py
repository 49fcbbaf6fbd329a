"""Pairs that Math-Verify and NeMo-Skills publish with their graders: facts of theirs (gold, given, equal or not), in sentences of ours.

Math-Verify 0.9.0 (Apache-2.0, its tests) and NeMo-Skills (Apache-2.0, tests of its math grader, meant to hold in both directions).
"""

import json
from pathlib import Path

import pytest

from grading.checking.answers import Outcome, check

ROWS = [json.loads(line) for line in (Path(__file__).parent / "facts" / "published.jsonl").read_text().splitlines()]

# Labels that we think are wrong, or that hold for settings of Math-Verify which our checker does not have. (expected, given): why.
DISPUTED = {
    (r"$1 - \frac{1}{\mathrm{e}}$", r"$1 + \frac{1}{\mathrm{e}}$"): "labelled equal; 0.63 is not 1.37",
    (
        "$(\\begin{pmatrix}\\frac{1}{3}\\\\ \\frac{1}{5} \\end{pmatrix})$",
        "$\\begin{pmatrix}0.33\\\\0.2 \\end{pmatrix}$",
    ): "to two decimals only",
    (r"$(\frac{3}{5},\frac{8}{3}]$", "$(0.6,2.6667]$"): "to two decimals only",
    ("$f(x)$", "$f(y)$"): "labelled equal for `strict=False`, and different for `strict=True`",
    (r"$x \in [-2,7]$", r"$-2 \\le x \\le 7$"): "labelled different unless sets and relations may be compared; they say the same",
}
# Right labels that our checker is not sure of: it says UNDECIDED.
NOT_READ = {
    (r"$1 = \zzz = x = 0$", "$0$"): r"`\zzz` is no command of LaTeX",
    ("$x < 1$", "$-x > -1$"): "it says the same, and is not solved",
    ("$x <= 1$", "$-x >= -1$"): "it says the same, and is not solved",
    ("B", "Since B holds"): "nothing says that B is the answer",
}


def both_ways(row):
    yield row["expected"], row["given"], row["equal"]
    if row.get("both_ways"):
        yield row["given"], row["expected"], row["equal"]


@pytest.mark.parametrize(("expected", "given", "equal"), [each for row in ROWS for each in both_ways(row)])
def test_published_pair(expected, given, equal):
    outcome = check(expected or "", given).outcome
    if (expected, given) in NOT_READ:
        assert outcome is Outcome.UNDECIDED
    elif (expected, given) in DISPUTED and (outcome is Outcome.CORRECT) != equal:
        assert outcome is not Outcome.UNDECIDED
    else:
        assert (outcome is Outcome.CORRECT) == equal
