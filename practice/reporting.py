"""What students say of problems that seem wrong to them. The key may be: a student who is told "not right" can only say so here."""

from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.models import User
from accounts.roles import check_admin
from accounts.text import storable
from practice.models import Item, Report

LONGEST = 1000  # characters of a reason


def get_answered_for(user: User, pk: UUID) -> Item:
    """The item, if it is this student's and was answered; Http404 otherwise."""
    return get_object_or_404(Item.objects.filter(attempts__isnull=False).distinct(), pk=pk, student=user)


def report(item: Item, reason: str) -> None:
    """Keep that the student thinks it wrong. A later word replaces the earlier one, and waits to be looked at."""
    reason = storable(reason)[:LONGEST]
    Report.objects.update_or_create(item=item, defaults={"reason": reason, "handled": None, "created": timezone.now()})


def get_reports_for(user: User) -> QuerySet[Report]:
    """All of them, newest first, for administrators; Http404 for anybody else."""
    check_admin(user)
    return Report.objects.select_related("item__student").prefetch_related("item__attempts").order_by("-created")
