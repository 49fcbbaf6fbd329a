"""Questions that are worked on in the background, with more solutions than anybody waits for; and the notice when that is over."""

from django.db.models import QuerySet

from accounts.models import User
from tutor.models import Conversation, Turn

ACTIVE = (Turn.State.QUEUED, Turn.State.RUNNING)
COUNTS = (64,)  # solutions
MORE_COUNTS = (64, 128, 256)  # for teachers and administrators
SHOWN = 20  # notices at once


def counts(user: User) -> tuple[int, ...]:
    """How many solutions this person may have written in the background."""
    return MORE_COUNTS if user.teaches else COUNTS


def has_one(user: User) -> bool:
    """Whether something of this person's is waited for or worked on in the background: one question at a time is."""
    return _turns(user).filter(state__in=ACTIVE).exists()


def notices(user: User) -> "QuerySet[Turn]":
    """What is over, whatever became of it, and was not looked at since; the newest first."""
    over = _turns(user).filter(noticed=False).exclude(state__in=ACTIVE)
    return over.select_related("conversation").order_by("-finished")[:SHOWN]


def notice(conversation: Conversation) -> None:
    """Its owner looks at it now."""
    conversation.turns.filter(background=True, noticed=False).exclude(state__in=ACTIVE).update(noticed=True)


def _turns(user: User) -> "QuerySet[Turn]":
    return Turn.objects.filter(conversation__owner=user, background=True)
