"""Questions, one at a time, each with a known right reply that is checked before the next one is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from grading.checking.answers import Outcome, check
from grading.checking.prose import stated_answer
from grading.checking.quantities import ROUNDED
from grading.checking.working.quantities import stated
from inference.engines import Engine
from inference.selection import mathematically_equal
from inference.tutoring.guesses import said_plainly
from inference.tutoring.hints import SYSTEM, Place, asking_for_value, judged
from inference.tutoring.key import Key, Step
from inference.tutoring.phrases import say
from inference.tutoring.writing import write_several

CANDIDATES = 3
MISSES = 2  # wrong replies after which the step is shown


@dataclass(frozen=True, slots=True)
class Question:
    """`expected` is the right reply; `step` is None for the last question, which asks for the answer itself; `by_lines`: for the line that
    comes next, until that is the answer.
    """

    expected: str
    step: Step | None
    by_lines: bool = False


def questions(key: Key, steps: Sequence[Step]) -> list[Question]:
    """One for each step with a calculation whose result is not the answer yet, and the last one for the answer. Where the way has steps,
    but none comes to a number, as in most of algebra, it is gone line by line."""
    asked = [Question(step.value, step) for step in steps if step.value and not _equal(key.answer, step.value)]
    return [*asked, Question(key.answer, None, by_lines=not asked and len(steps) > 1)]


def is_right(question: Question, reply: str) -> bool | None:
    """Whether a reply is the expected one, which on the way may be rounded; None where it cannot be read, or is words ("I don't know")
    where a number is asked for. Blocks for seconds at most."""
    said = said_plainly(reply)
    if mathematically_equal(question.expected, said):
        return True
    outcome = check(question.expected, said).outcome
    if outcome is Outcome.UNDECIDED and (value := stated_answer(said)):
        outcome = check(question.expected, value).outcome
    if question.step is not None and is_rounded(question, reply):
        return True
    if outcome is Outcome.UNDECIDED or (outcome is Outcome.INCORRECT and is_without_value(said) and stated(question.expected)):
        return None
    return outcome is Outcome.CORRECT


def is_rounded(question: Question, reply: str) -> bool:
    """Whether a reply is the expected one, rounded."""
    return check(question.expected, said_plainly(reply)).reason.template == ROUNDED


def is_without_value(reply: str) -> bool:
    """Whether it names no number and has no formula."""
    return not stated(reply) and "=" not in reply


async def word(question: Question, place: Place, *, engine: Engine, seed: int) -> str:
    """The question in the problem's words, where one passes the hints' checks and comes to the expected reply; or else plainly. Raises
    `EngineError`."""
    if question.step is None:
        return say("question_line" if question.by_lines else "question_last", place.language)
    plain = say("question_plain", place.language, expression=f"${question.step.shown}$")
    user = asking_for_value(place, question.step)
    texts = await write_several(engine, SYSTEM[place.language], user, n=CANDIDATES, seed=seed)
    reasons = await judged(place, texts, question.expected, engine=engine)
    good = [text for text, reason in reasons.items() if reason is None]
    return f"{min(good, key=len)} ({plain})" if good else plain


def _equal(answer: str, value: str) -> bool:
    return check(answer, value).outcome is Outcome.CORRECT
