"""The rules of going on with a lesson: what may be asked for, and what it needs."""

from typing import cast

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from inference.tutoring.events import Request
from inference.tutoring.wishes import wished
from tutor import asking, permission
from tutor.models import Turn

NEED_WORK = (Turn.Request.ATTEMPT,)


class NotOffered(asking.AskingError):
    message = _("This is not to be had at this point of the lesson. Reload the page.")


class AttemptFirst(asking.AskingError):
    message = _("Write what you have tried first, even if it is only where you are stuck. Then you can have the hint.")


class NothingToCheck(asking.AskingError):
    message = _("Write your work first.")


def go_on(parent: Turn, request: str, *, attempt: str = "", quote: str = "") -> Turn:
    """Ask for `request` behind `parent`, whose `offers` say what there is. Raises `AskingError`."""
    attempt, quote = asking.checked(attempt, empty=True), asking.checked(quote, empty=True)
    if request == Turn.Request.ATTEMPT and (wish := wished(attempt)) and _may_have(parent, wish):
        request, attempt = wish, ""
    if request not in _offered(parent):
        raise NotOffered
    if request in NEED_WORK and not attempt:
        raise NothingToCheck
    if not attempt and not _may_have(parent, request):
        raise AttemptFirst
    if request == Turn.Request.CHALLENGE and not quote:
        raise NotOffered
    with transaction.atomic():
        asking.check_room(parent.conversation.owner)
        if parent.children.filter(state__in=asking.ACTIVE, stop_requested=False).exists():  # pressed twice
            raise asking.StillSolving
        return asking.enqueue(_turn(parent, request, attempt, quote), parent.conversation)


def _offered(parent: Turn) -> list[str]:
    """A solution that was written may always be doubted."""
    if parent.state in asking.ACTIVE:
        return []
    return [*parent.offers, *([Turn.Request.CHALLENGE] if parent.has_solution else [])]


def _may_have(parent: Turn, request: str) -> bool:
    """Whether it is offered and, of a hint, there was an attempt since the last one."""
    return request in _offered(parent) and (request != Turn.Request.HINT or bool(parent.progress.get("tried")))


def at_hand(turn: Turn) -> list[Request]:
    """What may be asked for behind a turn now: offered, not refused for want of an attempt, and allowed by the teacher."""
    allowed = permission.requests(permission.rules_of(turn.conversation, turn))
    return [cast(Request, request) for request in turn.offers if request in allowed and _may_have(turn, request)]


def _turn(parent: Turn, request: str, attempt: str, quote: str) -> Turn:
    words = [attempt, quote, str(Turn.Request(request).label)]  # the first that there is stands as the question
    return Turn(
        parent=parent,
        poses=parent.poses or parent,
        question=next(text for text in words if text),
        request=request,
        attempt=attempt,
        quote=quote,
        aim=parent.aim,
        mode=parent.mode,
        language=parent.language,
    )
