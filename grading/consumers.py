"""The socket of an assignment's teachers: how far the checking is, who is grading what, and whether a mark that is open has moved on."""

import asyncio
import json
import logging
import time
from dataclasses import asdict
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.models import User
from grading import access, live, queue
from grading.models import Assignment, Presence, Submission

logger = logging.getLogger(__name__)

LOOK = 2.0  # seconds without a bell after which the database is looked into
SELDOM = 0.25  # seconds between two looks, however often the bell rings
AGAIN = 5.0  # seconds between two signs of life of an open page
SLOW = 3.0  # seconds that one frame may take to leave
SILENT = timedelta(seconds=15)  # a page that was not seen for so long is closed

BAD_MESSAGE, LOGGED_OUT, NOT_THERE, TRY_LATER = 4400, 4401, 4404, 1013


class GradingConsumer(AsyncWebsocketConsumer):
    """See docs/architecture.md, "The grading socket"."""

    def __init__(self) -> None:
        super().__init__()
        self.at: UUID | None = None  # the submission that is open on the page
        self.bell = asyncio.Event()
        self.looking: asyncio.Task[None] | None = None
        self.sent = ""
        self.said: UUID | None = None
        self.said_at = -AGAIN

    async def __call__(self, *arguments: Any) -> None:  # noqa: ANN401 (ASGI's scope, receive and send)
        """A socket can end without Channels calling `disconnect`: clean up here, however it ended."""
        try:
            await super().__call__(*arguments)
        finally:
            if self.looking is not None:
                self.looking.cancel()
                await self._leave()

    async def connect(self) -> None:
        await self.accept()  # first: a browser is not told the code of a socket that was never open
        user = self.scope["user"]
        if user is None or not user.is_authenticated:
            return await self.close(LOGGED_OUT)
        self.user, self.assignment_id = cast(User, user), self.scope["url_route"]["kwargs"]["pk"]
        try:
            await database_sync_to_async(access.get_assignment_for)(self.user, self.assignment_id)
        except Http404:
            return await self.close(NOT_THERE)
        await self.channel_layer.group_add(live.group(self.assignment_id), self.channel_name)
        self.bell.set()
        self.looking = asyncio.create_task(self._look())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """The page says which submission is open: `{"at": "<uuid>"}`, or null for none."""
        if self.looking is None:  # refused above
            return
        try:
            at = json.loads(text_data or "")["at"]
            self.at = None if at is None else UUID(at)
        except (ValueError, TypeError, KeyError, AttributeError):
            return await self.close(BAD_MESSAGE)
        await database_sync_to_async(live.ring)(self.assignment_id)
        self.bell.set()

    async def grading_changed(self, _message: dict[str, Any]) -> None:
        self.bell.set()

    async def _look(self) -> None:
        """Send how things stand whenever that is news."""
        while True:
            try:
                async with asyncio.timeout(LOOK):
                    await self.bell.wait()
            except TimeoutError:
                pass
            self.bell.clear()
            try:
                await self._say_here()
                frame = json.dumps(await database_sync_to_async(_state)(self.user, self.assignment_id, self.at))
            except Http404:  # the assignment is gone, or this person no longer teaches the class
                return await self.close(NOT_THERE)
            except (OperationalError, InterfaceError) as error:
                logger.warning("A grading socket could not read the database; it will try again: %s", error)
                continue
            if frame != self.sent:
                await self._send(frame)
            await asyncio.sleep(SELDOM)

    async def _say_here(self) -> None:
        """Once every few seconds, and whenever another submission is open."""
        now = time.monotonic()
        if self.said == self.at and now - self.said_at < AGAIN:
            return
        self.said, self.said_at = self.at, now
        await database_sync_to_async(_here)(self.user, self.assignment_id, self.channel_name, self.at)

    async def _send(self, frame: str) -> None:
        try:
            async with asyncio.timeout(SLOW):
                await self.send(text_data=frame)
            self.sent = frame
        except TimeoutError:
            await self.close(TRY_LATER)

    async def _leave(self) -> None:
        try:
            await self.channel_layer.group_discard(live.group(self.assignment_id), self.channel_name)
            await database_sync_to_async(_leave)(self.assignment_id, self.channel_name)
        except (RedisError, OSError, OperationalError, InterfaceError) as error:
            logger.info("A grading socket could not say that it leaves: %s", error)


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
        "problems": {str(problem.pk): asdict(queue.counts(queue.submissions_of(problem))) for problem in assignment.problems.all()},
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
