"""Lessons for programs. A client sends the whole dialogue each time: it is followed through the turns that were asked before, and the
lesson goes on from the last one that is known. What was written since is work: its reply was stopped, or never came.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from django.conf import settings

from accounts.models import User
from inference import assessment
from inference.prompts import Exchange
from inference.tutoring.clarify import looks_mathematical
from inference.tutoring.events import Request
from inference.tutoring.smalltalk import reply_to
from inference.tutoring.wishes import poses, wished
from tutor import asking, lessons
from tutor.models import Conversation, Turn

FOLLOWED = 50  # lessons about one problem, the newest: a class may ask with one key


def ask(user: User, aim: Turn.Aim, history: Sequence[Exchange], question: str, language: str) -> Turn:
    """The next turn of the lesson that `history` tells of, or the first of a new one, in `language`. Raises `AskingError`."""
    history = [exchange for exchange in history if len(exchange.question) <= settings.QUESTION_LIMIT]  # longer ones were refused
    parent, unheard = _last(user, aim, history)
    if parent is None:
        problem, work = _posed([*(exchange.question for exchange in history), question])
        return asking.ask_once(user, problem, Turn.Mode.AUTO, 1, [], language=language, aim=aim, attempt=work)
    parent, said = _before_thanks(parent), Said.of([*unheard, question])
    if not poses(question):
        if said.work and said.wish in parent.offers:
            return lessons.go_on(parent, said.wish, attempt=said.work)
        if {Turn.Request.ATTEMPT, said.wish} & set(parent.offers):
            return lessons.go_on(parent, Turn.Request.ATTEMPT, attempt=said.work or asking.checked(question))
    problem, work = _posed([question])
    aim = aim if parent.is_unsolved or _can_be_taught(question) else Turn.Aim.EXPLAIN
    return asking.ask(user, problem, parent.mode, parent.language, aim=aim, attempt=work, conversation=parent.conversation, parent=parent)


def _before_thanks(parent: Turn) -> Turn:
    """The turn whose offers hold on: small talk behind it has none."""
    while reply_to(parent.question, "en") and parent.parent is not None:
        parent = parent.parent
    return parent


def _can_be_taught(question: str) -> bool:
    """Whether it is a problem, or small talk, which is answered alike. "Why?" behind a lesson wants an explanation."""
    return poses(question) or looks_mathematical(question) or reply_to(question, "en") is not None


# --- Who said what ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Said:
    """What a student wrote since the last turn that is known: work, and the wish that it ends with, if any."""

    work: str
    wish: Request

    @classmethod
    def of(cls, messages: Sequence[str]) -> Self:
        return cls(_work(messages), wished(messages[-1]))

    def asked_for(self, turn: Turn) -> bool:
        """Whether a turn within a lesson is the reply to it."""
        work = turn.attempt if _is_work(turn.attempt) else ""
        return work == self.work and turn.request in (self.wish, Turn.Request.ATTEMPT)


def _work(messages: Sequence[str]) -> str:
    """The student's own work in messages; the newest of it, where all is too much."""
    work = [text for text in messages if _is_work(text)]
    while len(work) > 1 and len("\n".join(work)) > settings.QUESTION_LIMIT:
        del work[0]
    return asking.checked("\n".join(work), empty=True)


def _is_work(text: str) -> bool:
    return not wished(text) and reply_to(text, "en") is None


def _posed(messages: Sequence[str]) -> tuple[str, str]:
    """The problem that is posed last, and the student's work on it: behind it, or in one message (`Problem: …`, `Student Solution: …`)."""
    first = next((at for at, text in enumerate(messages) if _is_work(text)), len(messages) - 1)
    begins = max((at for at, text in enumerate(messages) if poses(text)), default=first)
    found = assessment.read(messages[begins])
    problem, work = (found.problem, "\n".join(found.steps)) if found else (messages[begins], "")
    return asking.checked(problem), _work([work, *messages[begins + 1 :]])


# --- Following the dialogue -------------------------------------------------------------------------------------------------


def _last(user: User, aim: Turn.Aim, history: Sequence[Exchange]) -> tuple[Turn | None, list[str]]:
    """The last turn that the dialogue has, and what was written since. None where there is none: the client has changed what was said, or
    it was deleted since.

    Where people with one key were told the same, whoever comes second goes on from the turn that nobody went on from.
    """
    turns = _turns(user, aim, history)
    found, unheard = list[Turn](), list[str]()
    for exchange in history:
        unheard.append(exchange.question)
        if replies := [turn for turn in turns if _is_reply(turn, exchange.text, unheard, found)]:
            found, unheard = replies, []
    gone_on = {turn.parent_id for turn in turns}
    return min(found, key=lambda turn: turn.pk in gone_on, default=None), unheard


def _is_reply(turn: Turn, message: str, asked: Sequence[str], before: Sequence[Turn]) -> bool:
    """Whether `message` is this turn's, which stands in it together with what a page shows beside it, and was `asked` for behind one of
    the turns `before`, where there are any yet: many clients cut a dialogue's beginning off. Only what is done has a text."""
    above = {each.pk for parent in before for each in (parent, _before_thanks(parent))}
    if not turn.text or turn.text.strip() not in message or (above and turn.parent_id not in above):
        return False
    return Said.of(asked).asked_for(turn) if turn.request else _posed(asked) == (turn.question, turn.attempt)


def _turns(user: User, aim: Turn.Aim, history: Sequence[Exchange]) -> list[Turn]:
    """Those of this person's lessons that begin with a problem of the dialogue, or else have anything of it; the newest first."""
    posed = {_posed([exchange.question])[0] for exchange in history}
    begun = Turn.objects.filter(conversation__owner=user, conversation__api=True, parent=None, aim=aim)
    within = Turn.objects.filter(conversation__in=begun.values("conversation"), question__in=posed)
    for wanted in (begun.filter(question__in=posed), within):
        newest = Conversation.objects.filter(pk__in=wanted.values("conversation")).order_by("-created")
        if lessons_ := list(newest.values_list("pk", flat=True)[:FOLLOWED]):
            return list(Turn.objects.filter(conversation__in=lessons_).select_related("conversation", "poses").order_by("-created"))
    return []
