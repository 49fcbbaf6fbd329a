"""A step of a shown solution is doubted: look again, by calculation and with new solutions.

A wrong step is admitted and mended, a right one defended with the evidence.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from grading.checking.answers import Outcome, check
from grading.checking.extract import final_answer
from grading.checking.reasons import Reason
from grading.checking.steps import StepVerdict, WorkReport, check_steps, split_steps
from inference.events import Language
from inference.tutoring.key import Key, bare, bared, displayed, words_of
from inference.tutoring.phrases import say

SECONDS = 15.0
type Wording = Callable[[Reason], str]


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is doubted: the step of the `shown` solution that `quote` is (a part of). `answer` is the one that was shown with it, if any."""

    shown: str
    answer: str
    quote: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What the tutor says; where the shown solution was mended, the new `solution` and its `answer`."""

    text: str
    answer: str | None = None
    solution: str = ""


def challenge(problem: str, doubt: Doubt, key: Key, language: Language, wording: Wording = str) -> Finding:
    """Judge a step by a `key` that was made since. `wording` says the checker's reasons. Blocks for seconds at most."""

    def worded(reason: Reason) -> str:
        return wording(replace(reason, values={name: displayed(value) for name, value in reason.values.items()}))

    steps = split_steps(words_of(doubt.shown))
    same = _same_answer(key, doubt.answer or final_answer(doubt.shown))
    report = _report(problem, steps, key if same is not None else None)
    first = report.first_error
    doubted = _indices(steps, doubt.quote)
    if first is not None and doubted and first < doubted[0]:
        said = say("challenge_elsewhere", language, step=displayed(steps[first]), reason=worded(report.steps[first].reason))
        return _mended(said, key, language)
    wrong = next((report.steps[at] for at in doubted if report.steps[at].status == "wrong"), None)
    if wrong is not None:
        return _mended(say("challenge_wrong", language, reason=worded(wrong.reason)), key, language)
    return _with_evidence(_standing([report.steps[at] for at in doubted], language, worded), same, key, language)


def _same_answer(key: Key, answer: str | None) -> bool | None:
    """Whether the new solutions come to this answer; None where they do not agree, or there is nothing to compare with."""
    outcome = check(key.answer, answer).outcome if key.sure and answer else Outcome.UNDECIDED
    return None if outcome is Outcome.UNDECIDED else outcome is Outcome.CORRECT


def _report(problem: str, steps: Sequence[str], key: Key | None) -> WorkReport:
    """By the key; or else by calculation alone: the step checker would blame what comes to no answer for not being it."""
    if key is None:
        return check_steps(problem, bared(steps), seconds=SECONDS)
    reference = bare(key.solution) or None
    return check_steps(problem, bared(steps), reference=reference, answer=key.answer, samples=key.samples, seconds=SECONDS)


def _indices(steps: Sequence[str], quote: str) -> list[int]:
    """The steps that the quote has: a paragraph can be several."""
    wanted = split_steps(words_of(quote))
    return [at for at, step in enumerate(steps) if step in wanted]


def _standing(verdicts: Sequence[StepVerdict], language: Language, wording: Wording) -> str:
    """What is known in favour of steps that nothing speaks against."""
    good = next((verdict for verdict in verdicts if verdict.status in ("checked", "agrees")), None)
    return say("challenge_right", language, reason=wording(good.reason)) if good is not None else say("challenge_open", language)


def _with_evidence(said: str, same: bool | None, key: Key, language: Language) -> Finding:
    """With what the new solutions come to; where that is another answer, the solution is mended."""
    if not key.sure:
        return Finding(f"{said}\n\n{say('challenge_unsure', language)}")
    if same is None:
        return Finding(said)
    name = "challenge_samples" if same else "challenge_answer_differs"
    said = f"{said}\n\n{say(name, language, agreeing=key.agreeing, count=key.count)}"
    return Finding(said) if same else _mended(said, key, language)


def _mended(said: str, key: Key, language: Language) -> Finding:
    if not key.sure:
        return Finding(f"{said}\n\n{say('challenge_unsure', language)}")
    solution = key.shown
    return Finding(f"{said}\n\n{say('challenge_mended', language, solution=solution)}", key.answer, solution)
