"""How a conversation's tree is read, and conversations are found."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet, prefetch_related_objects

from accounts.models import User
from accounts.text import searched
from tutor import eventlog
from tutor.models import Conversation, Turn


@dataclass(frozen=True, slots=True)
class Step:
    """A turn on the branch that is shown: the `position`-th of `count` siblings; `previous` and `next` are what to pass as `leaf`."""

    turn: Turn
    position: int
    count: int
    previous: Turn | None
    next: Turn | None


def branch(conversation: Conversation, leaf: Turn | None = None) -> list[Step]:
    """The turns from the root to `leaf`'s newest descendant (default: the conversation's newest turn), with their siblings."""
    children: dict[UUID | None, list[Turn]] = {}
    turns = {turn.pk: turn for turn in conversation.turns.order_by("created", "pk")}
    for turn in turns.values():
        children.setdefault(turn.parent_id, []).append(turn)
    if not turns:
        return []
    shown: Turn | None = _newest_leaf(turns[leaf.pk], children) if leaf else list(turns.values())[-1]
    steps: list[Step] = []
    while shown is not None:
        steps.append(_step(shown, children))
        shown = turns[shown.parent_id] if shown.parent_id else None
    prefetch_related_objects([step.turn for step in steps], "events")  # whoever draws a branch replays all of it
    return steps[::-1]


def before(turn: Turn) -> list[Turn]:
    """The turns that lead to this one, from the root."""
    turns: list[Turn] = []
    while turn.parent is not None:
        turn = turn.parent
        turns.insert(0, turn)
    return turns


def _step(turn: Turn, children: dict[UUID | None, list[Turn]]) -> Step:
    siblings = children[turn.parent_id]
    i = siblings.index(turn)
    return Step(
        turn=turn,
        position=i + 1,
        count=len(siblings),
        previous=_newest_leaf(siblings[i - 1], children) if i > 0 else None,
        next=_newest_leaf(siblings[i + 1], children) if i + 1 < len(siblings) else None,
    )


def _newest_leaf(turn: Turn, children: dict[UUID | None, list[Turn]]) -> Turn:
    while turn.pk in children:
        turn = children[turn.pk][-1]
    return turn


def replay(turn: Turn) -> tuple[list[eventlog.Entry], int]:
    """What the page draws at first: the events of the latest run's last try with adjacent tokens merged, and the last `seq` of the log.

    A socket that watches with that `seq` as `after` continues exactly there.
    """
    log = list(turn.events.all())
    if not log:
        return [], 0
    merged: list[eventlog.Entry] = []
    for event in log:
        if event.run != log[-1].run:
            continue
        if event.kind == "started":
            merged.clear()
        eventlog.merge(merged, eventlog.Entry(seq=event.seq, run=event.run, kind=event.kind, data=dict(event.payload)))
    return merged, log[-1].seq


def search(user: User, query: str) -> QuerySet[Conversation]:
    """This user's conversations, newest first, with `query` in a title, a question or an answer ("" finds all)."""
    found = Conversation.objects.filter(owner=user, api=False)
    if query := searched(query):
        asked = Turn.objects.filter(conversation__owner=user).filter(Q(question__icontains=query) | Q(answer__icontains=query))
        found = found.filter(Q(title__icontains=query) | Q(pk__in=asked.values("conversation")))
    return found.order_by("-updated", "pk")
