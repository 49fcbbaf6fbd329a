"""What help a student may have: all of it, but on problems of open assignments only what the teacher allows (`grading.helping`)."""

from collections.abc import Sequence
from uuid import UUID

from accounts.models import User
from grading import helping
from grading.helping import Rule
from tutor.models import Conversation, Turn

AIMS: dict[str, tuple[Turn.Aim, ...]] = {
    "hints": (Turn.Aim.HINTS, Turn.Aim.SOCRATIC, Turn.Aim.CHECK),
    "socratic": (Turn.Aim.SOCRATIC,),
    "check": (Turn.Aim.CHECK,),
    "none": (),
}
REQUESTS = (Turn.Request.ATTEMPT, Turn.Request.HINT)  # within a lesson; the others come to a solution


def problem_text_for(user: User, pk: UUID) -> str:
    """The text of a problem that this student's class was given; Http404 otherwise."""
    return helping.get_problem_for(user, pk).text


def rules_of(conversation: Conversation, turn: Turn | None = None) -> list[Rule]:
    """The rules for a conversation, with a `turn` that is to be added: what was said in it before stands in the next prompt."""
    texts = [text for texts in conversation.turns.order_by("created").values_list("question", "attempt") for text in texts]
    if turn is not None:
        texts += texts_of(turn)
    return helping.rules_for(conversation.owner, texts, conversation.problem_id)


def texts_of(turn: Turn) -> list[str]:
    """What is asked by a turn, with what a program says was said before."""
    return [turn.instructions, *(text for exchange in turn.context for text in exchange), turn.question, turn.attempt, turn.quote]


def rules_for(user: User, problem: UUID) -> list[Rule]:
    """The rules for a problem that a conversation is to begin with."""
    return helping.rules_for(user, [], problem)


def is_free(user: User, text: str) -> bool:
    """Whether no rule holds for a text of this person's."""
    return not helping.rules_for(user, [text])


def permits(rules: Sequence[Rule], turn: Turn) -> bool:
    if not rules:
        return True
    return turn.aim in aims(rules) and (not turn.request or turn.request in REQUESTS)


def aims(rules: Sequence[Rule]) -> list[Turn.Aim]:
    """What every rule allows."""
    return [aim for aim in Turn.Aim if all(aim in AIMS[rule.help] for rule in rules)]


def requests(rules: Sequence[Rule]) -> list[Turn.Request]:
    """What may be asked for within a lesson."""
    return [request for request in Turn.Request if not rules or request in REQUESTS]
