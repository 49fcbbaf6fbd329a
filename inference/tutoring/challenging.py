"""A step of a shown solution is doubted: look again, by calculation and with new solutions.

A wrong step is admitted and mended, a right one defended with the evidence.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grading.checking.answers import Outcome, check
from grading.checking.extract import final_answer
from grading.checking.reasons import Reason
from grading.checking.steps import StepVerdict, check_steps, split_steps
from inference.events import Language
from inference.tutoring.key import Key, bare, bared, words_of
from inference.tutoring.phrases import say

SECONDS = 15.0
type Wording = Callable[[Reason], str]


@dataclass(frozen=True, slots=True)
class Finding:
    """What the tutor says; where the shown solution was mended, the new `solution` and its `answer`."""

    text: str
    answer: str | None = None
    solution: str = ""


def challenge(problem: str, shown: str, quote: str, key: Key, language: Language, wording: Wording = str) -> Finding:
    """Judge the step of `shown` that `quote` is (a part of) by a `key` of which `shown` is no part. `wording` says the checker's reasons.
    Blocks for seconds at most."""
    steps = split_steps(words_of(shown))
    trusted = key if key.sure else None
    report = check_steps(
        problem,
        bared(steps),
        reference=(bare(trusted.solution) or None) if trusted else None,
        answer=trusted.answer if trusted else None,
        samples=key.samples,
        seconds=SECONDS,
    )
    first = report.first_error
    doubted = _indices(steps, quote)
    if first is not None and doubted and first < doubted[0]:
        said = say("challenge_elsewhere", language, step=steps[first], reason=wording(report.steps[first].reason))
        return _mended(said, key, language)
    wrong = next((report.steps[at] for at in doubted if report.steps[at].status == "wrong"), None)
    if wrong is not None:
        return _mended(say("challenge_wrong", language, reason=wording(wrong.reason)), key, language)
    return _with_evidence(_standing([report.steps[at] for at in doubted], language, wording), shown, key, language)


def _indices(steps: Sequence[str], quote: str) -> list[int]:
    """The steps that the quote has: a paragraph can be several."""
    wanted = split_steps(words_of(quote))
    return [at for at, step in enumerate(steps) if step in wanted]


def _standing(verdicts: Sequence[StepVerdict], language: Language, wording: Wording) -> str:
    """What is known in favour of steps that nothing speaks against."""
    good = next((verdict for verdict in verdicts if verdict.status in ("checked", "agrees")), None)
    return say("challenge_right", language, reason=wording(good.reason)) if good is not None else say("challenge_open", language)


def _with_evidence(said: str, shown: str, key: Key, language: Language) -> Finding:
    """With what the new solutions come to; where that is another answer, the solution is mended."""
    answer = final_answer(shown)
    if not key.sure:
        return Finding(f"{said}\n\n{say('challenge_unsure', language)}")
    same = answer is not None and check(key.answer, answer).outcome is Outcome.CORRECT
    name = "challenge_samples" if same else "challenge_answer_differs"
    said = f"{said}\n\n{say(name, language, agreeing=key.agreeing, count=key.count)}"
    return Finding(said) if same else _mended(said, key, language)


def _mended(said: str, key: Key, language: Language) -> Finding:
    if not key.sure:
        return Finding(f"{said}\n\n{say('challenge_unsure', language)}")
    solution = key.solution or key.answer
    return Finding(f"{said}\n\n{say('challenge_mended', language, solution=solution)}", key.answer, solution)
