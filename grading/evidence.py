"""What the machine finds in one submission: is the answer right, where is the first wrong step, do sampled solutions agree.

Knows nothing of the database: takes text, gives values. Findings are evidence for a teacher, not a mark.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Any, Literal

from grading.checking.answers import Outcome, check
from grading.checking.asked import check_asked
from grading.checking.extract import final_answer
from grading.checking.misconceptions import MISCONCEPTIONS
from grading.checking.reasons import Reason
from grading.checking.steps import StepVerdict, check_steps, split_steps
from inference.selection import group, mathematically_equal

SECONDS = 2.0  # for the comparison of two sampled answers
LONGEST_ANSWER = 500  # characters
INDEXED = re.compile(r"[\s$]*([a-z])(?:_?\{?\d\}?|[₀-₉])\s*=[^=<>]+")  # `x_1 = 2`
EQUALS = re.compile(r"(?<![<>!=])=(?!=)")  # by itself: not the half of >=
# `so x = 2`; of `2x = 4` or `a + x = 4` x is not the name.
NAMED = re.compile(r"(?:[^\d=<>+*/^-]*(?<![A-Za-z\\]))?(?P<name>(?P<letter>[A-Za-z])(?:_?\{?\d\}?|[₀-₉])?)\s*=(?P<value>[^<>]+)")
BETWEEN = re.compile(r"[;，；、|∨∧]|,(?!\d)|(?<!\d),|\b(?:or|and|oder|und)\b|\\(?:lor|land|vee|wedge)\b|或者?|和|且")
TOGETHER = frozenset("xyz")  # the names of a system's values; with others, what comes before the last may have led to it

Decision = Literal["", "correct", "incorrect", "undecided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A problem as the checkers need it. `samples` are (solution, answer) pairs; the answer is "" where one came to none."""

    text: str
    answer: str = ""
    reference: str = ""
    samples: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """`outcome` is "" where nothing is known to compare with. `agreeing` of `sampled` solutions have the expected answer; where the
    problem has none, the commonest sampled answer stood in for it (`key_sampled`) if more than half agreed. `score` is a reward
    model's, not a probability; `baseline` is the mean of its scores of the sampled solutions.
    """

    outcome: Decision = ""
    reason: Reason | None = None
    steps: tuple[StepVerdict, ...] = ()
    first_error: int | None = None
    agreeing: int = 0
    sampled: int = 0
    key_sampled: bool = False
    score: float | None = None
    baseline: float | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Evidence":
        steps = tuple(StepVerdict(**step | {"reason": Reason(**step["reason"])}) for step in data["steps"])
        reason = Reason(**data["reason"]) if data["reason"] else None
        return cls(**{**data, "steps": steps, "reason": reason})


def steps_of(work: str) -> list[str]:
    """The steps of a submission, as they will be numbered and checked."""
    return split_steps(work)


def answer_of(work: str, steps: Sequence[str]) -> str:
    """The final answer of work that does not give it apart: boxed or said, or else what follows the last line's last equals sign, or
    that line, as for an inequality, or all that is named, in it (`x = 2 or x = 3`) or in the last lines (`x_1 = 2` above `x_2 = 3`); ""
    for none.
    """
    answer = final_answer(work)
    values = list(takewhile(INDEXED.fullmatch, reversed(steps)))
    if answer is None and len(values) > 1:
        answer = "; ".join(value.strip(" $。.") for value in reversed(values))
    elif answer is None and steps:
        answer = _named(steps[-1]) or EQUALS.split(steps[-1])[-1].strip(" $。.")
    return answer if answer is not None and len(answer) <= LONGEST_ANSWER else ""


def _named(line: str) -> str:
    """The values that a line ends with, each with its name: several of one letter, or a system's; "" where there are not several."""
    parts = [part.strip(" $。.\t") for part in BETWEEN.split(line)]
    found = list(takewhile(bool, map(NAMED.fullmatch, reversed([part for part in parts if part]))))[::-1]
    letters = {each["letter"] for each in found if each}
    is_system = letters <= TOGETHER and not any(letters & set(each["value"]) for each in found if each)  # `x = 3, y = 2x = 6` is none
    if len(found) < 2 or not (len(letters) == 1 or is_system):
        return ""
    return "; ".join(f"{each['name']} = {EQUALS.split(each['value'])[-1].strip(' $')}" for each in found if each)


def gather(question: Question, steps: Sequence[str], answer: str) -> Evidence:
    """Check one submission. Takes as long as its parts may: seconds for the answer, more for the steps; always bounded."""
    key, agreeing, key_sampled = _key(question.answer, tuple(answer for _text, answer in question.samples))
    report = check_steps(
        question.text,
        steps,
        reference=question.reference or None,
        answer=question.answer or None,
        samples=[text for text, _answer in question.samples],
    )
    outcome, reason = _compare(question.text, key, answer)
    return Evidence(
        outcome=outcome,
        reason=reason,
        steps=report.steps,
        first_error=report.first_error,
        agreeing=agreeing,
        sampled=len(question.samples),
        key_sampled=key_sampled,
    )


def compare(problem: str, key: str, answer: str) -> Decision:
    """Whether an answer to a problem equals its key; "" without a key."""
    return _compare(problem, key, answer)[0]


def _compare(problem: str, key: str, answer: str) -> tuple[Decision, Reason | None]:
    if not key:
        return "", None
    verdict = check_asked(problem, key, answer or None)
    return verdict.outcome.value, _as_reason(verdict.reason)


def _as_reason(said: object) -> Reason:
    """A checker's sentence in the form that can be translated, whichever form it came in."""
    return said if isinstance(said, Reason) else Reason(str(said).replace("{", "{{").replace("}", "}}"))


@lru_cache(maxsize=1_000)
def _key(answer: str, sampled: tuple[str, ...]) -> tuple[str, int, bool]:
    """The answer to compare with, how many samples have it, and whether it is only theirs."""
    if answer:
        agreeing = sum(bool(other) and check(answer, other, seconds=SECONDS).outcome is Outcome.CORRECT for other in sampled)
        return answer, agreeing, False
    groups = [label for label in group([other or None for other in sampled], mathematically_equal) if label is not None]
    first = max(groups, key=groups.count, default=None)
    if first is None or 2 * groups.count(first) <= len(sampled):
        return "", 0, False
    return sampled[first], groups.count(first), True


def misconception_name(code: str) -> str:
    """The English name of a code of the step checker's, which the catalogues translate; of one that is not known, the code."""
    return str(MISCONCEPTIONS.get(code, code))
