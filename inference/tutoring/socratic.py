"""Questions, one at a time, each with a known right reply that is checked before the next one is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from grading.checking.answers import Outcome, check
from inference.engines import Engine
from inference.tutoring.hints import SYSTEM, Place, asking_for_value, judged
from inference.tutoring.key import Key, Step
from inference.tutoring.phrases import say
from inference.tutoring.writing import write_several

CANDIDATES = 3
MISSES = 2  # wrong replies after which the step is shown


@dataclass(frozen=True, slots=True)
class Question:
    """`expected` is the right reply; `step` is None for the last question, which asks for the answer itself."""

    expected: str
    step: Step | None


def questions(key: Key, steps: Sequence[Step]) -> list[Question]:
    """One for each step with a calculation whose result is not the answer yet, and the last one for the answer."""
    asked = [Question(step.value, step) for step in steps if step.value and not _equal(key.answer, step.value)]
    return [*asked, Question(key.answer, None)]


def is_right(question: Question, reply: str) -> bool | None:
    """Whether a reply is the expected one; None where it cannot be read. Blocks for seconds at most."""
    outcome = check(question.expected, reply).outcome
    return None if outcome is Outcome.UNDECIDED else outcome is Outcome.CORRECT


async def word(question: Question, place: Place, *, engine: Engine, seed: int = 0) -> str:
    """The question in the problem's words, where one passes the hints' checks and comes to the expected reply; or else plainly. Raises
    `EngineError`."""
    if question.step is None:
        return say("question_last", place.language)
    plain = say("question_plain", place.language, expression=f"${question.step.shown}$")
    user = asking_for_value(place, question.step)
    texts = await write_several(engine, SYSTEM[place.language], user, n=CANDIDATES, seed=seed)
    reasons = await judged(place, texts, question.expected, engine=engine)
    good = [text for text, reason in reasons.items() if reason is None]
    return f"{min(good, key=len)} ({plain})" if good else plain


def _equal(answer: str, value: str) -> bool:
    return check(answer, value).outcome is Outcome.CORRECT
