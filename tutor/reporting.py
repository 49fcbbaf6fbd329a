"""What readers say of solutions, and what administrators have looked at of it."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import User
from accounts.roles import check_admin
from tutor.models import Report, Turn, TurnEvent

SHOWN = 200  # on a page, of those that wait and of those that are handled


def report(user: User, turn: Turn, kind: str, better: int | None, reason: str) -> Report:
    """Keep what a reader says of a turn's solution; a later word of the same reader replaces the earlier one, and waits to be looked at."""
    better = better if kind == Report.Kind.WRONG_PICK and better is not None and better < turn.n else None
    fields = {"kind": kind, "better": better, "reason": reason, "handled": None, "created": timezone.now()}
    return Report.objects.update_or_create(turn=turn, by=user, defaults=fields)[0]


def get_reports_for(user: User) -> QuerySet[Report]:
    """What readers said of solutions, newest first, for administrators; Http404 for anybody else."""
    check_admin(user)
    starts = Prefetch("turn__events", TurnEvent.objects.filter(kind="started").order_by("seq"), to_attr="starts")
    return Report.objects.select_related("turn", "by").prefetch_related("turn__candidates", starts).order_by("-created")


def get_report_for(user: User, pk: int) -> Report:
    return get_object_or_404(get_reports_for(user), pk=pk)


def sorted_out(reports: "QuerySet[Any]") -> dict[str, Any]:
    """For a page: the newest that wait and the newest that are handled, and how many of each there are besides."""
    waiting, handled = reports.filter(handled=None), reports.exclude(handled=None)
    more = {name: max(0, found.count() - SHOWN) for name, found in (("more_waiting", waiting), ("more_handled", handled))}
    return {"waiting": waiting[:SHOWN], "handled": handled[:SHOWN]} | more


def handle(reports: "QuerySet[Any]", pk: int, said: str) -> None:
    """An administrator has looked at what was `said` at that time (ISO 8601); a later word waits on. Http404 for none of `reports`."""
    found = get_object_or_404(reports, pk=pk)
    if found.created.isoformat() == said:
        reports.filter(pk=pk, created=found.created).update(handled=timezone.now())
