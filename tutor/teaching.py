"""A lesson's turn between the database and `inference.tutoring`: what it is taught from, and its findings in the student's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

from grading.checking.reasons import Reason
from inference.best_of import Budget
from inference.engines import Engine
from inference.events import Language
from inference.prompts import Exchange, detect_language
from inference.sandbox import Sandbox
from inference.tutoring.events import Aim, Keyed, Progress, Request, Reviewed
from inference.tutoring.key import Key as Reference
from inference.tutoring.lesson import Lesson
from inference.tutoring.smalltalk import spelled_out
from tutor.models import Key, Turn

ABOUT: dict[Language, str] = {
    "en": "About this step of your solution:\n\n> {quote}\n\n{question}",
    "zh": "关于你解答中的这一步：\n\n> {quote}\n\n{question}",
}
INTERFACE: dict[Language, str] = {"en": "en", "zh": "zh-hans"}


@dataclass(frozen=True, slots=True)
class Material:
    """What a lesson goes on from: the problem, its key where there is one, the progress so far, and the solution that was shown last."""

    problem: str
    key: Reference | None
    progress: Progress
    shown: str
    shown_answer: str


def material_of(turn: Turn) -> Material | None:
    """Read what teaching this turn needs; None where it is to be solved instead."""
    if turn.aim == Turn.Aim.EXPLAIN and not turn.request and not turn.attempt:
        return None
    posed = turn.poses or turn
    key = Key.objects.filter(turn=posed).first()
    parent = turn.parent if turn.request else None
    return Material(
        problem=problem_of(posed),
        key=Reference.from_json(key.content) if key is not None else None,
        progress=Progress(**parent.progress) if parent is not None else Progress(),
        shown=_shown(parent) if parent is not None else "",
        shown_answer=parent.answer if parent is not None else "",
    )


def _shown(turn: Turn) -> str:
    """The solution that a turn shows; of one that mended it, without the words about what was wrong."""
    return str(turn.progress.get("solution", turn.text)) if turn.request == Turn.Request.CHALLENGE else turn.text


def problem_of(turn: Turn) -> str:
    """What the model is asked in the lesson; where it answers what was asked back, together with the question that was incomplete."""
    posed = turn.poses or turn
    return f"{_before(posed)}{question_of(posed)}"


def _before(posed: Turn) -> str:
    """The incomplete question that a turn completes; "" where there is none."""
    before = posed.parent
    return f"{before.question}\n" if before is not None and before.progress.get("asked_back") else ""


def lesson(turn: Turn, material: Material, *, engine: Engine, sandbox: Sandbox, history: Sequence[Exchange], seed: int) -> Lesson:
    """The lesson that a worker teaches for this turn."""
    language = language_of(turn)
    return Lesson(
        problem=material.problem,
        aim=cast(Aim, turn.aim),
        language=language,
        engine=engine,
        sandbox=sandbox,
        request=cast(Request, turn.request),
        attempt=turn.attempt,
        history=history,
        key=material.key,
        progress=material.progress,
        shown=material.shown,
        shown_answer=material.shown_answer,
        quote=turn.quote,
        wording=lambda reason: said_in(language, reason),
        budget=Budget(seconds=settings.BEST_OF_SECONDS),
        samples=settings.KEY_SAMPLES,
        seed=seed,
    )


def language_of(turn: Turn) -> Language:
    """The one that was chosen, or else the whole problem's."""
    if turn.language != Turn.Language.AUTO:
        return cast(Language, turn.language)
    posed = turn.poses or turn
    return detect_language(f"{_before(posed)}{posed.question}")


def said_in(language: Language, reason: Reason) -> str:
    """A checker's sentence in the language that the tutor speaks with this student."""
    with translation.override(INTERFACE[language]):
        return gettext(reason.template).format(**reason.values)


def reviewed(event: Reviewed, turn: Turn) -> dict[str, Any]:
    """What the page draws of a review. The right results that the checker knows are not in it."""
    language = language_of(turn)
    lines = [{"text": line.text, "status": line.status, "reason": said_in(language, line.reason)} for line in event.lines]
    first = event.review.first_error
    return {"lines": lines, "first_error": first, "misconception": event.lines[first].misconception if first is not None else None}


def row(turn: Turn, keyed: Keyed, model: str) -> Key:
    """The key as it is stored, with the turn that poses the problem."""
    key = Key(turn_id=turn.poses_id or turn.pk, model=model, content=keyed.key.to_json())
    key.replaces = keyed.instead
    return key


def question_of(turn: Turn) -> str:
    """What the model is asked to solve: the question, with the step that it is about where there is one."""
    if turn.quote:
        language = language_of(turn)
        return ABOUT[language].format(quote=turn.quote.replace("\n", "\n> "), question=spelled_out(turn.question, language))
    return turn.question
