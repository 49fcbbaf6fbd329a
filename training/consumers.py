"""The socket of the training pages: tells an open page that what it shows has changed. The page fetches that part anew, as its reader's."""

import asyncio
import hashlib
import json
import logging
from typing import Any, cast
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import InterfaceError, OperationalError
from django.http import Http404
from redis.exceptions import RedisError

from accounts.models import User
from training import live, runs
from training.models import Run
from tutor.models import Worker

logger = logging.getLogger(__name__)

LOOK = 2.0  # seconds without a bell after which the database is looked into
SELDOM = 1.0  # seconds between two looks, however often the bell rings
SLOW = 3.0  # seconds that one frame may take to leave

LOGGED_OUT, NOT_THERE, TRY_LATER = 4401, 4404, 1013


class TrainingConsumer(AsyncWebsocketConsumer):
    """See docs/architecture.md, "The training socket"."""

    def __init__(self) -> None:
        super().__init__()
        self.bell = asyncio.Event()
        self.looking: asyncio.Task[None] | None = None
        self.sent: dict[str, str] = {}

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
        self.user, self.run_id = cast(User, user), self.scope["url_route"]["kwargs"].get("pk")
        try:
            self.sent = await database_sync_to_async(_state)(self.user, self.run_id)
        except Http404:
            return await self.close(NOT_THERE)
        await self.channel_layer.group_add(live.GROUP, self.channel_name)
        await self.send(text_data=json.dumps(self.sent))
        self.looking = asyncio.create_task(self._look())

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """A page has nothing to say."""

    async def training_changed(self, _message: dict[str, Any]) -> None:
        self.bell.set()

    async def _look(self) -> None:
        """Say that there is news whenever there is."""
        while True:
            try:
                async with asyncio.timeout(LOOK):
                    await self.bell.wait()
            except TimeoutError:
                pass
            self.bell.clear()
            try:
                state = await database_sync_to_async(_state)(self.user, self.run_id)
            except Http404:  # the run is gone, or this person is no administrator any more
                return await self.close(NOT_THERE)
            except (OperationalError, InterfaceError) as error:
                logger.warning("A training socket could not read the database; it will try again: %s", error)
                continue
            if state != self.sent:
                await self._send(state)
            await asyncio.sleep(SELDOM)

    async def _send(self, state: dict[str, str]) -> None:
        try:
            async with asyncio.timeout(SLOW):
                await self.send(text_data=json.dumps(state))
            self.sent = state
        except TimeoutError:
            await self.close(TRY_LATER)

    async def _leave(self) -> None:
        try:
            await self.channel_layer.group_discard(live.GROUP, self.channel_name)
        except (RedisError, OSError) as error:
            logger.info("The channel layer was away when a socket left: %s", error)


def _state(user: User, run_id: UUID | None) -> dict[str, str]:
    """`at` is another one whenever what the page shows is. Raises Http404."""
    if run_id is not None:
        run = runs.get_run_for(user, run_id)
        return {"at": _digest([run.state, run.seen, run.queued])}
    runs.check_admin(user)
    found = list(Run.objects.values_list("pk", "state", "stages__state", "stages__done").filter(state__in=("queued", *Run.HELD)))
    ended = Run.objects.filter(state__in=Run.ENDED).count()
    return {"at": _digest([found, ended, list(Worker.objects.values_list("name", "model", "serving", "serving_error"))])}


def _digest(values: list[Any]) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()[:16]
