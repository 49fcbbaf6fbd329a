"""Lessons for programs. A client sends the whole dialogue each time: it is followed through the turns that were asked before, to the one
that said its last message, and the lesson goes on from there.
"""

from collections.abc import Sequence

from accounts.models import User
from inference import assessment
from inference.prompts import Exchange
from inference.tutoring.wishes import wished
from tutor import asking, lessons
from tutor.models import Conversation, Turn

FOLLOWED = 50  # lessons about one problem, the newest: a class may ask with one key


def ask(user: User, aim: Turn.Aim, history: Sequence[Exchange], question: str) -> Turn:
    """The next turn of the lesson that `history` tells of, or the first of a new one. Raises `AskingError`."""
    parent = _last(user, aim, history)
    if parent is None:
        return _begun(user, aim, history, question)
    if {Turn.Request.ATTEMPT, wished(question)} & set(parent.offers):
        return lessons.go_on(parent, Turn.Request.ATTEMPT, attempt=asking.checked(question))
    return asking.ask(user, question, parent.mode, parent.language, aim=aim, conversation=parent.conversation, parent=parent)


def _last(user: User, aim: Turn.Aim, history: Sequence[Exchange]) -> Turn | None:
    """The turn that said the last message. None where there is none: the client has changed what was said, or it was deleted since.

    Where people with one key were told the same, whoever comes second goes on from the turn that nobody went on from.
    """
    turns = _turns(user, aim, _posed(history[0].question)[0]) if history else []
    gone_on = {turn.parent_id for turn in turns}
    for begins in range(len(history)):  # a lesson that was begun anew begins within the dialogue
        if found := _followed(turns, [exchange.text for exchange in history[begins:]]):
            return min(found, key=lambda turn: turn.pk in gone_on)
    return None


def _followed(turns: Sequence[Turn], messages: Sequence[str]) -> list[Turn]:
    """The turns that said the last of `messages`, each behind one that said the message before."""
    found = [turn for turn in turns if turn.parent_id is None and _has_said(turn, messages[0])]
    for message in messages[1:]:
        above = {turn.pk for turn in found}
        found = [turn for turn in turns if turn.parent_id in above and _has_said(turn, message)]
    return found


def _turns(user: User, aim: Turn.Aim, problem: str) -> list[Turn]:
    """Those of this person's lessons that begin with this problem, the newest first."""
    begun = Conversation.objects.filter(owner=user, api=True, turns__parent=None, turns__aim=aim, turns__question=problem)
    newest = list(begun.order_by("-created").values_list("pk", flat=True)[:FOLLOWED])
    return list(Turn.objects.filter(conversation__in=newest).select_related("conversation", "poses").order_by("-created"))


def _has_said(turn: Turn, message: str) -> bool:
    """Whether a message is this turn's, which stands in it together with what a page shows beside it."""
    return turn.state == Turn.State.DONE and bool(turn.text) and turn.text.strip() in message


def _posed(message: str) -> tuple[str, str]:
    """The problem of a lesson's first message, and the student's own work where it has both (`Problem: …`, `Student Solution: …`)."""
    found = assessment.read(message)
    return (asking.checked(found.problem), "\n".join(found.steps)) if found else (asking.checked(message), "")


def _begun(user: User, aim: Turn.Aim, history: Sequence[Exchange], question: str) -> Turn:
    """Of a lesson that is not known any more all that the student wrote since is read at once."""
    said = [exchange.question for exchange in history] + [question]
    problem, work = _posed(said[0])
    work = "\n".join([*filter(None, [work]), *(text for text in said[1:] if not wished(text))])
    return asking.ask_once(user, problem, Turn.Mode.AUTO, 1, [], aim=aim, attempt=work)
