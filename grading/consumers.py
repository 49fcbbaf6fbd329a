"""The socket of an assignment's teachers: how far the checking is, who is grading what, and whether a mark that is open has moved on."""

import json
import time
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from django.utils import timezone

from accounts.models import User
from accounts.sockets import BAD_MESSAGE, StateConsumer
from grading import access, live, queue
from grading.models import Assignment, Presence, Submission

AGAIN = 5.0  # seconds between two signs of life of an open page
SILENT = timedelta(seconds=15)  # a page that was not seen for so long is closed


class GradingConsumer(StateConsumer):
    """See docs/architecture.md, "The grading socket"."""

    def __init__(self) -> None:
        super().__init__()
        self.at: UUID | None = None  # the submission that is open on the page
        self.said: UUID | None = None
        self.said_at = -AGAIN

    @property
    def assignment_id(self) -> UUID:
        pk: UUID = self.scope["url_route"]["kwargs"]["pk"]
        return pk

    def group(self) -> str:
        return live.group(self.assignment_id)

    def authorise(self) -> None:
        access.get_assignment_for(self.user, self.assignment_id)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """The page says which submission is open: `{"at": "<uuid>"}`, or null for none."""
        if self.looking is None:  # refused when it connected
            return
        try:
            at = json.loads(text_data or "")["at"]
            self.at = None if at is None else UUID(at)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return await self.close(BAD_MESSAGE)
        await database_sync_to_async(live.ring)(self.assignment_id)
        self.bell.set()

    def state(self) -> dict[str, Any]:
        at = self.at
        self._say_here(at)
        return _state(self.user, self.assignment_id, at)

    def _say_here(self, at: UUID | None) -> None:
        """Once every few seconds, and whenever another submission is open."""
        now = time.monotonic()
        if self.said == at and now - self.said_at < AGAIN:
            return
        self.said, self.said_at = at, now
        _here(self.user, self.assignment_id, self.channel_name, at)

    def left(self) -> None:
        _leave(self.assignment_id, self.channel_name)


def _here(user: User, assignment_id: UUID, channel: str, at: UUID | None) -> None:
    """This page is there, with this submission on it. Raises Http404."""
    assignment = access.get_assignment_for(user, assignment_id)
    fields = {"assignment": assignment, "user": user, "submission": _submission(assignment, at), "seen": timezone.now()}
    Presence.objects.update_or_create(channel=channel, defaults=fields)


def _submission(assignment: Assignment, at: UUID | None) -> Submission | None:
    found = Submission.objects.filter(problem__assignment=assignment).select_related("mark__grader")
    return found.filter(pk=at).first() if at else None


def _state(user: User, assignment_id: UUID, at: UUID | None) -> dict[str, Any]:
    """How things stand, for one open page. Raises Http404."""
    assignment = access.get_assignment_for(user, assignment_id)
    open_submission = _submission(assignment, at)
    return {
        "problems": {str(pk): asdict(counts) for pk, counts in queue.counts_of(assignment).items()},
        "graders": _graders(assignment, user),
        "open": _open(open_submission) if open_submission else None,
    }


def _graders(assignment: Assignment, user: User) -> list[dict[str, str]]:
    """The others who have a page of this assignment open, and the submission on it."""
    present = Presence.objects.filter(assignment=assignment, seen__gte=timezone.now() - SILENT).exclude(user=user)
    pairs = sorted({(each.user.full_name, str(each.submission_id or "")) for each in present.select_related("user")})
    return [{"name": name, "submission": submission} for name, submission in pairs]


def _open(submission: Submission) -> dict[str, Any]:
    mark = submission.mark
    return {
        "submission": str(submission.pk),
        "state": submission.state,
        "version": mark.version,
        "by": mark.grader.full_name if mark.grader else "",
    }


def _leave(assignment_id: UUID, channel: str) -> None:
    Presence.objects.filter(channel=channel).delete()
    Presence.objects.filter(seen__lt=timezone.now() - SILENT).delete()
    live.ring(assignment_id)
